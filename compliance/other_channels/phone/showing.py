"""Calls as the page of an escalation shows them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from compliance.models import Call, Escalation
from texting.providers.voice import CallStatus

State, S = Call.State, CallStatus


@dataclass(frozen=True)
class CallRow:
    """`words` say where it is, `tone` how that looks; `waits`: nobody has said yet what came of it."""

    id: UUID
    who: str
    at: datetime
    words: str
    hint: str
    tone: str
    length: str
    result: str
    is_live: bool
    waits: bool
    asked_for: bool

    @property
    def key(self) -> str:
        """The id as a part of elements' names."""
        return str(self.id)


def rows_of(escalation: Escalation) -> list[CallRow]:
    """Newest first."""
    calls = Call.objects.filter(escalation=escalation).select_related("member__user")
    return [_row(call) for call in calls.order_by("-placed_at")]


def _row(call: Call) -> CallRow:
    words, tone = state_words(call)
    live = call.state in (State.PLACING, State.LIVE)
    return CallRow(
        id=call.pk,
        who=call.member.user.name,
        at=call.placed_at,
        words=words,
        hint=hint_of(call),
        tone=tone,
        length=f"{call.seconds // 60}:{call.seconds % 60:02}" if call.seconds else "",
        result=str(Call.Result(call.result).label) if call.result else "",
        is_live=live,
        waits=not call.result and call.state not in (State.REFUSED, State.PLACING),
        asked_for=call.asked_for,
    )


def hint_of(call: Call) -> str:
    """What to do about where it is; "" for nothing."""
    if call.state == State.UNKNOWN:
        return _("Nobody knows whether it was placed. Look whether your phone rings before you call again.")
    return ""


def state_words(call: Call) -> tuple[str, str]:
    """Where a call is, for a person, and its tone."""
    if call.state == State.PLACING:
        return _("Being placed"), "info"
    if call.state == State.REFUSED:
        return _("Not placed: the provider refused it"), "danger"
    if call.state == State.UNKNOWN:
        return _("Not known"), "warning"
    customer = {
        "": "",
        S.QUEUED: _("Their phone is called"),
        S.RINGING: _("Their phone rings"),
        S.IN_PROGRESS: _("You are talking"),
        S.COMPLETED: _("You talked"),
        S.BUSY: _("Their line was busy"),
        S.NO_ANSWER: _("They did not answer"),
        S.FAILED: _("Their number could not be reached"),
        S.CANCELED: _("Ended before they answered"),
    }[call.customer_status]
    if customer:
        good = call.customer_status in (S.IN_PROGRESS, S.COMPLETED)
        return customer, "success" if good else "info" if call.state == State.LIVE else "warning"
    if call.state == State.LIVE:
        answered = call.agent_status == S.IN_PROGRESS
        return (_("Press a key on your phone") if answered else _("Your phone rings")), "info"
    told = {
        S.BUSY: _("Your phone was busy"),
        S.NO_ANSWER: _("You did not answer your phone"),
        S.FAILED: _("Your number could not be reached"),
    }
    return told.get(
        S(call.agent_status) if call.agent_status else S.COMPLETED, _("Ended before they were rung")
    ), "warning"
