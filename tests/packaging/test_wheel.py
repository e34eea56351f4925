"""What users install: sdist, wheel and checkout, used in an environment with nothing else in it."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.packaging


def ran(*command: str | Path) -> str:
    """What a command wrote; one that fails is shown with all it said."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.args}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The sdist, and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    ran(sys.executable, "-m", "build", "--outdir", folder, ROOT)
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return {"sdist": sdist, "wheel": wheel}


@pytest.fixture(scope="module")
def binaries(built: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin directory of an environment with what the wheel brought and nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    ran(sys.executable, "-m", "venv", folder)
    ran(folder / "bin/python", "-m", "pip", "install", "-q", built["wheel"])
    return folder / "bin"


def install(binaries: Path, what: Path, *options: str) -> None:
    """Install jobraker anew; what it needs and is not there is fetched."""
    ran(binaries / "python", "-m", "pip", "uninstall", "-q", "-y", "jobraker")
    assert not (binaries / "jobraker").exists()
    ran(binaries / "python", "-m", "pip", "install", "-q", *options, what)


def mails_made(binaries: Path, elsewhere: Path) -> int:
    """Render templates and run SQL files from another directory; the number of mails."""
    elsewhere.mkdir()
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(elsewhere)}
    done = subprocess.run(
        [str(binaries / "jobraker"), "demo", "--keep", "demo", "--json"],
        cwd=elsewhere,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return len(list((elsewhere / "demo/mail").glob("*.eml")))


def test_the_wheel_and_the_sdist_carry_templates_and_sql(built: dict[str, Path]) -> None:
    inside = zipfile.ZipFile(built["wheel"]).namelist()
    assert "jobraker_cli/templates/emails/job_alert.html" in inside
    assert "jobraker_cli/locale/ar/LC_MESSAGES/jobraker.mo" in inside
    assert "jobraker_cli/sql/0002_ledger.sql" in inside
    assert "jobraker_cli/sql/board/sqlite.sql" in inside
    assert not [name for name in inside if name.startswith(("tests/", "templates/", "sql/"))]
    with tarfile.open(built["sdist"]) as archive:
        names = archive.getnames()
    assert any(name.endswith("/jobraker_cli/templates/emails/job_alert.html") for name in names)


def test_the_wheel_works_in_an_empty_environment(
    built: dict[str, Path], binaries: Path, tmp_path: Path
) -> None:
    install(binaries, built["wheel"])
    assert mails_made(binaries, tmp_path / "elsewhere") > 100
    ran(binaries / "python", "-m", "pip", "check")


def test_the_sdist_installs_and_works(
    built: dict[str, Path], binaries: Path, tmp_path: Path
) -> None:
    install(binaries, built["sdist"])
    assert mails_made(binaries, tmp_path / "elsewhere") > 100


@pytest.mark.parametrize("mode", [[], ["--config-settings", "editable_mode=strict"]])
def test_an_editable_checkout_works_from_any_directory(
    binaries: Path, tmp_path: Path, mode: list[str]
) -> None:
    copy = tmp_path / "checkout"
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    subprocess.run(
        ["tar", "-c", "--null", "-T", "-", "-f", str(tmp_path / "tree.tar")],
        cwd=ROOT,
        input=tracked,
        check=True,
    )
    copy.mkdir()
    ran("tar", "-xf", tmp_path / "tree.tar", "-C", copy)
    install(binaries, copy, *mode, "-e")
    assert mails_made(binaries, tmp_path / "elsewhere") > 100
