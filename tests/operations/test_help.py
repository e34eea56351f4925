"""`help`, `completion`, the manual page, and the files to deploy with."""

import grp
import json
import os
import pwd
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from jobraker_cli.cli.help import EXIT_CODES
from jobraker_cli.cli.manual import page
from jobraker_cli.settings import catalogue
from jobraker_cli.tasks.task import all_tasks
from tests.support.board import Board
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


needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="no promtool here (Debian: prometheus)"
)


@needs_promtool
def test_prometheus_takes_the_figures(sqlite_board: Board, jobraker: Command) -> None:
    jobraker("init")
    path = jobraker.cwd / "jobraker.prom"
    jobraker("run", "all", env={"JOBRAKER_METRICS_FILE": str(path)})
    with path.open("rb") as figures:
        done = subprocess.run(
            ["promtool", "check", "metrics"], stdin=figures, capture_output=True, check=False
        )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


# What the rules make of an hour: by metric its values a minute apart, the alerts that fire then.
ALERTS: tuple[tuple[dict[str, str], set[str]], ...] = (
    ({"jobraker_metrics_written_time_seconds": "60x60"}, {"JobrakerSilent"}),
    ({"jobraker_metrics_written_time_seconds": "0+60x60"}, set()),
    (
        {
            'jobraker_last_due_time_seconds{task="daily-alerts"}': "-60x70",
            'jobraker_last_success_time_seconds{task="daily-alerts"}': "-86400x70",
        },
        {"JobrakerTaskOverdue"},
    ),
    (
        {
            'jobraker_last_due_time_seconds{task="daily-alerts"}': "-60x70",
            'jobraker_last_success_time_seconds{task="daily-alerts"}': "-30x70",
        },
        set(),
    ),
    ({'jobraker_oldest_age_seconds{state="pending"}': "7201x70"}, {"JobrakerBacklogOld"}),
    ({'jobraker_oldest_age_seconds{state="dead"}': "7201x70"}, set()),
    ({'jobraker_oldest_age_seconds{state="uncertain"}': "3601x70"}, {"JobrakerUncertain"}),
    (
        {'jobraker_last_run_outcome{task="deliver",outcome="stopped"}': "1x70"},
        {"JobrakerRunFailed"},
    ),
    ({'jobraker_last_run_outcome{task="deliver",outcome="done"}': "1x70"}, set()),
)


@needs_promtool
def test_the_alert_rules_fire_when_they_should(tmp_path: Path) -> None:
    rules = DEPLOY / "alert-rules.yml"
    names = re.findall(r"- alert: (\w+)", rules.read_text(encoding="utf-8"))
    tests = [
        {
            "interval": "1m",
            "input_series": [{"series": one, "values": values} for one, values in series.items()],
            "promql_expr_test": [
                {
                    "expr": f'count(ALERTS{{alertname="{name}",alertstate="firing"}}) or vector(0)',
                    "eval_time": "60m",
                    "exp_samples": [{"labels": "{}", "value": int(name in firing)}],
                }
                for name in names
            ],
        }
        for series, firing in ALERTS
    ]
    file = tmp_path / "tests.yml"  # JSON is YAML
    file.write_text(json.dumps({"rule_files": [str(rules)], "tests": tests}))
    for command in (["check", "rules", str(rules)], ["test", "rules", str(file)]):
        done = subprocess.run(["promtool", *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("logrotate") is None, reason="no logrotate here")
def test_logrotate_takes_the_example(tmp_path: Path) -> None:
    text = (DEPLOY / "logrotate").read_text(encoding="utf-8")
    user, group = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
    text = text.replace("jobraker adm", f"{user} {group}").replace("/var/log", str(tmp_path))
    example = tmp_path / "example"
    example.write_text(text)
    example.chmod(0o600)
    (tmp_path / "jobraker").mkdir(mode=0o755)
    (tmp_path / "jobraker" / "jobraker.log").write_text("started\n")
    done = subprocess.run(
        ["logrotate", "-d", "-f", "-s", str(tmp_path / "state"), str(example)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stderr
    assert "rotating log" in done.stderr
