"""SMTP with TLS and a login: nothing in clear, nothing to a stranger, no password in any text."""

import ssl
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobraker_cli.delivery.smtp import SmtpSettings, SmtpTransport
from jobraker_cli.delivery.transport import Envelope, Outcome, Phase
from jobraker_cli.errors import ConfigError, JobrakerError, UnreachableError
from tests.delivery.smtp_server import (
    EVERY,
    Answer,
    Certificate,
    SmtpServer,
    drip,
    hang_up,
    made_expired,
    make_certificate,
    say_and_hang_up,
    say_and_later_stray,
    say_nothing,
    say_then_stray,
)

ENVELOPE = Envelope(
    id="0b1e",
    sender="jobs@board.example",
    recipient="ada@example.org",
    content=b"Subject: Jobs\r\n\r\nTwo new jobs\r\n",
    created_at=datetime(2026, 11, 22, tzinfo=UTC),
)
PASSWORD = "p@ss:w/rd%1"
SAID_IN_CLEAR = {"EHLO", "HELO", "STARTTLS", "QUIT"}

Start = Callable[..., SmtpServer]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"), "IP:127.0.0.1")


@pytest.fixture(scope="session")
def of_another_host(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("another"), "DNS:relay.example.org")


@pytest.fixture(scope="session")
def expired(certificate: Certificate) -> Certificate:
    return made_expired(certificate)


@pytest.fixture
def start() -> Iterator[Start]:
    made: list[SmtpServer] = []

    def start(
        certificate: Certificate | None = None,
        *,
        tls_from_start: bool = False,
        login: str = "",
    ) -> SmtpServer:
        made.append(
            SmtpServer(
                tls=certificate.context() if certificate else None,
                tls_from_start=tls_from_start,
                extensions=(f"AUTH {login}",) if login else ("8BITMIME",),
            )
        )
        return made[-1]

    yield start
    for server in made:
        server.stop()


def send(settings: SmtpSettings) -> Outcome:
    transport = SmtpTransport(settings, lambda _seconds: None)
    try:
        return transport.send(ENVELOPE)
    finally:
        transport.close()


def refused(settings: SmtpSettings, error: type[JobrakerError]) -> str:
    """What the refusal says, with its causes, as a log would show it."""
    with pytest.raises(error) as caught:
        send(settings)
    return "".join(traceback.format_exception(caught.value))


def assert_nothing_was_given_away(server: SmtpServer) -> None:
    assert server.received == []
    assert {command.verb for command in server.commands} <= SAID_IN_CLEAR


# Trust


@pytest.mark.parametrize("tls_from_start", [False, True])
def test_a_certificate_from_the_ca_file_is_trusted(
    start: Start, certificate: Certificate, tls_from_start: bool
) -> None:
    server = start(certificate, tls_from_start=tls_from_start)
    settings = replace(
        server.settings(),
        starttls=not tls_from_start,
        ssl=tls_from_start,
        ca_file=certificate.file,
    )
    assert send(settings).phase is Phase.DONE
    assert len(server.received) == 1
    in_clear = [command.verb for command in server.commands if not command.encrypted]
    assert in_clear == ([] if tls_from_start else ["EHLO", "STARTTLS"])


def test_a_connection_with_tls_is_reused(start: Start, certificate: Certificate) -> None:
    server = start(certificate)
    settings = replace(server.settings(), starttls=True, ca_file=certificate.file)
    transport = SmtpTransport(settings)
    assert [transport.send(ENVELOPE).phase for _ in range(3)] == [Phase.DONE] * 3
    transport.close()
    assert server.connections == 1


@pytest.mark.parametrize("tls_from_start", [False, True])
def test_a_self_signed_certificate_is_refused(
    start: Start, certificate: Certificate, tls_from_start: bool
) -> None:
    server = start(certificate, tls_from_start=tls_from_start, login="PLAIN")
    settings = replace(
        server.settings(),
        starttls=not tls_from_start,
        ssl=tls_from_start,
        username="ada",
        password=PASSWORD,
    )
    said = refused(settings, UnreachableError)
    assert f"the certificate of {settings.where} is not trusted (self-signed certificate" in said
    assert_nothing_was_given_away(server)
    assert server.connections == 1


def test_a_certificate_of_another_host_is_refused(
    start: Start, of_another_host: Certificate
) -> None:
    server = start(of_another_host)
    settings = replace(server.settings(), starttls=True, ca_file=of_another_host.file)
    assert "is not trusted (IP address mismatch" in refused(settings, UnreachableError)
    assert_nothing_was_given_away(server)


def test_an_expired_certificate_is_refused(start: Start, expired: Certificate) -> None:
    server = start(expired)
    settings = replace(server.settings(), starttls=True, ca_file=expired.file)
    assert "is not trusted (certificate has expired" in refused(settings, UnreachableError)
    assert_nothing_was_given_away(server)


def test_verification_can_be_turned_off_for_a_loopback(
    start: Start, certificate: Certificate
) -> None:
    server = start(certificate)
    settings = replace(server.settings(), starttls=True, verify=False)
    assert send(settings).phase is Phase.DONE


# Between us and the relay


def test_a_stripped_starttls_is_refused(start: Start) -> None:
    server = start(login="PLAIN")
    settings = replace(server.settings(), starttls=True, username="ada", password=PASSWORD)
    assert "offers no STARTTLS" in refused(settings, UnreachableError)
    assert_nothing_was_given_away(server)


@pytest.mark.parametrize(
    "answer", ["454 4.7.0 not now", "502 5.5.1 what?", "220 but I talk on", hang_up, say_nothing]
)
def test_a_starttls_that_fails_is_refused(
    start: Start, certificate: Certificate, answer: str | Answer
) -> None:
    server = start(certificate)
    if answer == "220 but I talk on":
        answer = say_and_hang_up(answer)
    server.on("STARTTLS", answer, nth=EVERY)
    settings = replace(
        server.settings(timeout_seconds=0.3), starttls=True, ca_file=certificate.file
    )
    refused(settings, UnreachableError)
    assert_nothing_was_given_away(server)


def test_plain_text_injected_with_the_reply_to_starttls_is_refused(
    start: Start, certificate: Certificate
) -> None:
    server = start(certificate)
    server.on("STARTTLS", say_then_stray("220 go", "250 AUTH PLAIN"), nth=EVERY)
    settings = replace(server.settings(), starttls=True, ca_file=certificate.file)
    assert "plain text" in refused(settings, UnreachableError)
    assert_nothing_was_given_away(server)


def test_plain_text_injected_into_the_handshake_is_refused(
    start: Start, certificate: Certificate
) -> None:
    server = start(certificate)
    said = threading.Event()
    server.on("STARTTLS", say_and_later_stray("220 go", "250 AUTH PLAIN", said), nth=EVERY)
    settings = replace(server.settings(), starttls=True, ca_file=certificate.file)
    assert "no encrypted connection" in refused(settings, UnreachableError)
    assert_nothing_was_given_away(server)


def test_tls_from_the_start_with_a_server_that_talks_plainly_is_refused(start: Start) -> None:
    server = start()
    settings = replace(server.settings(), ssl=True)
    assert "no encrypted connection" in refused(settings, UnreachableError)
    assert_nothing_was_given_away(server)


def test_plain_talk_with_a_server_that_expects_tls_ends_in_time(
    start: Start, certificate: Certificate
) -> None:
    server = start(certificate, tls_from_start=True)
    said = refused(server.settings(timeout_seconds=0.3), UnreachableError)
    assert "EMAIL_USE_SSL" in said
    assert_nothing_was_given_away(server)


def test_a_reply_dripping_through_tls_has_one_deadline(
    start: Start, certificate: Certificate
) -> None:
    server = start(certificate)
    server.on("DOT", drip("250 " + "slow " * 40, every=0.05))
    settings = replace(
        server.settings(timeout_seconds=0.5), starttls=True, ca_file=certificate.file
    )
    outcome = send(settings)
    assert (outcome.phase, outcome.code) == (Phase.DOT, None)
    assert outcome.seconds < 4


def test_a_stray_reply_through_tls_drops_the_connection(
    start: Start, certificate: Certificate
) -> None:
    server = start(certificate)
    server.on("DOT", say_then_stray("250 ok", "550 5.1.1 no such user"))
    settings = replace(server.settings(), starttls=True, ca_file=certificate.file)
    transport = SmtpTransport(settings)
    assert [transport.send(ENVELOPE).phase for _ in range(2)] == [Phase.DONE] * 2
    transport.close()
    assert server.connections == 2


# Login


@pytest.mark.parametrize(
    ("offered", "used"),
    [("PLAIN LOGIN", "PLAIN"), ("LOGIN", "LOGIN"), ("CRAM-MD5", "CRAM-MD5"), ("X plain", "PLAIN")],
)
def test_a_login_is_made_inside_tls(
    start: Start, certificate: Certificate, offered: str, used: str
) -> None:
    server = start(certificate, login=offered)
    settings = replace(
        server.settings(),
        starttls=True,
        ca_file=certificate.file,
        username="ada",
        password=PASSWORD,
    )
    assert send(settings).phase is Phase.DONE
    logins = [command for command in server.commands if command.verb == "AUTH"]
    assert [(login.line.split()[1], login.encrypted) for login in logins] == [(used, True)]


def test_a_login_on_a_loopback_needs_no_tls(start: Start) -> None:
    server = start(login="PLAIN")
    assert send(replace(server.settings(), username="ada", password=PASSWORD)).phase is Phase.DONE


@pytest.mark.parametrize("code", [530, 534, 535, 538, 504])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("closes", [False, True])
def test_a_refused_login_is_a_matter_of_settings_and_names_no_password(
    start: Start, code: int, mechanism: str, closes: bool
) -> None:
    server = start(login=f"{mechanism} CRAM-MD5")
    settings = replace(server.settings(), username="ada", password=PASSWORD)
    echo = " ".join([PASSWORD, *settings.secrets])
    reply = f"{code} 5.7.8 bad credentials {echo}"
    server.on("AUTH", say_and_hang_up(reply) if closes else reply, nth=EVERY)
    said = refused(settings, ConfigError)
    assert f"{settings.where} refused the login ({code} 5.7.8 bad credentials <password>" in said
    assert PASSWORD not in str(settings) + repr(settings)
    assert not any(secret in said for secret in settings.secrets)
    assert server.verbs.count("AUTH") == 1
    assert server.received == []


def test_a_login_that_fails_for_now_leaves_the_relay_unreachable(start: Start) -> None:
    server = start(login="PLAIN")
    server.on("AUTH", "454 4.7.0 temporary failure", nth=EVERY)
    settings = replace(server.settings(), username="ada", password=PASSWORD)
    assert "lets nobody in just now (454" in refused(settings, UnreachableError)
    assert server.connections == 3


@pytest.mark.parametrize("login", ["", "GSSAPI XOAUTH2"])
def test_a_server_that_offers_no_login_is_a_matter_of_settings(start: Start, login: str) -> None:
    server = start(login=login)
    settings = replace(server.settings(), username="ada", password=PASSWORD)
    assert "offers no login" in refused(settings, ConfigError)
    assert server.received == []


# Settings


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"host": ""}, "EMAIL_HOST is not set"),
        ({"starttls": True, "ssl": True}, "exclude each other"),
        ({"verify": False}, "must be verified"),
        ({"username": "ada", "starttls": True}, "EMAIL_HOST_PASSWORD is not"),
        ({"username": "ada", "password": "", "ssl": True}, "EMAIL_HOST_PASSWORD is not"),
        ({"username": "ada", "password": PASSWORD}, "in clear"),
        ({"username": "ada", "password": "pässword", "ssl": True}, "must be ASCII"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(
    changes: dict[str, str | bool], says: str
) -> None:
    settings = SmtpSettings(host="relay.example.org", port=587)
    with pytest.raises(ConfigError, match=says):
        replace(settings, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("relay.example.org", False),
        ("localhost.example.org", False),
        ("127.0.0.1.example.org", False),
    ],
)
def test_only_this_machine_is_a_loopback(host: str, loopback: bool) -> None:
    assert SmtpSettings(host=host, port=25).is_loopback is loopback


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_bad_ca_file_is_a_matter_of_settings(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    settings = SmtpSettings(host="127.0.0.1", port=587, starttls=True, ca_file=file)
    with pytest.raises(ConfigError, match=r"EMAIL_CA_FILE .*ca\.pem"):
        SmtpTransport(settings)


def test_a_host_that_is_no_name_is_a_matter_of_settings() -> None:
    settings = SmtpSettings(host="a..b", port=25, timeout_seconds=1)
    assert "check EMAIL_HOST" in refused(settings, ConfigError)


def test_a_host_that_is_not_found_is_unreachable() -> None:
    settings = SmtpSettings(host="relay.invalid", port=25, timeout_seconds=1)
    assert "is not found" in refused(settings, UnreachableError)


def test_tls_is_modern(certificate: Certificate, start: Start) -> None:
    old = certificate.context()
    server = start(certificate)
    server.tls = old
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    settings = replace(server.settings(), starttls=True, ca_file=certificate.file)
    assert "no encrypted connection" in refused(settings, UnreachableError)
    assert_nothing_was_given_away(server)
