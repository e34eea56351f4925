"""A board that cannot be presented properly is refused before any mail is made."""

from dataclasses import replace

import pytest

from jobraker_cli.errors import ConfigError
from jobraker_cli.mail.brand import SigningKey, checked
from tests.mail.samples import BRAND


def test_a_sender_without_a_name_gets_the_companys() -> None:
    brand = checked(replace(BRAND, from_email="alerts@jobs.example.com"))
    assert brand.from_email == "Example Jobs <alerts@jobs.example.com>"


def test_a_site_ends_without_a_slash() -> None:
    assert checked(replace(BRAND, site_url="https://x.example/board/")).site_url == (
        "https://x.example/board"
    )


def test_mailboxes_with_names_are_reduced_to_their_addresses() -> None:
    brand = checked(replace(BRAND, support_email="Help <help@x.example>", unsubscribe_mailto=""))
    assert (brand.support_email, brand.unsubscribe_mailto) == ("help@x.example", "")


def test_a_company_without_a_name_is_called_by_its_site() -> None:
    assert checked(replace(BRAND, company_name="\x00 ")).company_name == "jobs.example.com"


def test_the_pattern_of_job_pages_keeps_its_place_for_the_id() -> None:
    brand = checked(replace(BRAND, job_url="https://x.example/stellen/für?job={id}"))
    assert brand.job_url == "https://x.example/stellen/f%C3%BCr?job={id}"


@pytest.mark.parametrize(
    ("setting", "changes"),
    [
        ("SITE_URL", {"site_url": "javascript:alert(1)"}),
        ("SITE_URL", {"site_url": "jobs.example.com"}),
        ("JOB_URL", {"job_url": "https://jobs.example.com/jobs/"}),
        ("JOB_URL", {"job_url": "https://a@evil/{id}"}),
        ("LIST_ID", {"list_id": ""}),
        ("LIST_ID", {"list_id": "a>\r\nBcc: e@x"}),
        ("DEFAULT_FROM_EMAIL", {"from_email": "Example Jobs"}),
        ("SUPPORT_EMAIL", {"support_email": "a@b.org, c@d.org"}),
        ("UNSUBSCRIBE_MAILTO", {"unsubscribe_mailto": "nobody"}),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(setting: str, changes: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=setting):
        checked(replace(BRAND, **changes))


@pytest.mark.parametrize(("name", "secret"), [("", b"x"), ("a.b", b"x"), ("k" * 33, b"x")])
def test_a_key_has_a_name_that_fits_into_tokens(name: str, secret: bytes) -> None:
    with pytest.raises(ConfigError, match="id"):
        SigningKey(id=name, secret=secret)


def test_a_key_without_a_secret_is_refused() -> None:
    with pytest.raises(ConfigError, match="empty"):
        SigningKey(id="k1", secret=b"")


def test_a_key_never_shows_its_secret() -> None:
    assert "hush" not in repr(SigningKey(id="k1", secret=b"hush"))
