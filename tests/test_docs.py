"""The documentation says what is so: its transcripts, tables, SQL and code are run and compared.

How a page marks what is to be run, and what `...` stands for, is in CONTRIBUTING.md.
"""

import json
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import textwrap
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import pytest

from jobraker_cli import __version__, errors
from jobraker_cli.cli.alert_reports import PROBLEMS
from jobraker_cli.cli.outbox_acts import STATES
from jobraker_cli.cli.root import root
from jobraker_cli.mail import tokens
from jobraker_cli.mail.brand import SigningKey
from jobraker_cli.mail.compose import Composer
from jobraker_cli.matching.explain import explain
from jobraker_cli.matching.rows import alert_from_json, job_from_json
from jobraker_cli.model import MatchRules
from jobraker_cli.settings import catalogue, load
from jobraker_cli.store import ledger
from jobraker_cli.tasks.task import all_tasks
from tests.mail.samples import BRAND, KEY, USUAL, letter
from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]
NOW = "2026-11-23T09:00:00Z"
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


# Reading the pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block: its language, the word after that, what is in it, and where it begins."""

    language: str
    name: str
    body: str
    line: int


_FENCE = re.compile(r"^( *)```(\w*) ?(\S*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str = "", name: str = "") -> list[Block]:
    """The fenced blocks of a page, all or those of a language and a name."""
    found = [
        Block(
            language=match[2],
            name=match[3],
            body=textwrap.dedent(match[4]),
            line=match.string[: match.start()].count("\n") + 1,
        )
        for match in _FENCE.finditer(text_of(page))
    ]
    return [one for one in found if language in ("", one.language) and name in ("", one.name)]


def block(page: Path, language: str, name: str) -> str:
    (found,) = blocks(page, language, name)
    return found.body


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", text_of(page))


def inline_code(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text)


def tables(page: Path) -> Iterator[list[list[str]]]:
    """Every table of a page as rows of cells, the header first and without the rule under it."""
    for found in re.finditer(r"(?:^\|.*\|\n?)+", prose(page), re.MULTILINE):
        rows = [line.strip("|").split("|") for line in found[0].splitlines()]
        yield [[cell.strip() for cell in row] for row in (rows[0], *rows[2:])]


def table(page: Path, *header: str) -> list[list[str]]:
    """The rows of the table with this header."""
    (found,) = [rows for rows in tables(page) if tuple(rows[0]) == header]
    return found[1:]


# Running transcripts

_ID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_TOKENS = re.compile(
    r"([0-9a-f]{8}-\.\.\.)|(\.\.\.)|((?<!\S)0(?!\S))|((?<!\S)[1-9]\d*(?!\S))|(\d+)"
)


def shown(output: str) -> list[str]:
    """Output as it is compared: the width of gaps and what trails a line do not count."""
    return [" ".join(line.split(" ")).rstrip() for line in re.sub(r" +", " ", output).split("\n")]


def pattern(lines: Sequence[str], known: Mapping[str, str]) -> str:
    """The regular expression of expected lines; an id cut to `0055b8a9-...` is a named group."""
    named: set[str] = set()

    def spelled(match: re.Match[str]) -> str:
        short = match[1]
        if short in known:
            return re.escape(known[short])
        if short:
            group = f"id_{short[:8]}"
            again = group in named
            named.add(group)
            return f"(?P={group})" if again else f"(?P<{group}>{_ID})"
        return ".*?" if match[2] else "0" if match[3] else r"[1-9][\d,]*" if match[4] else r"\d+"

    def line_pattern(line: str) -> str:
        parts, at = [], 0
        for match in _TOKENS.finditer(line):
            parts += [re.escape(line[at : match.start()]), spelled(match)]
            at = match.end()
        return "".join(parts) + re.escape(line[at:]) + "\n"

    return "".join(r"(?:.*\n)*?" if line == "..." else line_pattern(line) for line in lines)


class Transcript:
    """Runs the `$` lines of a page's blocks, one after the other, and compares what they print."""

    def __init__(
        self, command: Command, after: Callable[[Sequence[str]], None] = lambda _: None
    ) -> None:
        self._command = command
        self._after = after
        self._variables: dict[str, str | None] = {}
        self._ids: dict[str, str] = {}
        self.recorded: dict[str, str] = {}

    def run(self, page: Path, name: str) -> int:
        """Run the page's blocks of this name; how many commands that were."""
        count = 0
        for one in blocks(page):
            if one.language == "json" and one.name:
                (self._command.cwd / one.name).write_text(one.body, encoding="utf-8")
            if (one.language, one.name) == ("console", name):
                steps = re.split(r"^\$ ", one.body, flags=re.MULTILINE)
                assert steps[0] == "", f"{page.name}:{one.line} does not begin with a command"
                count += self._steps(steps[1:], f"{page.name}:{one.line}")
        return count

    def _steps(self, steps: Sequence[str], where: str) -> int:
        codes = [0]
        for step, following in zip(steps, [*steps[1:], ""], strict=True):
            line, _, expected = step.partition("\n")
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").partition("=")
                self._variables[name] = value
            elif line == "echo $?":
                assert expected.strip() == str(codes[-1]), f"{where}: exit {codes[-1]}"
            else:
                code, output = self._jobraker(line)
                codes.append(code)
                self._compare(f"{where}: {line}", expected, output)
                assert code == 0 or following.startswith("echo $?"), f"{where}: {line}: exit {code}"
        return len(codes) - 1

    def _jobraker(self, line: str) -> tuple[int, str]:
        """Run one command; both streams together, as a terminal shows them."""
        program, *arguments = shlex.split(line)
        assert program == "jobraker", line
        if line in self.recorded:
            return 0, self.recorded[line]
        done = subprocess.run(
            [sys.executable, "-m", "jobraker_cli", *(self._ids.get(a, a) for a in arguments)],
            env=self._command.environment(self._variables),
            cwd=self._command.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        self._after(arguments)
        return done.returncode, done.stdout

    def _compare(self, where: str, expected: str, output: str) -> None:
        wanted, got = shown(expected.rstrip("\n")), shown(output.rstrip("\n"))
        found = re.fullmatch(pattern(wanted, self._ids), "".join(f"{line}\n" for line in got))
        assert found, f"{where}\n--- the page shows\n{expected}\n--- it prints\n{output}"
        groups = found.groupdict().items()
        self._ids |= {f"{group.removeprefix('id_')}-...": value for group, value in groups}


DEMO = "jobraker demo --keep demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The demo, built once: the folder it was built in, and what it printed there."""

    folder: Path
    printed: str


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    command = Command(cwd=folder, home=tmp_path_factory.mktemp("home"))
    result = command(*shlex.split(DEMO)[1:])
    return Demo(folder=folder, printed=result.stderr + result.stdout)


@pytest.fixture
def on_demo(demo: Demo, tmp_path: Path) -> Command:
    """Give the command in a folder with a copy of the demo."""
    shutil.copytree(demo.folder, tmp_path / "here")
    return Command(cwd=tmp_path / "here", home=tmp_path)


def test_the_placeholders_stand_for_what_they_should() -> None:
    ids = [str(uuid.uuid4()) for _ in range(2)]
    wanted = ["0055b8a9-... is 3 ...", "...", "0 left, 0055b8a9-... in 0.2 s"]
    good = f"{ids[0]} is 17 now\nanything\nat all\n0 left, {ids[0]} in 12.75 s\n"
    assert re.fullmatch(pattern(wanted, {}), good)
    for wrong in (
        good.replace("0 left", "1 left"),
        good.replace("17", "0"),
        good.replace(f"left, {ids[0]}", f"left, {ids[1]}"),
        good + "more\n",
    ):
        assert not re.fullmatch(pattern(wanted, {}), wrong)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page, "console", "demo")], ids=lambda page: page.name
)
def test_transcripts_on_the_demo_are_what_really_happens(
    page: Path, on_demo: Command, demo: Demo
) -> None:
    transcript = Transcript(on_demo)
    transcript.recorded[DEMO] = demo.printed
    assert transcript.run(page, "demo") > 0


def test_the_set_up_in_the_readme_works_on_both_databases(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    ada = board.add_user(email="ada@example.org")
    board.add_alert(ada, name="Python in Berlin", keywords=["python"], location="Berlin")
    board.insert_jobs(1204)
    ours = {"DATABASE_URL": board.url, **mailbox.settings}
    ours |= {"EMAIL_HOST_USER": "", "EMAIL_HOST_PASSWORD": ""}
    settings = dict(
        line.split("=", 1) for line in block(README, "ini", ".env").splitlines() if line
    )
    env_file = jobraker.cwd / ".env"
    env_file.write_text("".join(f"{name}={ours.get(name, settings[name])}\n" for name in settings))
    env_file.chmod(0o600)

    def new_jobs_arrive(arguments: Sequence[str]) -> None:
        if arguments[0] == "init":
            board.add_job(title="Python Engineer", company="Acme", location="Berlin, Germany")

    bare = Command(cwd=jobraker.cwd, home=jobraker.home)
    assert Transcript(bare, new_jobs_arrive).run(README, "board") > 0
    (mail,) = mailbox.messages
    assert mail.parsed["From"] == settings["DEFAULT_FROM_EMAIL"]


def test_one_block_is_changed_as_shown(tmp_path: Path) -> None:
    (block,) = blocks(DOCS / "templates.md", "jinja", "override")
    (tmp_path / "job_alert.html").write_text(block.body, encoding="utf-8")
    own = Composer(brand=BRAND, key=KEY, timezone=ZoneInfo("UTC"), templates=tmp_path)
    assert "Example Jobs GmbH, Musterweg 1" in own.compose(letter(USUAL)).html


def test_the_languages_settings_are_understood_as_shown(tmp_path: Path) -> None:
    (block,) = blocks(DOCS / "templates.md", "ini", "locale")
    (tmp_path / ".env").write_text(block.body, encoding="utf-8")
    settings = load(flags={}, environ={}, directory=tmp_path).settings
    assert (settings.locale, settings.locale_sql[:7]) == ("de", "(SELECT")


# What the tests of this file run, beside the files that blocks are named after.
_RUN = {
    ("console", "demo"),
    ("console", "board"),
    ("ini", ".env"),
    ("ini", "locale"),
    ("jinja", "override"),
    ("json", "payload"),
    ("json", "reset-payload"),
    ("python", "kinds"),
    ("python", "page"),
    ("python", "suppression"),
    ("python", "verify"),
    *(
        ("sql", name)
        for name in ("cancel", "cancel-all", "edit-alerts", "grants", "grants-create", "queue")
    ),
    ("sql", "reset"),
    *(("sql", name) for name in ("retry", "unsubscribe", "unsuppress")),
}
_SHOWN = {"mermaid", "sh", "text"}


@each_page
def test_no_block_is_left_unchecked(page: Path) -> None:
    for one in blocks(page):
        is_file = one.language in ("jinja", "json", "python") and "." in one.name
        known = one.language in _SHOWN or is_file or (one.language, one.name) in _RUN
        assert known, f"{page.name}:{one.line}: no test runs this block"


# Commands, settings, codes, keys


def leaves(group: click.Group, path: str) -> Iterator[str]:
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from leaves(command, f"{path} {name}")
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield f"{path} {name}"


def commands_in(page: Path) -> Iterator[str]:
    """Every command line with jobraker in it: of console and shell blocks, and in the prose."""
    for one in blocks(page):
        lines = one.body.splitlines() if one.language in ("console", "sh") else []
        for line in lines:
            found = re.match(r"(?:\$ |cd \S+ && )*(jobraker .*)", line)
            if found and (one.language == "sh" or line.startswith("$")):
                yield found[1]
    yield from (code for code in inline_code(prose(page)) if code.startswith("jobraker "))


def check_command(line: str) -> Mapping[str, Any]:
    """Parse a command line as click does, without running it; the last command's options."""
    arguments = shlex.split(line.partition("|")[0], comments=True)[1:]
    command: click.Command = root
    while isinstance(command, click.Group):
        context = click.Context(command)
        _, arguments, _ = command.make_parser(context).parse_args(list(arguments))
        if not arguments:  # only common options, or a group that is spoken of
            return {}
        name, *arguments = arguments
        found = command.get_command(context, name)
        assert found is not None, f"{line}: there is no command {name}"
        command = found
    given, extra, _ = command.make_parser(click.Context(command)).parse_args(list(arguments))
    assert not extra, f"{line}: {extra}"
    return given


@each_page
def test_every_command_on_a_page_exists_with_its_options(page: Path) -> None:
    for line in commands_in(page):
        try:
            given = check_command(line)
        except click.UsageError as error:
            pytest.fail(f"{page.name}: {line}: {error.format_message()}")
        if (
            line.startswith("jobraker run ")
            and "--plan" not in line
            and page.name != "adding-a-mail.md"
        ):
            assert given["task"] in {"TASK", "all", *all_tasks()}, line


def test_the_crontab_runs_every_task_and_nothing_else() -> None:
    lines = (ROOT / "crontab.example").read_text(encoding="utf-8").splitlines()
    found = [line.partition("&& ")[2] for line in lines if "&& jobraker run" in line]
    assert sorted(line.split()[-1] for line in found) == sorted(all_tasks())


def test_the_table_of_commands_is_complete() -> None:
    rows = table(README, "command", "does")
    named = [re.sub(r" [A-Z]+$", "", row[0].strip("`")) for row in rows]
    assert named == list(dict.fromkeys(named))
    assert set(named) == set(leaves(root, "jobraker"))
    (run,) = [row[1] for row in rows if row[0] == "`jobraker run TASK`"]
    assert set(all_tasks()) <= set(inline_code(run))


def test_the_table_of_settings_equals_the_catalogue() -> None:
    rows = [
        [f"`{one['name']}`", f"`{one['default']}`" if one["default"] else "", one["about"]]
        for one in catalogue()
    ]
    as_text = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    assert table(README, "setting", "default", "meaning") == rows, f"should be:\n{as_text}"
    secrets = {one["name"] for one in catalogue() if one["secret"]}
    (sentence,) = re.findall(r"Secrets\s\(([^)]*)\)\scan", text_of(README))
    assert set(inline_code(sentence)) == secrets


def test_the_table_of_exit_codes_equals_the_errors() -> None:
    ours: list[type[errors.JobrakerError]] = [errors.JobrakerError]
    ours += errors.JobrakerError.__subclasses__()
    expected = {one.exit_code for one in ours} | {0, 3, 130}
    rows = table(README, "code", "means", "what to do")
    assert [int(row[0]) for row in rows] == sorted(expected)


def a_token(board: Path) -> str:
    """A link's token for some person of a board in a SQLite file, signed with the ledger's key."""
    with closing(sqlite3.connect(board)) as connection:
        (user,) = connection.execute("SELECT id FROM users LIMIT 1").fetchone()
        key, secret = connection.execute("SELECT key_id, secret FROM jobraker_key").fetchone()
    signing = SigningKey(id=key, secret=bytes.fromhex(secret))
    return tokens.sign(signing, str(uuid.UUID(user)), "alerts", datetime.now(UTC))


def test_the_table_of_json_keys_is_what_commands_print(on_demo: Command) -> None:
    def told(*arguments: str, check: int | None = 0) -> Any:
        url = {"DATABASE_URL": "sqlite:///demo/board.db"}
        return on_demo(*arguments, "--json", env=url, check=check).json

    cases = block(DOCS / "matching.md", "json", "cases.jsonl")
    (on_demo.cwd / "cases.jsonl").write_text(cases, encoding="utf-8")
    (on_demo.cwd / "blocked.csv").write_text("address\nbob@example.org\n", encoding="utf-8")
    told("suppressions", "add", "ada@example.org")
    (newest,) = told("outbox", "list", "--kind", "job_alert", "--limit", "1")
    message = newest["id"]
    (section, *_) = told("outbox", "show", message)["payload"]["sections"]
    about_job = (section["alert_id"], section["jobs"][0]["id"])
    person = ("--as", told("alerts", "list")[0]["user"])

    def newest_session() -> str:
        found: str = told("chat", "list", *person)[0]["id"]
        return found

    printed = {
        "run TASK": lambda: told("run", "deliver"),
        "run TASK --dry-run": lambda: told("run", "daily-alerts", "--dry-run"),
        "plan TASK": lambda: told("plan", "daily-alerts"),
        "run all": lambda: told("run", "all"),
        "outbox list": lambda: told("outbox", "list"),
        "outbox show ID": lambda: told("outbox", "show", message),
        "outbox retry`, `cancel`, `resolve": lambda: told(
            "outbox", "retry", "--to", "@", "--dry-run"
        ),
        "outbox export": lambda: told("outbox", "export"),
        "tasks": lambda: told("tasks"),
        "runs": lambda: told("runs"),
        "runs show ID": lambda: told("runs", "show", "2"),
        "stats": lambda: told("stats"),
        "prune": lambda: told("prune"),
        "users export EMAIL": lambda: told("users", "export", newest["to"]),
        "users erase EMAIL": lambda: told("users", "erase", newest["to"], "--dry-run"),
        "alerts list": lambda: told("alerts", "list"),
        "alerts show ALERT": lambda: told("alerts", "show", section["alert_id"]),
        "alerts explain ALERT JOB": lambda: told("alerts", "explain", *about_job),
        "alerts explain USER JOB": lambda: told("alerts", "explain", newest["to"], about_job[1]),
        "alerts check CASES.jsonl": lambda: told("alerts", "check", "cases.jsonl", check=1),
        "alerts backtest ALERT": lambda: told("alerts", "backtest", section["alert_id"]),
        "alerts health": lambda: told("alerts", "health"),
        "inbox process": lambda: told("inbox", "process", "--mbox", "blocked.csv"),
        "suppressions list": lambda: told("suppressions", "list"),
        "suppressions add": lambda: told("suppressions", "add", "eve@example.org"),
        "suppressions remove": lambda: told("suppressions", "remove", "eve@example.org"),
        "suppressions import": lambda: told("suppressions", "import", "blocked.csv"),
        "unsubscribe TOKEN": lambda: told("unsubscribe", a_token(on_demo.cwd / "demo/board.db")),
        "preferences ...": lambda: told("preferences", "cap", newest["to"], "3"),
        "templates list": lambda: told("templates", "list"),
        "templates check": lambda: told("templates", "check", check=None),
        "templates preview": lambda: told("templates", "preview", "--out", "preview"),
        "test-email": lambda: told("test-email", "--type", "job_alert", "--user-email", "a@b.test"),
        "chat -p TEXT": lambda: told("chat", "--demo", *person, "-p", "Which alerts do I have?"),
        "chat list": lambda: told("chat", "list", *person),
        "chat show SESSION": lambda: told("chat", "show", newest_session(), *person),
        "chat search WORDS": lambda: told("chat", "search", "alerts", *person),
        "send welcome": lambda: told("send", "welcome", "--user", newest["to"]),
        "notifications list": lambda: told("notifications", "list", "--limit", "5"),
        "notifications read": lambda: told("notifications", "read", "--user", newest["to"]),
        "doctor": lambda: told("doctor"),
        "init": lambda: told("init"),
        "demo": lambda: told("demo", "--keep", "another"),
        "config show": lambda: told("config", "show"),
        "db status": lambda: told("db", "status"),
    }
    rows = table(README, "command", "keys")
    assert [row[0].strip("`") for row in rows] == list(printed)
    keys: list[str] = []
    for name, cell in rows:
        own = inline_code(re.split("[;:(]", cell)[0])
        keys = [*keys, *own] if cell.startswith("the same") else own
        data = printed[name.strip("`")]()
        assert isinstance(data, list) == cell.startswith("a list of"), name
        for record in data if isinstance(data, list) else [data]:
            assert sorted(record) == sorted(keys), name


# Links, names of files, other tables


def test_the_table_of_problems_names_all_that_can_be_asked_for() -> None:
    rows = table(DOCS / "matching.md", "problem", "means")
    assert [row[0].strip("`") for row in rows] == list(PROBLEMS)


def slug(heading: str) -> str:
    """The anchor that renderers of Markdown make of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if target.startswith(("https://", "http://")):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), f"{page.name}: {target}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", prose(file), re.MULTILINE)
            assert anchor in map(slug, headings), f"{page.name}: {target}"


# Made by running jobraker or by the reader; and pages of the web application.
_MADE = re.compile(
    r"demo/.*|SITE_URL/.*|\.env|\.venv|alert\.json|job\.json|cases\.jsonl|CASES\.jsonl"
)
_FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)*/?")
_SUFFIX = re.compile(r"(?:\.\w+)*\.(?:cfg|example|html|json|jsonl|md|py|sql|toml|txt)|/")


@each_page
def test_files_that_are_named_exist(page: Path) -> None:
    places = (ROOT, ROOT / "jobraker_cli", ROOT / "templates", page.parent)
    written = {one.name for one in blocks(page)}
    for code in inline_code(prose(page)):
        if _FILE.fullmatch(code) and _SUFFIX.search(code) and not _MADE.fullmatch(code):
            known = code in written or any((place / code).exists() for place in places)
            assert known, f"{page.name} names {code}, which does not exist"


def test_contributing_names_every_target_of_make() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE)
    rows = table(ROOT / "CONTRIBUTING.md", "target", "does")
    assert sorted(row[0] for row in rows) == sorted(f"`make {name}`" for name in targets)


def test_the_version_is_the_one_that_the_pages_speak_of() -> None:
    assert f"## [{__version__}]" in text_of(ROOT / "CHANGELOG.md")
    assert f"jobraker-{__version__}-py3" in text_of(README)


def test_every_table_and_column_of_the_ledger_is_explained() -> None:
    page = DOCS / "ledger.md"
    told = {}
    for paragraph in prose(page).split("\n\n"):
        if paragraph.startswith("**`jobraker_"):
            name, *codes = inline_code(paragraph)
            told[name] = set(codes)
    assert sorted(told) == sorted(ledger.ledger.tables)
    rows = table(page, "column", "what to give")
    told["jobraker_outbox"] = {code for row in rows for code in inline_code(row[0])}
    for name, found in ledger.ledger.tables.items():
        assert {column.name for column in found.columns} <= told[name], name


def test_every_state_of_a_message_is_in_the_diagram_and_explained() -> None:
    (diagram,) = blocks(DOCS / "ledger.md", "mermaid")
    ends = re.findall(r"^ +(\S+) --> (\w+):", diagram.body, re.MULTILINE)
    assert {state for pair in ends for state in pair} - {"[*]"} == set(STATES)
    assert set(re.findall(r"^- `(\w+)`:", prose(DOCS / "ledger.md"), re.MULTILINE)) == set(STATES)


# The rules of matching

_NUMBERS = ("min_salary", "max_salary", "salary_min", "salary_max")


def rules() -> Iterator[tuple[dict[str, object], dict[str, object], bool]]:
    """Every row of the tables in matching.md: an alert, a job, and whether they match."""
    for header, *rows in tables(DOCS / "matching.md"):
        if header[-1] != "matches":
            continue
        sides = [re.fullmatch(r"(alert|job) `(\w+)`", cell) for cell in header[:-1]]
        for *cells, verdict in rows:
            made: dict[str, dict[str, object]] = {"alert": {}, "job": {"title": "Any"}}
            for side, cell in zip(sides, cells, strict=True):
                assert side is not None, header
                if values := inline_code(cell):
                    made[side[1]][side[2]] = _value(side[2], values)
            yield made["alert"], made["job"], {"yes": True, "no": False}[verdict]


def _value(column: str, values: list[str]) -> object:
    if column == "keywords":
        return values
    (value,) = values
    return int(value) if column in _NUMBERS else value


@pytest.mark.parametrize(("alert", "job", "expected"), list(rules()))
def test_every_rule_of_matching_holds(
    alert: dict[str, object], job: dict[str, object], expected: bool
) -> None:
    found = explain(alert_from_json(alert), job_from_json(job), MatchRules())
    assert found.match is expected, found.clauses


# SQL and code


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A message that was queued as docs/ledger.md says, and whose alert and job it holds."""

    id: uuid.UUID
    user: str
    alert: str
    job: str


def queue(board: Board, email: str = "ada@example.org") -> Queued:
    """Do what the page tells the web application to do."""
    user = board.add_user(email=email)
    made = Queued(
        id=uuid.uuid4(), user=user, alert=board.add_alert(user), job=board.add_job(title="Any")
    )
    payload = json.loads(block(DOCS / "ledger.md", "json", "payload"))
    (section,) = payload["sections"]
    section["alert_id"], section["jobs"][0]["id"] = made.alert, made.job
    board.execute(
        block(DOCS / "ledger.md", "sql", "queue"),
        id=made.id,
        user_id=uuid.UUID(user),
        recipient=email,
        payload=json.dumps(payload),
    )
    return made


def states(jobraker: Command) -> dict[str, str]:
    return {one["id"]: one["state"] for one in jobraker("outbox", "list", "--json").json}


def test_a_message_that_is_inserted_as_the_page_says_is_delivered(
    board: Board, jobraker: Command
) -> None:
    jobraker("init")
    queued = queue(board)
    assert states(jobraker) == {str(queued.id): "pending"}
    jobraker("run", "deliver", env={"EMAIL_BACKEND": "file", "EMAIL_FILE_PATH": "mail"})
    assert states(jobraker) == {str(queued.id): "sent"}
    (mail,) = (jobraker.cwd / "mail").glob("*.eml")
    assert b"Subject: New job: Python Engineer at Acme" in mail.read_bytes()


def test_a_password_reset_that_is_inserted_as_the_page_says_is_delivered_and_forgotten(
    board: Board, jobraker: Command
) -> None:
    jobraker("init")
    user = board.add_user(email="ada@example.org")
    payload = json.loads(block(DOCS / "ledger.md", "json", "reset-payload"))
    until = datetime.now(UTC) + timedelta(hours=1)
    payload["expires_at"] = until.isoformat()
    queued = uuid.uuid4()
    board.execute(
        block(DOCS / "ledger.md", "sql", "reset"),
        id=queued,
        user_id=uuid.UUID(user),
        recipient="ada@example.org",
        payload=json.dumps(payload),
        expires_at=until,
    )
    before = jobraker("outbox", "show", str(queued)).stdout
    jobraker("run", "deliver", env={"EMAIL_BACKEND": "file", "EMAIL_FILE_PATH": "mail"})
    (mail,) = (jobraker.cwd / "mail").glob("*.eml")
    assert b"jobs.example.com/reset/TOKEN" in mail.read_bytes().replace(b"=\r\n", b"")
    after = jobraker("outbox", "show", str(queued), "--json").stdout
    assert "TOKEN" not in before + after
    assert "TOKEN" not in str(board.rows("SELECT * FROM jobraker_outbox"))


def test_the_payload_on_the_page_has_the_keys_of_a_real_one(
    sqlite_board: Board, jobraker: Command
) -> None:
    jobraker("init")
    sqlite_board.add_alert(sqlite_board.add_user())
    sqlite_board.add_job(salary_min=1)
    jobraker("run", "daily-alerts", "--no-deliver")
    (message,) = jobraker("outbox", "list", "--json").json
    real = jobraker("outbox", "show", message["id"], "--json").json["payload"]
    payload = json.loads(block(DOCS / "ledger.md", "json", "payload"))
    assert set(payload) == set(real)
    assert set(payload["sections"][0]) == set(real["sections"][0])
    (job,), (real_job,) = payload["sections"][0]["jobs"], real["sections"][0]["jobs"]
    assert set(job) <= set(real_job)


def test_what_the_runbook_does_by_hand_works(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    page = DOCS / "runbook.md"
    jobraker("init")
    first, second = queue(board), queue(board, "grace@example.org")
    board.execute(block(page, "sql", "cancel"), id=first.id)
    assert states(jobraker) == {str(first.id): "cancelled", str(second.id): "pending"}
    board.execute(block(page, "sql", "cancel-all"))
    jobraker("run", "deliver", env=mailbox.settings)
    assert mailbox.messages == []
    board.execute(block(page, "sql", "retry"), id=first.id)
    jobraker("run", "deliver", env=mailbox.settings)
    assert states(jobraker) == {str(first.id): "sent", str(second.id): "cancelled"}


def test_a_suppressed_address_is_freed_as_the_runbook_says(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    page = DOCS / "runbook.md"
    env = {**mailbox.settings, "JOBRAKER_SECRET_KEY": "changed-since"}
    jobraker("init")
    (key,) = board.rows("SELECT secret FROM jobraker_key")
    queue(board, "ADA@example.org")
    mailbox.reply("RCPT", "550 5.1.1 no such user")
    jobraker("run", "deliver", env=env, check=3)
    worked_out: dict[str, object] = {}
    code = block(page, "python", "suppression")  # the page's own code
    exec(code.replace("the `secret` in jobraker_key", str(key["secret"])), worked_out)
    (row,) = board.rows("SELECT key FROM jobraker_suppression")
    assert row["key"] == worked_out["key"]
    board.execute(block(page, "sql", "unsuppress"), key=worked_out["key"])
    assert board.rows("SELECT key FROM jobraker_suppression") == []


def test_a_misspelled_id_is_refused_where_it_is_written(
    sqlite_board: Board, jobraker: Command
) -> None:
    jobraker("init")
    queued = queue(sqlite_board)
    columns = "id, kind, recipient, payload"
    for wrong in (str(queued.id), queued.id.hex.upper(), "7"):
        with pytest.raises(sqlite3.IntegrityError, match="32 lower-case hex digits"):
            sqlite_board.execute(
                f"INSERT INTO jobraker_outbox ({columns}) VALUES (:id, 'job_alert', 'a@b', '{{}}')",
                id=wrong,
            )


def test_the_grants_are_enough(postgres_board: Board, jobraker: Command) -> None:
    role = f"jobraker_{uuid.uuid4().hex[:8]}"
    script = jobraker("db", "grants", role).stdout
    for statements in (
        block(README, "sql", "grants"),
        script,
        block(README, "sql", "grants-create"),
        block(DOCS / "chat.md", "sql", "edit-alerts"),
    ):
        postgres_board.execute(re.sub(r"\bjobraker\b", role, statements))
    try:
        own = re.sub(r"//[^@]*@", f"//{role}:choose-one@", postgres_board.url)
        alert = postgres_board.add_alert(postgres_board.add_user(), keywords=["python"])
        jobraker("--database-url", own, "init")
        postgres_board.add_job(title="Python Engineer")
        report = jobraker("--database-url", own, "run", "daily-alerts", "--json").json
        assert report["sent"] == 1
        assert jobraker("--database-url", own, "doctor", "--json").json["ok"]
        assert postgres_board.row("job_alerts", alert)["last_run"] is not None
        edits = "SELECT has_table_privilege(:role, 'job_alerts', 'INSERT, UPDATE') AS may"
        assert postgres_board.rows(edits, role=role)[0]["may"]
    finally:
        postgres_board.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_the_example_verifies_the_links_of_a_real_mail(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    page: dict[str, Any] = {}
    exec(block(DOCS / "unsubscribe.md", "python", "verify"), page)  # the page's own code
    secret = b"sixty-four-random-characters"
    env = {**mailbox.settings, "JOBRAKER_SECRET_KEY": secret.decode()}
    jobraker("init")
    queued = queue(sqlite_board)
    jobraker("run", "deliver", env=env)
    (mail,) = mailbox.messages
    found = re.match(r"<https://[^>]*/unsubscribe/([^>]+)>", mail.parsed["List-Unsubscribe"])
    assert found is not None
    secrets = {page["key_id"](secret): secret}
    now = datetime.now(UTC).timestamp()
    assert page["unsubscribe_request"](found[1], secrets, now) == (queued.user, "alerts")
    assert page["unsubscribe_request"](found[1], secrets, now + 401 * 86_400) is None


def test_the_documented_page_unsubscribes_on_post_only(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    page: dict[str, Any] = {}
    for name in ("verify", "page"):
        exec(block(DOCS / "unsubscribe.md", "python", name), page)  # the page's own code
    sql = block(DOCS / "unsubscribe.md", "sql", "unsubscribe")

    def execute(*, user: str, scope: str) -> None:
        board.execute(sql, user=uuid.UUID(user), scope=scope)

    user = board.add_user(email="ada@example.org")
    board.add_alert(user, keywords=["python"])
    jobraker("init")
    board.add_job(title="Python Engineer")
    secret, now = b"sixty-four-random-characters", datetime.fromisoformat(NOW)
    key = SigningKey(id=page["key_id"](secret), secret=secret)
    token = tokens.sign(key, user, "alerts", now)
    given = ({key.id: secret}, now.timestamp(), execute)
    assert page["unsubscribe_page"]("GET", token, *given)[0] == 200
    assert page["unsubscribe_page"]("POST", token[:-1], *given)[0] == 404
    assert board.rows("SELECT * FROM jobraker_preference") == []
    for _ in range(2):
        assert page["unsubscribe_page"]("POST", token, *given)[0] == 200
    report = jobraker("run", "daily-alerts", "--json", "--now", NOW, env=mailbox.settings).json
    assert (report["planned"], mailbox.messages) == (0, [])


def test_the_example_refuses_what_jobraker_refuses() -> None:
    page: dict[str, Any] = {}
    exec(block(DOCS / "unsubscribe.md", "python", "verify"), page)  # the page's own code
    key, now = SigningKey(id="k", secret=b"s"), datetime(2026, 11, 23, tzinfo=UTC)
    token = tokens.sign(key, "user", "alert:7", now - timedelta(days=1))
    other = tokens.sign(SigningKey(id="k", secret=b"x"), "user", "all", now)
    candidates = (token, other, token[:-1], token[1:], f"{token}=", "", ".", "a.b", "é.é", "1" * 9)
    for candidate in candidates:
        ours = tokens.verify([key], candidate, now)
        theirs = page["unsubscribe_request"](candidate, {"k": b"s"}, now.timestamp())
        assert theirs == (None if ours is None else (ours.user_id, ours.scope)), candidate
    assert page["unsubscribe_request"](token, {"k": b"s"}, now.timestamp()) is not None


@pytest.fixture
def extended(tmp_path: Path) -> Path:
    """Give a copy of the package with the kind of mail that adding-a-mail.md adds."""
    package = tmp_path / "extended" / "jobraker_cli"
    shutil.copytree(ROOT / "jobraker_cli", package, ignore=shutil.ignore_patterns("__pycache__"))
    page = DOCS / "adding-a-mail.md"
    for one in blocks(page):
        if "/" in one.name:
            name = one.name.removeprefix("jobraker_cli/")
            assert not (package / name).exists(), one.name
            (package / name).write_text(one.body, encoding="utf-8")
    kinds = package / "mail" / "kinds.py"
    text = kinds.read_text(encoding="utf-8").replace(
        "    admin_digest,\n", "    admin_digest,\n    deadline,\n"
    )
    entry = textwrap.indent(block(page, "python", "kinds"), " " * 8)
    before, end, after = text.rpartition("    }\n)\n")
    kinds.write_text(f"{before}{entry}{end}{after}", encoding="utf-8")
    return package.parent


def test_the_new_kind_of_mail_works_as_the_page_builds_it(
    board: Board, jobraker: Command, mailbox: Mailbox, extended: Path
) -> None:
    env = {**mailbox.settings, "PYTHONPATH": str(extended)}

    def run(*arguments: str) -> Any:
        return jobraker("run", *arguments, "--json", env=env).json

    board.add_alert(board.add_user(email="ada@example.org", first_name="Ada"), keywords=["nurse"])
    jobraker("init")
    deadline = datetime(2026, 11, 30, 12, tzinfo=UTC)
    job = board.add_job(title="Night Nurse", application_deadline=deadline)
    board.add_job(title="Nurse", application_deadline=deadline + timedelta(days=1))
    run("daily-alerts", "--now", NOW)
    assert run("deadline-soon", "--now", NOW)["planned"] == 0
    soon = ("deadline-soon", "--now", "2026-11-30T08:00:00Z")
    assert run(*soon, "--dry-run")["planned"] == 1
    assert run(*soon)["sent"] == 1
    assert run(*soon)["planned"] == 0
    reminder = mailbox.messages[-1].parsed
    assert reminder["Subject"] == "Apply by Monday 30 November: Night Nurse"
    for kind in ("plain", "html"):
        body = reminder.get_body((kind,))
        assert body is not None
        assert job in body.get_content()
    assert "deadline-soon" in {one["task"] for one in jobraker("tasks", "--json", env=env).json}


def test_the_new_kind_of_mail_has_templates_without_a_fault(
    jobraker: Command, extended: Path
) -> None:
    env = {"PYTHONPATH": str(extended)}
    found = jobraker("templates", "check", "deadline_soon", "--json", env=env).json
    assert (found["checked"], found["problems"]) == (28, [])


def test_the_new_kind_of_mail_is_cancelled_when_its_job_is_closed(
    sqlite_board: Board, jobraker: Command, extended: Path
) -> None:
    env = {"PYTHONPATH": str(extended)}
    sqlite_board.add_alert(sqlite_board.add_user())
    jobraker("init")
    deadline = datetime(2026, 11, 30, 12, tzinfo=UTC)
    job = sqlite_board.add_job(application_deadline=deadline)
    jobraker("run", "daily-alerts", "--now", NOW, env=env)
    soon = ("deadline-soon", "--now", "2026-11-30T08:00:00Z")
    jobraker("run", *soon, "--no-deliver", env=env)
    sqlite_board.update("jobs", job, status="closed")
    assert jobraker("run", *soon, "--json", env=env).json["cancelled"] == 1
