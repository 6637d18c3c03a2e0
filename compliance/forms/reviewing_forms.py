"""What reviewers, agents and managers type about a conversation that was drawn."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.models import Membership, Team
from compliance.models import DrawnConversation, ReviewDispute
from compliance.reviewing.judging import LONGEST_WORDS
from compliance.reviewing.questions import Answer, Kind, Question
from compliance.reviewing.showing import QueueFilter, value_label
from tenancy.isolation import current_organization_id

_ANY = ("", _("All"))
_AGES = ((1, _("A day")), (3, _("3 days")), (7, _("A week")), (30, _("30 days")))


def _area(label: Any, *, help_text: Any = "", required: bool = False) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=LONGEST_WORDS, widget=area)


class QueueForm(forms.Form):
    """What to show of the queue, as it stands in the page's address; a bad value narrows nothing."""

    team = forms.ChoiceField(label=_("Team"), required=False)
    agent = forms.ChoiceField(label=_("Agent"), required=False)
    reason = forms.ChoiceField(
        label=_("Why it was drawn"), required=False, choices=[_ANY, *DrawnConversation.Reason.choices]
    )
    days = forms.ChoiceField(label=_("Waits for at least"), required=False, choices=[("", _("Any time")), *_AGES])

    def __init__(self, data: QueryDict, *, blind: bool) -> None:
        super().__init__(data)
        if blind:
            del self.fields["agent"]
        here = Membership.objects.filter(organization_id=current_organization_id(), is_machine=False)
        choices = {
            "team": Team.objects.order_by("name", "pk").values_list("pk", "name"),
            "agent": here.order_by("user__name", "pk").values_list("pk", "user__name"),
        }
        for name in choices.keys() & self.fields.keys():
            field = field_of(self, name, forms.ChoiceField)
            field.choices = [_ANY, *((str(pk), words) for pk, words in choices[name])]

    def wanted(self) -> QueueFilter:
        """What was asked for; what cannot be understood is left out."""
        self.is_valid()
        found: dict[str, Any] = {name: value for name, value in self.cleaned_data.items() if value}
        kinds: dict[str, Any] = {"team": UUID, "agent": UUID, "days": int}
        return QueueFilter(**{name: kinds.get(name, str)(value) for name, value in found.items()})


class AnswersForm(forms.Form):
    """One field for each question of a scorecard's version."""

    def __init__(
        self, *args: Any, questions: Sequence[Question], given: Mapping[str, Answer] | None = None, **kwargs: Any
    ) -> None:
        now = given or {}
        kwargs["initial"] = {f"a_{key}": one.value or one.words for key, one in now.items()}
        super().__init__(*args, **kwargs)
        self.questions = questions
        for one in questions:
            self.fields[f"a_{one.key}"] = _field(one)

    @property
    def question_fields(self) -> list[tuple[Question, forms.BoundField]]:
        """In the order of the card."""
        return [(one, self[f"a_{one.key}"]) for one in self.questions]

    @property
    def answers(self) -> dict[str, Answer]:
        """What was typed, of a valid form."""
        found = {}
        for one in self.questions:
            typed = self.cleaned_data.get(f"a_{one.key}", "")
            found[one.key] = Answer(words=typed) if one.kind == Kind.TEXT else Answer(typed)
        return found


class ReviewForm(AnswersForm):
    """A review: answers, and words for reviewers and for the agent. `typed`: what was kept of it, by name of field."""

    def __init__(self, *args: Any, typed: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(typed or {})

    coaching = _area(_("Coaching note"), help_text=_("The agent reads it."))
    comment = _area(_("Comment"), help_text=_("For reviewers only."))


class DisputeForm(forms.Form):
    """What the agent does not agree with."""

    reason = _area(_("What do you not agree with?"), required=True)


class DecisionForm(AnswersForm):
    """How a dispute ends; the answers count when the review is changed."""

    outcome = forms.ChoiceField(label=_("The review"), choices=ReviewDispute.Outcome.choices, widget=forms.RadioSelect)
    answer = _area(_("Why"), help_text=_("The agent and the reviewer read it."), required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in self.questions:  # they are asked of whoever changes the review, which the use case knows
            self.fields[f"a_{one.key}"].required = False


class SetAsideForm(forms.Form):
    """Why nobody reviews it."""

    because = _area(_("Why is it not reviewed?"), required=True)


def _field(question: Question) -> forms.Field:
    if question.kind == Kind.TEXT:
        return _area(question.text, required=question.required)
    choices = [(value, value_label(value)) for value in question.values]
    radio = forms.RadioSelect
    return forms.ChoiceField(label=question.text, choices=choices, required=question.required, widget=radio)
