"""What people type into the search, checked for shape."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.models import Membership
from texting.fields.kinds import FIRST_YEAR, LAST_YEAR
from texting.models import Message
from texting.queries import visible_lines, visible_teams
from texting.queries.searching import Wish
from texting.queries.tags import all_tags
from texting.search_filters import offered
from texting.searching.asking import LONGEST_QUERY, read


class SearchForm(forms.Form):
    """Words, and what narrows them. Choices are what the member may see."""

    q = forms.CharField(
        label=_("Words, a name or a number"),
        max_length=LONGEST_QUERY,
        required=False,
        strip=True,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(
        label=_("What"),
        required=False,
        choices=[("", _("Texts and notes")), ("texts", _("Texts")), ("notes", _("Notes"))],
    )
    direction = forms.ChoiceField(
        label=_("Direction"), required=False, choices=[("", _("Both")), *Message.Direction.choices]
    )
    line = forms.TypedChoiceField(label=_("Line"), required=False, coerce=UUID, empty_value=None)
    team = forms.TypedChoiceField(label=_("Team"), required=False, coerce=UUID, empty_value=None)
    author = forms.TypedChoiceField(label=_("Written by"), required=False, coerce=UUID, empty_value=None)
    tag = forms.TypedChoiceField(label=_("Tag"), required=False, coerce=UUID, empty_value=None)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput())
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput())
    also = forms.MultipleChoiceField(label=_("Only"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, member: Membership, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Membership.objects.filter(organization=member.organization_id).select_related("user")
        names = sorted(((str(one.pk), one.user.name) for one in people), key=lambda pair: pair[1].casefold())
        self._choose("line", _("All lines"), [(str(line.pk), line.name) for line in visible_lines(member)])
        self._choose("team", _("All teams"), [(str(team.pk), team.name) for team in visible_teams(member)])
        self._choose("author", _("Anybody"), names)
        self._choose("tag", _("Any"), [(str(tag.id), tag.name) for tag in all_tags()])
        field_of(self, "also", forms.MultipleChoiceField).choices = [(one.key, one.label) for one in offered(member)]

    def _choose(self, name: str, nothing: Any, choices: list[tuple[str, str]]) -> None:
        field_of(self, name, forms.TypedChoiceField).choices = [("", nothing), *choices]

    def clean(self) -> dict[str, Any]:
        """The first day is not after the last one."""
        found = super().clean() or {}
        for name in ("since", "until"):
            if found.get(name) and not FIRST_YEAR <= found[name].year <= LAST_YEAR:
                said = _now("Write a day between the years %(first)d and %(last)d.")
                self.add_error(name, said % {"first": FIRST_YEAR, "last": LAST_YEAR})
        if found.get("since") and found.get("until") and found["since"] > found["until"]:
            raise ValidationError(_("The first day is after the last one. Change one of them."))
        return found

    @property
    def wish(self) -> Wish:
        """What is looked for; of a valid form."""
        said = self.cleaned_data
        return Wish(
            query=read(said["q"]),
            kind=said["kind"],
            line_id=said["line"],
            team_id=said["team"],
            author_id=said["author"],
            tag_id=said["tag"],
            since=said["since"],
            until=said["until"],
            direction=said["direction"],
            also=frozenset(said["also"]),
        )

    @property
    def narrowing(self) -> list[str]:
        """The names of the filters that are used."""
        return [name for name in self.fields if name != "q" and self.cleaned_data.get(name)]
