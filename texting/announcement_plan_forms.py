"""What is typed when an announcement is to begin later."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from texting.models import Announcement
from texting.scheduled.local_times import NoSuchTime, TwiceThatDay, moment, place
from texting.scheduled_forms import LOCAL, WallField

OURS, THEIRS = "ours", "theirs"


class BeginForm(forms.Form):
    """A date and a time, and by whose clock. Then `at` is a moment, or `theirs` what their clocks are to show."""

    wall = WallField(
        label=_("Date and time"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL)
    )
    clock = forms.ChoiceField(label=_("By the clock of"), widget=forms.RadioSelect, initial=OURS)
    fold = forms.ChoiceField(
        label=_("Which one"),
        choices=[("", "---"), ("first", _("Before clocks go back")), ("second", _("After clocks went back"))],
        required=False,
    )

    def __init__(self, *args: Any, ours: str, before: Announcement, **kwargs: Any) -> None:
        self.zone, self.asks_fold = ZoneInfo(ours), False
        if before.begins_theirs:
            kwargs["initial"] = {"wall": datetime.fromisoformat(before.begins_theirs), "clock": THEIRS}
        elif before.begins_at is not None:
            kwargs["initial"] = {"wall": before.begins_at.astimezone(self.zone).replace(tzinfo=None), "clock": OURS}
        super().__init__(*args, **kwargs)
        field_of(self, "clock", forms.ChoiceField).choices = [
            (OURS, _("Ours, in %(place)s: everybody at the same moment") % {"place": place(ours)}),
            (THEIRS, _("Each customer: at that hour where they are")),
        ]

    def clean(self) -> dict[str, Any]:
        """The moment, or the wall time."""
        data: dict[str, Any] = super().clean() or {}
        data |= {"at": None, "theirs": None}
        wall = data.get("wall")
        if self.errors or wall is None:
            return data
        if data["clock"] == THEIRS:
            data["theirs"] = wall
            return data
        try:
            second = {"first": False, "second": True}.get(data["fold"])
            data["at"] = moment(wall, self.zone, second=second)
        except TwiceThatDay as twice:
            self.asks_fold = True
            self.add_error("fold", str(twice))
        except NoSuchTime as error:
            self.add_error("wall", str(error))
        except OverflowError:
            self.add_error("wall", _("That is more than a year ahead. Choose an earlier time."))
        return data
