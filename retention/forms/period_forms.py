"""A period as people type it: never, a number of days, months or years, or whatever holds around it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db.models.functions import Lower
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.models import Team
from retention import words
from retention.changing import can_have_own, can_have_tags
from retention.kinds import Kind
from retention.reading import SHOWN
from retention.spans import Unit, days_of, typed_as
from texting.models import Tag

MOST = 36_500
FOR, NEVER, FOLLOWS = "for", "never", "follows"


class PeriodForm(forms.Form):
    """A kind's period at one place. Its query string holds ids and numbers only."""

    kind = forms.ChoiceField(label=_("What"), choices=[(kind.value, words.KINDS[kind].title) for kind in SHOWN])
    team = forms.ChoiceField(label=_("For"), required=False)
    keep = forms.ChoiceField(label=_("Keep it"), widget=forms.RadioSelect)
    number = forms.IntegerField(label=_("How many"), min_value=1, max_value=MOST, required=False)
    unit = forms.ChoiceField(
        label=_("Days, months or years"),
        required=False,
        choices=[(Unit.DAYS, _("days")), (Unit.MONTHS, _("months")), (Unit.YEARS, _("years"))],
    )

    def __init__(self, *args: Any, kind: Kind | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.only = kind
        teams = [] if kind and not can_have_own(kind) else list(Team.objects.order_by("name"))
        tags = [] if kind and not can_have_tags(kind) else list(Tag.objects.order_by(Lower("name")))
        field_of(self, "team", forms.ChoiceField).choices = [
            ("", say("the whole organization")),
            *((str(team.pk), words.place(team.name, "")) for team in teams),
            *((str(tag.pk), words.place("", tag.name)) for tag in tags),
        ]
        field_of(self, "keep", forms.ChoiceField).choices = [
            (FOR, say("for a time")),
            (NEVER, say("without an end")),
            (
                FOLLOWS,
                say("as it is without a choice here: a team or tag as the organization, the organization by default"),
            ),
        ]
        if kind:
            self.fields.pop("kind")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("keep") == FOR and "number" not in self.errors:
            if data.get("number") is None:
                self.add_error("number", say("Say how many days, months or years."))
            elif days_of(data["number"], Unit(data.get("unit") or Unit.DAYS)) > MOST:
                self.add_error("number", say("At most 100 years. Choose “without an end” for longer."))
        if data.get("keep") != FOR:
            self.errors.pop("number", None)  # not used, so not judged
        return data

    @property
    def wanted(self) -> tuple[Kind, UUID | None, int | None, bool]:
        """Kind, team or tag, days, whether it follows. Only after it is valid."""
        data = self.cleaned_data
        kind = self.only or Kind(data["kind"])
        whose = UUID(data["team"]) if data["team"] else None
        days = days_of(data["number"], Unit(data["unit"] or Unit.DAYS)) if data["keep"] == FOR else None
        return kind, whose, days, data["keep"] == FOLLOWS

    @property
    def query(self) -> str:
        """For links. Only after it is valid."""
        kind, _whose, _days, _follows = self.wanted
        data: Mapping[str, Any] = {**self.cleaned_data, "kind": kind.value}
        return urlencode({name: value for name, value in data.items() if value not in (None, "")})


def typed(days: int | None) -> dict[str, Any]:
    """The form as a period is now."""
    if days is None:
        return {"keep": NEVER}
    number, unit = typed_as(days)
    return {"keep": FOR, "number": number, "unit": unit}
