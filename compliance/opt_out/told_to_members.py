"""What customers tell a member by phone, in person or on paper: that they want texts, or want no more.

Opting out that way counts like a STOP (47 CFR 64.1200(a)(10) and (11): any reasonable means, and none may be called the
only one). Permission counts only for what it proves: it lifts no opt-out that the customer texted, and none that came
after it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent, OptOutQuestion
from compliance.opt_out import opt_out_questions
from compliance.opt_out.confirming import confirm_opt_out
from texting import live
from texting.live import LiveKind
from texting.models import Contact, Conversation, Message

LONGEST_WORDS = 1000
OLDEST = timedelta(days=3660)
"""What lies farther back is a mistake in the date: opt-outs are kept for ten years (Virginia, SB 1339)."""

_BY_CUSTOMER = (ConsentEvent.Source.KEYWORD, ConsentEvent.Source.CARRIER)


class CannotRecord(ValueError):
    """It cannot be written down like this; the message says why and what to do."""


@dataclass(frozen=True)
class Told:
    """What the customer said (their own words, as far as they are known), how and when (aware; now if None)."""

    channel: ConsentEvent.Channel
    words: str
    happened_at: datetime | None = None


def only_they_can(contact: Contact) -> bool:
    """Whether the customer opted out by themselves since they last agreed: then no member can undo it."""
    entries = ConsentEvent.objects.filter(number_index=contact.number_index)
    given = entries.filter(action=ConsentEvent.Action.GIVEN).order_by("-recorded_at", "-id").first()
    out = entries.filter(action=ConsentEvent.Action.WITHDRAWN, source__in=_BY_CUSTOMER)
    return (out.filter(recorded_at__gte=given.recorded_at) if given else out).exists()


def record_opt_out(*, member: Membership, contact: Contact, told: Told, confirm: bool) -> Message | None:
    """No text leaves any more, in this same instant. Returns the one confirmation, if it is wanted and still may go.

    Once more for a number that has opted out is one more entry and no second confirmation. Raises CannotRecord,
    MissingPermission.
    """
    require(member, Permission.CONSENT_RECORD)
    since = checked(told)
    if since is not None and _permission_since(contact, since):
        raise CannotRecord(_("They have agreed to texts again since then. Ask them what they want now."))
    was_suppressed = consent.state_of(contact).suppressed_since is not None
    consent.withdraw(contact, evidence=_evidence(member, told), since=since)
    opt_out_questions.close(contact, OptOutQuestion.State.STOP)
    show(contact)
    return confirm_opt_out(contact) if confirm and not was_suppressed else None


def record_permission(*, member: Membership, contact: Contact, told: Told) -> None:
    """The number may be texted. Raises CannotRecord when the customer has opted out by themselves, or has opted out
    since; MissingPermission.
    """
    require(member, Permission.CONSENT_RECORD)
    happened_at = checked(told)
    state = consent.state_of(contact)
    if state.suppressed_since is not None:
        if only_they_can(contact):
            raise CannotRecord(_("They opted out themselves, so only they can undo it, by texting START."))
        if happened_at is not None and happened_at <= state.suppressed_since:
            raise CannotRecord(_("They opted out after that. What they said before no longer counts."))
    consent.give(contact, kind=ConsentEvent.Kind.EXPRESS, evidence=_evidence(member, told))
    show(contact)


def checked(told: Told) -> datetime | None:
    """When they said so, if that is known. Raises CannotRecord for words or a moment that cannot be."""
    if not told.words.strip():
        raise CannotRecord(_("Write down what they said."))
    if len(told.words) > LONGEST_WORDS:
        raise CannotRecord(_("Write at most %(most)d characters.") % {"most": LONGEST_WORDS})
    now = timezone.now()
    if told.happened_at is not None and not now - OLDEST < told.happened_at <= now:
        raise CannotRecord(_("That moment lies in the future or too far back. Check date and time."))
    return told.happened_at


def _permission_since(contact: Contact, moment: datetime) -> bool:
    """Whether the customer permitted texts after that moment, by themselves or by what another entry says."""
    given = ConsentEvent.objects.filter(number_index=contact.number_index, action=ConsentEvent.Action.GIVEN)
    express = given.filter(kind=ConsentEvent.Kind.EXPRESS).exclude(source=ConsentEvent.Source.IMPORT)
    return express.filter(Q(happened_at__gt=moment) | Q(happened_at=None, recorded_at__gt=moment)).exists()


def _evidence(member: Membership, told: Told) -> Evidence:
    return Evidence(
        source=ConsentEvent.Source.AGENT,
        words=told.words.strip(),
        actor=member,
        channel=told.channel,
        happened_at=told.happened_at,
    )


def show(contact: Contact) -> None:
    """Open threads ask for their composer again."""
    for conversation in Conversation.objects.filter(contact=contact, status=Conversation.Status.OPEN):
        live.publish(kind=LiveKind.CONVERSATION, conversation=conversation.pk, line=conversation.line_id)
