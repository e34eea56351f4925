"""Proofs: every template's samples made into mails in every language, with what is wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jobraker_cli.errors import ConfigError, JobrakerError, MessageError
from jobraker_cli.mail import samples
from jobraker_cli.mail.compose import Composed, Composer
from jobraker_cli.mail.kinds import KINDS
from jobraker_cli.mail.languages import LANGUAGES
from jobraker_cli.mail.review import review
from jobraker_cli.model import Letter

READER = "ada@example.org"
DOMAIN = "sample.invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One sample as a mail; `mail` is None where it could not be made, and `problems` say why."""

    kind: str
    case: str
    language: str
    mail: Composed | None
    problems: Sequence[str]

    @property
    def name(self) -> str:
        """The sample in one word: job_alert/usual/en."""
        return f"{self.kind}/{self.case}/{self.language}"


def proofs(
    composer: Composer, *, kinds: Sequence[str] = (), languages: Sequence[str] = ()
) -> Iterator[Proof]:
    """Make the samples of these kinds in these languages; of all of them by default."""
    for kind in kinds or KINDS:
        found = samples.cases(kind)
        for language in languages or LANGUAGES:
            missing = [name for name in samples.NAMES if name not in found]
            if missing:
                yield Proof(
                    kind=kind,
                    case=missing[0],
                    language=language,
                    mail=None,
                    problems=(f"samples/{kind}.py has no case {', '.join(missing)}",),
                )
            for case in found:
                yield _proof(composer, kind, case, language)


def require_usable(composer: Composer, language: str) -> None:
    """Raise ConfigError if a sample cannot be made: then mails of that template cannot either."""
    for kind in KINDS:
        for case in samples.cases(kind):
            try:
                composer.content(_letter(composer, kind, case, language))
            except MessageError as error:
                raise ConfigError(
                    f"a mail template cannot be used: {error} (sample {kind}/{case}/{language});"
                    " see: jobraker templates check"
                ) from error


def _letter(composer: Composer, kind: str, case: str, language: str) -> Letter:
    return samples.letter(
        kind,
        case,
        site_url=composer.site_url,
        recipient=READER,
        domain=DOMAIN,
        locale=language,
    )


def _proof(composer: Composer, kind: str, case: str, language: str) -> Proof:
    try:
        mail = composer.compose(_letter(composer, kind, case, language))
    except JobrakerError as error:
        return Proof(kind=kind, case=case, language=language, mail=None, problems=(str(error),))
    problems = review(mail, language, LANGUAGES[language].direction)
    return Proof(kind=kind, case=case, language=language, mail=mail, problems=problems)
