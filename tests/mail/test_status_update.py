"""The facts of a status update: what details of any spelling say to the person."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from jobraker_cli.mail.brand import SigningKey
from jobraker_cli.mail.links import Links
from jobraker_cli.mail.status_update import view
from jobraker_cli.mail.wording import Words
from tests.mail.samples import BRAND

WRITTEN = datetime(2026, 11, 23, tzinfo=UTC)


def said(zone: str, **payload: object) -> dict[str, str]:
    """The facts of a mail in this time zone."""
    links = Links(brand=BRAND, key=SigningKey(id="k", secret=b"s"), user_id="1", issued_at=WRITTEN)
    words = Words.of("en", ZoneInfo(zone), WRITTEN)
    return {fact.label: fact.value for fact in view(payload, links, words).facts}


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize(
    ("details", "when"),
    [
        ({"when": "2026-12-01"}, "Tuesday 1 December"),
        ({"when": "2026-12-01", "time": "14:00"}, "Tuesday 1 December, 14:00"),
        ({"when": "2026-12-01T14:00"}, "Tuesday 1 December, 14:00"),
        ({"when": "2026-12-01 14:00:00", "time": "2 pm"}, "Tuesday 1 December, 14:00"),
        ({"when": "next Tuesday", "time": "14:00"}, "next Tuesday, 14:00"),
        ({"time": "14:00"}, "14:00"),
        ({"when": 7, "time": []}, None),
    ],
)
def test_an_interview_without_a_time_zone_is_when_it_was_written_to_be(
    zone: str, details: dict[str, object], when: str | None
) -> None:
    assert said(zone, status="interview_scheduled", interview=details).get("When") == when


def test_a_moment_is_shown_in_the_mails_time_zone() -> None:
    shown = {"status": "interview_scheduled", "interview": {"when": "2026-12-01T20:00:00Z"}}
    assert said("Asia/Tokyo", **shown)["When"] == "Wednesday 2 December, 05:00 JST"
    shown = {**shown, "interview_at": "2026-12-03T09:00:00+00:00"}
    assert said("UTC", **shown)["When"] == "Thursday 3 December, 09:00 UTC"


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_the_days_of_an_offer_are_those_that_were_written(zone: str) -> None:
    offer = {"start": "2027-01-01", "deadline": "2026-12-01", "salary": 0, "bonus": "a car"}
    assert said(zone, status="offer_received", offer=offer) == {
        "Bonus": "a car",
        "Start": "Friday 1 January 2027",
        "Answer by": "Tuesday 1 December",
    }
