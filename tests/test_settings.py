"""Settings: flags, environment, .env, in that order; wrong values name the setting and the fix."""

import stat
from pathlib import Path

import pytest

from jobraker_cli.errors import ConfigError
from jobraker_cli.settings import Loaded, catalogue, load, mask_url

ROOT = Path(__file__).parent.parent


def read(tmp_path: Path, environ: dict[str, str] | None = None, **flags: str) -> Loaded:
    return load(flags=flags, environ=environ or {}, directory=tmp_path)


def write_env(folder: Path, text: str) -> Path:
    path = folder / ".env"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    write_env(
        tmp_path,
        "DATABASE_URL=sqlite:///file.db\nCOMPANY_NAME=File\nSITE_URL=https://file.example\n",
    )
    environ = {"DATABASE_URL": "sqlite:///environment.db", "COMPANY_NAME": "Environment"}
    found = read(tmp_path, environ, DATABASE_URL="sqlite:///flag.db")
    assert found.settings.database_url == "sqlite:///flag.db"
    assert found.settings.company_name == "Environment"
    assert found.settings.site_url == "https://file.example"
    assert found.sources["DATABASE_URL"] == "flag"
    assert found.sources["COMPANY_NAME"] == "environment"
    assert found.sources["SITE_URL"] == ".env"
    assert found.sources["ALERT_CURRENCY"] == "default"


def test_without_any_settings_a_file_in_the_data_directory_is_used(tmp_path: Path) -> None:
    found = read(tmp_path, {"XDG_DATA_HOME": "/data"}).settings
    assert found.database_url == "sqlite:////data/jobraker/jobraker.db"
    assert found.email_backend == "file"
    assert found.email_file_path == Path("/data/jobraker/mail")


def test_mails_go_to_a_folder_beside_the_sqlite_file(tmp_path: Path) -> None:
    found = read(tmp_path, {"DATABASE_URL": "sqlite:////srv/board/board.db"}).settings
    assert found.email_file_path == Path("/srv/board/mail")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("smtp", "smtp"),
        ("SMTP", "smtp"),
        ("django.core.mail.backends.smtp.EmailBackend", "smtp"),
        ("django.core.mail.backends.console.EmailBackend", "console"),
        ("django.core.mail.backends.filebased.EmailBackend", "file"),
        ("django.core.mail.backends.locmem.EmailBackend", "memory"),
        ("django.core.mail.backends.dummy.EmailBackend", "memory"),
    ],
)
def test_the_web_applications_backend_names_work(tmp_path: Path, written: str, meant: str) -> None:
    found = read(tmp_path, {"EMAIL_BACKEND": written, "EMAIL_HOST": "relay.example"})
    assert found.settings.email_backend == meant


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("postgres://u:p@h:5432/board", "postgresql+psycopg2://u:p@h:5432/board"),
        ("postgresql://h/board", "postgresql+psycopg2://h/board"),
        ("psql://h/board?sslmode=require", "postgresql+psycopg2://h/board?sslmode=require"),
        ("postgres://u:p%40%3A%2F@h/board", "postgresql+psycopg2://u:p%40%3A%2F@h/board"),
        ("sqlite:///db.sqlite3", "sqlite:///db.sqlite3"),
    ],
)
def test_database_urls_are_read_as_the_web_framework_reads_them(
    tmp_path: Path, url: str, meant: str
) -> None:
    assert read(tmp_path, {"DATABASE_URL": url}).settings.database_url == meant


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("EMAIL_PORT", "twentyfive", "whole number"),
        ("EMAIL_PORT", "70000", "from 1 to 65535"),
        ("EMAIL_USE_TLS", "maybe", "true or false"),
        ("EMAIL_BACKEND", "anymail.backends.mailgun.EmailBackend", "smtp, console, file, memory"),
        ("EMAIL_TIMEOUT", "nan", "seconds"),
        ("JOBRAKER_TZ", "Mars/Olympus", "Europe/Berlin"),
        ("JOBRAKER_TZ", "../etc/passwd", "Europe/Berlin"),
        ("SITE_URL", "javascript:alert(1)", "https://jobs.example.com"),
        ("SITE_URL", "https://user@evil.example", "https://jobs.example.com"),
        ("JOB_URL", "https://jobs.example.com/jobs", "{id}"),
        ("ALERT_MATCH_FIELDS", "title,salary", "skills_required"),
        ("ALERT_CURRENCY", "dollars", "USD"),
        ("DEFAULT_FROM_EMAIL", "nobody", "alerts@example.com"),
        ("UNCERTAIN_DIGESTS", "perhaps", "resend, hold"),
        ("LIST_ID", "a b", "alerts.jobs.example.com"),
        ("DATABASE_URL", "mysql://h/board", "postgresql://"),
        ("DATABASE_URL", "sqlite:board.db", "sqlite:"),
        ("DATABASE_URL", "sqlite://board.db", "slashes"),
        ("DATABASE_URL", "postgres://u:p@ss@h/board", "%40"),
    ],
)
def test_a_wrong_value_names_the_setting_and_the_fix(
    tmp_path: Path, name: str, value: str, fix: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, {name: value})
    assert str(caught.value).startswith(name)
    assert fix in str(caught.value)


def test_an_error_about_a_secret_does_not_show_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, {"DATABASE_URL": "mysql://u:hunter22@h/board"})
    assert "hunter22" not in str(caught.value)


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret\n", encoding="utf-8")
    found = read(tmp_path, {"EMAIL_HOST_PASSWORD_FILE": str(tmp_path / "password")})
    assert found.settings.email_host_password == "s3cret"
    assert found.sources["EMAIL_HOST_PASSWORD"] == "EMAIL_HOST_PASSWORD_FILE (environment)"


def test_a_secret_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"JOBRAKER_SECRET_KEY_FILE names .*nowhere"):
        read(tmp_path, {"JOBRAKER_SECRET_KEY_FILE": str(tmp_path / "nowhere")})


def test_an_env_file_with_secrets_that_others_may_read_is_warned_of(tmp_path: Path) -> None:
    path = write_env(tmp_path, "EMAIL_HOST_PASSWORD=hunter22\n")
    assert read(tmp_path).warnings == ()
    path.chmod(stat.S_IRUSR | stat.S_IROTH)
    (warning,) = read(tmp_path).warnings
    assert "chmod 600" in warning
    assert "hunter22" not in warning


def test_an_env_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(flags={}, environ={}, env_file=tmp_path / "other.env")


def test_dollar_signs_in_the_env_file_are_kept(tmp_path: Path) -> None:
    write_env(tmp_path, "EMAIL_HOST_PASSWORD='pa$$w${rd}'\n")
    assert read(tmp_path).settings.email_host_password == "pa$$w${rd}"


def test_empty_values_count_as_not_set(tmp_path: Path) -> None:
    assert read(tmp_path, {"EMAIL_HOST": "  ", "EMAIL_PORT": ""}).settings.email_backend == "file"


def test_a_host_alone_means_smtp(tmp_path: Path) -> None:
    assert read(tmp_path, {"EMAIL_HOST": "relay.example"}).settings.email_backend == "smtp"


def test_smtp_without_a_host_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="EMAIL_HOST is not set"):
        read(tmp_path, {"EMAIL_BACKEND": "smtp"})


def test_tls_and_ssl_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="EMAIL_USE_SSL"):
        read(tmp_path, {"EMAIL_USE_TLS": "true", "EMAIL_USE_SSL": "1"})


@pytest.mark.parametrize(
    ("environ", "port"),
    [
        ({}, 25),
        ({"EMAIL_USE_TLS": "yes"}, 587),
        ({"EMAIL_USE_SSL": "1"}, 465),
        ({"EMAIL_PORT": "2525"}, 2525),
    ],
)
def test_the_port_follows_the_encryption(
    tmp_path: Path, environ: dict[str, str], port: int
) -> None:
    assert read(tmp_path, environ).settings.email_port == port


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:hunter22@h/board",
        "postgresql://u:hun@ter22@h/board",
        "postgresql://h/board?user=u&password=hunter22",
    ],
)
def test_a_shown_url_has_no_password(url: str) -> None:
    assert "hunter22" not in mask_url(url)
    assert "ter22" not in mask_url(url)


def test_the_example_file_lists_exactly_the_settings_with_their_lines() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    listed = {
        line.removeprefix("#").partition("=")[0]: lines[number - 1]
        for number, line in enumerate(lines)
        if line.startswith("#") and not line.startswith("# ") and "=" in line
    }
    assert listed == {spec["name"]: f"# {spec['about']}" for spec in catalogue()}


def test_the_example_file_can_be_used_with_every_line_switched_on(tmp_path: Path) -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    on = "\n".join(
        line.removeprefix("#") if line.startswith("#") and not line.startswith("# ") else line
        for line in text.splitlines()
    )
    write_env(tmp_path, on)
    assert read(tmp_path).settings.email_backend == "smtp"
