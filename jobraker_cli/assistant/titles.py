"""A session's title, made from its first exchange."""

import re

_LONGEST = 60
_GREETING = re.compile(r"(?i)(hi|hello|hey|good (morning|day|evening)|hallo|hola|moin)\b[\s,.!]*")
_MARKUP = re.compile(r"[*_`#>|~]+")


def title_of(question: str, reply: str) -> str:
    """The question's first line without a greeting, cut between words; else the reply's."""
    for text in (_GREETING.sub("", question, count=1), reply, question):
        line = next((words for words in map(_plain, text.splitlines()) if len(words) > 2), "")
        if line:
            return line if len(line) <= _LONGEST else _cut(line)
    return "Chat"


def _plain(line: str) -> str:
    return " ".join(_MARKUP.sub(" ", line).split())


def _cut(line: str) -> str:
    head = line[: _LONGEST - 1]
    words = head.rpartition(" ")[0]
    return f"{words if len(words) > _LONGEST // 2 else head}…"
