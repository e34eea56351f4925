"""Facts in words of the reader's language: pay, days, counts, codes, greetings.

What `marked`, `gettext`, `ngettext` and `pgettext` are given is found by `make messages` and stands
in the catalogues. As in the templates, values are named, %(like)s this, and a % is written %%.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from jobraker_cli.mail.clean import clean_line
from jobraker_cli.mail.languages import LANGUAGES, SOURCE, Language, catalogue


def marked(message: str) -> str:
    """The message as it is; it is translated where it is used."""
    return message


_DAYS = (
    marked("Monday"), marked("Tuesday"), marked("Wednesday"), marked("Thursday"),
    marked("Friday"), marked("Saturday"), marked("Sunday"),
)  # fmt: skip
_MONTHS = (
    marked("January"), marked("February"), marked("March"), marked("April"), marked("May"),
    marked("June"), marked("July"), marked("August"), marked("September"), marked("October"),
    marked("November"), marked("December"),
)  # fmt: skip
_PAY = {
    "hourly": marked("%(pay)s an hour"),
    "daily": marked("%(pay)s a day"),
    "weekly": marked("%(pay)s a week"),
    "monthly": marked("%(pay)s a month"),
    "yearly": marked("%(pay)s a year"),
}
_JOB_TYPES = {
    "full_time": marked("Full time"),
    "part_time": marked("Part time"),
    "contract": marked("Contract"),
    "temporary": marked("Temporary"),
    "internship": marked("Internship"),
    "freelance": marked("Freelance"),
}
_LEVELS = {
    "entry": marked("Entry level"),
    "mid": marked("Mid level"),
    "senior": marked("Senior"),
    "lead": marked("Lead"),
    "executive": marked("Executive"),
}
_REMOTE = {"full": marked("Remote"), "hybrid": marked("Hybrid"), "no": ""}
_RHYTHMS = {
    "immediate": marked("as soon as there are new jobs"),
    "daily": marked("once a day"),
    "weekly": marked("once a week"),
    "monthly": marked("once a month"),
}
# The words of a match's evidence that are ours, see matching/explain.py.
_EVIDENCE = {
    "title": marked("title"),
    "skills": marked("skills"),
    "technologies": marked("technologies"),
    "company": marked("company"),
    "requirements": marked("requirements"),
    "description": marked("description"),
    "remote": marked("remote"),
    "everything": marked("everything"),
    "pay not disclosed": marked("pay not disclosed"),
    "nothing that is excluded": marked("nothing that is excluded"),
    "full time": marked("full time"),
    "part time": marked("part time"),
    "contract": marked("contract"),
    "temporary": marked("temporary"),
    "internship": marked("internship"),
    "freelance": marked("freelance"),
    "entry": marked("entry level"),
    "mid": marked("mid level"),
    "senior": marked("senior"),
    "lead": marked("lead"),
    "executive": marked("executive"),
}
_YEARLY_PAY = re.compile(
    r"(?P<low>\d[\d,]*) to (?P<high>\d[\d,]*)(?: (?P<c1>[A-Z]{3}))? a year"
    r"|(?P<word>from |up to )?(?P<one>\d[\d,]*)(?: (?P<c2>[A-Z]{3}))? a year"
)
# A "name" that would advertise something in our mail, or is none.
_NO_NAME = re.compile(
    r"(?i)[<>{}\[\]|\\/@#$%^*=+~\"&:;!?_]|\d\d|www\.|\w\.\w{2,}|^(?:null|none|undefined)$"
)
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What one mail is worded with: a language, and the time zone and year that its days are in.

    `cards` keeps what was worded already of the jobs that many mails show.
    """

    language: Language
    timezone: ZoneInfo
    year: int
    cards: dict[bytes, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, tag: str, timezone: ZoneInfo, written: datetime) -> "Words":
        """The words of a mail written at that moment in the language of that tag."""
        year = written.astimezone(timezone).year
        return cls(language=LANGUAGES.get(tag, LANGUAGES[SOURCE]), timezone=timezone, year=year)

    def gettext(self, message: str, **values: object) -> str:
        """The message in this language, with its values."""
        return catalogue(self.language.tag).gettext(message) % values

    def ngettext(self, singular: str, plural: str, number: int, **values: object) -> str:
        """The form that goes with the number, which stands in it as %(num)s."""
        form = catalogue(self.language.tag).ngettext(singular, plural, number)
        return form % {"num": self.number(number), **values}

    def pgettext(self, context: str, message: str, **values: object) -> str:
        """The message as it is said in this context."""
        return catalogue(self.language.tag).pgettext(context, message) % values

    def number(self, number: int) -> str:
        """The number with the separators of this language: 70,000 or 70.000."""
        return f"{number:,}".replace(",", self.language.group)

    def listed(self, items: Iterable[str]) -> str:
        """The items with commas between them."""
        return self.language.comma.join(items)

    def money(
        self, minimum: int | None, maximum: int | None, currency: str, period: str
    ) -> str | None:
        """Pay with its currency and period, "18 to 22 USD an hour"; None when undisclosed.

        Zero and None are "not said"; a range given upside down is turned.
        """
        low, high = sorted((minimum or 0, maximum or 0))
        if high <= 0:
            return None
        code = clean_line(currency, 8).upper()
        if low == high:
            pay = self._amount(high, code)
        elif low > 0:
            pay = self.gettext(
                "%(low)s to %(high)s", low=self.number(low), high=self._amount(high, code)
            )
        elif minimum == high:
            pay = self.gettext("from %(amount)s", amount=self._amount(high, code))
        else:
            pay = self.gettext("up to %(amount)s", amount=self._amount(high, code))
        return self._paid(pay, period)

    def _amount(self, amount: int, code: str) -> str:
        if not code:
            return self.number(amount)
        return self.gettext("%(amount)s %(currency)s", amount=self.number(amount), currency=code)

    def _paid(self, pay: str, period: str) -> str:
        if period in _PAY:
            return self.gettext(_PAY[period], pay=pay)
        unknown = readable(period).lower()
        return f"{pay} ({unknown})" if unknown else pay

    def job_type(self, code: str) -> str:
        """A job type in words; empty when there is none."""
        return self._coded(_JOB_TYPES, code)

    def level(self, code: str) -> str:
        """An experience level in words; empty when there is none."""
        return self._coded(_LEVELS, code)

    def remote(self, code: str) -> str:
        """ "Remote", "Hybrid", or nothing for a job at a place."""
        return self._coded(_REMOTE, code)

    def _coded(self, known: dict[str, str], code: str) -> str:
        if code not in known:
            return readable(code)
        return self.gettext(known[code]) if known[code] else ""

    def day(self, moment: datetime) -> str:
        """The day in the mail's time zone, "Wednesday 12 August"; its year unless it is this one.

        Raises OverflowError at the very edge of the calendar.
        """
        local = moment.astimezone(self.timezone)
        parts = {
            "weekday": self.gettext(_DAYS[local.weekday()]),
            "day": local.day,
            "month": self.gettext(_MONTHS[local.month - 1]),
        }
        if local.year == self.year:
            return self.gettext("%(weekday)s %(day)s %(month)s", **parts)
        return self.gettext("%(weekday)s %(day)s %(month)s %(year)s", **parts, year=local.year)

    def places(self, names: Sequence[str], shown: int) -> str:
        """At most `shown` places and how many there are beside: "Berlin and 4 more places"."""
        listed, rest = "; ".join(names[:shown]), len(names) - shown
        if rest <= 0:
            return listed
        return self.ngettext(
            "%(places)s and %(num)s more place",
            "%(places)s and %(num)s more places",
            rest,
            places=listed,
        )

    def greeting(self, name: str) -> str:
        """ "Hello Ada,", or "Hello," for a name that is empty, endless or nothing one is called."""
        line = clean_line(name).strip(" .,-'")
        if not line or len(line) > _LONGEST_NAME or _NO_NAME.search(line):
            return self.gettext("Hello,")
        if line.isupper() and len(line) > 2:
            line = line.title()
        return self.gettext("Hello %(name)s,", name=line)

    def rhythm(self, frequency: str) -> str:
        """How often such a mail comes; empty for a frequency nobody knows."""
        return self.gettext(_RHYTHMS[frequency]) if frequency in _RHYTHMS else ""

    def evidence(self, reason: str) -> str:
        """A reason that matching gave for a job; what the job or the alert says stays as it is."""
        if reason in _EVIDENCE:
            return self.gettext(_EVIDENCE[reason])
        pay = _YEARLY_PAY.fullmatch(reason)
        if pay is not None:
            return self._yearly(pay)
        return "; ".join(map(self._found_in, reason.split("; ")))

    def _found_in(self, said: str) -> str:
        label, colon, rest = said.partition(": ")
        return f"{self.gettext(_EVIDENCE[label])}: {rest}" if colon and label in _EVIDENCE else said

    def _yearly(self, found: re.Match[str]) -> str:
        """An alert's evidence of pay, which is always a year's."""
        ends = [found["low"] or found["one"], found["high"] or found["one"]]
        low, high = (int(end.replace(",", "")) for end in ends)
        least = 0 if found["word"] == "up to " else low
        most = 0 if found["word"] == "from " else high
        return self.money(least, most, found["c1"] or found["c2"] or "", "yearly") or found[0]


def readable(code: str) -> str:
    """A code nobody worded, made fit to read: "gig_work" is "Gig work"."""
    words = clean_line(re.sub(r"[_\s]+", " ", code), 40)
    return words[:1].upper() + words[1:]
