"""What a reply means: the table of replies, row by row, and what holds for all of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.delivery.replies import (
    State,
    Stop,
    Verdict,
    classify,
    enhanced_code_of,
    server_words,
)
from jobraker_cli.delivery.transport import Outcome, Phase

HALF = 0.5


def outcome(phase: Phase, code: int | None, text: str = "") -> Outcome:
    return Outcome(
        phase=phase,
        code=code,
        enhanced_code=enhanced_code_of(text),
        text=text,
        seconds=0.1,
        provider="relay",
    )


def verdict(
    phase: Phase, code: int | None, text: str = "", *, attempt: int = 1, jitter: float = HALF
) -> Verdict:
    return classify(outcome(phase, code, text), attempt=attempt, jitter=jitter)


@pytest.mark.parametrize("code", [250, 251, 252])
@pytest.mark.parametrize("phase", [Phase.DOT, Phase.DONE])
def test_2yz_after_the_dot_is_sent(phase: Phase, code: int) -> None:
    assert verdict(phase, code, "2.0.0 ok") == Verdict(state=State.SENT)


TRANSIENT: list[tuple[Phase, int, str, dict[str, Any]]] = [
    # greylisting: again after at least five minutes
    (Phase.RCPT, 450, "4.2.0 Greylisted", {"retry_after_seconds": 450.0}),
    (Phase.RCPT, 450, "4.7.1 come back later", {"retry_after_seconds": 450.0}),
    (Phase.RCPT, 451, "4.7.1 Greylisting in action", {"retry_after_seconds": 450.0}),
    (Phase.RCPT, 450, "mailbox busy", {"retry_after_seconds": 450.0}),
    (Phase.DOT, 451, "Gray-listed", {"retry_after_seconds": 450.0}),
    (Phase.RCPT, 450, "4.2.0 Greylisted, retry after 60 seconds", {"retry_after_seconds": 450.0}),
    (Phase.RCPT, 450, "4.7.1 try again in 20 minutes", {"retry_after_seconds": 1200.0}),
    # trouble of the server or the way to it: back off
    (Phase.RCPT, 451, "local error", {"retry_after_seconds": 150.0}),
    (Phase.DOT, 451, "4.3.0 queue is full", {"retry_after_seconds": 150.0}),
    (Phase.RCPT, 450, "4.4.1 no answer from host", {"retry_after_seconds": 150.0}),
    (Phase.MAIL, 452, "4.3.1 no space", {"retry_after_seconds": 150.0}),
    (Phase.MAIL, 451, "5.7.3 STARTTLS is required", {"retry_after_seconds": 150.0}),
    # throttling: slow that domain, for as long as the server asks
    (
        Phase.RCPT,
        451,
        "4.7.28 unusual rate",
        {"retry_after_seconds": 150.0, "pause_domain": True},
    ),
    (
        Phase.RCPT,
        451,
        "4.7.0 try again in 90 seconds",
        {"retry_after_seconds": 90.0, "pause_domain": True},
    ),
    (
        Phase.DOT,
        452,
        "too much mail, retry after 5 minutes",
        {"retry_after_seconds": 300.0, "pause_domain": True},
    ),
    (
        Phase.RCPT,
        451,
        "4.7.0 please wait 9 hours",
        {"retry_after_seconds": 3600.0, "pause_domain": True},
    ),
    # a full mailbox
    (Phase.DOT, 452, "4.2.2 over quota", {"retry_after_seconds": 150.0, "soft_bounce": True}),
]


@pytest.mark.parametrize(("phase", "code", "text", "expected"), TRANSIENT)
def test_4yz_is_tried_again(phase: Phase, code: int, text: str, expected: dict[str, Any]) -> None:
    assert verdict(phase, code, text) == Verdict(state=State.FAILED, **expected)


@pytest.mark.parametrize("phase", [Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.BODY, Phase.DOT])
def test_421_leaves_the_message_as_if_never_tried(phase: Phase) -> None:
    assert verdict(phase, 421, "4.3.2 shutting down") == Verdict(state=State.PENDING, counts=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4.7.0 try again in 90 seconds", {"retry_after_seconds": 90.0, "pause_domain": True}),
        ("4.7.28 too much", {"retry_after_seconds": 150.0, "pause_domain": True}),
    ],
)
def test_421_that_throttles_slows_the_domain(text: str, expected: dict[str, Any]) -> None:
    expected_verdict = Verdict(state=State.PENDING, counts=False, **expected)
    assert verdict(Phase.RCPT, 421, text) == expected_verdict


def test_452_4_5_3_asks_for_a_new_transaction_and_is_no_failure() -> None:
    found = verdict(Phase.RCPT, 452, "4.5.3 too many recipients")
    assert found == Verdict(state=State.PENDING, counts=False)


@pytest.mark.parametrize("phase", [Phase.RCPT, Phase.DATA, Phase.DOT])
@pytest.mark.parametrize("enhanced", ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"])
def test_an_address_that_does_not_exist_is_suppressed(phase: Phase, enhanced: str) -> None:
    found = verdict(phase, 550, f"{enhanced} no such user")
    assert found == Verdict(state=State.DEAD, suppress=True)


@pytest.mark.parametrize(
    ("phase", "code", "text"),
    [
        (Phase.DOT, 552, "5.3.4 message too big"),
        (Phase.MAIL, 552, "5.3.4 message too big"),
        (Phase.BODY, 552, "5.3.4 message too big"),
        (Phase.DOT, 554, "5.6.0 cannot convert"),
        (Phase.DOT, 550, "5.6.1 media not supported"),
        (Phase.RCPT, 550, "5.1.0 address rejected"),
        (Phase.RCPT, 550, "5.4.4 no route"),
        (Phase.RCPT, 550, "no such user"),
        (Phase.DOT, 554, "transaction failed"),
        (Phase.RCPT, 501, "bad address syntax"),
    ],
)
def test_a_fault_of_the_message_is_dead_and_suppresses_nobody(
    phase: Phase, code: int, text: str
) -> None:
    assert verdict(phase, code, text) == Verdict(state=State.DEAD)


def test_5_2_2_ends_the_message_and_counts_the_full_mailbox() -> None:
    found = verdict(Phase.RCPT, 552, "5.2.2 mailbox full")
    assert found == Verdict(state=State.DEAD, soft_bounce=True)


@pytest.mark.parametrize("phase", [Phase.RCPT, Phase.DATA, Phase.BODY, Phase.DOT])
@pytest.mark.parametrize("enhanced", ["5.7.1", "5.7.26", "5.7.606"])
def test_a_refusal_by_policy_pauses_the_domain_and_suppresses_nobody(
    phase: Phase, enhanced: str
) -> None:
    found = verdict(phase, 550, f"{enhanced} rejected for policy reasons")
    assert found == Verdict(state=State.FAILED, pause_domain=True)


@pytest.mark.parametrize(
    ("phase", "code", "text"),
    [
        (Phase.MAIL, 501, "5.5.4 bad parameter"),
        (Phase.RCPT, 503, "5.5.1 bad sequence"),
        (Phase.DATA, 503, "valid RCPT first"),
        (Phase.DOT, 500, "5.5.2 line too long"),
    ],
)
def test_a_protocol_error_is_our_bug_and_loses_nothing(phase: Phase, code: int, text: str) -> None:
    found = verdict(phase, code, text)
    assert found == Verdict(state=State.FAILED, retry_after_seconds=150.0, stop=Stop.BUG)


@pytest.mark.parametrize(
    ("phase", "code", "text"),
    [
        (Phase.CONNECT, 554, "5.7.1 no service for you"),
        (Phase.CONNECT, 535, "5.7.8 bad credentials"),
        (Phase.MAIL, 530, "5.7.0 authentication required"),
        (Phase.MAIL, 534, "5.7.9 too weak"),
        (Phase.RCPT, 530, "5.7.1 authentication required"),
        (Phase.MAIL, 535, ""),
        (Phase.MAIL, 550, "5.7.1 sender not owned by user"),
        (Phase.MAIL, 550, "5.1.1 unknown"),
        (Phase.MAIL, 553, "sender rejected"),
        (Phase.MAIL, 501, "bad sender"),
        (Phase.RCPT, 554, "5.1.8 sender domain not found"),
        (Phase.RCPT, 553, "5.1.7 bad sender"),
    ],
)
def test_what_only_the_operator_can_mend_stops_the_run_and_leaves_all_pending(
    phase: Phase, code: int, text: str
) -> None:
    found = verdict(phase, code, text)
    assert found == Verdict(state=State.PENDING, counts=False, stop=Stop.CONFIG)


@pytest.mark.parametrize("phase", [Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.BODY])
@pytest.mark.parametrize("code", [None, 250, 354])
def test_no_sensible_reply_before_the_dot_is_tried_again(phase: Phase, code: int | None) -> None:
    found = verdict(phase, code)
    assert found == Verdict(state=State.FAILED, retry_after_seconds=150.0)


@pytest.mark.parametrize("code", [None, 354])
def test_no_sensible_reply_after_the_dot_is_uncertain(code: int | None) -> None:
    assert verdict(Phase.DOT, code) == Verdict(state=State.UNCERTAIN)


def test_no_connection_is_no_attempt() -> None:
    assert verdict(Phase.CONNECT, None) == Verdict(state=State.PENDING, counts=False)


@pytest.mark.parametrize(
    ("attempt", "jitter", "seconds"),
    [(1, 0.999, 299.7), (2, 0.5, 240.0), (3, 0.5, 384.0), (1, 0.0, 60.0), (9999, 0.5, 172800.0)],
)
def test_waits_grow_by_1_6_with_full_jitter(attempt: int, jitter: float, seconds: float) -> None:
    found = verdict(Phase.DOT, 451, attempt=attempt, jitter=jitter)
    assert found.retry_after_seconds == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("try again in 300 seconds", 300.0),
        ("Try again in 45 s", 45.0),
        ("Please retry in 2 mins.", 120.0),
        ("retry after 5 minutes", 300.0),
        ("Retry-After: 77", 77.0),
        ("wait 10 minutes, then try again", 600.0),
        ("come back in 00:02:30", 150.0),
        ("try again in 0 seconds", 1.0),
        ("try again in 999999 hours", 3600.0),
    ],
)
def test_hints_are_obeyed_within_reason(text: str, seconds: float) -> None:
    assert verdict(Phase.RCPT, 451, text).retry_after_seconds == seconds


@pytest.mark.parametrize(
    "text", ["try again later", "see RFC 5321", "host 10.0.0.5 said no", "id 77 seconds"]
)
def test_a_number_that_is_no_hint_is_not_taken_for_one(text: str) -> None:
    assert verdict(Phase.RCPT, 451, text).retry_after_seconds == 150.0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5.1.1 no such user", "5.1.1"),
        ("#5.1.10 no such user", "5.1.10"),
        ("(4.7.0) later", "4.7.0"),
        ("2.0.0", "2.0.0"),
        ("no such user 5.1.1", ""),
        ("5.1.1.2 is my address", ""),
        ("3.1.1 no class", ""),
        ("5.1", ""),
        ("", ""),
    ],
)
def test_the_enhanced_code_is_what_the_text_begins_with(text: str, code: str) -> None:
    assert enhanced_code_of(text) == code


def test_words_are_one_printable_line() -> None:
    said = b"5.1.1 no\r\n5.1.1 such \x1b]52;c;eA==\x07user\xe2\x80\xae \xff"
    assert server_words(said, {}) == "5.1.1 no such ]52;c;eA== user \N{REPLACEMENT CHARACTER}"


def test_words_name_neither_recipient_nor_password() -> None:
    said = "5.1.1 <Ada@Example.org>: ada@example.org unknown, not s3cret"
    hidden = {"ada@example.org": "<recipient>", "s3cret": "<password>", "": "<never>"}
    assert server_words(said, hidden) == "5.1.1 <recipient>: <recipient> unknown, not <password>"


def test_words_have_an_end() -> None:
    assert len(server_words("no " * 5000, {})) == 500


@given(
    phase=st.sampled_from(Phase),
    code=st.none() | st.integers(200, 599),
    enhanced=st.just("") | st.from_regex(r"\A[245]\.[0-9]{1,3}\.[0-9]{1,3}\Z"),
    text=st.text(max_size=80) | st.from_regex(r"try again in [0-9]{1,6} (s|minutes|hours)"),
    attempt=st.integers(1, 10_000),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_no_reply_loses_a_message_or_has_a_refusal_taken_for_success(
    phase: Phase, code: int | None, enhanced: str, text: str, attempt: int, jitter: float
) -> None:
    came = Outcome(
        phase=phase, code=code, enhanced_code=enhanced, text=text, seconds=0.0, provider="relay"
    )
    found = classify(came, attempt=attempt, jitter=jitter)
    after_the_dot = phase in {Phase.DOT, Phase.DONE}
    assert (found.state is State.SENT) == (after_the_dot and code is not None and code < 300)
    if found.state is State.DEAD or found.suppress:
        assert code is not None
        assert code >= 500
    if found.state is State.FAILED:
        assert found.counts
        assert found.retry_after_seconds is not None or found.pause_domain
    if found.retry_after_seconds is not None:
        assert 1 <= found.retry_after_seconds <= 5 * 86400
    assert (found.state is State.PENDING) == (not found.counts)
