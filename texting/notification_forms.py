"""How a member wants to be told, as they choose it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from texting.models import Notification
from texting.notifications.choosing import Choices, Way

Kind = Notification.Kind
WAYS: dict[Way, str | Promise] = {Way.APP: _("In the list"), Way.PUSH: _("Push"), Way.EMAIL: _("By e-mail")}
"""The ways that there are, with the head of their column."""


USUAL = (time(18), time(8))
"""What the page offers to somebody who has none."""


@dataclass(frozen=True)
class Cell:
    """One box of the table: this kind in this way."""

    way: str
    name: str | Promise
    is_on: bool


class NotificationForm(forms.Form):
    """A table of kinds and ways, and the teams of which the member wants to hear. `teams`: id and name."""

    told = forms.TypedMultipleChoiceField(
        label=_("Teams"),
        required=False,
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("You are told of conversations on the lines of these teams."),
    )

    sound = forms.BooleanField(
        label=_("Sound"),
        required=False,
        help_text=_("A short one when something new comes to your list, while a page that follows it is open."),
    )
    is_quiet = forms.BooleanField(
        label=_("Quiet hours"),
        required=False,
        help_text=_("No pushes, mails and sounds then; what is unread afterwards is told. The list itself goes on."),
    )
    quiet_from = forms.TimeField(
        label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label=_("Until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(self, *args: Any, chosen: Choices, teams: Sequence[tuple[UUID, str]], **kwargs: Any) -> None:
        known = {team for team, _name in teams}
        super().__init__(*args, **kwargs)
        self._known, self._chosen = known, chosen
        told = field_of(self, "told", forms.TypedMultipleChoiceField)
        told.choices = [(str(team), name) for team, name in teams]
        told.initial = [str(team) for team in known - chosen.muted]
        begin, end = chosen.quiet or USUAL
        self.initial = {
            "sound": chosen.sound,
            "is_quiet": chosen.quiet is not None,
            "quiet_from": begin,
            "quiet_until": end,
        }
        for way in WAYS:
            self.fields[way.value] = forms.MultipleChoiceField(
                required=False, choices=Kind.choices, initial=sorted(chosen.ways[way])
            )

    @property
    def heads(self) -> list[str | Promise]:
        """The columns of the table."""
        return list(WAYS.values())

    @property
    def rows(self) -> list[tuple[str, str, list[Cell]]]:
        """The table: kind, its words, its boxes, as they were sent or as they are."""
        return [
            (
                kind.value,
                str(kind.label),
                [Cell(way.value, name, kind.value in (self[way.value].value() or ())) for way, name in WAYS.items()],
            )
            for kind in Kind
        ]

    @property
    def ways(self) -> dict[Way, list[str]]:
        """The kinds for each way; of a way that is not offered what was chosen before."""
        return {way: self.cleaned_data.get(way.value, sorted(self._chosen.ways[way])) for way in Way}

    @property
    def muted(self) -> set[UUID]:
        """The teams of which they want to hear nothing: of those they do not see, what was chosen before."""
        return (self._known - set(self.cleaned_data["told"])) | (self._chosen.muted - self._known)

    @property
    def quiet(self) -> tuple[time, time] | None:
        """From and until when it is quiet; None: at no hour."""
        if not self.cleaned_data["is_quiet"]:
            return None
        return self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"]

    def clean(self) -> dict[str, Any]:
        """Quiet hours have a begin and an end, and they are not the same."""
        data: dict[str, Any] = super().clean() or {}
        begin, end = data.get("quiet_from"), data.get("quiet_until")
        if data.get("is_quiet") and not {"quiet_from", "quiet_until"} & self.errors.keys():
            if begin is None or end is None:
                self.add_error("quiet_from" if begin is None else "quiet_until", _("Enter a time, such as 18:00."))
            elif begin == end:
                self.add_error("quiet_until", _("Choose another time than the one when they begin."))
        return data
