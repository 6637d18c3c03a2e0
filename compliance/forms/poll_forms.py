"""What is typed when a poll is written."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.message_templates.checking import LANGUAGES
from compliance.models import Poll
from compliance.polls.choosing import MOST
from compliance.polls.thanking import LONGEST
from compliance.polls.writing import (
    LONGEST_ANSWER,
    LONGEST_QUESTION,
    MOST_DAYS,
    MOST_REMIND,
    Question,
)
from texting.announcement_forms import AudienceForm
from texting.announcements.writing import Written
from texting.purposes import Purpose

NUMBERS, LETTERS = "numbers", "letters"


class PollForm(AudienceForm):
    """Question, answers, how long; and whom it is for, as for every announcement."""

    question = forms.CharField(
        label=_("Question"), max_length=LONGEST_QUESTION, widget=forms.Textarea(attrs={"rows": 2})
    )
    answers = forms.CharField(
        label=_("Answers"),
        max_length=MOST * (LONGEST_ANSWER + 2) * 2,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Two to nine, one in each line, without number or letter: those are added."),
    )
    style = forms.ChoiceField(
        label=_("Customers reply with"),
        choices=[(NUMBERS, _("A number: 1, 2, 3")), (LETTERS, _("A letter: A, B, C"))],
        initial=NUMBERS,
    )
    language = forms.ChoiceField(label=_("Language"), choices=list(LANGUAGES.items()), initial="en")
    days_open = forms.IntegerField(
        label=_("Open for"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=3,
        help_text=_("Days from when it starts. Later replies are ordinary texts."),
    )
    remind_hours = forms.IntegerField(
        label=_("Remind after"),
        min_value=0,
        max_value=MOST_REMIND,
        initial=0,
        help_text=_("Hours after everybody was asked, once, whoever has not replied. 0: nobody is reminded."),
    )

    thanks = forms.CharField(
        label=_("Thanks"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Sent once to each who answers, after their first clear answer: one more text each. It may hold "
            "{first_name|there}, {company} and {our_number}. Empty: nobody is thanked."
        ),
    )
    settles = forms.BooleanField(
        label=_("Resolve conversations in which only the answer was written"),
        required=False,
        initial=True,
        help_text=_("So answers do not fill the inbox. What holds anything else stays open, for a person."),
    )

    def __init__(self, *args: Any, poll: Poll | None = None, **kwargs: Any) -> None:
        self.poll = poll
        if poll is not None:
            kwargs["before"], kwargs["initial"] = poll.announcement, _initial(poll)
        super().__init__(*args, **kwargs)

    def asked(self) -> Question:
        """Of a form that is right."""
        data = self.cleaned_data
        return Question(
            words=data["question"],
            answers=tuple(data["answers"].splitlines()),
            lettered=data["style"] == LETTERS,
            language=data["language"],
            days_open=data["days_open"],
            remind_hours=data["remind_hours"],
            thanks=data["thanks"],
            settles=data["settles"],
        )

    def written(self) -> Written:
        """Of a form that is right: what goes with the question."""
        data = self.cleaned_data
        return Written(
            name=data["name"],
            line=data["line"],
            purpose=Purpose.POLL,
            audience=self.chosen(),
            numbers=self.given_numbers(),
        )


def _initial(poll: Poll) -> dict[str, Any]:
    return {
        "question": poll.question,
        "answers": "\n".join(poll.answers),
        "style": LETTERS if poll.lettered else NUMBERS,
        "language": poll.language,
        "days_open": poll.days_open,
        "remind_hours": poll.remind_hours,
        "thanks": poll.thanks,
        "settles": poll.settles,
    }
