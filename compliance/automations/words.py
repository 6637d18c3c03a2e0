"""A rule in plain sentences: when, if, then, as the list, the editor and the log say it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Team
from compliance.automations.kinds import ORDER, people
from compliance.message_templates.checking import LANGUAGES
from compliance.models import Automation, MessageTemplate
from compliance.screening.words import name_of
from tenancy.word_lists import all_of, any_of
from texting.models import ContactField, Line, Tag, WebhookEndpoint
from texting.scheduled.relative import Relation

When = Automation.When


@dataclass(frozen=True)
class Sentence:
    """`ifs`: all or any of them, "" for none; `thens`: in the order in which they are done."""

    when: str
    ifs: str
    thens: str


class Names:
    """What ids are called; each table is read once, when it is asked for."""

    @cached_property
    def lines(self) -> dict[str, str]:
        return {str(pk): name for pk, name in Line.objects.order_by("name").values_list("pk", "name")}

    @cached_property
    def teams(self) -> dict[str, str]:
        return {str(pk): name for pk, name in Team.objects.order_by("name").values_list("pk", "name")}

    @cached_property
    def tags(self) -> dict[str, str]:
        return {str(pk): name for pk, name in Tag.objects.order_by("name").values_list("pk", "name")}

    @cached_property
    def fields(self) -> dict[str, str]:
        return {str(pk): name for pk, name in ContactField.objects.values_list("pk", "name")}

    @cached_property
    def people(self) -> dict[str, str]:
        rows = people().order_by("user__name")
        return {str(pk): name for pk, name in rows.values_list("pk", "user__name")}

    @cached_property
    def templates(self) -> dict[str, str]:
        return {str(pk): name for pk, name in MessageTemplate.objects.values_list("pk", "name")}

    @cached_property
    def endpoints(self) -> dict[str, str]:
        rows = WebhookEndpoint.objects.exclude(state=WebhookEndpoint.State.REMOVED).order_by("created_at", "id")
        return {str(row.pk): row.description or urlsplit(row.url).hostname or "" for row in rows}


def sentence(rule: Automation, names: Names) -> Sentence:
    """The rule in words."""
    ifs = [said for name, value in rule.conditions.items() if (said := _if(name, value, rule, names))]
    thens = all_of(_then(kind, rule.actions[kind], names) for kind in ORDER if kind in rule.actions)
    return Sentence(_when(rule, names), all_of(ifs) if rule.needs_all else any_of(ifs), thens)


def _when(rule: Automation, names: Names) -> str:
    facts = rule.facts
    return {
        When.TEXT: lambda: _("a text comes in"),
        When.KEYWORD: lambda: _("a text is %(words)s") % {"words": _quoted(facts["words"])},
        When.FIRST: lambda: _("somebody writes for the first time"),
        When.CLOSED: lambda: _("a text comes in outside business hours"),
        When.FINDING: lambda: _("%(what)s is found in a text") % {"what": any_of(map(name_of, facts["kinds"]))},
        When.NO_ANSWER: lambda: _waited(facts),
        When.RESOLVED: lambda: _("a conversation is resolved"),
        When.DATE: lambda: _dated(facts, names),
        When.TAGGED: lambda: _("“%(tag)s” is put on a contact") % {"tag": _name(names.tags, facts["tag"])},
    }[When(rule.when)]()


def _dated(facts: dict[str, Any], names: Names) -> str:
    words = {"when": Relation.from_json(facts).in_words(_name(names.fields, facts["field"]))}
    return _("it is %(when)s, on %(line)s") % {**words, "line": _name(names.lines, facts["line"])}


def _waited(facts: dict[str, Any]) -> str:
    long = length(int(facts["minutes"]))
    if facts.get("business"):
        return _("a customer waits %(long)s of business hours for an answer") % {"long": long}
    return _("a customer waits %(long)s for an answer") % {"long": long}


def length(minutes: int) -> str:
    """So many minutes in words, in hours where they are whole."""
    if minutes % 60 == 0:
        hours = minutes // 60
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


def _if(name: str, value: Any, rule: Automation, names: Names) -> str:
    words = {
        "lines": lambda: _("it is on %(which)s") % {"which": _named(names.lines, value)},
        "teams": lambda: _("it is a conversation of %(which)s") % {"which": _named(names.teams, value)},
        "tags": lambda: _("the contact is tagged %(which)s") % {"which": _named(names.tags, value)},
        "without_tag": lambda: _("the contact is not tagged %(tag)s") % {"tag": _name(names.tags, value)},
        "field": lambda: (
            _("%(field)s is “%(value)s”")
            % {"field": _name(names.fields, value), "value": rule.conditions.get("value", "")}
        ),
        "words": lambda: _("the text holds %(words)s") % {"words": _quoted(value)},
        "language": lambda: _("the customer's language is %(name)s") % {"name": LANGUAGES.get(value, value)},
        "hours": lambda: _("it is within business hours") if value == "open" else _("it is outside business hours"),
        "escalation": lambda: _("an escalation is open") if value == "yes" else _("no escalation is open"),
        "assigned": lambda: _("a colleague has it") if value == "yes" else _("nobody has it"),
        "filter": lambda: _("the contact fits a saved filter"),
        "kinds": lambda: _("%(what)s was found in it") % {"what": any_of(name_of(one) for one in value)},
    }.get(name)
    return str(words()) if words else ""


def _then(kind: str, value: Any, names: Names) -> str:
    return {
        "tags": lambda: _("tag the contact %(which)s") % {"which": all_of(_name(names.tags, one) for one in value)},
        "assign": lambda: (
            _("hand it back to the team")
            if value == "team"
            else _("share it out in its team")
            if value == "share"
            else _("assign it to %(who)s") % {"who": _name(names.people, value)}
        ),
        "note": lambda: _("leave the note “%(note)s”") % {"note": value if len(value) <= 60 else f"{value[:60]}…"},
        "notify": lambda: (
            _("tell %(whom)s") % {"whom": all_of(_name({**names.people, **names.teams}, one) for one in value)}
        ),
        "reply": lambda: _("answer with “%(template)s”") % {"template": _name(names.templates, value)},
        "escalate": lambda: _("escalate it: %(why)s") % {"why": value},
        "webhook": lambda: _("call the webhook %(endpoint)s") % {"endpoint": _name(names.endpoints, value)},
        "close": lambda: _("resolve the conversation"),
    }[kind]()


def _name(known: dict[str, str], pk: str) -> str:
    return known.get(pk) or _("(no longer there)")


def _named(known: dict[str, str], pks: Iterable[str]) -> str:
    return any_of(_name(known, pk) for pk in pks)


def _quoted(words: Iterable[str]) -> str:
    return any_of(_("“%(words)s”") % {"words": one} for one in words)
