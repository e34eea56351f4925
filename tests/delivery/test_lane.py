"""A lane: the next message is built while the relay has the one before, and fails by itself."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from jobraker_cli.delivery.claims import DeliveryPolicy, Ready
from jobraker_cli.delivery.desk import Desk
from jobraker_cli.delivery.judge import Judge
from jobraker_cli.delivery.lane import Lane
from jobraker_cli.delivery.routes import Route, Routes
from jobraker_cli.delivery.smtp import SmtpTransport
from jobraker_cli.errors import ConfigError, MessageError
from jobraker_cli.model import Letter
from jobraker_cli.store.outbox import Claimed
from tests.delivery.smtp_server import SmtpServer

MOMENT = datetime(2026, 11, 23, 9, tzinfo=UTC)
POLICY = DeliveryPolicy(envelope_from="jobs@board.example", message_id_domain="", secret=b"")


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    made = SmtpServer()
    yield made
    made.stop()


def ready(name: str, route: Route) -> Ready:
    letter = Letter(
        id=name,
        kind="welcome",
        user_id=None,
        recipient=f"{name}@example.org",
        payload="{}",
        message_id=f"<{name}@board.example>",
        created_at=MOMENT,
    )
    claimed = Claimed(letter=letter, attempt=1, was="pending", expires_at=None)
    return Ready(claimed=claimed, cancel="", suppressed="", route=route, taken=0.0)


def lane_of(server: SmtpServer, names: str, build: Callable[[Letter], bytes]) -> Lane:
    """A lane with these messages before it, one a letter."""
    route = Route(name="relay", transport=lambda: SmtpTransport(server.settings(), lambda _: None))
    desk = Desk(lanes=1, timer=lambda: 0.0)
    desk.lay_down([ready(name, route) for name in names], group=10)
    desk.join()
    return Lane(
        desk=desk,
        judge=Judge(policy=POLICY, clock=lambda: MOMENT, jitter=lambda: 0.5),
        build=build,
        routes=Routes(routes=[route], timer=lambda: 0.0),
        sender_of=POLICY.sender_of,
        half_lease=450.0,
        timer=lambda: 0.0,
    )


def states(lane: Lane) -> dict[str, str]:
    settled, _ = lane.desk.collect(0.0, wait=False)
    return {one.settlement.id: one.settlement.state for one in settled}


def test_the_next_message_is_built_when_the_relay_has_this_one(server: SmtpServer) -> None:
    with_the_relay: list[int] = []

    def build(letter: Letter) -> bytes:
        deadline = time.monotonic() + 5
        while letter.id == "b" and not server.received and time.monotonic() < deadline:
            time.sleep(0.01)
        with_the_relay.append(len(server.received))
        return b"Subject: x\r\n\r\ntext\r\n"

    lane = lane_of(server, "ab", build)
    assert lane.step()
    assert with_the_relay == [0, 1]
    assert states(lane) == {"a": "sent"}
    assert lane.step()
    lane.close()
    assert server.writes[1:4] == ["MAIL RCPT DATA", "BODY MAIL RCPT DATA", "BODY"]


def test_a_message_that_cannot_be_built_costs_no_other_its_outcome(server: SmtpServer) -> None:
    def build(letter: Letter) -> bytes:
        if letter.id in "bc":
            raise MessageError("no such template")
        return b"Subject: x\r\n\r\ntext\r\n"

    lane = lane_of(server, "abcd", build)
    while lane.step():
        pass
    lane.close()
    assert states(lane) == {"a": "sent", "b": "dead", "c": "dead", "d": "sent"}
    assert [one.recipient[0] for one in server.received if one.content] == ["a", "d"]


@pytest.mark.parametrize("error", [ConfigError("no templates"), OSError("no disk")])
def test_what_ends_the_run_while_the_next_message_is_built_is_said_in_its_own_turn(
    server: SmtpServer, error: Exception
) -> None:
    def build(letter: Letter) -> bytes:
        if letter.id == "b":
            raise error
        return b"Subject: x\r\n\r\ntext\r\n"

    lane = lane_of(server, "ab", build)
    assert lane.step()
    assert states(lane) == {"a": "sent"}
    assert not lane.step()
    with pytest.raises(type(error)):
        lane.desk.collect(0.0, wait=False)
