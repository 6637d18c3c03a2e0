"""What a provider reports about a call, and whom it may ring once the agent has pressed a key.

Reports come late, twice and out of order; a leg only moves on. A report proves a call whose answer was lost.
"""

from django.utils import timezone

from accounts.permissions import Permission
from compliance.escalations.noting import show
from compliance.models import Call, Escalation
from tenancy.encryption import KeyDestroyed
from texting.models import Contact, Line
from texting.preparing import hash_token
from texting.providers.voice import ENDS, CallEvent, CallStatus, Leg, moves


def locked(line: Line, token: str) -> Call | None:
    """The call of this line that the token in an address names, its row locked."""
    rows = Call.objects.select_for_update(of=("self",), no_key=True).select_related("escalation", "member__user")
    return rows.filter(token_hash=hash_token(token), line_id=line.pk).first()


def hear(call: Call, event: CallEvent) -> bool:
    """Move the leg on. Whether anything changed; False also for a report on another call of the provider's."""
    if call.provider_call_id and call.provider_call_id != event.provider_call_id:
        return False
    before = call.agent_status if event.leg is Leg.AGENT else call.customer_status
    if call.state == Call.State.REFUSED or not moves(before, event.status):
        return False
    now = timezone.now()
    if event.leg is Leg.AGENT:
        call.agent_status = event.status.value
    else:
        call.customer_status = event.status.value
        call.talked_at = call.talked_at or (now if event.status is CallStatus.IN_PROGRESS else None)
        call.seconds = event.seconds if event.status is CallStatus.COMPLETED else call.seconds
    call.provider_call_id = event.provider_call_id
    is_over = event.leg is Leg.AGENT and event.status in ENDS
    call.state = Call.State.OVER if is_over or call.state == Call.State.OVER else Call.State.LIVE
    call.over_at = call.over_at or (now if is_over else None)
    call.save(
        update_fields=[
            *("state", "provider_call_id", "agent_status", "customer_status", "talked_at", "over_at", "seconds"),
        ]
    )
    show(call.escalation)
    return True


def whom_to_ring(call: Call) -> str:
    """The customer's number (E.164); empty when nobody may be rung any more.

    Between the press and the key the call may have ended, the escalation been closed, the customer been erased, the
    member have left or lost the right.
    """
    member, open_ = call.member, call.escalation.state == Escalation.State.OPEN
    may = member.is_active and member.user.is_active and member.may(Permission.ESCALATIONS_HANDLE)
    if call.state in (Call.State.OVER, Call.State.REFUSED) or call.customer_status or not open_ or not may:
        return ""
    contact = Contact.objects.filter(pk=call.contact_id).first()
    try:
        return contact.number if contact else ""
    except KeyDestroyed:
        return ""
