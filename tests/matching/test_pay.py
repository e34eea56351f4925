"""Pay as amounts a year."""

import pytest

from jobraker_cli.matching.explain import explain
from jobraker_cli.matching.pay import Pay, offered_pay
from jobraker_cli.model import Alert, Job, MatchRules

RULES = MatchRules()
REQUIRED = MatchRules(require_salary=True)


def job(low: int | None, high: int | None, period: str = "yearly", currency: str = "USD") -> Job:
    return Job(
        id="",
        title="x",
        salary_min=low,
        salary_max=high,
        salary_period=period,
        salary_currency=currency,
    )


@pytest.mark.parametrize(
    ("asked", "offered", "expected"),
    [
        ((100_000, None), job(90_000, 120_000), True),
        ((100_000, None), job(60_000, 90_000), False),
        ((100_000, None), job(60, 75, "hourly"), True),
        ((100_000, None), job(5000, 7000, "monthly"), False),
        ((100_000, None), job(2000, None, "weekly"), True),
        ((100_000, None), job(None, 99_999), False),
        ((100_000, None), job(None, 100_000), True),
        ((None, 80_000), job(90_000, 120_000), False),
        ((None, 80_000), job(80_000, None), True),
        ((80_000, 60_000), job(70_000, 70_000), True),
        ((100_000, None), job(90_000, 10_000), False),
        ((0, 0), job(1, 1), True),
    ],
)
def test_ranges_must_overlap_and_an_open_end_reaches_out(
    asked: tuple[int | None, int | None], offered: Job, expected: bool
) -> None:
    alert = Alert(id="", user_id="", min_salary=asked[0], max_salary=asked[1])
    assert explain(alert, offered, REQUIRED).match is expected


@pytest.mark.parametrize(
    "offered",
    [
        job(None, None),
        job(0, 0),
        job(1, 2, "per piece"),
        job(1, 2, currency="EUR"),
        job(200_000, None, currency=""),
    ],
)
def test_undisclosed_or_foreign_pay_passes_unless_required(offered: Job) -> None:
    alert = Alert(id="", user_id="", min_salary=100_000)
    assert explain(alert, offered, RULES).match
    assert not explain(alert, offered, REQUIRED).match


def test_the_rules_say_which_currency_compares() -> None:
    alert = Alert(id="", user_id="", min_salary=100_000)
    rules = MatchRules(currency="eur")
    assert not explain(alert, job(1, 2, currency="EUR"), rules).match
    assert explain(alert, job(1, 2), rules).match


@pytest.mark.parametrize(
    ("pay", "said"),
    [
        (job(70_000, 90_000, currency="eur"), "70,000 to 90,000 EUR a year"),
        (job(60, 60, "hourly"), "124,800 USD a year"),
        (job(5000, None, "monthly"), "from 60,000 USD a year"),
        (job(None, 5, currency=""), "up to 5 a year"),
    ],
)
def test_pay_is_said_as_people_write_it(pay: Job, said: str) -> None:
    assert str(offered_pay(pay, RULES)) == said


def test_pay_is_comparable_in_the_currency_of_the_rules_only() -> None:
    assert offered_pay(job(1, 2), RULES) == Pay(1, 2, "USD")
    assert offered_pay(job(1, 2, currency="EUR"), RULES) == Pay(1, 2, "EUR", comparable=False)
