"""Catalogues of messages: extract them from code and templates, merge, compile. Needs Babel.

`make messages` after a text changed; then fill the empty msgstr in jobraker_cli/locale/*/ and run
it again. With --check nothing is written: exit 1 says that the catalogues are not those of the
sources.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "jobraker_cli" / "locale"
MAGIC = b"\xde\x12\x04\x95"  # of compiled catalogues
KEYWORDS = {
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "marked": None,
}
PLACES = (
    (ROOT / "jobraker_cli" / "mail", [("**.py", "python")], {}),
    (
        ROOT / "templates" / "emails",
        [("**.html", "jinja2"), ("**.txt", "jinja2")],
        {"**.html": {"trimmed": "true"}, "**.txt": {"trimmed": "true"}},
    ),
)


def extracted() -> Catalog:
    """Every message of the code and the templates."""
    found = Catalog()
    for folder, methods, options in PLACES:
        messages = extract_from_dir(
            folder, methods, options, keywords=KEYWORDS, comment_tags=("Translators:",),
            strip_comment_tags=True,
        )  # fmt: skip
        for name, _, message, comments, context in sorted(messages, key=lambda one: one[:2]):
            where = (folder / name).relative_to(ROOT).as_posix()
            found.add(message, None, [(where, None)], auto_comments=comments, context=context)
    return found


def merged(path: Path, template: Catalog) -> Catalog:
    """A language's catalogue with the messages of the sources, translated where it was before."""
    with path.open("rb") as stream:
        catalogue = read_po(stream, locale=path.parent.parent.name)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.msgid_bugs_address = catalogue.last_translator = ""
    return catalogue


def said(content: bytes) -> object:
    """What a file says, whichever version of Babel wrote it."""
    if content.startswith(MAGIC):
        return {**vars(GNUTranslations(BytesIO(content)))["_catalog"], "": None}
    return re.sub(rb'"Generated-By: [^"]*"\n', b"", content)


def files() -> Iterator[tuple[Path, bytes]]:
    """Every file as it should be: each .po, and the .mo compiled of it."""
    template = extracted()
    for path in sorted(LOCALES.glob("*/LC_MESSAGES/jobraker.po")):
        catalogue = merged(path, template)
        text, compiled = BytesIO(), BytesIO()
        write_po(
            text, catalogue, width=100, sort_output=True, ignore_obsolete=True, include_lineno=False
        )
        write_mo(compiled, catalogue)
        yield path, text.getvalue()
        yield path.with_suffix(".mo"), compiled.getvalue()


def main() -> int:
    """Write what changed, or with --check only name it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args().check
    stale = 0
    for path, content in files():
        if path.is_file() and said(path.read_bytes()) == said(content):
            continue
        stale += 1
        print(f"{'stale' if check else 'written'}: {path.relative_to(ROOT)}")  # noqa: T201
        if not check:
            path.write_bytes(content)
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
