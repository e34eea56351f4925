"""Judges of mail from outside, over every sample of every template, in build/mail-lint.

SpamAssassin (Debian: spamassassin), html-validate, vnu-jar (Java) and axe-core in Chromium (npm).
What is not installed is named as MISSING; with --strict that is a failure too.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from screenshots import BROWSERS, sample_composer

from jobraker_cli.mail.proofs import Proof, proofs

OUT = Path("build") / "mail-lint"
MODULES = Path("build") / "lint-tools" / "node_modules"
MOST_SPAM = 2.0
SPAM_SCORE = re.compile(rb"^X-Spam-Status: \w+, score=(-?[\d.]+)", re.MULTILINE)
BATCH = 32  # mails that one process of SpamAssassin reads: starting it costs a second
# What mail needs: no scripts, but inline styles, tables for the layout and Outlook's comments.
HTML_VALIDATE = {
    "root": True,
    "extends": ["html-validate:recommended"],
    "rules": {
        "no-inline-style": "off",
        "no-conditional-comment": "off",
        "long-title": "off",
        "no-trailing-whitespace": "off",
        "text-content": "off",
        "tel-non-breaking": "off",
        "prefer-tbody": "off",
        "no-redundant-role": "off",
        "doctype-style": "off",
        "void-style": "off",
    },
}
Judge = Callable[[Sequence[Proof]], list[str] | None]


def main() -> int:
    """Ask every judge; exit 1 if one finds something."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--strict", action="store_true", help="fail where a judge is missing")
    parser.add_argument("kinds", nargs="*", help="templates (default: all)")
    asked = parser.parse_args()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    found = [proof for proof in proofs(sample_composer(), kinds=asked.kinds) if proof.mail]
    for proof in found:
        assert proof.mail is not None
        _file(proof, "html").write_text(proof.mail.html, encoding="utf-8")
        _file(proof, "eml").write_bytes(proof.mail.content)
    failed = False
    for name, judge in JUDGES.items():
        began = time.monotonic()
        said = judge(found)
        took = time.monotonic() - began
        if said is None:
            print(f"MISSING  {name}: not installed, not asked")
            failed |= asked.strict
        elif said:
            print(f"FAILED   {name}: {len(said)} complaints ({took:.0f} s)")
            print("\n".join(f"  {line}" for line in said[:40]))
            failed = True
        else:
            print(f"passed   {name}: {len(found)} mails ({took:.0f} s)")
    return int(failed)


def _file(proof: Proof, suffix: str) -> Path:
    return OUT / f"{proof.name.replace('/', '-')}.{suffix}"


def _spamassassin(found: Sequence[Proof]) -> list[str] | None:
    """Its tests that need no network, over every mail, a few processes with many mails each."""
    program = shutil.which("spamassassin")
    if program is None:
        return None
    batches = [found[start : start + BATCH] for start in range(0, len(found), BATCH)]
    with ThreadPoolExecutor(2) as pool:
        scores = [
            score
            for batch in pool.map(lambda one: _scores(program, one), batches)
            for score in batch
        ]
    print(f"         SpamAssassin: {len(scores)} mails, the worst score is {max(scores)}")
    return [
        f"{one.name} scores {score}"
        for one, score in zip(found, scores, strict=True)
        if score >= MOST_SPAM
    ]


def _scores(program: str, found: Sequence[Proof]) -> list[float]:
    """The score of each mail, in this order: it prints one header for each file."""
    done = subprocess.run(
        [program, "-L", "-t", *(str(_file(one, "eml")) for one in found)],
        capture_output=True, check=True,
    )  # fmt: skip
    return [float(score) for score in SPAM_SCORE.findall(done.stdout)]


def _html_validate(found: Sequence[Proof]) -> list[str] | None:
    program = MODULES / ".bin" / "html-validate"
    if not program.exists():
        return None
    config = OUT / "htmlvalidate.json"
    config.write_text(json.dumps(HTML_VALIDATE))
    pages = [str(_file(one, "html")) for one in found]
    command = [str(program), "--config", str(config), "--formatter", "json", *pages]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return [
        f"{Path(page['filePath']).stem}:{one['line']}: {one['message']} ({one['ruleId']})"
        for page in json.loads(done.stdout or "[]")
        for one in page["messages"]
    ]


def _vnu(found: Sequence[Proof]) -> list[str] | None:
    jar = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
    java = shutil.which("java")
    if java is None or not jar.exists():
        return None
    pages = [str(_file(one, "html")) for one in found]
    done = subprocess.run(
        [java, "-Xss4m", "-jar", str(jar), "--errors-only", "--format", "gnu", *pages],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return [line.rpartition("/")[2] for line in done.stderr.splitlines() if "error" in line]


def _axe(found: Sequence[Proof]) -> list[str] | None:
    """In light mode on a screen, and in dark mode on a phone."""
    node = shutil.which("node")
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if node is None or browser is None or not (MODULES / "puppeteer-core").exists():
        return None
    if not (MODULES / "axe-core").exists():
        return None
    pages = [str(_file(one, "html").absolute()) for one in found]
    program = Path(__file__).with_name("axe.mjs")
    done = subprocess.run(
        [node, str(program), str(MODULES.absolute()), browser],
        input=json.dumps(pages), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        return [f"axe did not run: {done.stderr.strip().splitlines()[-1:]}"]
    return list(json.loads(done.stdout))


JUDGES: dict[str, Judge] = {
    "html-validate": _html_validate,
    "vnu (Nu Html Checker)": _vnu,
    "axe, light and dark": _axe,
    f"SpamAssassin below {MOST_SPAM}": _spamassassin,
}

if __name__ == "__main__":
    sys.exit(main())
