"""What each status of an application means to the person who applied, and what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass

from jobraker_cli.mail.wording import Words, marked, readable


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusWords:
    """A status in friendly words: its name, what it means, what comes next."""

    label: str
    meaning: str
    next: str


STATUSES: Mapping[str, StatusWords] = {
    "pending": StatusWords(
        label=marked("Not sent yet"),
        meaning=marked("Your application is saved, but it has not been sent yet."),
        next=marked("Look it over and send it when you are ready."),
    ),
    "submitting_via_skyvern": StatusWords(
        label=marked("Being submitted"),
        meaning=marked("We are filling in the employer's form for you right now."),
        next=marked("There is nothing for you to do. We tell you how it went."),
    ),
    "submitted": StatusWords(
        label=marked("Application sent"),
        meaning=marked("Your application is with the employer."),
        next=marked("Most employers answer within two weeks. You will hear from us before that."),
    ),
    "under_review": StatusWords(
        label=marked("Under review"),
        meaning=marked("Somebody at the company is reading your application."),
        next=marked(
            "Keep an eye on your mail and your phone: questions often come at short notice."
        ),
    ),
    "interview_scheduled": StatusWords(
        label=marked("Interview scheduled"),
        meaning=marked("Good news: they want to talk to you."),
        next=marked(
            "Put the date into your calendar, read up on the company, and prepare two or three "
            "questions of your own."
        ),
    ),
    "interview_completed": StatusWords(
        label=marked("Interview completed"),
        meaning=marked("Your interview is behind you. Now it is the company's turn."),
        next=marked("A short thank-you mail within a day is always welcome."),
    ),
    "offer_received": StatusWords(
        label=marked("Offer received"),
        meaning=marked("Congratulations: you have an offer."),
        next=marked(
            "Take your time to read it. You may ask about pay, start date and benefits before you "
            "answer."
        ),
    ),
    "accepted": StatusWords(
        label=marked("Offer accepted"),
        meaning=marked("Congratulations on your new job!"),
        next=marked("You may want to withdraw your other applications and pause your job alerts."),
    ),
    "rejected": StatusWords(
        label=marked("Not selected"),
        meaning=marked("The company has decided not to go on with your application."),
        next=marked(
            "It says little about you: most jobs have many good applicants. You may ask them for "
            "feedback."
        ),
    ),
    "withdrawn": StatusWords(
        label=marked("Withdrawn"),
        meaning=marked("Your application has been withdrawn. The company will not go on with it."),
        next=marked("If that was not you, please write to us."),
    ),
    "failed_to_submit": StatusWords(
        label=marked("Could not be sent"),
        meaning=marked("Your application did not reach the employer."),
        next=marked("Please try again, or apply on the employer's own page."),
    ),
    "skyvern_submission_failed": StatusWords(
        label=marked("Automatic submission failed"),
        meaning=marked("We could not fill in the employer's form for you."),
        next=marked("Please apply on the employer's own page. Your documents are saved."),
    ),
    "skyvern_canceled": StatusWords(
        label=marked("Automatic submission stopped"),
        meaning=marked("The automatic submission of your application was stopped."),
        next=marked("You can start it again, or apply on the employer's own page."),
    ),
    "skyvern_requires_attention": StatusWords(
        label=marked("Needs your attention"),
        meaning=marked("The employer's form asks for something that only you can answer."),
        next=marked("Open your application and fill in what is missing, so that it can be sent."),
    ),
}
_UNKNOWN = StatusWords(
    label="",
    meaning=marked("The status of your application has changed."),
    next=marked("Open your application to see what is new."),
)


def words_of(status: str) -> StatusWords:
    """The words of a status; neutral ones for a status nobody knows."""
    return STATUSES.get(status, _UNKNOWN)


def label(status: str, words: Words) -> str:
    """A status as people read it: never a raw code."""
    known = STATUSES.get(status)
    return words.gettext(known.label) if known else readable(status)
