"""The SMTP way out against a real server that misbehaves in every way there is."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.delivery.files import FileTransport
from jobraker_cli.delivery.replies import classify
from jobraker_cli.delivery.smtp import SmtpTransport
from jobraker_cli.delivery.smtp_transaction import dot_stuffed
from jobraker_cli.delivery.transport import Envelope, Phase
from jobraker_cli.errors import ConfigError, MessageError, UnreachableError
from tests.delivery.smtp_server import (
    BIG,
    EVERY,
    Answer,
    Session,
    SmtpServer,
    drip,
    hang_up,
    reset,
    say_and_hang_up,
    say_and_later_stray,
    say_nothing,
    say_then_stray,
    stop_reading,
)

CONTENT = b"Subject: Jobs\r\n\r\nTwo new jobs\r\n"
ADA = "ada@example.org"
BOB = "bob@example.org"

Connect = Callable[..., SmtpTransport]


def envelope(recipient: str = ADA, content: bytes = CONTENT) -> Envelope:
    return Envelope(
        id="0b1e",
        sender="jobs@board.example",
        recipient=recipient,
        content=content,
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
    )


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    made = SmtpServer()
    yield made
    made.stop()


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def connect(server: SmtpServer, slept: list[float]) -> Iterator[Connect]:
    made: list[SmtpTransport] = []

    def connect(*, timeout: float = 5.0, most: int = 100) -> SmtpTransport:
        settings = server.settings(timeout_seconds=timeout)
        made.append(SmtpTransport(settings, slept.append, max_messages_per_connection=most))
        return made[-1]

    yield connect
    for transport in made:
        transport.close()


@pytest.fixture
def transport(connect: Connect) -> SmtpTransport:
    return connect()


@pytest.fixture
def impatient(connect: Connect) -> SmtpTransport:
    return connect(timeout=0.4)


def recipients(server: SmtpServer) -> list[str]:
    return [message.recipient for message in server.received]


# What is sent


@pytest.mark.parametrize(
    "content",
    [
        CONTENT,
        b".\r\n..\r\n...\r\n.leading\r\n",
        b"Subject: x\r\n\r\n.\r\nMAIL FROM:<evil@example.org>\r\n",
        b"\r\n.\r\n.\r\n",
        b"x" * 200_000 + b"\r\n",
        b".y" * 100_000 + b"\r\n.\r\n",
        b"",
    ],
    ids=["plain", "dots", "smuggling", "empty lines", "long line", "big", "empty"],
)
def test_file_and_server_get_the_same_bytes(
    server: SmtpServer, transport: SmtpTransport, tmp_path: Path, content: bytes
) -> None:
    FileTransport(tmp_path).send(envelope(content=content))
    outcome = transport.send(envelope(content=content))
    assert outcome.phase is Phase.DONE
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [content]
    assert [message.content for message in server.received] == [content]


@given(st.lists(st.sampled_from(["", ".", "..", ".a", "a.", "text", "\t."])))
def test_dots_come_out_as_they_went_in(lines: list[str]) -> None:
    content = "".join(f"{line}\r\n" for line in lines).encode()
    wire = dot_stuffed(content)
    received = wire.splitlines(keepends=True)
    assert b".\r\n" not in received
    assert b"".join(line.removeprefix(b".") for line in received) == content


def test_content_without_a_last_line_end_still_ends_with_the_dot(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    transport.send(envelope(content=b"text"))
    assert [message.wire for message in server.received] == [b"text\r\n.\r\n"]


def test_an_outcome_says_what_happened(server: SmtpServer, transport: SmtpTransport) -> None:
    server.on("DOT", "250 2.6.0 queued as 4711")
    outcome = transport.send(envelope())
    assert (outcome.phase, outcome.code, outcome.enhanced_code, outcome.text) == (
        Phase.DONE,
        250,
        "2.6.0",
        "2.6.0 queued as 4711",
    )
    assert outcome.provider == transport.provider == f"127.0.0.1:{server.port}"
    assert 0 < outcome.seconds < 5


def test_the_empty_sender_of_a_bounce_is_sent(server: SmtpServer, transport: SmtpTransport) -> None:
    one = envelope()
    transport.send(
        Envelope(
            id=one.id,
            sender="",
            recipient=one.recipient,
            content=one.content,
            created_at=one.created_at,
        )
    )
    assert "MAIL FROM:<>" in [command.line for command in server.commands]


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.org\r\nRCPT TO:<eve@example.org",
        "ada@example.org>\nDATA",
        "ada @example.org",
        "<ada@example.org>",
        "ada\0@example.org",
        "zoë@example.org",
        "a" * 250 + "@b.example",
        "",
    ],
)
def test_an_address_that_could_say_more_is_refused_before_a_connection(
    server: SmtpServer, transport: SmtpTransport, address: str
) -> None:
    with pytest.raises(MessageError, match="0b1e"):
        transport.send(envelope(recipient=address))
    assert server.connections == 0


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\n.\n", b"\r.\r\n", b"\n.\r\n", b"\r\r\n"])
def test_content_with_other_line_ends_is_refused(
    server: SmtpServer, transport: SmtpTransport, end: bytes
) -> None:
    with pytest.raises(MessageError, match="CRLF"):
        transport.send(envelope(content=b"text" + end + b"MAIL FROM:<evil@example.org>\r\n"))
    assert server.connections == 0


# The connection: reused, recycled, left


def test_one_connection_carries_many_messages(server: SmtpServer, transport: SmtpTransport) -> None:
    for recipient in (ADA, BOB, ADA):
        transport.send(envelope(recipient))
    assert recipients(server) == [ADA, BOB, ADA]
    assert server.connections == 1
    assert server.verbs == ["EHLO", *["MAIL", "RCPT", "DATA"] * 3]


def test_a_connection_is_left_after_so_many_messages(server: SmtpServer, connect: Connect) -> None:
    transport = connect(most=2)
    for _ in range(5):
        transport.send(envelope())
    assert server.connections == 3
    assert server.verbs.count("QUIT") == 2


def test_close_says_quit_and_send_opens_again(server: SmtpServer, transport: SmtpTransport) -> None:
    transport.send(envelope())
    transport.close()
    transport.close()
    assert server.verbs.count("QUIT") == 1
    transport.send(envelope())
    assert server.connections == 2


@pytest.mark.parametrize("answer", [hang_up, "500 what?", say_nothing, reset("221 bye")])
def test_a_failing_quit_is_nobodys_business(
    server: SmtpServer, impatient: SmtpTransport, answer: str | Answer
) -> None:
    server.on("QUIT", answer)
    assert impatient.send(envelope()).phase is Phase.DONE
    impatient.close()


def test_quit_is_not_waited_for_long(server: SmtpServer, connect: Connect) -> None:
    server.on("QUIT", say_nothing)
    transport = connect(timeout=20)
    transport.send(envelope())
    started = time.monotonic()
    transport.close()
    assert time.monotonic() - started < 5


# Lost before the dot


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "BODY"])
def test_a_drop_before_the_dot_is_healed_by_a_new_connection(
    server: SmtpServer, transport: SmtpTransport, slept: list[float], verb: str
) -> None:
    server.on(verb, hang_up)
    outcome = transport.send(envelope(content=BIG))
    assert outcome.phase is Phase.DONE
    assert recipients(server) == [ADA]
    assert server.connections == 2
    assert len(slept) == 1


@pytest.mark.parametrize(
    ("verb", "phase"),
    [("MAIL", Phase.MAIL), ("RCPT", Phase.RCPT), ("DATA", Phase.DATA), ("BODY", Phase.BODY)],
)
def test_drops_that_do_not_heal_end_in_an_outcome_with_its_phase(
    server: SmtpServer, transport: SmtpTransport, slept: list[float], verb: str, phase: Phase
) -> None:
    server.on(verb, hang_up, nth=EVERY)
    outcome = transport.send(envelope(content=BIG))
    assert (outcome.phase, outcome.code, outcome.enhanced_code) == (phase, None, "")
    assert "lost" in outcome.text
    assert classify(outcome, attempt=1, jitter=0.5).state == "failed"
    assert server.connections == 3
    assert len(slept) == 2
    assert all(0 <= seconds <= 4 for seconds in slept)


@pytest.mark.parametrize("answer", ["251 ok", "252 maybe"])
def test_any_2yz_takes_the_recipient(
    server: SmtpServer, transport: SmtpTransport, answer: str
) -> None:
    server.on("RCPT", answer)
    assert transport.send(envelope()).phase is Phase.DONE


@pytest.mark.parametrize("answer", ["hello", "99 x", "2500 x", "\x80\x81", "250+x"])
def test_what_is_no_reply_is_a_lost_connection(
    server: SmtpServer, transport: SmtpTransport, answer: str
) -> None:
    server.on("RCPT", answer, nth=EVERY)
    outcome = transport.send(envelope())
    assert (outcome.phase, outcome.code) == (Phase.RCPT, None)


@pytest.mark.parametrize("reply", ["250-" + "x" * 20_000, "\r\n".join(["250-more"] * 1000)])
def test_a_reply_without_end_is_cut(
    server: SmtpServer, transport: SmtpTransport, reply: str
) -> None:
    server.on("RCPT", reply, nth=EVERY)
    outcome = transport.send(envelope())
    assert (outcome.phase, outcome.code) == (Phase.RCPT, None)
    assert "end" in outcome.text


def test_a_dripping_reply_has_one_deadline(server: SmtpServer, impatient: SmtpTransport) -> None:
    server.on("RCPT", drip("250-" + "so slow " * 20, every=0.05))
    started = time.monotonic()
    assert impatient.send(envelope()).phase is Phase.DONE
    assert server.connections == 2
    assert time.monotonic() - started < 5


def test_half_a_reply_and_silence_have_one_deadline(server: SmtpServer, connect: Connect) -> None:
    def half(session: Session) -> None:
        session.stopping.wait(0.8)
        session.write(b"250 hal")

    server.on("DOT", half)
    outcome = connect(timeout=1.0).send(envelope())
    assert (outcome.phase, outcome.code) == (Phase.DOT, None)
    assert outcome.seconds < 1.7


def test_a_slow_reply_leaves_the_next_step_its_full_time(
    server: SmtpServer, connect: Connect
) -> None:
    def late(session: Session) -> None:
        session.stopping.wait(0.8)
        session.write(b"35")
        session.stopping.wait(0.1)
        session.say("4 go")

    server.on("DATA", late)
    server.on("BODY", stop_reading(0.6))
    outcome = connect(timeout=1.2).send(envelope(content=BIG))
    assert outcome.phase is Phase.DONE
    assert server.connections == 1


def test_a_server_that_stops_reading_has_a_deadline(
    server: SmtpServer, impatient: SmtpTransport
) -> None:
    server.on("BODY", stop_reading(30), nth=EVERY)
    outcome = impatient.send(envelope(content=BIG))
    assert (outcome.phase, outcome.code) == (Phase.BODY, None)


def test_a_reply_that_comes_in_pieces_in_time_is_read(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    server.on("RCPT", drip("250-2.1.5 yes\r\n250 2.1.5 sure", every=0.002))
    assert transport.send(envelope()).phase is Phase.DONE


# Lost after the dot


@pytest.mark.parametrize(
    "answer", [hang_up, say_nothing, drip("250 " + "slow " * 40, every=0.05), "what?"]
)
def test_no_reply_to_the_dot_is_uncertain_and_never_tried_again(
    server: SmtpServer, impatient: SmtpTransport, slept: list[float], answer: str | Answer
) -> None:
    server.on("DOT", answer)
    outcome = impatient.send(envelope())
    assert (outcome.phase, outcome.code) == (Phase.DOT, None)
    assert "lost" in outcome.text or outcome.text == "no complete reply within 0.4 s"
    assert classify(outcome, attempt=1, jitter=0.5).state == "uncertain"
    assert recipients(server) == [ADA]
    assert slept == []
    assert impatient.send(envelope(BOB)).phase is Phase.DONE
    assert server.connections == 2


def test_252_at_the_dot_is_delivered(server: SmtpServer, transport: SmtpTransport) -> None:
    server.on("DOT", "252 cannot verify, will try")
    outcome = transport.send(envelope())
    assert (outcome.phase, outcome.code) == (Phase.DONE, 252)


def test_250_and_then_a_reset_is_sent(server: SmtpServer, transport: SmtpTransport) -> None:
    server.on("DOT", reset("250 2.0.0 queued"))
    assert transport.send(envelope()).phase is Phase.DONE
    time.sleep(0.1)
    assert transport.send(envelope(BOB)).phase is Phase.DONE
    assert recipients(server) == [ADA, BOB]


# 421


@pytest.mark.parametrize(
    ("verb", "phase"),
    [
        ("MAIL", Phase.MAIL),
        ("RCPT", Phase.RCPT),
        ("DATA", Phase.DATA),
        ("BODY", Phase.BODY),
        ("DOT", Phase.DOT),
    ],
)
@pytest.mark.parametrize("hangs_up", [True, False])
def test_421_drops_the_connection_and_does_not_count(
    server: SmtpServer, transport: SmtpTransport, verb: str, phase: Phase, hangs_up: bool
) -> None:
    reply = "421 4.3.2 shutting down"
    answer: Answer = say_and_hang_up(reply) if hangs_up else lambda session: session.say(reply)
    server.on(verb, answer)
    outcome = transport.send(envelope(content=BIG))
    assert (outcome.phase, outcome.code, outcome.enhanced_code) == (phase, 421, "4.3.2")
    verdict = classify(outcome, attempt=1, jitter=0.5)
    assert (verdict.state, verdict.counts) == ("pending", False)
    assert transport.send(envelope(BOB)).phase is Phase.DONE
    assert server.connections == 2


def test_421_for_idling_is_no_ones_failure(server: SmtpServer, transport: SmtpTransport) -> None:
    said = threading.Event()
    server.on("DOT", say_and_later_stray("250 ok", "421 4.4.2 idle for too long", said))
    transport.send(envelope())
    assert said.wait(5)
    assert transport.send(envelope(BOB)).phase is Phase.DONE
    assert server.connections == 2


# Replies out of turn


def test_a_stray_reply_is_never_blamed_on_the_next_recipient(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    server.on("DOT", say_then_stray("250 ok", "550 5.1.1 no such user"))
    outcomes = [transport.send(envelope(recipient)) for recipient in (ADA, BOB)]
    assert [outcome.phase for outcome in outcomes] == [Phase.DONE, Phase.DONE]
    assert recipients(server) == [ADA, BOB]
    assert server.connections == 2


def test_a_stray_reply_between_two_messages_is_blamed_on_nobody(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    said = threading.Event()
    server.on("DOT", say_and_later_stray("250 ok", "550 5.1.1 no such user", said))
    transport.send(envelope())
    assert said.wait(5)
    assert transport.send(envelope(BOB)).phase is Phase.DONE
    assert recipients(server) == [ADA, BOB]
    assert server.verbs.count("MAIL") == 2


@pytest.mark.parametrize("verb", ["MAIL", "RCPT"])
def test_a_stray_reply_before_the_content_is_not_taken_for_an_answer(
    server: SmtpServer, transport: SmtpTransport, verb: str
) -> None:
    server.on(verb, say_then_stray("250 ok", "550 5.1.1 no such user"))
    assert transport.send(envelope()).phase is Phase.DONE
    assert recipients(server) == [ADA]
    assert server.connections == 2


def test_a_stray_250_before_the_dot_is_not_taken_for_success(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    server.on("DATA", say_then_stray("354 go", "250 2.0.0 stray"))
    assert transport.send(envelope()).text == "2.0.0 queued"
    assert recipients(server) == [ADA]
    assert server.connections == 2


def test_data_answered_by_250_is_not_sent(server: SmtpServer, transport: SmtpTransport) -> None:
    server.extensions = ()
    server.on("DATA", "250 fine")
    outcome = transport.send(envelope())
    assert (outcome.phase, outcome.code) == (Phase.DATA, 250)
    assert classify(outcome, attempt=1, jitter=0.5).state == "failed"
    assert transport.send(envelope()).phase is Phase.DONE
    assert server.connections == 2


# Refusals


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        ("550 5.1.1 no such user", "dead"),
        ("450 4.2.0 greylisted", "failed"),
        ("452 4.5.3 too many", "pending"),
        ("552 5.2.2 full", "dead"),
        ("554 5.7.1 policy", "failed"),
    ],
)
def test_a_refused_recipient_is_a_value_and_the_next_transaction_is_clean(
    server: SmtpServer, transport: SmtpTransport, slept: list[float], reply: str, state: str
) -> None:
    server.on("RCPT", reply)
    outcome = transport.send(envelope())
    assert (outcome.phase, outcome.code) == (Phase.RCPT, int(reply[:3]))
    assert classify(outcome, attempt=1, jitter=0.5).state == state
    assert transport.send(envelope(BOB)).phase is Phase.DONE
    assert recipients(server) == [BOB]
    assert server.verbs == ["EHLO", *["MAIL", "RCPT", "DATA"], "RSET", *["MAIL", "RCPT", "DATA"]]
    assert slept == []


@pytest.mark.parametrize("answer", ["502 no RSET", hang_up, "421 4.3.2 bye"])
def test_a_connection_that_cannot_be_reset_is_dropped(
    server: SmtpServer, transport: SmtpTransport, answer: str | Answer
) -> None:
    server.on("RCPT", "550 5.1.1 no such user")
    server.on("RSET", answer)
    assert transport.send(envelope()).code == 550
    assert transport.send(envelope(BOB)).phase is Phase.DONE
    assert server.connections == 2


def test_a_refusal_at_the_dot_is_a_value(server: SmtpServer, transport: SmtpTransport) -> None:
    server.on("DOT", "554 5.6.0 cannot convert")
    outcome = transport.send(envelope())
    assert (outcome.phase, outcome.code, outcome.enhanced_code) == (Phase.DOT, 554, "5.6.0")
    assert transport.send(envelope(BOB)).phase is Phase.DONE
    assert server.connections == 1


@pytest.mark.parametrize("closes", [True, False])
def test_a_refusal_in_the_middle_of_the_content_is_heard(
    server: SmtpServer, transport: SmtpTransport, closes: bool
) -> None:
    reply = "552 5.3.4 too big"
    server.on("BODY", say_and_hang_up(reply) if closes else reply)
    outcome = transport.send(envelope(content=BIG))
    assert (outcome.phase, outcome.code, outcome.enhanced_code) == (Phase.BODY, 552, "5.3.4")
    assert server.received == []
    assert transport.send(envelope(BOB)).phase is Phase.DONE


def test_a_refused_sender_is_believed_on_a_fresh_connection(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    server.on("MAIL", "550 5.7.1 not your address", nth=EVERY)
    outcome = transport.send(envelope())
    assert (outcome.phase, outcome.code) == (Phase.MAIL, 550)
    assert server.verbs.count("MAIL") == 1


def test_a_refused_sender_is_not_believed_on_a_used_connection(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    server.on("MAIL", "550 too many messages in this session", nth=2)
    assert transport.send(envelope()).phase is Phase.DONE
    assert transport.send(envelope(BOB)).phase is Phase.DONE
    assert server.connections == 2


def test_a_reply_of_many_lines_is_one_line_without_the_address(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    server.on("RCPT", "550-5.1.1 <Ada@Example.org>:\r\n550-5.1.1 no such\r\n550 5.1.1 user\x1b[2J")
    outcome = transport.send(envelope())
    assert outcome.text == "5.1.1 <recipient>: no such user [2J"
    assert outcome.enhanced_code == "5.1.1"


# No connection


def test_a_relay_that_is_not_there_is_said_with_what_to_check(slept: list[float]) -> None:
    gone = SmtpServer()
    settings = gone.settings()
    gone.stop()
    transport = SmtpTransport(settings, slept.append)
    with pytest.raises(UnreachableError, match=rf"{settings.where}.*refused.*EMAIL_HOST"):
        transport.send(envelope())
    assert len(slept) == 2
    transport.close()


@pytest.mark.parametrize("reply", ["421 4.3.2 busy", "450 later", "220-never\r\n451 mind"])
def test_a_banner_that_says_later_leaves_the_relay_unreachable(
    server: SmtpServer, transport: SmtpTransport, reply: str
) -> None:
    server.on("CONNECT", reply, nth=EVERY)
    with pytest.raises(UnreachableError, match=rf"127.0.0.1:{server.port} lets nobody in"):
        transport.send(envelope())
    assert server.connections == 3


def test_a_banner_that_heals_costs_nothing(server: SmtpServer, transport: SmtpTransport) -> None:
    server.on("CONNECT", "421 4.3.2 busy")
    assert transport.send(envelope()).phase is Phase.DONE


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO"])
def test_a_refusal_of_this_host_is_a_matter_of_settings(
    server: SmtpServer, transport: SmtpTransport, slept: list[float], verb: str
) -> None:
    server.on(verb, "554 5.7.1 not for you", nth=EVERY)
    server.on("HELO", "554 5.7.1 not for you", nth=EVERY)
    with pytest.raises(ConfigError, match=r"refused this host \(554 5\.7\.1 not for you\)"):
        transport.send(envelope())
    assert server.connections == 1
    assert slept == []


def test_a_server_without_ehlo_is_greeted_with_helo(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    server.on("EHLO", "502 what?")
    assert transport.send(envelope()).phase is Phase.DONE


@pytest.mark.parametrize("answer", [say_nothing, drip("220 " + "slow " * 40, every=0.05)])
def test_a_server_without_a_banner_is_unreachable_in_time(
    server: SmtpServer, impatient: SmtpTransport, answer: Answer
) -> None:
    server.on("CONNECT", answer, nth=EVERY)
    started = time.monotonic()
    with pytest.raises(UnreachableError, match=r"gave no answer within 0\.4 s"):
        impatient.send(envelope())
    assert time.monotonic() - started < 5


def test_a_server_that_is_no_relay_is_unreachable(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    server.on("CONNECT", "HTTP/1.1 400 Bad Request", nth=EVERY)
    with pytest.raises(UnreachableError, match="does not speak SMTP"):
        transport.send(envelope())


def test_an_interrupted_transaction_leaves_no_connection_to_be_used_again(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    server.on("RCPT", say_nothing)
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        with pytest.raises(KeyboardInterrupt):
            transport.send(envelope())
    finally:
        signal.signal(signal.SIGALRM, before)
    assert transport.send(envelope(BOB)).phase is Phase.DONE
    assert recipients(server) == [BOB]
    assert server.connections == 2
