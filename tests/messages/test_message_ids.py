"""The ids of messages: a name-based UUID, version 5."""

from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.tasks.message_ids import message_id


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_an_id_is_the_uuid_of_its_key(key: str) -> None:
    assert message_id(key) == str(uuid5(UUID("5b3a8f4e-8f0e-4c0e-9a53-3f6f0d1c7b11"), key))
