"""Places by their words, and remote work."""

import pytest

from jobraker_cli.matching import location
from jobraker_cli.matching.explain import explain
from jobraker_cli.matching.location import EXACT, REGION, REMOTE, wanted_spots, whereabouts
from jobraker_cli.model import Alert, Job, MatchRules


def job(text: str = "", title: str = "x", **columns: object) -> Job:
    return Job(id="", title=title, location=text, **columns)  # type: ignore[arg-type]


def fits(asked: str, offered: Job) -> bool:
    return explain(Alert(id="", user_id="", location=asked), offered, MatchRules()).match


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("Berlin", "Berlin, , Germany"),
        ("Germany", "Berlin, , Germany"),
        ("zurich", "Zürich, Switzerland"),
        ("USA", "Broomfield, Colorado, United States; Fort Collins"),
        ("U.S.", "Austin, TX, US"),
        ("United States of America", "Anywhere in the U.S"),
        ("UK", "Cheltenham, United Kingdom"),
        ("Great Britain", "UK (London - Hybrid)"),
        ("Bangalore", "Bengaluru, India"),
        ("NYC", "New York City"),
        ("London", "GB-London"),
        ("Dallas", "Dallas/Ft. Worth, TX"),
        ("Berlin; Munich", "München, Germany"),
        ("London or Remote", "London"),
        ("London OR Dublin", "Dublin"),
        ("Portland, OR", "Portland, OR, United States"),
        ("Trinidad & Tobago", "Trinidad and Tobago"),
        ("Hybrid", "Hybrid - London"),
        ("Anywhere", "London"),
        ("worldwide or Berlin", "London"),
        (" - ", "London"),
        ("any", "London"),
    ],
)
def test_a_job_matches_in_the_place_that_is_asked(asked: str, offered: str) -> None:
    assert fits(asked, job(offered))


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("Berlin", "Bern"),
        ("York", "Yorkshire"),
        ("London, Ontario", "London, UK; Remote - United Kingdom"),
        ("Germany", "Remote - US"),
        ("Remote", "London, England"),
        ("Remote, Germany", "Berlin, Germany"),
        ("Remote, Germany", "Remote - US"),
        ("Germany", ""),
        ("Germany", "2 Locations"),
        ("Widget Works", "Widget; Works"),
        ("Hybrid", "London"),
    ],
)
def test_a_job_elsewhere_does_not_match(asked: str, offered: str) -> None:
    assert not fits(asked, job(offered))


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("Germany", "Remote"),
        ("Germany", "San Francisco; Remote"),
        ("Germany", "Remote - Germany"),
        ("Germany", "Remote - Berlin, Germany"),
        ("Munich, Germany", "Germany - Remote"),
        ("New York, USA", "Remote - US"),
        ("Remote", "Remote, United Kingdom"),
        ("Remote - Germany", "Remote (Germany)"),
        ("Remote, Germany", "Remote"),
        ("Work from home", "AZ - Work from home"),
        ("London or Remote", "Remote - Brazil"),
    ],
)
def test_a_remote_job_matches_where_it_can_be_done_from(asked: str, offered: str) -> None:
    assert fits(asked, job(offered))


def test_a_remote_flag_makes_the_location_its_region() -> None:
    assert fits("Remote", job("Netherlands", is_remote=True))
    assert fits("Netherlands", job("Netherlands", is_remote=True))
    assert not fits("France", job("Netherlands", is_remote=True))


@pytest.mark.parametrize(
    "offered",
    [
        job("Remote - US"),
        job("US-TX-Remote"),
        job("AZ - Work from home"),
        job("Work At Home-Arizona"),
        job("Anywhere, USA"),
        job(title="Solutions Engineer | West Coast | Remote"),
        job(title="Support Mechanic | Remote/Hybrid"),
        job(title="Engineer_Remote"),
        job(title="Engineer (work from anywhere)"),
        job(title="Nurse, Telecommute"),
        job("Hybrid", is_remote=True),
        job(remote_type="full"),
        job("Remote - US", title="Manager, Hybrid Sales Development"),
    ],
)
def test_a_job_is_remote_if_its_flags_or_words_say_so(offered: Job) -> None:
    assert whereabouts(offered).remote


@pytest.mark.parametrize(
    "offered",
    [
        job("London"),
        job("Hybrid - San Francisco"),
        job(remote_type="hybrid"),
        job(title="Remote Sensing Scientist"),
        job(title="Remote Patient Monitoring Nurse"),
        job(title="Engineer (not remote)"),
        job(title="Non-Remote Clerk"),
        job(title="Automation Anywhere Support Engineer"),
    ],
)
def test_a_job_is_not_remote_otherwise(offered: Job) -> None:
    assert not whereabouts(offered).remote


def test_the_columns_name_the_place_only_if_the_text_does_not() -> None:
    assert fits("Berlin", job("2 Locations", city="Berlin"))
    assert fits("Germany", job(city="Berlin", country="Germany"))
    assert not fits("Germany", job("London", city="Berlin", country="Germany"))
    assert fits("Germany", job(country="DE"))
    assert fits("Germany", job("2 Locations", state="BY", country="DE"))
    assert fits("California", job(state="CA"))
    assert fits("Louisiana", job(state="LA"))
    assert not fits("Delaware", job(country="DE"))
    assert not fits("United States", job())


def test_a_text_that_names_no_place_is_still_looked_through_beside_the_columns() -> None:
    assert fits("Widget Works", job("The Widget Works", city="Berlin"))
    assert fits("Berlin", job("The Widget Works", city="Berlin"))


@pytest.mark.parametrize(
    ("asked", "offered", "expected"),
    [
        ("Germany", "Germany", EXACT),
        ("Berlin", "Berlin, Germany", EXACT),
        ("Germany", "Berlin, Germany", REGION),
        ("Germany", "Remote - Germany", REMOTE),
        ("Remote", "Remote - Germany", EXACT),
        ("Berlin; Germany", "Berlin", EXACT),
        ("France", "Germany", None),
    ],
)
def test_places_fit_exactly_or_by_region_or_remotely(
    asked: str, offered: str, expected: int | None
) -> None:
    assert location.fit(wanted_spots(asked), whereabouts(job(offered))) == expected
