"""What happened to one escalation, in order, as its page shows it; with the texts that are the evidence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Membership
from compliance.findings.rule_words import words_of
from compliance.models import Call, Escalation, EscalationEvent
from compliance.screening.words import name_of
from tenancy.encryption import prefetch, readable
from texting.models import Contact, Message
from texting.queries.access import visible_messages
from texting.queries.seeing import wording

Kind = EscalationEvent.Kind
_NAMED = {"CC": "card", "NUMBERS": "number"}
_LOOKS = {
    Kind.OPENED: ("triangle-alert", "warning"),
    Kind.TRIGGERED: ("triangle-alert", "warning"),
    Kind.REMINDED: ("bell", "info"),
    Kind.REASSIGNED: ("users-round", "info"),
    Kind.CHANNEL: ("phone", "info"),
    Kind.SWITCH_SENT: ("send", "info"),
    Kind.CALLED: ("phone", "info"),
    Kind.CALL_ENDED: ("phone", "warning"),
    Kind.SCHEDULED: ("calendar-clock", "info"),
    Kind.MAILED: ("mail", "info"),
    Kind.MAIL_FAILED: ("mail", "danger"),
    Kind.ANSWERED: ("mail", "success"),
    Kind.CONTACTED: ("phone", "success"),
    Kind.BREACHED: ("clock", "danger"),
    Kind.CLOSED: ("circle-check", "success"),
}


@dataclass(frozen=True)
class Entry:
    """One event. `why` are the reasons, `words` what a member wrote, `text` the customer's text (if it is readable)."""

    title: str
    icon: str
    tone: str
    at: datetime
    who: str
    why: tuple[str, ...]
    words: str
    text: str
    message_id: UUID | None


def timeline(member: Membership, escalation: Escalation, contact: Contact) -> list[Entry]:
    """All of it, oldest first. Texts and words are masked as the member may see the customer."""
    events = list(escalation.events.select_related("actor__user").order_by("id"))
    ids = {event.message_id for event in events if event.message_id}
    texts = {one.pk: one for one in visible_messages(member).filter(pk__in=ids)} if ids else {}
    owners = {event.facts.get("owner") for event in events} - {"", None}
    found = Membership.objects.select_related("user").filter(pk__in=owners, organization=escalation.organization_id)
    names = {str(one.pk): one.user.name for one in found}
    prefetch([*events, *texts.values()])
    seen: set[UUID] = set()  # a text that sets off two triggers is shown once
    entries = []
    for event in events:
        text = texts.get(event.message_id) if event.message_id and event.message_id not in seen else None
        seen |= {text.pk} if text else set()
        entries.append(_entry(member, event, text, contact, names))
    return entries


def why(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """The reasons of a trigger, in sentences: names of our rules and words of our lists, never a value."""
    told = []
    if rule := facts.get("rule"):
        told.append(_("Rule “%(rule)s”") % {"rule": rule})
    if phrase := facts.get("phrase"):
        told.append(_("The words “%(words)s”") % {"words": phrase})
    if types := facts.get("types"):
        told.append(_("Found: %(what)s") % {"what": ", ".join(name_of(kind) for kind in types)})
    if rules := facts.get("rules"):
        told.append("; ".join(dict.fromkeys(words_of(rule) for rule in rules)))
    if spoke := facts.get("why"):
        told.append(_("Read as this because of: %(words)s") % {"words": ", ".join(_words(one for one, _w in spoke))})
    return tuple(dict.fromkeys(told))


def _words(features: Iterable[str]) -> list[str]:
    """The words of features of the model, each once: `my..CC` and `CHARGE` are my, card, charge."""
    found = [word for feature in features for word in feature.replace("..", " ").split() if word != "_"]
    return list(dict.fromkeys(_NAMED.get(word, word.lower()) for word in found))


def _entry(
    member: Membership, event: EscalationEvent, text: Message | None, contact: Contact, names: Mapping[str, str]
) -> Entry:
    icon, tone = _LOOKS.get(Kind(event.kind), ("user", "neutral"))
    return Entry(
        title=_title(event, names),
        icon=icon,
        tone=tone,
        at=event.at,
        who=event.actor.user.name if event.actor else "",
        why=why(event.facts),
        words=wording(member, event, "words", contact=contact) if readable(event, "words", _("Erased")) else "",
        text=wording(member, text, contact=contact) if text else "",
        message_id=text.pk if text else None,
    )


def _title(event: EscalationEvent, names: Mapping[str, str]) -> str:
    label = str(Kind(event.kind).label)
    owner = names.get(event.facts.get("owner", ""), "")
    if event.kind in (Kind.OPENED, Kind.TRIGGERED):
        return f"{label}: {Escalation.Trigger(event.facts['trigger']).label}"
    if event.kind in (Kind.ASSIGNED, Kind.REASSIGNED, Kind.SCHEDULED) and owner:
        return f"{label}: {owner}"
    if result := event.facts.get("result"):
        return f"{label}: {Call.Result(result).label}"
    if channel := event.facts.get("channel"):
        return f"{label}: {Escalation.Channel(channel).label}"
    return label
