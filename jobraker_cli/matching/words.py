"""The words of the jobs of a run, written down as they come in."""

from array import array
from collections.abc import Iterable

from jobraker_cli.matching.fields import TITLE
from jobraker_cli.matching.prepared import written
from jobraker_cli.matching.text import KEPT_LENGTH, chunk_words, further_readings, without_entities
from jobraker_cli.model import Job

SEVERAL = 1 << 31  # from here on a number stands for no word or for several


class Words:
    """The words of jobs as they come in, as numbers, text by text, a 0 after each.

    What stands between two spaces is one number, also where it reads as several words: those of
    `SEVERAL + n` are `several[several_starts[n] : several_starts[n + 1]]`. Of the texts that are
    not `whole`, words that belong together ("go to") are not one word yet.
    """

    def __init__(self) -> None:
        self.codes = _Codes({"": 0})  # 0 stands where no phrase goes on
        self.tokens = array("I")
        self.starts = array("Q")
        self.owners = array("I")
        self.fields = array("B")
        self.whole = array("B")
        self.several = array("I")
        self.several_starts = array("Q", [0])
        self._chunks = _Chunks(self)

    def add(self, owner: int, job: Job) -> None:
        """Take in the texts of a job."""
        for field, texts in written(job):
            for text in texts:
                self._begin(owner, field, whole=False)
                self.tokens.extend(map(self._chunks.__getitem__, without_entities(text).split()))
                self.tokens.append(0)
            if field == TITLE:
                for words in further_readings(job.title):
                    self._begin(owner, field, whole=True)
                    self.tokens.extend(map(self.codes.__getitem__, (*words, "")))

    def _begin(self, owner: int, field: int, *, whole: bool) -> None:
        self.starts.append(len(self.tokens))
        self.owners.append(owner)
        self.fields.append(field)
        self.whole.append(whole)

    def number(self, words: Iterable[str]) -> int:
        """One number for what reads as these words."""
        codes = [self.codes[word] for word in words]
        if len(codes) == 1:
            return codes[0]
        self.several.extend(codes)
        self.several_starts.append(len(self.several))
        return SEVERAL + len(self.several_starts) - 2


class _Codes(dict[str, int]):
    def __missing__(self, word: str) -> int:
        code = self[word] = len(self)
        return code


class _Chunks(dict[str, int]):
    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words

    def __missing__(self, chunk: str) -> int:
        number = self._words.number(chunk_words(chunk))
        if len(chunk) <= KEPT_LENGTH:
            self[chunk] = number
        return number
