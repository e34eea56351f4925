"""`help`, `completion`, the manual page, and the files to deploy with."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from jobraker_cli.cli.help import EXIT_CODES
from jobraker_cli.cli.manual import page
from jobraker_cli.settings import catalogue
from jobraker_cli.tasks.task import all_tasks
from tests.support.command import Command

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "docs" / "deploy"


def test_the_exit_codes_are_those_of_the_readme(jobraker: Command) -> None:
    rows = re.findall(r"^\| (\d+) \| ", (ROOT / "README.md").read_text(encoding="utf-8"), re.M)
    assert [str(code) for code, *_ in EXIT_CODES] == rows
    shown = jobraker("help", "exit-codes", "--json").json
    assert [one["code"] for one in shown] == [code for code, *_ in EXIT_CODES]


def test_help_explains_every_setting(jobraker: Command) -> None:
    shown = jobraker("help", "environment", "--json").json
    assert [one["variable"] for one in shown] == [one["name"] for one in catalogue()]
    assert "Topics:" in jobraker("help").stdout
    assert jobraker("help", "nonsense", check=2).stdout == ""


def test_the_manual_page_is_the_one_that_the_commands_make() -> None:
    written = (ROOT / "docs" / "jobraker.1").read_text(encoding="utf-8")
    assert written == page(), "run: make man"
    assert all(one["name"].replace("-", r"\-") in written for one in catalogue())


@pytest.mark.skipif(shutil.which("groff") is None, reason="no groff here")
def test_the_manual_page_is_sound_roff() -> None:
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z", str(ROOT / "docs" / "jobraker.1")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_completion(jobraker: Command, shell: str) -> None:
    script = jobraker("completion", shell).stdout
    assert "_JOBRAKER_COMPLETE" in script
    asked = {
        "_JOBRAKER_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": "jobraker do",
        "COMP_CWORD": "do" if shell == "fish" else "1",
    }
    assert "doctor" in jobraker(env=asked).stdout
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=script, text=True, check=False)
        assert checked.returncode == 0


def test_the_units_and_the_examples_run_commands_that_there_are() -> None:
    service = (DEPLOY / "jobraker.service").read_text(encoding="utf-8")
    assert re.findall(r"^ExecStart=(.*)$", service, re.M) == ["/usr/local/bin/jobraker run all"]
    for rule in ("NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes"):
        assert rule in service
    rules = (DEPLOY / "alert-rules.yml").read_text(encoding="utf-8")
    from jobraker_cli.operations import metrics

    source = Path(metrics.__file__).read_text(encoding="utf-8")
    for name in set(re.findall(r"jobraker_\w+", rules)):
        assert f'"{name}"' in source, name
    image = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER nobody", image, re.M)
    assert set(all_tasks()) >= {"prune", "deliver"}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for name in ("jobraker.service", "jobraker.timer"):
        text = (DEPLOY / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("/usr/local/bin/jobraker", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / "jobraker.timer")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "jobraker" not in done.stderr.replace(str(tmp_path), ""), done.stderr
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="no shellcheck here")
def test_the_scripts_are_sound() -> None:
    scripts = [ROOT / ".ci" / "run", *(ROOT / "scripts").glob("*.sh")]
    done = subprocess.run(
        ["shellcheck", *map(str, scripts)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
