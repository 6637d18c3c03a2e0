"""Writing a call down before anybody is rung: who may, at what hour, one at a time, one for each press."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.escalations.acting import lock_open
from compliance.escalations.cannot_act import CannotAct
from compliance.escalations.noting import note
from compliance.hours import own_hours, quiet_hours
from compliance.hours.quiet_hours import Hours, TextClass
from compliance.models import Call, Escalation, EscalationEvent
from compliance.other_channels.phone import own_number
from compliance.send_policies import here
from compliance.send_policies.hours import where_is
from tenancy.encryption import KeyDestroyed
from texting.local_time import sentence
from texting.models import Contact, Conversation, Line
from texting.phone_numbers import is_e164
from texting.preparing import hash_token
from texting.providers.registry import UnknownProvider, capabilities_of

MOST_AN_HOUR = 30  # of one member
HOUR = timedelta(hours=1)
UNDER_WAY = (Call.State.PLACING, Call.State.LIVE)


@dataclass(frozen=True)
class Asked:
    """A call that is written down. `is_new`: the provider is to be asked now; `token` is known at this moment only."""

    call: Call
    is_new: bool
    number: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


def ask(
    *,
    member: Membership,
    escalation: Escalation,
    conversation: Conversation,
    press: UUID,
    number: str,
    they_asked: bool = False,
) -> Asked:
    """Write down that the member calls the customer and is rung at `number`, as they typed it.

    The same `press` again is the same call and asks nobody. Nobody's escalation becomes the member's. Raises CannotAct
    (closed, at night where they are and `they_asked` is not said, a call is under way, a bad number, a line that
    cannot call), MissingPermission.
    """
    require(member, Permission.ESCALATIONS_HANDLE)
    list(Conversation.objects.select_for_update(of=("self",), no_key=True).filter(pk=conversation.pk).values_list("pk"))
    mine = lock_open(escalation)
    if known := Call.objects.filter(press=press).first():
        if (known.member_id, known.escalation_id) != (member.pk, escalation.pk):
            raise CannotAct(_("Open the form again."))
        return Asked(known, is_new=False)
    line, contact = _line(mine), conversation.contact
    try:
        rung = own_number.checked(number, line=line, contact=contact)
    except KeyDestroyed:
        raise CannotAct(_("This customer was erased.")) from None
    _one_at_a_time(member, mine)
    hours = hours_now(contact)
    if not hours.is_open and not they_asked:
        raise CannotAct(quiet(hours))
    own_number.remember(member, rung)
    token = secrets.token_urlsafe(16)
    call = Call.objects.create(
        escalation=mine,
        contact_id=mine.contact_id,
        line_id=mine.line_id,
        member=member,
        press=press,
        token_hash=hash_token(token),
        asked_for=not hours.is_open,
        placed_at=timezone.now(),
    )
    if mine.owner_id is None:
        mine.owner = member
        mine.save(update_fields=["owner"])
    facts: dict[str, object] = {"call": str(call.pk), "owner": str(mine.owner_id)}
    note(mine, EscalationEvent.Kind.CALLED, actor=member, facts=facts | ({"asked": True} if call.asked_for else {}))
    return Asked(call, is_new=True, number=rung, token=token)


def hours_now(contact: Contact) -> Hours:
    """Whether a customer may be called now."""
    return hours_at(contact, here.now())


def hours_at(contact: Contact, at: datetime) -> Hours:
    """Whether a customer may be called then: the hours of texts that are not marketing, everywhere they may be."""
    return quiet_hours.judge(where_is(contact), at, TextClass.INFORMATIONAL, own_hours.decided().hours)


def quiet(hours: Hours, at: datetime | None = None) -> str:
    """What time it is where they are, and what to do."""
    told = sentence(hours.zones, at or here.now())
    return f"{told} {_('Call later, unless they asked to be called now.')}"


def can_call(line: Line | None) -> bool:
    """Whether calls can be placed from this line."""
    if line is None or not line.is_active or line.sends_codes or not is_e164(line.number):
        return False
    try:
        return capabilities_of(line.provider).calls
    except UnknownProvider:
        return False


def _line(mine: Escalation) -> Line:
    line = Line.objects.filter(pk=mine.line_id).first()
    if line is None or not can_call(line):
        raise CannotAct(_("This line cannot call. Call them by your own phone, then note what came of it."))
    return line


def _one_at_a_time(member: Membership, mine: Escalation) -> None:
    running = Call.objects.select_related("member__user").filter(state__in=UNDER_WAY)
    if other := running.filter(escalation=mine).first():
        raise CannotAct(_("%(who)s is calling them right now.") % {"who": other.member.user.name})
    if running.filter(member=member).exists():
        raise CannotAct(_("You are in another call. End it first."))
    if Call.objects.filter(member=member, placed_at__gt=timezone.now() - HOUR).count() >= MOST_AN_HOUR:
        raise CannotAct(_("You have called %(most)d times within an hour. Wait a little.") % {"most": MOST_AN_HOUR})
