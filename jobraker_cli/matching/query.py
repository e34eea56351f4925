"""Keywords as a query: entries are OR'ed, an entry is a phrase or an expression.

Expressions have AND, OR, NOT, -word, "quotes" and (brackets). A query is a program in postfix
order, so that reading and evaluating it need no recursion however deep it nests.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple

from jobraker_cli.matching.fields import ANYWHERE, COMPANY, TITLE
from jobraker_cli.matching.text import inversions, spellings, terms

AND, OR, NOT = "and", "or", "not"
_BINDING = {OR: 1, AND: 2, NOT: 3}


class Term(NamedTuple):
    """A phrase and the fields it may stand in."""

    words: tuple[str, ...]
    scope: int


Program = tuple[Term | str, ...]


class Sought(NamedTuple):
    """A term as it is looked for in texts: with a space on each side, and as it was written."""

    term: Term
    phrase: str
    spoken: str


@dataclass(frozen=True)
class Entry:
    """One keyword, read: its program, and the distinct terms of that.

    One that only excludes ("-intern") narrows all the others. An empty program, of a keyword
    without any word, holds for no job.
    """

    program: Program
    sought: tuple[Sought, ...] = field(compare=False)

    @cached_property
    def only_excludes(self) -> bool:
        """Whether it holds for jobs that have none of its words."""
        return bool(evaluate(self.program, lambda _: 0, 1))


@dataclass(frozen=True)
class Query:
    """An alert's keywords, each once."""

    entries: tuple[Entry, ...]

    @cached_property
    def program(self) -> Program:
        """The program of all entries."""
        wanted = [one.program for one in self.entries if not one.only_excludes]
        excluding = [one.program for one in self.entries if one.only_excludes]
        return _joined([_joined(wanted, OR), *excluding], AND)

    @cached_property
    def sought(self) -> Sequence[Sought]:
        """The distinct terms of all entries."""
        return _distinct(self.entries)


def evaluate(program: Program, lookup: Callable[[Term], int], everything: int) -> int:
    """The set of jobs for which the program holds, from the sets in which its terms stand."""
    stack: list[int] = []
    for step in program:
        if isinstance(step, Term):
            stack.append(lookup(step))
        elif step == NOT:
            stack[-1] = everything & ~stack[-1]
        else:
            right = stack.pop()
            stack[-1] = stack[-1] & right if step == AND else stack[-1] | right
    return stack[-1] if stack else 0


def read_query(entries: Iterable[str], scope: int) -> Query | None:
    """The query of these entries, None if there are none; `scope` is where plain words count.

    Entries are OR'ed, but one that only excludes ("-intern") narrows all the others.
    """
    return _read_query(tuple(entries), scope)


@lru_cache(maxsize=20_000)
def _read_query(entries: Sequence[str], scope: int) -> Query | None:
    read = tuple(dict.fromkeys([read_entry(one, scope) for one in entries]))
    return Query(read) if read else None


def sought_by(entries: Iterable[str], scope: int) -> Sequence[Sought]:
    """The terms that a query of these entries looks for, without the query."""
    return _distinct([read_entry(one, scope) for one in entries])


def _distinct(entries: Sequence[Entry]) -> Sequence[Sought]:
    if len(entries) == 1:
        return entries[0].sought
    by_term: dict[Term, Sought] = {}
    for entry in entries:
        for one in entry.sought:
            by_term.setdefault(one.term, one)
    return list(by_term.values())


@lru_cache(maxsize=50_000)
def read_entry(entry: str, scope: int) -> Entry:
    """One keyword as a program; `scope` is where plain words count."""
    spoken: dict[Term, str] = {}
    program = tuple(_read_entry(entry, scope, spoken))
    distinct = dict.fromkeys(step for step in program if isinstance(step, Term))
    return Entry(
        program, tuple(Sought(one, f" {' '.join(one.words)} ", spoken[one]) for one in distinct)
    )


def plain_words(entry: str) -> Sequence[str] | None:
    """The words of a keyword that is one phrase and nothing more; None of any other."""
    if _SYNTAX.search(entry) or entry.count(",") == 1:
        return None
    words = _words(entry)
    return words if len(spellings(words)) == 1 else None


def _words(text: str) -> list[str]:
    """The words of a text; signs alone ("&") are none."""
    return terms(text) if _LETTER.search(text) else []


def _joined(programs: Iterable[Program], operator: str) -> Program:
    steps: list[Term | str] = []
    for program in filter(None, programs):
        joint = (operator,) if steps else ()
        steps += (*program, *joint)
    return tuple(steps)


_LETTER = re.compile(r"\w")
_SYNTAX = re.compile(
    r"""["“”„()] | (?<!\S)(?:AND|OR|NOT)(?!\S) | (?<!\S)-\S | (?i:title|company|anywhere):""",
    re.VERBOSE,
)
_QUOTES = str.maketrans("“”„", '"""')
_LEXEME = re.compile(
    r"""
    (?P<minus>(?<![^\s(])-(?=[^\s)-]))?
    (?:(?P<scope>(?i:title|company|anywhere)):\s*)?
    (?:(?P<open>\() | "(?P<quoted>[^"]*)" | (?P<bare>(?i:title|company|anywhere):(?![^\s()"]))
    | (?P<word>[^\s()"]+))
    | (?P<close>\)) | (?P<stray>")
    """,
    re.VERBOSE,
)
_SCOPES = {"title": TITLE, "company": COMPANY, "anywhere": ANYWHERE}
_OPERATORS = {"AND": AND, "OR": OR, "NOT": NOT}


def _read_entry(entry: str, scope: int, spoken: dict[Term, str]) -> list[Term | str]:
    if not _SYNTAX.search(entry):
        return _phrase(entry, scope, spoken)
    lexemes = _lexemes(entry)
    program = _postfix(_symbols(lexemes, scope, spoken))
    if program is not None:
        return program
    said = (lexeme["word"] or lexeme["quoted"] or "" for lexeme in lexemes)
    plain = " ".join(words for words in said if words not in _OPERATORS)
    return _phrase(plain.strip("& "), scope, spoken)


def is_malformed(entry: str) -> bool:
    """Whether a keyword has operators that make no sense, so that only its words count."""
    return bool(_SYNTAX.search(entry)) and _postfix(_symbols(_lexemes(entry), TITLE, {})) is None


def _lexemes(entry: str) -> list[re.Match[str]]:
    return list(_LEXEME.finditer(entry.translate(_QUOTES)))


def _phrase(text: str, scope: int, spoken: dict[Term, str]) -> list[Term | str]:
    """The text as one phrase in all its spellings; [] if it has no words.

    With one comma it is also turned round.
    """
    readings = [_words(text)]
    if text.count(",") == 1:
        readings += inversions(text)
    program: list[Term | str] = []
    for words in chain.from_iterable(map(spellings, filter(None, readings))):
        term = Term(tuple(words), scope)
        spoken.setdefault(term, " ".join(text.split()))
        program += (term, OR) if program else (term,)
    return program


_Symbol = str | list[Term | str]  # an operator or bracket, or the program of an operand


def _symbols(
    lexemes: Iterable[re.Match[str]], scope: int, spoken: dict[Term, str]
) -> Iterator[_Symbol]:
    """Operators, brackets and operands; an operand without words is []."""
    scopes = [scope]  # of each open bracket
    run: list[str] = []  # plain words side by side are one phrase
    for lexeme in lexemes:
        word, own = lexeme["word"], _SCOPES.get((lexeme["scope"] or "").lower(), 0)
        marked = lexeme["minus"] or own
        if word and not marked and word not in _OPERATORS:
            run.append(word)
            continue
        yield from _operands(run, scopes[-1], spoken)
        run = []
        if lexeme["minus"]:
            yield NOT
        if lexeme["open"]:
            scopes.append(own or scopes[-1])
            yield "("
        elif lexeme["close"]:
            if len(scopes) > 1:
                scopes.pop()
            yield ")"
        elif word and not marked:
            yield _OPERATORS[word]
        else:
            yield _phrase(word or lexeme["quoted"] or "", own or scopes[-1], spoken)
    yield from _operands(run, scopes[-1], spoken)


def _operands(run: list[str], scope: int, spoken: dict[Term, str]) -> list[_Symbol]:
    """The words of a run as one operand; none if it is only punctuation."""
    phrase = _phrase(" ".join(run), scope, spoken)
    return [phrase] if phrase else []


def _postfix(symbols: Iterable[_Symbol]) -> list[Term | str] | None:
    """Dijkstra's shunting yard; two operands side by side are AND'ed. None if malformed."""
    output: list[Term | str] = []
    waiting: list[str] = []
    complete = False  # whether what stands before is an operand
    for symbol in symbols:
        if complete and (isinstance(symbol, list) or symbol in ("(", NOT)):
            _push(AND, waiting, output)
            complete = False
        if symbol == [] or complete != (symbol in (")", AND, OR)):
            return None
        if isinstance(symbol, list):
            output += symbol
            complete = True
        elif symbol == ")":
            _unwind(waiting, output, 0)
            if not waiting:
                return None
            waiting.pop()
        else:
            _push(symbol, waiting, output)
            complete = False
    _unwind(waiting, output, 0)
    return output if complete and not waiting else None


def _push(operator: str, waiting: list[str], output: list[Term | str]) -> None:
    if operator in (AND, OR):
        _unwind(waiting, output, _BINDING[operator])
    waiting.append(operator)


def _unwind(waiting: list[str], output: list[Term | str], binding: int) -> None:
    """Move the operators that bind at least this closely to the output, up to an open bracket."""
    while waiting and waiting[-1] != "(" and _BINDING[waiting[-1]] >= binding:
        output.append(waiting.pop())
