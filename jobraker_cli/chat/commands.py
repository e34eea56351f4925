"""What a person can ask for with a slash."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobraker_cli.errors import UsageError

if TYPE_CHECKING:
    from jobraker_cli.chat.talk import Talk

Run = Callable[["Talk", str], bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlashCommand:
    """One command; `run` gets what stands after its name, and gives False to leave the chat."""

    takes: str
    about: str
    run: Run


def obey(talk: "Talk", line: str) -> bool:
    """Do what a line with a slash asks; False to leave."""
    name, _, rest = line.removeprefix("/").partition(" ")
    command = COMMANDS.get(name.lower())
    if command is None:
        near = get_close_matches(name.lower(), COMMANDS, n=1)
        hint = f"did you mean /{near[0]}?" if near else "/help lists them"
        raise UsageError(f"There is no command /{name[:40]}; {hint}")
    return command.run(talk, rest.strip()) is not False


def completions(text: str) -> Iterable[tuple[str, str]]:
    """Commands that begin like the text, with what they do."""
    if " " in text:
        return
    for name, command in COMMANDS.items():
        if f"/{name}".startswith(text.lower()):
            yield f"/{name}", command.about


def _help(talk: "Talk", rest: str) -> None:
    width = max(len(name) + len(one.takes) for name, one in COMMANDS.items()) + 3
    lines = [f"/{name} {one.takes}".ljust(width) + one.about for name, one in COMMANDS.items()]
    talk.repl.screen.note("\n".join(lines))


def _new(talk: "Talk", rest: str) -> None:
    talk.go_to(None)
    talk.repl.screen.note("A new session begins.")


def _resume(talk: "Talk", rest: str) -> None:
    if not rest:
        raise UsageError("Say which: /resume SESSION; /sessions lists them")
    session = talk.session(rest)
    talk.go_to(session)
    _, messages = talk.here()
    talk.repl.screen.note(f"Going on with {session.title or session.id} ({session.id})")
    for one in messages[-4:]:
        name = "You" if one.role == "user" else one.role.capitalize()
        talk.repl.screen.markdown(f"**{name}:** {one.content[:2000]}")


def _sessions(talk: "Talk", rest: str) -> None:
    here = talk.dialogue.session_id
    lines = [
        f"{'*' if one.id == here else ' '} {one.id[:8]}  {one.last_message_at:%Y-%m-%d %H:%M}  "
        f"{one.messages:>4}  {_line(one.title) or 'untitled'}"
        for one in talk.sessions(30)
        if one.last_message_at is not None
    ]
    talk.repl.screen.note("\n".join(lines) or "There is no session yet.")


def _search(talk: "Talk", rest: str) -> None:
    if not rest:
        raise UsageError("Say for what: /search WORDS")
    lines = [
        f"{session.id[:8]}  {one.role}: {_around(one.content, rest)}"
        for session, one in talk.search(rest)
    ]
    talk.repl.screen.note("\n".join(lines) or "Nothing holds that.")


def _title(talk: "Talk", rest: str) -> None:
    session, _ = talk.here()
    if rest:
        talk.dialogue.archive.name(session.id, _line(rest)[:255])
        talk.dialogue.untitled = False
    talk.repl.screen.note(f"Title: {_line(rest) or session.title or 'none yet'}")


def _export(talk: "Talk", rest: str) -> None:
    from jobraker_cli.chat.transcript import as_markdown, write_file

    session, messages = talk.here()
    if not rest:
        talk.repl.screen.note(as_markdown(session, messages))
        return
    write_file(Path(rest).expanduser(), session, messages)
    talk.repl.screen.note(f"Written to {rest}")


def _model(talk: "Talk", rest: str) -> None:
    if rest:
        raise UsageError("The model is set by OPENAI_MODEL; this command only shows it")
    settings = talk.app.settings
    where = settings.openai_base_url or "https://api.openai.com/v1"
    name = talk.dialogue.model.name
    talk.repl.screen.note(name if name == "scripted-demo" else f"{name} at {where}")


def _tokens(talk: "Talk", rest: str) -> None:
    settings, last = talk.app.settings, talk.dialogue.last_used
    today = talk.dialogue.meter.used_today(talk.app.clock())
    most = settings.chat_tokens_per_day
    limit = f" of {most:,}" if most else ""
    talk.repl.screen.note(
        f"Last reply: {last.input_tokens:,} in, {last.output_tokens:,} out, "
        f"${last.cost_micros / 1e6:.4f}\n"
        f"Today: {today.tokens:,}{limit} tokens, ${today.cost_micros / 1e6:.4f}"
    )


def _retry(talk: "Talk", rest: str) -> None:
    talk.repl.show(talk.dialogue.retry())


def _jobs(talk: "Talk", rest: str) -> None:
    wanted, _, place = rest.partition(" in ")
    values: dict[str, Any] = {"limit": 10}
    if wanted.strip():
        values["keywords"] = (wanted.strip(),)
    if place.strip():
        values["location"] = place.strip()
    found = talk.use("search_jobs", values)
    _rows(talk, found.rows, ("title", "company", "location", "pay"))
    talk.repl.screen.note(found.remark)


def _applications(talk: "Talk", rest: str) -> None:
    _rows(talk, talk.use("my_applications", {}).rows, ("title", "company", "status", "applied"))


def _alerts(talk: "Talk", rest: str) -> None:
    rows = talk.use("my_alerts", {"backtest": True}).rows
    told = [
        {
            **row,
            "matches": f"{row['open_jobs_that_match']} open jobs match",
            "is": "active" if row["active"] else "paused",
        }
        for row in rows
    ]
    _rows(talk, told, ("name", "frequency", "is", "matches"))


def _why(talk: "Talk", rest: str) -> None:
    if not rest:
        raise UsageError("Say which job: /why JOB-ID (an id as /jobs shows it)")
    found = talk.use("why_mail", {"job_id": rest})
    lines = [found.remark]
    for row in found.rows:
        if "clauses" in row:
            verdict = "matches" if row["matches"] else "does not match"
            lines.append(f"{row['alert']}: {verdict}")
            lines += [f"  {clause}" for clause in (*row["clauses"], *row["why_not"])]
        else:
            lines.append("any mail:")
            lines += [f"  {one}" for one in (*row["conditions_of_any_mail"], *row["reasons"])]
    talk.repl.screen.note("\n".join(lines))


def _plain(talk: "Talk", rest: str) -> None:
    talk.repl.toggle_plain()
    talk.repl.screen.note("Plain lines." if talk.repl.plain else "The line editor again.")


def _quit(talk: "Talk", rest: str) -> bool:
    return False


def _rows(talk: "Talk", rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    lines = []
    for row in rows:
        told = [_line(str(row[name])) for name in names if row.get(name)]
        lines.append(f"{row.get('id', '')}  {', '.join(told)}")
    talk.repl.screen.note("\n".join(lines) or "There is nothing of that kind.")


def _line(text: str) -> str:
    return " ".join(text.split())


def _around(content: str, words: str) -> str:
    text = _line(content)
    at = max(0, text.lower().find(words.lower()) - 30)
    return text[at : at + 100]


COMMANDS: Mapping[str, SlashCommand] = {
    name: SlashCommand(takes=takes, about=about, run=run)
    for name, takes, about, run in (
        ("help", "", "this list", _help),
        ("new", "", "begin a new session", _new),
        ("resume", "SESSION", "go on with another session", _resume),
        ("sessions", "", "list your sessions", _sessions),
        ("search", "WORDS", "search all your sessions", _search),
        ("title", "[TEXT]", "show or change this session's title", _title),
        ("export", "[FILE]", "this session as Markdown or, to a file in .json, as JSON", _export),
        ("model", "", "show which model answers", _model),
        ("tokens", "", "show what was used", _tokens),
        ("retry", "", "send the last question again", _retry),
        ("jobs", "[WORDS] [in PLACE]", "search open jobs without the assistant", _jobs),
        ("apply-status", "", "your applications", _applications),
        ("alerts", "", "your alerts, and how many open jobs each matches", _alerts),
        ("why", "JOB", "why you did or did not get a mail about a job", _why),
        ("plain", "", "change between plain lines and the line editor", _plain),
        ("quit", "", "leave (also Ctrl-D)", _quit),
    )
}
