"""The commands about templates, and the language of a person's mail, as processes."""

import json
import signal
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from tests.support.board import Board
from tests.support.command import Command, lines_of
from tests.support.mailbox import Mailbox

NOW = "2026-11-23T09:00:00Z"


def test_templates_are_listed_checked_and_previewed(jobraker: Command, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "job_alert.html").write_text("<p>{{ nothing }}", encoding="utf-8")
    env = {"JOBRAKER_TEMPLATES": str(own)}
    listed = jobraker("templates", "list", "--json", env=env).json
    assert [one["yours"] for one in listed if one["template"] == "job_alert"] == [["html"]]
    checked = jobraker("templates", "check", "--language", "en", "--json", env=env, check=1).json
    assert {one["template"] for one in checked["problems"]} == {"job_alert"}
    told = jobraker("templates", "check", "--language", "de", "job_alert")
    assert "7 mails checked: all is well" in told.stdout
    out = tmp_path / "page"
    page = jobraker("templates", "preview", "job_alert", "--out", str(out), "--json").json["page"]
    assert Path(page).read_text("utf-8").startswith("<!DOCTYPE html>")


def test_the_preview_is_made_again_whenever_a_template_changes(
    jobraker: Command, tmp_path: Path
) -> None:
    own, out, opened = tmp_path / "own", tmp_path / "page", tmp_path / "opened"
    own.mkdir()
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {opened}\n', encoding="utf-8")
    browser.chmod(0o755)
    env = {"JOBRAKER_TEMPLATES": str(own), "BROWSER": f"{browser} %s"}
    process = jobraker.start(
        "templates", "preview", "password_reset", "--language", "en",
        "--out", str(out), "--open", "--watch", env=env,
    )  # fmt: skip
    told = lines_of(process.stderr)
    page = Path(lines_of(process.stdout).get(timeout=20).strip())
    assert "watching the templates" in told.get(timeout=20)
    assert opened.read_text("utf-8") == page.as_uri()
    path, draft = own / "password_reset.subject.txt", tmp_path / "draft"
    for source, said, shown in (
        ("Anew {{ mail.subject }}", "made again", "Anew Set a new password"),
        ("{% if %}", "password_reset.subject.txt, line 1", "Anew Set a new password"),
        ("{{ nothing }}", "made again", "&#x27;nothing&#x27; is undefined"),
    ):
        draft.write_text(source, encoding="utf-8")
        draft.replace(path)
        assert said in told.get(timeout=20)
        assert shown in page.read_text("utf-8")
    path.unlink()
    assert "made again" in told.get(timeout=20)
    assert "is undefined" not in page.read_text("utf-8")
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
    assert told.get(timeout=20) == "jobraker: interrupted\n"


@pytest.mark.parametrize("arguments", [("check", "nothing"), ("check", "--language", "tlh")])
def test_a_template_or_language_that_does_not_exist_is_named(
    jobraker: Command, arguments: tuple[str, ...]
) -> None:
    done = jobraker("templates", *arguments, check=66)
    assert "There is no" in done.stderr


def test_samples_go_straight_to_an_address(jobraker: Command, mailbox: Mailbox) -> None:
    env = mailbox.settings
    to = ("--user-email", "me@example.org")
    sent = jobraker("test-email", "--test-type", "job_alert", *to, "--json", env=env).json
    assert [(one["template"], one["case"], one["state"]) for one in sent] == [
        ("job_alert", "usual", "sent")
    ]
    jobraker("test-email", "--type", "job_alert", "--language", "ar", *to, env=env)
    english, arabic = mailbox.messages
    assert english.parsed["To"] == "me@example.org"
    assert english.parsed["Message-ID"] != arabic.parsed["Message-ID"]
    assert 'dir="rtl"' in arabic.parsed.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert not jobraker("test-email", "--type", "nothing", *to, check=66).stdout
    assert not jobraker("test-email", "--case", "nothing", *to, check=66).stdout
    jobraker("test-email", "--user-email", "nobody", check=3)


def test_each_person_is_written_to_in_the_language_they_prefer(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    for name, language in (("ada", "de"), ("ben", "es_MX"), ("eve", "tlh")):
        user = board.add_user(email=f"{name}@example.org", first_name=name, last_name=language)
        board.add_alert(user)
    env = {**mailbox.settings, "JOBRAKER_LOCALE": "ar", "JOBRAKER_LOCALE_SQL": "users.last_name"}
    jobraker("init", env=env)
    board.add_job(title="Nurse")
    bad = env | {"JOBRAKER_LOCALE_SQL": "users.tongue"}
    failed = jobraker("run", "daily-alerts", "--now", NOW, env=bad, check=78)
    assert "JOBRAKER_LOCALE_SQL does not work" in failed.stderr
    jobraker("run", "daily-alerts", "--now", NOW, "--no-deliver", env=env)
    # What they prefer by the time of the send changes nothing.
    jobraker("run", "deliver", "--now", NOW, env=env | {"JOBRAKER_LOCALE_SQL": "'en'"})
    subjects = {one.parsed["To"]: str(one.parsed["Subject"]) for one in mailbox.messages}
    assert subjects["ada@example.org"].startswith("Neue Stelle: Nurse")
    assert subjects["ben@example.org"].startswith("Nuevo empleo: Nurse")
    assert subjects["eve@example.org"].startswith("وظيفة جديدة: Nurse")


@pytest.mark.parametrize(
    "expression", ["users.locale; DROP TABLE users", "1) OR (1", "'x' -- '", "(users.locale"]
)
def test_an_expression_that_could_end_its_statement_is_refused(
    jobraker: Command, expression: str
) -> None:
    done = jobraker("config", "show", env={"JOBRAKER_LOCALE_SQL": expression}, check=78)
    assert "is not one SQL expression" in done.stderr
    assert json.dumps(expression)[1:-1][:10] in done.stderr


def test_a_row_of_the_web_application_gets_its_readers_language_before_the_first_try(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    ada = board.add_user(email="ada@example.org", last_name="es")
    env = {**mailbox.settings, "JOBRAKER_LOCALE": "de", "JOBRAKER_LOCALE_SQL": "users.last_name"}
    jobraker("init", env=env)
    for number, (user, locale) in enumerate(((ada, ""), (None, ""), (ada, "ar"))):
        board.execute(
            "INSERT INTO jobraker_outbox (id, kind, user_id, recipient, payload, locale,"
            " created_at, next_attempt_at)"
            " VALUES (:id, 'welcome', :user, :to, '{}', :locale, :now, :now)",
            id=UUID(int=number + 1),
            user=None if user is None else UUID(user),
            to=f"to{number}@example.org",
            locale=locale,
            now=datetime.fromisoformat(NOW),
        )
    jobraker("run", "deliver", "--now", NOW, env=env)
    pages = {
        one.parsed["To"]: one.parsed.get_body(("html",)).get_content()  # type: ignore[union-attr]
        for one in mailbox.messages
    }
    found = {to: page.partition('<html lang="')[2][:2] for to, page in pages.items()}
    assert found == {"to0@example.org": "es", "to1@example.org": "de", "to2@example.org": "ar"}
    stored = board.rows("SELECT locale FROM jobraker_outbox ORDER BY locale")
    assert [row["locale"] for row in stored] == ["ar", "de", "es"]


def test_a_template_that_no_mail_can_be_made_of_stops_the_run_and_loses_nothing(
    board: Board, jobraker: Command, mailbox: Mailbox, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    template = own / "job_alert.txt"
    template.write_text("{% if mail.sections %}{{ mail.nothing }}{% endif %}", encoding="utf-8")
    env = {**mailbox.settings, "JOBRAKER_TEMPLATES": str(own)}
    board.add_alert(board.add_user(), keywords=["python"])
    jobraker("init", env=env)
    board.add_job(title="Python Engineer")
    done = jobraker("run", "daily-alerts", env=env, check=78)
    assert "job_alert.txt failed" in done.stderr
    assert "'nothing'" in done.stderr
    assert "jobraker templates check" in done.stderr
    assert [one["state"] for one in jobraker("outbox", "list", "--json").json] == ["pending"]
    template.write_text("Hello", encoding="utf-8")
    jobraker("run", "deliver", env=env)
    assert len(mailbox.messages) == 1
