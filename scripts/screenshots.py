"""Pictures of every template with Chromium: light, dark and on a phone, into build/screenshots.

Takes the case "usual" in English and "rtl" in Arabic, or those named: --case long --language de.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

from jobraker_cli.mail.brand import Brand, SigningKey
from jobraker_cli.mail.compose import Composer
from jobraker_cli.mail.proofs import Proof, proofs

OUT = Path("build") / "screenshots"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HEIGHT = 1500
VIEWS = (
    ("light", 680, ()),
    ("dark", 680, ("--blink-settings=preferredColorScheme=0",)),
    ("phone", 375, ()),
)
BRAND = Brand(
    company_name="Example Jobs",
    site_url="https://jobs.example.com",
    from_email="Example Jobs <alerts@jobs.example.com>",
    support_email="help@jobs.example.com",
    list_id="alerts.jobs.example.com",
    unsubscribe_mailto="unsubscribe@jobs.example.com",
    job_url="https://jobs.example.com/jobs/{id}",
)


def sample_composer() -> Composer:
    """The board that the samples are of."""
    key = SigningKey(id="sample", secret=b"sample")
    return Composer(brand=BRAND, key=key, timezone=ZoneInfo("Europe/Berlin"))


def main() -> int:
    """Take the pictures; exit 1 where there is no browser."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--case", action="append", help="a sample case, or all")
    parser.add_argument("--language", action="append", help="a language's tag")
    parser.add_argument("kinds", nargs="*", help="templates (default: all)")
    asked = parser.parse_args()
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        print(f"MISSING: none of {', '.join(BROWSERS)} is installed; no pictures were taken")
        return 1
    OUT.mkdir(parents=True, exist_ok=True)
    taken = 0
    for proof in proofs(sample_composer(), kinds=asked.kinds):
        if proof.mail is not None and _wanted(proof, asked.case, asked.language):
            taken += _pictures(browser, proof)
    print(f"{taken} pictures in {OUT}")
    return 0


def _wanted(proof: Proof, cases: list[str] | None, languages: list[str] | None) -> bool:
    if not cases and not languages:
        return (proof.case, proof.language) in {("usual", "en"), ("rtl", "ar")}
    fits = not cases or proof.case in cases or "all" in cases
    return fits and (not languages or proof.language in languages)


def _pictures(browser: str, proof: Proof) -> int:
    assert proof.mail is not None
    name = proof.name.replace("/", "-")
    page = (OUT / f"{name}.html").absolute()
    page.write_text(proof.mail.html, encoding="utf-8")
    for view, width, switches in VIEWS:
        with tempfile.TemporaryDirectory() as profile:
            subprocess.run(
                [
                    browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
                    "--no-first-run", "--disable-background-networking", "--hide-scrollbars",
                    "--disable-component-update", "--disable-sync", f"--user-data-dir={profile}",
                    f"--window-size={width},{HEIGHT}", *switches,
                    f"--screenshot={page.with_name(f'{name}-{view}.png')}", page.as_uri(),
                ],
                check=True, capture_output=True, timeout=60,
            )  # fmt: skip
    return len(VIEWS)


if __name__ == "__main__":
    sys.exit(main())
