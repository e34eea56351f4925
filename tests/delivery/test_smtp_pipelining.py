"""Pipelining: what goes out together, and that no reply is ever taken for another's."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from jobraker_cli.delivery.smtp import SmtpTransport
from jobraker_cli.delivery.transport import Envelope, Phase
from tests.delivery.smtp_server import (
    EVERY,
    Answer,
    SmtpServer,
    hang_up,
    say_and_hang_up,
    say_then_stray,
)

NAMES = ("ada", "bob", "cyd")


def envelope(name: str) -> Envelope:
    return Envelope(
        id=name,
        sender="jobs@board.example",
        recipient=f"{name}@example.org",
        content=f"Subject: {name}\r\n\r\n.dots\r\n".encode(),
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
    )


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    made = SmtpServer()
    yield made
    made.stop()


@pytest.fixture
def transport(server: SmtpServer) -> Iterator[SmtpTransport]:
    made = SmtpTransport(server.settings(), lambda _: None, max_messages_per_connection=50)
    yield made
    made.close()


def send_all(transport: SmtpTransport, names: tuple[str, ...] = NAMES) -> list[tuple[str, int]]:
    """Send one after the other, each told of the next; phase and code of each."""
    envelopes = [envelope(name) for name in names]
    outcomes = [
        transport.send(one, following)
        for one, following in zip(envelopes, [*envelopes[1:], None], strict=True)
    ]
    return [(outcome.phase.value, outcome.code or 0) for outcome in outcomes]


def test_the_next_messages_commands_go_out_with_the_body(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    assert send_all(transport) == [("done", 250)] * 3
    assert server.writes == [
        "EHLO",
        "MAIL RCPT DATA",
        "BODY MAIL RCPT DATA",
        "BODY MAIL RCPT DATA",
        "BODY",
    ]
    assert [one.content for one in server.received] == [envelope(name).content for name in NAMES]


def test_what_is_done_meanwhile_is_done_before_the_reply_is_read_and_its_time_is_not_counted(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    done: list[str] = []

    def work() -> None:
        done.append("once")
        time.sleep(0.3)

    outcome = transport.send(envelope("ada"), None, work)
    assert (outcome.phase, done) == (Phase.DONE, ["once"])
    assert outcome.seconds < 0.3


def test_what_a_server_cannot_be_told_of_the_next_message_is_not_announced(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    hostile = replace(envelope("bob"), recipient="bob@example.org>\r\nRCPT TO:<eve@example.org")
    assert transport.send(envelope("ada"), hostile).phase is Phase.DONE
    assert transport.send(envelope("cyd")).phase is Phase.DONE
    assert server.writes == ["EHLO", *["MAIL RCPT DATA", "BODY"] * 2]


def test_nothing_is_pipelined_where_the_server_does_not_offer_it(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    server.extensions = ("8BITMIME",)
    assert send_all(transport) == [("done", 250)] * 3
    assert server.writes == ["EHLO", *["MAIL", "RCPT", "DATA", "BODY"] * 3]


@pytest.mark.parametrize(
    ("verb", "reply", "expected"),
    [
        ("MAIL", "451 4.3.0 later", ("mail", 451)),
        ("RCPT", "550 5.1.1 no such user", ("rcpt", 550)),
        ("DATA", "451 4.3.0 later", ("data", 451)),
        ("DOT", "554 5.6.0 no", ("dot", 554)),
    ],
)
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_refusal_is_blamed_on_its_own_message(
    server: SmtpServer,
    transport: SmtpTransport,
    verb: str,
    reply: str,
    expected: tuple[str, int],
    nth: int,
) -> None:
    server.on(verb, reply, nth=nth)
    outcomes = send_all(transport)
    assert outcomes == [expected if n == nth else ("done", 250) for n in (1, 2, 3)]
    assert [one.recipient for one in server.received if one.recipient] == [
        f"{name}@example.org" for n, name in enumerate(NAMES, 1) if n != nth or verb == "DOT"
    ]


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "DOT"])
@pytest.mark.parametrize("stray", ["250 2.1.0 ok", "550 5.1.1 no such user"])
def test_a_stray_reply_is_believed_of_nobody(
    server: SmtpServer, transport: SmtpTransport, verb: str, stray: str
) -> None:
    good = "354 go" if verb == "DATA" else "250 ok"
    server.on(verb, say_then_stray(good, stray), nth=2)
    outcomes = send_all(transport)
    assert all(phase == "done" or code in (0, 250) for phase, code in outcomes)
    delivered = {name for name, (phase, _) in zip(NAMES, outcomes, strict=True) if phase == "done"}
    assert delivered >= {"ada", "cyd"}
    taken = [one.recipient.partition("@")[0] for one in server.received]
    assert sorted(taken) == sorted(delivered)


def test_after_replies_out_of_step_the_transport_goes_on_in_step(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    server.on("RCPT", say_then_stray("250 ok", "550 5.1.1 no such user"))
    assert send_all(transport) == [("done", 250)] * 3
    assert server.writes[-4:] == ["MAIL", "RCPT", "DATA", "BODY"]


def test_data_taken_after_a_refused_recipient_makes_no_mail(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    server.strict = False  # RFC 2920 3.1 lets a server say 354 here
    server.on("RCPT", "550 5.1.1 no such user", nth=EVERY)
    assert send_all(transport, ("ada",)) == [("rcpt", 550)]
    assert server.received == []


@pytest.mark.parametrize("answer", [hang_up, say_and_hang_up("421 4.3.2 going down")])
def test_a_connection_lost_after_the_dot_leaves_the_announced_message_untried(
    server: SmtpServer, transport: SmtpTransport, answer: Answer
) -> None:
    server.on("DOT", answer)
    first, *others = send_all(transport)
    assert first[0] == "dot"
    assert others == [("done", 250)] * 2
    assert [one.recipient for one in server.received] == [f"{name}@example.org" for name in NAMES]


def test_a_refusal_before_hanging_up_is_heard(server: SmtpServer, transport: SmtpTransport) -> None:
    server.on("RCPT", say_and_hang_up("550 5.1.1 no such user"))
    assert send_all(transport, ("ada",)) == [("rcpt", 550)]


def test_another_message_than_the_announced_one_goes_over_a_new_connection(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    transport.send(envelope("ada"), envelope("bob"))
    assert transport.send(envelope("cyd")).phase is Phase.DONE
    assert [one.recipient for one in server.received] == ["ada@example.org", "cyd@example.org"]
    assert server.connections == 2


def test_closing_over_an_announced_message_says_nothing_into_its_body(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    transport.send(envelope("ada"), envelope("bob"))
    transport.close()
    assert transport.send(envelope("bob")).phase is Phase.DONE
    assert [one.recipient for one in server.received] == ["ada@example.org", "bob@example.org"]
    assert "QUIT" not in server.verbs


def test_a_full_connection_announces_nothing(server: SmtpServer) -> None:
    transport = SmtpTransport(server.settings(), lambda _: None, max_messages_per_connection=2)
    assert send_all(transport) == [("done", 250)] * 3
    transport.close()
    assert server.connections == 2
    assert server.verbs.count("QUIT") == 2
