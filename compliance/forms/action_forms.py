"""What people type about actions."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.models import Membership, Team
from compliance.actions import places, rates
from compliance.actions.opening import WINDOWS, Wanted
from compliance.actions.owners import able_owners
from compliance.actions.reading import TABS, Filter
from compliance.models import Action
from compliance.models.action import LONGEST_LINK, LONGEST_TITLE, LONGEST_WORDS
from texting.queries.access import sees_every_line

_DAY = forms.DateInput(attrs={"type": "date"})


class ActionForm(forms.Form):
    """All that is said of an action. `press` makes two clicks one action."""

    title = forms.CharField(label=_("What is to become better"), max_length=LONGEST_TITLE)
    words = forms.CharField(
        label=_("What to do"), max_length=LONGEST_WORDS, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    owner = forms.TypedChoiceField(label=_("Owner"), help_text=_("Is mailed when it is due or slips."), coerce=UUID)
    due_on = forms.DateField(label=_("Due"), widget=_DAY)
    change = forms.ChoiceField(label=_("What changes"), choices=Action.Change.choices)
    link = forms.CharField(
        label=_("Where"),
        help_text=_("The address of its page here, such as that of a template. May stay empty."),
        max_length=LONGEST_LINK,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    rate = forms.ChoiceField(
        label=_("The rate it should bring down"),
        help_text=_("Counted before and after the change. Lower is better for each."),
        required=False,
    )
    place = forms.ChoiceField(
        label=_("Counted for"),
        help_text=_(
            "For one colleague: review checks, findings in what they wrote, escalations that they closed, opt-outs"
            " after their texts, and their reviews."
        ),
        required=False,
    )
    target = forms.FloatField(
        label=_("Target"),
        help_text=_("At most, in per cent or per 1,000 as the rate says."),
        required=False,
        min_value=0,
        max_value=1000,
        widget=forms.NumberInput(attrs={"step": "any", "min": "0", "inputmode": "decimal"}),
    )
    window = forms.TypedChoiceField(
        label=_("Counted over"),
        help_text=_("So many days before the change, and as many after."),
        coerce=int,
        choices=[(days, _("%(days)d days") % {"days": days}) for days in WINDOWS],
        initial=28,
    )
    press = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)

    def __init__(self, *args: Any, member: Membership, action: Action | None = None, **kwargs: Any) -> None:
        if action is not None:
            kwargs["initial"] = _initial(action)
        super().__init__(*args, **kwargs)
        people = {str(one.pk): one.user.name for one in able_owners()}
        offered, colleagues = dict(places.choices(member)), dict(places.agent_choices(member))
        if action is not None:
            del self.fields["press"]
            people.setdefault(str(action.owner_id), action.owner.user.name)
            key = places.place_of_action(action).key
            (colleagues if action.agent_id else offered).setdefault(key, places.name_of(action))
        field_of(self, "owner", forms.TypedChoiceField).choices = list(people.items())
        alone = [(_("One colleague"), list(colleagues.items()))] if colleagues else []
        field_of(self, "place", forms.ChoiceField).choices = [*offered.items(), *alone]
        groups = [(caption, [(one.key, str(one.title)) for one in some]) for caption, some in rates.catalogue()]
        known = {key for _caption, some in groups for key, _title in some}
        first: list[Any] = [("", _("None: nothing is measured"))]
        kept = str(self.initial.get("rate") or "")
        if kept and kept not in known and (found := rates.rate(kept)):
            first.append((kept, str(found.title)))
        field_of(self, "rate", forms.ChoiceField).choices = [*first, *groups]

    def clean(self) -> dict[str, Any]:
        """A rate needs a target."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("rate") and data.get("target") is None and "target" not in self.errors:
            self.add_error("target", _("Say which value the rate should come down to."))
        return data

    @property
    def wanted(self) -> Wanted:
        """Only after it is valid."""
        data = self.cleaned_data
        return Wanted(
            title=data["title"],
            words=data["words"],
            owner_id=data["owner"],
            due_on=data["due_on"],
            change=data["change"],
            link=data["link"],
            rate=data["rate"],
            target=data["target"],
            window=data["window"],
            place=places.place_of(data["place"]),
        )


class AddForm(forms.Form):
    """The open action that it belongs to."""

    action = forms.TypedChoiceField(label=_("Action"), coerce=UUID)

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = places.visible_actions(member).exclude(state=Action.State.DROPPED).order_by("-opened_at")[:100]
        field_of(self, "action", forms.TypedChoiceField).choices = [(str(one.pk), one.title) for one in rows]

    @property
    def is_offered(self) -> bool:
        return bool(field_of(self, "action", forms.TypedChoiceField).choices)


class DoneForm(forms.Form):
    """The day a change took effect."""

    changed_on = forms.DateField(label=_("In effect since"), widget=_DAY)
    words = forms.CharField(
        label=_("What was changed"), max_length=LONGEST_WORDS, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class BecauseForm(forms.Form):
    """Why an action is dropped or opened again."""

    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 2}))


class ActionsForm(forms.Form):
    """What the list is narrowed to."""

    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    owner = forms.TypedChoiceField(label=_("Owner"), required=False, coerce=UUID, empty_value=None)
    change = forms.ChoiceField(
        label=_("What changes"), required=False, choices=[("", _("Anything")), *Action.Change.choices]
    )
    team = forms.TypedChoiceField(label=_("Team"), required=False, coerce=UUID, empty_value=None)

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = places.visible_actions(member).order_by().values("owner")
        people = Membership.objects.filter(pk__in=mine).select_related("user").order_by("user__name")
        names = [(str(one.pk), one.user.name) for one in people]
        field_of(self, "owner", forms.TypedChoiceField).choices = [("", _("Everybody")), *names]
        teams = Team.objects.order_by("name")
        if not sees_every_line(member):
            teams = teams.filter(pk__in=member.reading.whole)
        named = [(str(pk), name) for pk, name in teams.values_list("pk", "name")]
        field_of(self, "team", forms.TypedChoiceField).choices = [("", _("Every team")), *named]

    def wanted(self) -> Filter:
        """What makes no sense is left out."""
        self.is_valid()
        data = self.cleaned_data
        tab = data.get("tab") or ""
        return Filter(
            tab=tab if tab in TABS else "todo",
            owner=data.get("owner"),
            change=data.get("change") or "",
            team=data.get("team"),
        )


def _initial(action: Action) -> dict[str, Any]:
    names = ("title", "words", "due_on", "change", "link", "rate", "target", "window")
    kept = {name: getattr(action, name) for name in names}
    return {**kept, "owner": str(action.owner_id), "place": places.place_of_action(action).key}
