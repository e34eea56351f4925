"""Pieces of mails: rendered once for equal values, never one for another, never too many."""

from dataclasses import replace

import pytest
from markupsafe import Markup, escape

from jobraker_cli.mail import pieces as kept
from jobraker_cli.mail.mime import NAME_ENDS, whole
from jobraker_cli.mail.pieces import Pieces
from tests.mail.samples import composer, digest, job, letter, section


def text_of(pieces: Pieces, name: str) -> str:
    return whole(name, pieces.named)


def test_equal_values_are_one_piece_and_others_are_not() -> None:
    pieces, made = Pieces(), []

    def macro(value: str) -> Markup:
        made.append(value)
        return escape(value)

    names = [pieces.once(None, macro, value) for value in ("<b>", "<b>", "<i>", Markup("<b>"))]
    assert [text_of(pieces, name) for name in names] == [
        "&lt;b&gt;",
        "&lt;b&gt;",
        "&lt;i&gt;",
        "<b>",
    ]
    assert made == ["<b>", "<i>", Markup("<b>")]
    assert pieces.once(None, macro, Markup("<b>")) == names[3]
    assert all(isinstance(name, Markup) for name in names)


def test_pieces_stand_on_lines_of_their_own() -> None:
    pieces = Pieces()
    names = pieces.each(["a", "b"], lambda value, more: f"{value}\n{more}", "x")
    assert text_of(pieces, names) == "a\nx\nb\nx"
    assert pieces.each([], str) == ""


def test_there_are_never_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_PIECES", 20)
    own = composer()
    for number in range(40):
        mail = own.compose(letter(digest(section("Nurse", job(title=f"Nurse {number}")))))
        assert f"Nurse {number}" in mail.html
        assert f"Nurse {number}" in mail.text
        assert NAME_ENDS not in mail.html + mail.text


def test_a_hostile_text_names_no_piece() -> None:
    own = composer()
    secret = letter(digest(section("Nurse", job(title="Somebody's own title"))))
    own.compose(secret)
    for number in range(1, 40):
        spoof = f"{NAME_ENDS}{number}{NAME_ENDS}"
        payload = digest(section(f"Alert {spoof}", job(title=f"Cook {spoof}", company=spoof)))
        mail = own.compose(replace(letter(payload), id="00000000-0000-4000-8000-000000000009"))
        assert "Somebody" not in mail.html + mail.text
