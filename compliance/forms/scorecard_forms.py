"""What is typed on the page of a scorecard."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.models import Scorecard
from compliance.reviewing.questions import LONGEST_QUESTION, MOST_QUESTIONS, MOST_WEIGHT, Kind, Question
from compliance.reviewing.scorecards import LONGEST_NAME

KINDS = (
    (Kind.YES_NO.value, _("Yes or no")),
    (Kind.RATING.value, _("1 to 5")),
    (Kind.TEXT.value, _("Words")),
)


class ScorecardForm(forms.Form):
    """What it is called and for."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    purpose = forms.ChoiceField(label=_("For"), choices=Scorecard.Purpose.choices)


class QuestionForm(forms.Form):
    """One question; without words it is none."""

    key = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)
    place = forms.IntegerField(
        label=pgettext_lazy("position in a row", "Place"),
        min_value=1,
        max_value=MOST_QUESTIONS,
        required=False,
        help_text=_("Empty: at the end"),
    )
    text = forms.CharField(label=_("Question"), required=False, max_length=LONGEST_QUESTION)
    kind = forms.ChoiceField(label=_("Answer"), choices=KINDS, initial=Kind.YES_NO.value)
    weight = forms.IntegerField(
        label=_("Weight"), min_value=0, max_value=MOST_WEIGHT, initial=1, required=False, help_text=_("0: not counted")
    )
    required = forms.BooleanField(label=_("Must be answered"), required=False, initial=True)
    critical = forms.BooleanField(label=_("A no fails the whole"), required=False)


Questions = forms.formset_factory(QuestionForm, extra=3, max_num=MOST_QUESTIONS, absolute_max=MOST_QUESTIONS + 5)


def initial_of(questions: Sequence[Question]) -> list[dict[str, object]]:
    """For the formset."""
    return [{**vars(one), "kind": one.kind.value, "place": place} for place, one in enumerate(questions, 1)]


def typed(formset: "forms.BaseFormSet[QuestionForm]") -> list[Question]:
    """Those with words, of a valid formset, by their places."""
    found = []
    for form in sorted(formset, key=_rank):
        data = form.cleaned_data
        if text := " ".join(str(data.get("text", "")).replace("\x00", "").split()):
            weight = 1 if data["weight"] is None else data["weight"]
            key, kind = str(data["key"]), Kind(data["kind"])
            found.append(Question(key, text, kind, data["required"], weight, data["critical"]))
    return found


def _rank(form: QuestionForm) -> tuple[int, int]:
    """What was moved up stands before the one that had its place, what was moved down after it; new ones without a
    place come last.
    """
    place, before = form.cleaned_data.get("place"), form.initial.get("place")
    if place is None:
        return (MOST_QUESTIONS + 1, 0)
    moved = 0 if before is None else place - before
    return (place, -1 if before is None or moved < 0 else min(moved, 1))
