"""The words of the jobs of a run, written down as they come in."""

from array import array


class Words:
    """The words of jobs as they come in, as numbers, text by text."""

    def __init__(self) -> None:
        self.codes = _Codes({"": 0})  # 0 stands where no phrase goes on
        self.tokens = array("I")
        self.starts = array("Q")
        self.owners = array("I")
        self.fields = array("B")

    def add(self, owner: int, field: int, words: str) -> None:
        """Take in the words of a field of a job; see `PreparedJob.texts`."""
        self.starts.append(len(self.tokens))
        self.owners.append(owner)
        self.fields.append(field)
        self.tokens.extend(map(self.codes.__getitem__, words.split(" ")))


class _Codes(dict[str, int]):
    def __missing__(self, word: str) -> int:
        code = self[word] = len(self)
        return code
