"""What is typed on the pages about types of texts."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.content_types.catalogue import CATALOGUE, ContentType
from compliance.content_types.changing_rules import MOST_DOMAINS, row_label
from compliance.content_types.deciding import LONGEST_REASON
from compliance.content_types.rules import CHOICES, FORBIDDEN, LEAST_WAIT, MOST_WAIT, Action, Decided
from compliance.content_types.words import ACTIONS

_BETWEEN = re.compile(r"[\s,;]+")
_SCHEME = re.compile(r"^https?://|/+$")


class ContentForm(forms.Form):
    """An action for each row, how long a text waits, and the rules for links."""

    wait_hours = forms.IntegerField(
        label=_("Hours that a text waits for a colleague"),
        min_value=LEAST_WAIT,
        max_value=MOST_WAIT,
        help_text=_("Then it expires, its author is told and can send it again."),
    )
    domains = forms.CharField(
        label=_("Only links to these domains"),
        help_text=_("One a line, such as example.com; what lies below it is included. Empty: any domain."),
        max_length=MOST_DOMAINS * 80,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    only_https = forms.BooleanField(label=_("Only secure links (https)"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row, actions in CHOICES.items():
            help_text = _("Gambling, cannabis, fast loans and the like; in an offer also alcohol, tobacco, firearms.")
            self.fields[row] = forms.ChoiceField(
                label=row_label(row),
                choices=[(action.value, ACTIONS[action]) for action in actions],
                help_text=help_text if row == FORBIDDEN else str(CATALOGUE[ContentType(row)].help),
            )
        self.order_fields([*CHOICES, "wait_hours", "domains", "only_https"])

    @property
    def rows(self) -> list[forms.BoundField]:
        """The fields of the types."""
        return [self[row] for row in CHOICES]

    @property
    def wanted(self) -> Decided:
        """What the form says. Only after it is valid."""
        data = self.cleaned_data
        typed = _BETWEEN.split(data["domains"].lower().strip())
        domains = dict.fromkeys(_SCHEME.sub("", one) for one in typed if one)
        return Decided(
            actions={row: Action(data[row]) for row in CHOICES},
            wait_hours=data["wait_hours"],
            domains=tuple(sorted(domains)),
            only_https=data["only_https"],
        )


def initial_of(rules: Decided) -> dict[str, Any]:
    """The form as the rules are now."""
    actions = {row: action.value for row, action in rules.actions.items()}
    others = {"wait_hours": rules.wait_hours, "domains": "\n".join(rules.domains), "only_https": rules.only_https}
    return actions | others


class NotApprovedForm(forms.Form):
    """Why a text does not leave."""

    reason = forms.CharField(
        label=_("Why"),
        help_text=_("Its author reads it."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
