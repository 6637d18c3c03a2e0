"""What came of a call, said by whoever called: it is the first contact if they were reached or left a message."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.escalations.acting import checked_words, drop_steps, reached
from compliance.escalations.cannot_act import CannotAct
from compliance.escalations.closing import Outcome, close
from compliance.escalations.noting import note
from compliance.models import Call, Escalation, EscalationEvent
from compliance.other_channels.phone.call_list import done_by_reaching
from texting.models import Conversation

Result, Kind, Channel = Call.Result, EscalationEvent.Kind, Escalation.Channel
CONTACT = (Result.REACHED, Result.LEFT_MESSAGE)


@dataclass(frozen=True)
class Said:
    """`result` is one of `Call.Result`; `closes`: it is settled, which only a customer who was reached can say."""

    result: str
    words: str = ""
    closes: bool = False


def finish(*, member: Membership, call: Call, said: Said) -> None:
    """Note it once, by anybody who handles escalations: whoever called may have gone home. Raises CannotAct,
    MissingPermission.
    """
    require(member, Permission.ESCALATIONS_HANDLE)
    if said.result not in Result.values:
        raise CannotAct(_("Choose what came of it."))
    if said.closes and said.result != Result.REACHED:
        raise CannotAct(_("It is settled only when you reached them. Leave it open, or close it with a reason."))
    words = checked_words(said.words, needed=said.closes)
    mine = _locked(call)
    fresh = Call.objects.select_for_update(of=("self",), no_key=True).get(pk=call.pk)
    if fresh.result:
        raise CannotAct(_("What came of this call is noted already."))
    if fresh.state == Call.State.REFUSED:
        raise CannotAct(_("This call was not placed."))
    fresh.result, fresh.result_at = said.result, timezone.now()
    fresh.save(update_fields=["result", "result_at"])
    facts = {"channel": Channel.PHONE.value, "call": str(call.pk), "result": said.result}
    is_open = mine.state == Escalation.State.OPEN
    if is_open and said.closes:
        close(member=member, escalation=mine, outcome=Outcome(Channel.PHONE, _moment(mine, fresh), words))
    elif is_open and said.result in CONTACT:
        done_by_reaching(mine, member)
        reached(mine, member, Channel.PHONE, _moment(mine, fresh))
        drop_steps(mine)
        note(mine, Kind.CONTACTED, actor=member, facts=facts, words=words)
    else:
        note(mine, Kind.CALL_ENDED, actor=member, facts=facts, words=words)


def _locked(call: Call) -> Escalation:
    """The conversation before the escalation, as everywhere; closed meanwhile or not."""
    held = Escalation.objects.get(pk=call.escalation_id)
    threads = Conversation.objects.select_for_update(of=("self",), no_key=True)
    list(threads.filter(pk=held.conversation_id).values_list("pk"))
    rows = Escalation.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("closed_by__user", "owner__user").get(pk=held.pk)


def _moment(mine: Escalation, call: Call) -> datetime:
    return max(call.talked_at or call.placed_at, mine.opened_at)
