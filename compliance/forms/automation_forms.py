"""What is typed in the editor of a rule."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.models import Membership
from accounts.permissions import Permission
from compliance.automations.kinds import ABOUT_TEXTS, LONGEST_WAIT, MOST_PHRASES
from compliance.automations.rules import Wanted
from compliance.automations.words import Names
from compliance.detectors.findings import TYPES
from compliance.message_templates.checking import LANGUAGES
from compliance.message_templates.reading import usable
from compliance.models import Automation
from compliance.models.automation import LONGEST_NAME
from compliance.screening.words import name_of
from texting.conversations import LONGEST_NOTE
from texting.fields.kinds import DAYS
from texting.fields.reading import fields_for
from texting.filtering.saving import saved_for
from texting.queries import visible_lines
from texting.scheduled.relative import MOST, PASSING, Relation, Unit

When = Automation.When
UNITS = {"minutes": 1, "hours": 60, "days": 24 * 60}
_NONE = ("", _("Does not matter"))
_NOTHING = ("", _("Do not"))
WHEN_FIELDS = {
    When.KEYWORD: ("keywords",),
    When.NO_ANSWER: ("long", "unit", "business"),
    When.TAGGED: ("set_off_by",),
    When.DATE: ("distance", "counted", "side", "date_field", "day_time", "through"),
    When.FINDING: ("found",),
}


def _phrases(label: Any, help_text: Any, *, required: bool) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=MOST_PHRASES * 82,
        required=required,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AutomationForm(forms.Form):
    """One rule. Which fields there are depends on what sets it off, which is chosen before and never changes."""

    name = forms.CharField(
        label=_("Name"), max_length=LONGEST_NAME, help_text=_("It stands beside what the rule does.")
    )
    keywords = _phrases(
        _("Words"), _("One a line. The whole text has to be one of them; capitals do not matter."), required=True
    )
    long = forms.IntegerField(label=_("Waits for"), min_value=1, max_value=LONGEST_WAIT)
    unit = forms.ChoiceField(
        label=_("Minutes, hours or days"),
        choices=[("minutes", _("minutes")), ("hours", _("hours")), ("days", _("days"))],
    )
    business = forms.ChoiceField(
        label=_("Counted"), choices=[("yes", _("in business hours only")), ("no", _("day and night"))]
    )
    set_off_by = forms.ChoiceField(label=_("Tag"))
    distance = forms.IntegerField(label=_("How long"), min_value=0, max_value=max(MOST.values()))
    counted = forms.ChoiceField(
        label=_("Counted in"),
        choices=[("hours", _("hours")), ("minutes", _("minutes")), ("days", _("days")), ("weeks", _("weeks"))],
    )
    side = forms.ChoiceField(label=_("Before or after"), choices=[("before", _("before")), ("after", _("after"))])
    date_field = forms.ChoiceField(label=_("Date"), help_text=_("A field of contacts of the kind date."))
    day_time = forms.TimeField(
        label=_("At what time"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("For days and weeks, by the customer's clock. Left empty: the time of the date."),
    )
    through = forms.ChoiceField(label=_("Line"), help_text=_("On which it texts, also those who never wrote."))
    found = forms.MultipleChoiceField(label=_("What is found"), widget=forms.CheckboxSelectMultiple)

    needs_all = forms.ChoiceField(
        label=_("It acts if"),
        choices=[("yes", _("all of these hold")), ("no", _("any of these holds"))],
        widget=forms.RadioSelect,
    )
    lines = forms.MultipleChoiceField(
        label=_("On one of these lines"), required=False, widget=forms.CheckboxSelectMultiple
    )
    team = forms.ChoiceField(label=_("Team"), required=False)
    hours = forms.ChoiceField(
        label=_("Business hours"),
        choices=[_NONE, ("open", _("Within business hours")), ("closed", _("Outside business hours"))],
        required=False,
    )
    words = _phrases(_("The text holds"), _("One a line; one of them is enough. Whole words only."), required=False)
    kinds = forms.MultipleChoiceField(label=_("Found in the text"), required=False, widget=forms.CheckboxSelectMultiple)
    tag = forms.ChoiceField(label=_("The contact is tagged"), required=False)
    without_tag = forms.ChoiceField(label=_("The contact is not tagged"), required=False)
    field = forms.ChoiceField(label=_("Field of the contact"), required=False)
    value = forms.CharField(label=_("is"), max_length=200, required=False)
    filter = forms.ChoiceField(label=_("The contact fits a saved filter"), required=False)
    language = forms.ChoiceField(label=_("Language of the customer"), required=False)
    assigned = forms.ChoiceField(
        label=_("Who has it"),
        choices=[_NONE, ("no", _("Nobody has it")), ("yes", _("A colleague has it"))],
        required=False,
    )
    escalation = forms.ChoiceField(
        label=_("Escalation"),
        choices=[_NONE, ("no", _("None is open")), ("yes", _("One is open"))],
        required=False,
    )

    reply = forms.ChoiceField(
        label=_("Answer with a template"),
        help_text=_("It passes every check that a text of yours passes, and says in the thread that a rule sent it."),
        required=False,
    )
    put_on = forms.ChoiceField(label=_("Put a tag on the contact"), required=False)
    assign = forms.ChoiceField(label=_("Assign the conversation"), required=False)
    note = forms.CharField(
        label=_("Leave an internal note"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    tell = forms.ChoiceField(label=_("Tell a colleague"), required=False)
    tell_team = forms.ChoiceField(label=_("Tell a team"), required=False)
    escalate = forms.CharField(
        label=_("Escalate it, and say why"),
        help_text=_("Automatic texts to the customer pause until somebody closes the escalation."),
        max_length=200,
        required=False,
    )
    webhook = forms.ChoiceField(label=_("Call a webhook"), required=False)
    close = forms.BooleanField(
        label=_("Resolve the conversation, if nobody has to read anything in it"),
        help_text=_("A text that this rule answered, or that is one of its words, need not be read."),
        required=False,
    )
    stops = forms.BooleanField(label=_("When it has acted, look at no rule after it"), required=False)

    def __init__(self, data: QueryDict | None, *, member: Membership, when: str, initial: dict[str, Any]) -> None:
        usual = {"needs_all": "yes", "long": 1, "unit": "hours", "business": "yes", "distance": 24}
        super().__init__(data, initial={**usual, **initial})
        self.when = When(when)
        for kind, names in WHEN_FIELDS.items():
            if kind != self.when:
                for name in names:
                    del self.fields[name]
        if self.when not in ABOUT_TEXTS:
            del self.fields["words"]
        if self.when not in ABOUT_TEXTS or self.when == When.FINDING:
            del self.fields["kinds"]
        self._offer(member)

    def _offer(self, member: Membership) -> None:
        """What there is to choose from."""
        names = Names()
        found = [(kind, name_of(kind)) for kind in TYPES]
        templates = list(usable(member)) if member.may(Permission.MESSAGES_SEND) else []
        self._answers = len(templates)
        people = list(names.people.items())
        offered: dict[str, list[tuple[str, Any]]] = {
            "set_off_by": list(names.tags.items()),
            "date_field": [(str(one.id), one.name) for one in fields_for(member) if one.kind in DAYS],
            "through": [(str(one.pk), one.name) for one in visible_lines(member).order_by("name")],
            "filter": [_NONE, *((str(one.id), one.name) for one in saved_for(member))],
            "found": found,
            "kinds": found,
            "lines": [(str(one.pk), one.name) for one in visible_lines(member).order_by("name")],
            "team": [_NONE, *names.teams.items()],
            "tag": [_NONE, *names.tags.items()],
            "without_tag": [_NONE, *names.tags.items()],
            "field": [_NONE, *((str(one.id), one.name) for one in fields_for(member))],
            "language": [_NONE, *LANGUAGES.items()],
            "reply": [_NOTHING, *((str(one.template_id), one.name) for one in templates)],
            "put_on": [_NOTHING, *names.tags.items()],
            "assign": [
                _NOTHING,
                ("team", _("Back to the team")),
                ("share", _("Share it out in its team: who is there and has least")),
                *people,
            ],
            "tell": [_NOTHING, *people],
            "tell_team": [_NOTHING, *names.teams.items()],
            "webhook": [_NOTHING, *names.endpoints.items()],
        }
        for name, choices in offered.items():
            if name in self.fields:
                field_of(self, name, forms.ChoiceField).choices = choices
        for name in ("lines", "field", "filter", "webhook"):  # nothing to choose from
            if len(offered[name]) <= (name != "lines"):
                del self.fields[name]
        if "field" not in self.fields:
            del self.fields["value"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("field") and not data.get("value"):
            self.add_error("value", gettext("Write what the field has to hold."))
        return data

    @property
    def can_answer(self) -> bool:
        """Whether there is a template to answer with."""
        return self._answers > 0

    @property
    def parts(self) -> dict[str, list[Any]]:
        """The fields of each part of the sentence."""
        first = [name for names in WHEN_FIELDS.values() for name in names]
        last = ("reply", "put_on", "assign", "note", "tell", "tell_team", "escalate", "webhook", "close")
        middle = [name for name in self.fields if name not in {*first, *last, "name", "stops", "needs_all"}]
        return {
            part: [self[name] for name in names if name in self.fields]
            for part, names in (("when", first), ("if", middle), ("then", last))
        }

    @property
    def wanted(self) -> Wanted:
        """Only after it is valid."""
        data = self.cleaned_data
        return Wanted(
            name=data["name"],
            when=self.when.value,
            facts=self._facts(data),
            conditions={name: value for name, value in self._conditions(data).items() if value},
            actions={name: value for name, value in self._actions(data).items() if value},
            needs_all=data["needs_all"] == "yes",
            stops=data["stops"],
        )

    def _facts(self, data: dict[str, Any]) -> dict[str, Any]:
        if self.when == When.KEYWORD:
            return {"words": _lines(data["keywords"])}
        if self.when == When.NO_ANSWER:
            return {"minutes": data["long"] * UNITS[data["unit"]], "business": data["business"] == "yes"}
        if self.when == When.DATE:
            at = None if Unit(data["counted"]) in PASSING else data["day_time"]
            field, after = UUID(data["date_field"]), data["side"] == "after"
            relation = Relation(field, data["distance"], Unit(data["counted"]), after, at)
            return {**relation.as_json(), "line": data["through"]}
        if self.when == When.TAGGED:
            return {"tag": data["set_off_by"]}
        return {"kinds": data["found"]} if self.when == When.FINDING else {}

    def _conditions(self, data: dict[str, Any]) -> dict[str, Any]:
        return {
            "lines": data.get("lines"),
            "teams": [data["team"]] if data["team"] else [],
            "hours": data["hours"],
            "words": _lines(data.get("words", "")),
            "kinds": data.get("kinds"),
            "tags": [data["tag"]] if data["tag"] else [],
            "without_tag": data["without_tag"],
            "field": data.get("field"),
            "value": data.get("value", "").strip() if data.get("field") else "",
            "filter": data.get("filter"),
            "language": data["language"],
            "assigned": data["assigned"],
            "escalation": data["escalation"],
        }

    def _actions(self, data: dict[str, Any]) -> dict[str, Any]:
        return {
            "tags": [data["put_on"]] if data["put_on"] else [],
            "assign": data["assign"],
            "note": data["note"].strip(),
            "notify": [one for one in (data["tell"], data["tell_team"]) if one],
            "reply": data["reply"],
            "escalate": " ".join(data["escalate"].split()),
            "webhook": data.get("webhook"),
            "close": data["close"],
        }


def initial_of(rule: Automation, names: Names) -> dict[str, Any]:
    """A rule, or an example, as the form shows it."""
    facts, given, does = rule.facts, rule.conditions, rule.actions
    minutes = int(facts.get("minutes") or 60)
    unit = next(one for one in reversed(UNITS) if minutes % UNITS[one] == 0)
    told = does.get("notify", [])
    return {
        "name": rule.name,
        "keywords": "\n".join(facts.get("words", ())),
        "long": minutes // UNITS[unit],
        "unit": unit,
        "business": "yes" if facts.get("business", True) else "no",
        "set_off_by": facts.get("tag", ""),
        "found": facts.get("kinds", []),
        "needs_all": "yes" if rule.needs_all else "no",
        **{name: given.get(name, "") for name in ("hours", "language", "assigned", "escalation", "without_tag")},
        **{name: given.get(name, "") for name in ("field", "value", "filter")},
        "distance": facts.get("number", 24),
        "counted": facts.get("unit", "hours"),
        "side": "after" if facts.get("after") else "before",
        "date_field": facts.get("field", ""),
        "day_time": facts.get("at", ""),
        "through": facts.get("line", ""),
        "lines": given.get("lines", []),
        "kinds": given.get("kinds", []),
        "team": next(iter(given.get("teams", ())), ""),
        "tag": next(iter(given.get("tags", ())), ""),
        "words": "\n".join(given.get("words", ())),
        **{name: does.get(name, "") for name in ("reply", "assign", "note", "escalate", "webhook")},
        "close": does.get("close", False),
        "put_on": next(iter(does.get("tags", ())), ""),
        "tell": next((one for one in told if one in names.people), ""),
        "tell_team": next((one for one in told if one in names.teams), ""),
        "stops": rule.stops,
    }


def _lines(text: str) -> list[str]:
    found = [" ".join(one.replace("\x00", "").split()) for one in text.splitlines()]
    return list(dict.fromkeys(one for one in found if one))
