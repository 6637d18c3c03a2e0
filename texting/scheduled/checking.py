"""What is looked at before a text is kept for later: its time, its words, whether it is there already."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.models import Membership
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.bulk_writes import insert_rows
from tenancy.said import gettext as _
from texting import gate, origins, refusals
from texting.conversations import NotPossible, OriginGone
from texting.gate import OutsideHours, Verdict
from texting.kept_words import kept
from texting.models import Conversation, Message, ScheduledText
from texting.purposes import Purpose
from texting.scheduled.states import ALIVE
from texting.scheduled.their_clock import Zone, customer_clock
from texting.sending import BadText, Refused

FARTHEST = timedelta(days=366)
MOST_IN_A_THREAD = 50  # that wait; more are a mistake of a program


class BadTime(ValueError):
    """No text can leave then; the message says why."""


class OutsideThen(Exception):
    """It is no time for texts there then. `opens_at`: when it rather should leave (UTC)."""

    def __init__(self, opens_at: datetime) -> None:
        super().__init__(_("It is outside their hours then."))
        self.opens_at = opens_at


@dataclass(frozen=True)
class When:
    """The chosen moment, and the zone in which it was chosen."""

    at: datetime
    zone: Zone
    outside_hours: OutsideHours = OutsideHours.ASK


def kept_before(message_id: UUID, conversation: Conversation) -> ScheduledText | None:
    """What was kept under this id before. Raises NotPossible where the id is another text's."""
    found = ScheduledText.objects.filter(message_id=message_id).first()
    if found is not None and found.contact_id == conversation.contact_id:
        return found
    if found is not None or Message.objects.filter(pk=message_id).exists():
        raise NotPossible(_("This text was sent already. Look at the conversation."))
    return None


def number_waiting(conversation: Conversation) -> int:
    rows = ScheduledText.objects.filter(
        contact=conversation.contact_id, line=conversation.line_id, state__in=ALIVE
    ).order_by()
    return len(rows.values_list("pk")[:MOST_IN_A_THREAD])


def purpose_of(member: Membership, conversation: Conversation, origin: str) -> Purpose:
    if why := origins.origins().gone(member, conversation.line, origin):
        raise OriginGone(why)
    return origins.origins().purpose_by_hand(origin)


def hours_of(when: When, conversation: Conversation, purpose: Purpose) -> OutsideHours:
    """What becomes of it outside the customer's hours. Raises BadTime, OutsideThen."""
    now = timezone.now()
    if when.at <= now:
        raise BadTime(_("That time has passed. Choose a later one, or send it now."))
    if when.at > now + FARTHEST:
        raise BadTime(_("That is more than a year ahead. Choose an earlier time."))
    if when.outside_hours is not OutsideHours.ASK:
        return when.outside_hours
    opens_at = customer_clock().opens_at(conversation.contact, when.at, purpose)
    if opens_at is not None:
        raise OutsideThen(opens_at)
    return OutsideHours.WAIT


def refuse_what_never_passes(draft: gate.Draft, message_id: UUID) -> None:
    """Raise Refused for what neither an hour nor a second person would let pass; it is written down as a refusal."""
    outcome = gate.ask(draft)
    never = tuple(
        reason
        for reason in outcome.objections
        if reason.verdict is Verdict.REFUSE and reason.again_at is None and not reason.may_insist
    )
    if never:
        outcome = replace(outcome, verdict=Verdict.REFUSE, reasons=never)
        insert_rows([gate.decision_of(draft, outcome)])
        refusals.tell([refusals.Objected(draft.conversation, draft, outcome, asked_id=message_id)])
        rules = [reason.rule for reason in never]
        audit.record(event=AuditKind.MESSAGE_REFUSED, actor=draft.author, object=draft.conversation, rules=rules)
        raise Refused(outcome)
    if kept(draft.body) != draft.body:
        raise BadText(_("It holds what must not be kept, so it cannot wait here. Take it out."))
