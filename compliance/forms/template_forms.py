"""What is typed on the pages of Settings > Templates."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.models import Membership, Team
from accounts.permissions import Permission
from compliance.content_types.catalogue import CATALOGUE
from compliance.content_types.kinds import ContentType
from compliance.message_templates.checking import LANGUAGES, Flaw
from compliance.message_templates.reach import teams_for
from compliance.message_templates.reading import State, Wanted, Whose
from compliance.message_templates.writing import LONGEST_NAME, SHORTCUT, Wish
from compliance.models import MessageTemplate

_MOST_TYPED = 4000  # what is longer is not even counted
TYPES = [(one.type.value, one.label) for one in CATALOGUE.values()]


class TemplateForm(forms.Form):
    """One template: a body for each language, those that are left empty are left out.

    Whose it is, is chosen once, by those who may write both kinds; one's own has no team.
    """

    name = forms.CharField(label=_("Name"), help_text=_("Colleagues find it by this."), max_length=LONGEST_NAME)
    type = forms.ChoiceField(label=_("Type"), choices=TYPES)
    team = forms.ModelChoiceField(
        label=_("Who may use it"), queryset=Team.objects.none(), required=False, empty_label=_("Every team")
    )
    own = forms.BooleanField(
        label=_("Only I see and use it"),
        help_text=_("A text of your own has no team. It can be proposed to one later."),
        required=False,
    )
    shortcut = forms.CharField(
        label=_("Shortcut"),
        help_text=_("Typed after / in an empty text. Small letters, digits, hyphens."),
        max_length=24,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    fallback = forms.ChoiceField(
        label=_("For customers of other languages"), choices=list(LANGUAGES.items()), required=False
    )

    def __init__(self, *args: Any, member: Membership, given: MessageTemplate | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _initial(given) if given else {"fallback": "en", "type": "reply"})
        super().__init__(*args, **kwargs)
        chosen = field_of(self, "team", forms.ModelChoiceField)
        chosen.queryset = teams_for(member)
        shares, keeps = member.may(Permission.TEMPLATES_MANAGE), member.may(Permission.TEMPLATES_OWN)
        self.own_only = given.owner_id is not None if given else not shares
        if given or not (shares and keeps):
            del self.fields["own"]
        if self.own_only:
            del self.fields["team"]
        for code, label in LANGUAGES.items():
            self.fields[f"body_{code}"] = forms.CharField(
                label=label, max_length=_MOST_TYPED, required=False, widget=forms.Textarea(attrs={"rows": 5})
            )

    @property
    def body_fields(self) -> list[forms.BoundField]:
        """One for each language."""
        return [self[f"body_{code}"] for code in LANGUAGES]

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("own") and typed.get("team"):
            self.add_error("team", forms.ValidationError(_("Choose a team, or that only you use it; not both.")))
        return typed

    def clean_shortcut(self) -> str:
        shortcut: str = self.cleaned_data["shortcut"].strip().removeprefix("/").casefold()
        if shortcut and not SHORTCUT.fullmatch(shortcut):
            raise forms.ValidationError(_("Use small letters, digits and hyphens only."))
        return shortcut

    @property
    def bodies(self) -> dict[str, str]:
        """What is written, the language that others fall back to first; an empty one where nothing is."""
        return bodies_of({code: self.cleaned_data.get(f"body_{code}", "") for code in LANGUAGES}, self._first)

    @property
    def _first(self) -> str:
        return self.cleaned_data.get("fallback") or "en"

    @property
    def wish(self) -> Wish:
        """What the form says. Only after it is valid."""
        data = self.cleaned_data
        own = self.own_only or bool(data.get("own"))
        return Wish(data["name"], ContentType(data["type"]), self.bodies, data["shortcut"], data.get("team"), own=own)

    def refuse(self, flaws: list[Flaw]) -> None:
        """Put what speaks against it beside the bodies that it is about."""
        for flaw in flaws:
            what = f"{flaw.rule} {flaw.act}"
            if flaw.line:
                what = _("Line %(number)d: %(what)s") % {"number": flaw.line, "what": what}
            self.add_error(f"body_{flaw.language}", what)


def bodies_of(written: dict[str, str], first: str) -> dict[str, str]:
    """Those that hold something, `first` first; nothing at all is an empty `first`."""
    filled = {code: body for code, body in written.items() if body.strip()}
    order = sorted(filled, key=lambda code: code != first)
    return {code: filled[code] for code in order} or {first: ""}


def _initial(given: MessageTemplate) -> dict[str, Any]:
    bodies = {f"body_{code}": given.bodies.get(code, "") for code in LANGUAGES}
    fallback = given.languages[0] if given.languages else "en"
    return {**bodies, "name": given.name, "type": given.type, "team": given.team_id, "shortcut": given.shortcut} | {
        "fallback": fallback
    }


class TemplatesForm(forms.Form):
    """Which templates a list shows. What makes no sense is left out."""

    q = forms.CharField(label=_("Search"), max_length=100, required=False)
    type = forms.ChoiceField(label=_("Type"), choices=[("", _("All types")), *TYPES], required=False)
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.none(), required=False, empty_label=_("All teams")
    )
    whose = forms.ChoiceField(
        label=_("Whose"),
        choices=[
            (Whose.ANYBODYS.value, _("All")),
            (Whose.OWN.value, _("My own")),
            (Whose.SHARED.value, _("The organization's")),
        ],
        required=False,
    )
    state = forms.ChoiceField(choices=[(one.value, "") for one in State], required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not member.may(Permission.TEMPLATES_MANAGE):
            del self.fields["team"], self.fields["whose"]
            return
        chosen = field_of(self, "team", forms.ModelChoiceField)
        chosen.queryset = teams_for(member)

    def wanted(self) -> Wanted:
        """Also of a form that is wrong: without what is wrong in it."""
        self.is_valid()
        data = self.cleaned_data
        team: Team | None = data.get("team")
        team_id: UUID | None = team.pk if team else None
        type = ContentType(data["type"]) if data.get("type") else None
        return Wanted(State(data.get("state") or ""), data.get("q", ""), type, team_id, Whose(data.get("whose") or ""))
