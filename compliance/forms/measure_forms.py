"""What is typed on the pages of the register."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.models import Membership
from compliance.measures.answers import COUNTRIES, FACTS, INDUSTRIES, STATES, Answers
from compliance.measures.profiles.taking import LONGEST_REASON
from compliance.measures.reviewing import LEAST_NOTE, LONGEST_NOTE, able_owners
from compliance.models import MeasureDuty


class AnswersForm(forms.Form):
    """The questions. Each of FACTS is a box."""

    countries = forms.MultipleChoiceField(
        label=_("Where do the people live whom you text?"),
        choices=list(COUNTRIES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    states = forms.MultipleChoiceField(
        label=_("Any of these states?"),
        help_text=_("They have rules of their own. An area code of the state counts too."),
        choices=list(STATES.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    industry = forms.ChoiceField(label=_("What do you do?"), choices=list(INDUSTRIES.items()), widget=forms.RadioSelect)
    facts = forms.MultipleChoiceField(
        label=_("What else is true?"),
        choices=[(name, question) for name, (question, _reason) in FACTS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    @classmethod
    def of(cls, answers: Answers | None, data: Any = None) -> "AnswersForm":
        """The form with what was said last."""
        if answers is None:
            return cls(data)
        facts = [name for name in FACTS if getattr(answers, name)]
        initial = {"countries": answers.countries, "states": answers.states, "industry": answers.industry}
        return cls(data, initial={**initial, "facts": facts})

    @property
    def answers(self) -> Answers:
        """For the use case; only of a valid form. In the order of the choices, so that the same is the same."""
        said = self.cleaned_data
        countries = tuple(one for one in COUNTRIES if one in said["countries"])
        states = tuple(one for one in STATES if one in said["states"])
        facts: dict[str, Any] = {name: name in said["facts"] for name in FACTS}
        return Answers(countries=countries, states=states, industry=said["industry"], **facts)


class DutyForm(forms.Form):
    """Who sees to a measure, and the next review."""

    owner = forms.TypedChoiceField(label=_("Who sees to it"), required=False, coerce=UUID, empty_value=None)
    due_on = forms.DateField(label=_("Next review"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any = None, *, duty: MeasureDuty) -> None:
        super().__init__(data, initial={"owner": str(duty.owner_id or ""), "due_on": duty.due_on})
        people: list[Membership] = list(able_owners())
        choices = [(str(one.pk), one.user.name) for one in people]
        if duty.owner and duty.owner not in people:
            choices.append(
                (str(duty.owner_id), _("%(name)s (may not read it any more)") % {"name": duty.owner.user.name})
            )
        owner = field_of(self, "owner", forms.TypedChoiceField)
        owner.choices = [("", _("Nobody yet")), *choices]

    @property
    def due(self) -> date:
        """Only of a valid form."""
        day: date = self.cleaned_data["due_on"]
        return day


class SignForm(forms.Form):
    """What the signer says. `last`: the newest review that they saw; `since` and `until`: the figures' days."""

    note = forms.CharField(
        label=_("What you looked at, and what follows"),
        min_length=LEAST_NOTE,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("No names and no numbers of customers. It cannot be changed later."),
    )
    last = forms.UUIDField(required=False, widget=forms.HiddenInput)
    since = forms.DateField(widget=forms.HiddenInput)
    until = forms.DateField(widget=forms.HiddenInput)


class LeaveForm(forms.Form):
    """Why a profile is left."""

    reason = forms.CharField(
        label=_("Why you leave it"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("5 to 500 characters. It stays in the history."),
    )
