"""`doctor`: what each check sees, says and ends with."""

import shutil
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import dns.message
import dns.rdatatype
import dns.resolver
import dns.rrset
import pytest

from jobraker_cli import wiring
from jobraker_cli.operations.doctor import CheckResult, Examination, examine
from jobraker_cli.operations.doctor.chat import chat
from jobraker_cli.operations.doctor.dns import advice, judge_dmarc, judge_spf
from jobraker_cli.operations.doctor.watching import judge_space
from jobraker_cli.operations.doctor.wording import templates
from jobraker_cli.operations.doctor.work import stuck_after
from jobraker_cli.settings import load
from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
REAL = {"SITE_URL": "https://board.test", "JOBRAKER_SECRET_KEY": "0123456789abcdef-long-enough"}


def checks(
    board: Board,
    environ: Mapping[str, str] | None = None,
    *,
    now: datetime = NOW,
    folder: Path | None = None,
) -> dict[str, CheckResult]:
    """All checks by name, on a board, without calling out unless a relay is named."""
    environ = environ or {}
    loaded = load(flags={"DATABASE_URL": board.url}, environ=environ, directory=folder or Path("/"))
    app = wiring.build(loaded.settings, now=now, readonly=True)
    asked = Examination(
        app=app, loaded=loaded, machine_now=wiring.system_now(), network="EMAIL_HOST" in environ
    )
    found = examine(asked)
    app.engine.dispose()
    assert len({one.name for one in found}) == len(found)
    assert all(one.fix for one in found if one.status != "ok")
    return {one.name: one for one in found}


def statuses(found: Mapping[str, CheckResult]) -> dict[str, str]:
    return {name: one.status for name, one in found.items()}


def test_a_board_that_never_ran_has_warnings_and_no_failure(
    board: Board, jobraker: Command
) -> None:
    jobraker("init")
    board.execute("UPDATE jobraker_run SET believed_at = :at", at=NOW - timedelta(hours=1))
    found = checks(board)
    assert {one.status for one in found.values()} <= {"ok", "warn"}
    assert found["task daily-alerts"].status == "warn"
    assert "never run (daily 09:00); first due 2026-11-24 09:00 UTC" in (
        found["task daily-alerts"].detail
    )
    assert found["database"].status == "ok"
    late = checks(board, now=NOW + timedelta(days=2))["task daily-alerts"]
    assert "never run (daily 09:00); was due 2026-11-24 09:00 UTC" in late.detail
    assert found["pending"].status == found["dead"].status == found["uncertain"].status == "ok"


def test_every_task_is_held_against_its_schedule(sqlite_board: Board, jobraker: Command) -> None:
    jobraker("init")
    jobraker("run", "daily-alerts", "--now", "2026-11-23T09:00:00Z")
    assert checks(sqlite_board)["task daily-alerts"].status == "ok"
    late = checks(sqlite_board, now=NOW + timedelta(days=1, hours=1))["task daily-alerts"]
    assert late.status == "warn"
    assert "overdue" in late.detail
    in_time = checks(sqlite_board, now=NOW + timedelta(days=1, minutes=5))
    assert in_time["task daily-alerts"].status == "ok"


def test_a_run_that_takes_longer_than_usual_is_named(board: Board, jobraker: Command) -> None:
    jobraker("init")
    jobraker("run", "daily-alerts")
    assert checks(board)["running"].status == "ok"
    board.execute(
        "INSERT INTO jobraker_run (run_id, task, started_at, believed_at, host)"
        " VALUES (900, 'daily-alerts', :at, :at, 'mars')",
        at=datetime.now(UTC) - timedelta(hours=2),
    )
    named = checks(board)["running daily-alerts"]
    assert named.status == "warn"
    assert "run 900 on mars" in named.detail


@pytest.mark.parametrize(
    ("durations", "seconds"), [([], 3600.0), ([1.0, 2.0], 300.0), ([100.0, 600.0], 1800.0)]
)
def test_a_run_is_stuck_after_three_times_its_longest(
    durations: list[float], seconds: float
) -> None:
    assert stuck_after(durations) == seconds


def test_messages_that_wait_are_uncertain_or_dead_are_counted_with_their_age(
    board: Board, jobraker: Command
) -> None:
    jobraker("init")
    columns = "id, kind, recipient, payload, state, created_at"
    for index, state in enumerate(("pending", "failed", "uncertain", "dead", "sent")):
        board.execute(
            f"INSERT INTO jobraker_outbox ({columns})"
            " VALUES (:id, 'job_alert', 'ada@example.org', '{}', :state, :at)",
            id=f"{index:032x}",
            state=state,
            at=NOW - timedelta(hours=3),
        )
    found = checks(board)
    assert found["pending"].detail == "2 wait, the oldest for 3 hours"
    assert found["uncertain"].detail == "1 may have arrived or not, the oldest for 3 hours"
    assert found["dead"].detail == "1 will not be tried again, the oldest for 3 hours"


def test_what_lies_in_the_env_file_is_for_its_owner_only(
    sqlite_board: Board, jobraker: Command
) -> None:
    jobraker("init")
    env_file = jobraker.cwd / ".env"
    env_file.write_text("EMAIL_HOST_PASSWORD=hunter22\n")
    expected = {0o600: "ok", 0o640: "warn", 0o644: "fail", 0o602: "fail"}
    for mode, status in expected.items():
        env_file.chmod(mode)
        assert checks(sqlite_board, folder=jobraker.cwd)["env_file"].status == status
    result = jobraker("doctor", "--json", check=78)
    assert "hunter22" not in result.stdout + result.stderr


@pytest.mark.parametrize(
    ("key", "status"),
    [("", "warn"), ("short", "warn"), ("a" * 40, "warn"), (REAL["JOBRAKER_SECRET_KEY"], "ok")],
)
def test_a_key_that_can_be_guessed_is_said(sqlite_board: Board, key: str, status: str) -> None:
    assert checks(sqlite_board, {"JOBRAKER_SECRET_KEY": key})["secret_key"].status == status


def test_the_relay_is_asked_and_gets_no_mail(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    jobraker("init")
    found = checks(sqlite_board, {**mailbox.settings, **REAL})
    assert found["mail"].status == found["relay"].status == "ok"
    assert "without TLS, without login" in found["relay"].detail
    assert mailbox.messages == []


def test_a_relay_that_is_away_is_69_and_one_that_refuses_the_login_78(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    jobraker("init")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = str(unused.getsockname()[1])
        env = {**mailbox.settings, **REAL, "EMAIL_PORT": port}
        report = jobraker("doctor", "--json", env=env, check=69).json
    (failed,) = [one for one in report["checks"] if one["status"] == "fail"]
    assert failed["name"] == "relay"
    login = {"EMAIL_HOST_USER": "me", "EMAIL_HOST_PASSWORD": "hunter22"}
    result = jobraker("doctor", "--json", env={**mailbox.settings, **REAL, **login}, check=78)
    assert "hunter22" not in result.stdout + result.stderr


def test_a_template_that_cannot_be_used_is_named(sqlite_board: Board, jobraker: Command) -> None:
    jobraker("init")
    own = jobraker.cwd / "templates" / "emails"
    own.mkdir(parents=True)
    (own / "job_alert.html").write_text("{% if %}")
    found = checks(sqlite_board, {"JOBRAKER_TEMPLATES": str(own.parent)})["templates"]
    assert found.status == "fail"
    (own / "job_alert.html").write_text("{{ nobody_gives_this }}")
    (own / "welcome.html").write_text("<p>No language, no title</p>")
    found = checks(sqlite_board, {"JOBRAKER_TEMPLATES": str(own.parent)})["templates"]
    assert found.status == "fail"
    assert "nobody_gives_this" in found.detail
    (own / "job_alert.html").unlink()
    found = checks(sqlite_board, {"JOBRAKER_TEMPLATES": str(own.parent)})["templates"]
    assert (found.status, "welcome/" in found.detail) == ("warn", True)
    shutil.rmtree(own)
    assert checks(sqlite_board, {"JOBRAKER_TEMPLATES": str(own.parent)})["templates"].status == "ok"


def test_a_template_without_an_end_does_not_hold_the_doctor_up(
    sqlite_board: Board, jobraker: Command
) -> None:
    jobraker("init")
    loaded = load(flags={"DATABASE_URL": sqlite_board.url}, environ={}, directory=Path("/"))
    app = wiring.build(loaded.settings, now=NOW, readonly=True)
    (found,) = templates(app, patience_seconds=0.0)
    app.engine.dispose()
    assert (found.status, found.detail) == ("fail", "rendering takes longer than 0 s")


def test_the_language_of_one_person_is_asked_for(board: Board, jobraker: Command) -> None:
    jobraker("init")
    assert "languages" not in checks(board)
    nobody = checks(board, {"JOBRAKER_LOCALE_SQL": "'de'"})["languages"]
    assert "nobody is there" in nobody.detail
    board.add_user()
    before = board.dump()
    for expression, status, said in (
        ("'de_AT'", "ok", "Deutsch"),
        ("NULL", "ok", "prefers none, and gets en"),
        ("'tlh'", "warn", "'tlh'"),
        ("nonsense(1)", "fail", "JOBRAKER_LOCALE_SQL does not work"),
    ):
        found = checks(board, {"JOBRAKER_LOCALE_SQL": expression})["languages"]
        assert found.status == status
        assert said in found.detail
    assert board.dump() == before


def test_what_is_watched_must_be_writable(sqlite_board: Board, jobraker: Command) -> None:
    jobraker("init")
    folder = jobraker.cwd
    good = {
        "JOBRAKER_METRICS_FILE": str(folder / "jobraker.prom"),
        "JOBRAKER_LOG": str(folder / "jobraker.log"),
    }
    found = checks(sqlite_board, good)
    assert found["metrics_file"].status == found["log_file"].status == "ok"
    bad = {"JOBRAKER_METRICS_FILE": str(folder / "no" / "x.prom"), "JOBRAKER_LOG": str(folder)}
    found = checks(sqlite_board, bad)
    assert found["metrics_file"].status == found["log_file"].status == "fail"
    assert "install -d" in found["metrics_file"].fix
    assert "log_file" not in checks(sqlite_board, {"JOBRAKER_LOG": "syslog"})


def test_a_disk_that_fills_up_is_said() -> None:
    assert judge_space(Path("/data"), 2**40).status == "ok"
    full = judge_space(Path("/data"), 5 * 2**20)
    assert (full.status, full.detail) == ("warn", "5 MiB free at /data")


def test_the_relay_that_stands_in_is_asked_too(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    jobraker("init")
    where = f"{mailbox.settings['EMAIL_HOST']}:{mailbox.settings['EMAIL_PORT']}"
    env = mailbox.settings | {"EMAIL_FALLBACK_URL": f"smtp://{where}"}
    assert checks(sqlite_board, env)["fallback_relay"].status == "ok"
    away = checks(sqlite_board, env | {"EMAIL_FALLBACK_URL": "smtp://127.0.0.1:1"})
    assert (away["relay"].status, away["fallback_relay"].status) == ("ok", "fail")
    assert away["fallback_relay"].exit_code == 69


def test_a_clock_that_differs_from_the_databases_is_said(
    sqlite_board: Board, jobraker: Command
) -> None:
    jobraker("init")
    loaded = load(flags={"DATABASE_URL": sqlite_board.url}, environ={}, directory=Path("/"))
    app = wiring.build(loaded.settings, readonly=True)
    for skew, status, said in (
        (0, "ok", "within"),
        (90, "warn", "90 s ahead"),
        (-90, "warn", "behind"),
    ):
        moment = wiring.system_now() + timedelta(seconds=skew)
        asked = Examination(app=app, loaded=loaded, machine_now=moment, network=False)
        (clock,) = [one for one in examine(asked) if one.name == "clock"]
        assert clock.status == status
        assert said in clock.detail


# DNS


@pytest.mark.parametrize(
    ("records", "status"),
    [
        ([], "warn"),
        (["v=spf1 include:relay.test -all"], "ok"),
        (["v=spf1 a ~all"], "ok"),
        (["v=spf1 +all"], "warn"),
        (["v=spf1 -all", "v=spf1 a -all"], "warn"),
    ],
)
def test_spf_is_judged(records: Sequence[str], status: str) -> None:
    assert judge_spf("board.test", records).status == status


@pytest.mark.parametrize(
    ("records", "status"),
    [
        ([], "warn"),
        (["v=DMARC1; p=reject"], "ok"),
        (["v=DMARC1;p=QUARANTINE; rua=mailto:a@b"], "ok"),
        (["v=DMARC1; p=none"], "warn"),
        (["v=DMARC1; pct=5"], "warn"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "warn"),
    ],
)
def test_dmarc_is_judged(records: Sequence[str], status: str) -> None:
    assert judge_dmarc("board.test", records).status == status


@contextmanager
def name_server(texts: Mapping[str, str]) -> Iterator[dns.resolver.Resolver]:
    """A DNS server on loopback that knows these TXT records, and a resolver that asks it."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                octets, address = server.recvfrom(4096)
            except OSError:
                return
            if not octets:
                return
            query = dns.message.from_wire(octets)
            answer = dns.message.make_response(query)
            name = query.question[0].name
            text = texts.get(name.to_text(omit_final_dot=True))
            if text is not None:
                quoted = f'"{text}"'
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", dns.rdatatype.TXT, quoted))
            server.sendto(answer.to_wire(), address)

    thread = threading.Thread(target=serve)
    thread.start()
    ask = dns.resolver.Resolver(configure=False)
    ask.nameservers, ask.port, ask.lifetime = ["127.0.0.1"], server.getsockname()[1], 3.0
    try:
        yield ask
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", server.getsockname())
        thread.join()
        server.close()


def test_the_records_are_looked_up() -> None:
    texts = {"board.test": "v=spf1 -all", "_dmarc.board.test": "v=DMARC1; p=reject"}
    with name_server(texts) as ask:
        good = {one.name: one.status for one in advice("board.test", ask)}
        bare = {one.name: one.status for one in advice("other.test", ask)}
    assert good == {"spf": "ok", "dmarc": "ok"}
    assert bare == {"spf": "warn", "dmarc": "warn"}


def test_without_dns_there_is_one_warning() -> None:
    (only,) = advice("board.test", None)
    assert (only.name, only.status) == ("sender_domain", "warn")


def test_dkim_is_looked_up_where_jobraker_signs() -> None:
    name = "mail._domainkey.board.test"
    with name_server({name: "v=DKIM1; k=rsa; p=MIIB"}) as ask:
        found = {one.name: one for one in advice("board.test", ask, signs_as=name)}
        lost = {one.name: one for one in advice("board.test", ask, signs_as=f"x.{name}")}
    assert (found["dkim_record"].status, lost["dkim_record"].status) == ("ok", "warn")
    assert name in lost["dkim_record"].detail


# The chat's server


@contextmanager
def model_server(status: int, body: bytes) -> Iterator[str]:
    """A model server on loopback that answers every question like this; its base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "expected", "code"),
    [
        (200, b'{"data": [{"id": "gpt-4o-mini"}]}', "ok", None),
        (200, b'{"data": [{"id": "another"}]}', "warn", None),
        (200, b"[]", "ok", None),
        (200, b"<html>", "fail", 69),
        (404, b"", "ok", None),
        (401, b"", "fail", 78),
        (503, b"", "fail", 69),
    ],
)
def test_the_chats_server_is_asked(
    status: int, body: bytes, expected: str, code: int | None
) -> None:
    with model_server(status, body) as url:
        environ = {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "sk-hunter22"}
        settings = load(flags={}, environ=environ, directory=Path("/")).settings
        (found,) = chat(settings, network=True)
    assert found.status == expected, found.detail
    assert code is None or found.exit_code == code
    assert "hunter22" not in found.detail + found.fix


def test_without_chat_settings_there_is_a_warning() -> None:
    (found,) = chat(load(flags={}, environ={}, directory=Path("/")).settings, network=True)
    assert found.status == "warn"
    away = {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}
    (gone,) = chat(load(flags={}, environ=away, directory=Path("/")).settings, network=True)
    assert (gone.status, gone.exit_code) == ("fail", 69)
