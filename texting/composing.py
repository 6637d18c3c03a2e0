"""What the composer shows before anything is sent: may this customer be texted, since when, and what would be added."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import Membership
from accounts.permissions import Permission
from tenancy.ids import new_id
from texting import gate, sending
from texting.attachments.allowance import Allowance, allowance_for
from texting.gate import Outcome, Reason, Verdict
from texting.local_time import their_time, there
from texting.models import Contact, Conversation
from texting.queries import ShownFile, customer, unsent_files


class State(StrEnum):
    """How the permission line looks: quiet, waiting for a person's decision, or plain."""

    OK = "ok"
    LATER = "later"  # it is not the time for it there: the author decides
    ASK = "ask"
    TEXT = "text"  # what is written may not be texted: its author changes it
    NO = "no"


@dataclass(frozen=True)
class Objection:
    """Why not, for the list of reasons on a page: the rule in one sentence, and what to do instead."""

    rule: str
    act: str
    tone: str


@dataclass(frozen=True)
class Composer:
    """`message_id` is the id that the next text will have, so that sending twice sends once.

    `refused_by` are the rules behind `objections`. `call` is what a telephone dials instead (E.164), "" for members who
    may not see numbers, who are told no `local_time` either. `opens`: with LATER, when the text could leave, in the
    customer's time. `may_explain`: the member may send it all the same and say why.
    """

    state: State
    sentences: tuple[str, ...]
    warnings: tuple[str, ...]
    objections: tuple[Objection, ...]
    refused_by: frozenset[str]
    prefix: str
    suffix: str
    call: str
    local_time: str
    opens: str
    may_explain: bool
    may_send: bool
    may_note: bool
    message_id: UUID
    allowance: Allowance
    files: tuple[ShownFile, ...]


_STATES = {Verdict.ALLOW: State.OK, Verdict.HOLD: State.ASK, Verdict.REFUSE: State.NO}


def composer(
    *, member: Membership, conversation: Conversation, body: str = "", outcome: Outcome | None = None
) -> Composer:
    """The gate's answer to `body` as it is now (or `outcome`, when it was just asked), with what surrounds it."""
    outcome = outcome or sending.preview(conversation=conversation, body=body, author=member)
    call = customer(member, conversation.contact).call
    zones, now = _zones_of(conversation.contact), timezone.now()
    return Composer(
        state=_state(outcome),
        sentences=tuple(
            reason.text
            for reason in outcome.reasons
            if reason.verdict is Verdict.ALLOW and reason.text and not reason.is_warning
        ),
        warnings=tuple(reason.text for reason in outcome.warnings if reason.text),
        objections=tuple(_objection(reason) for reason in outcome.objections),
        refused_by=frozenset(reason.rule for reason in outcome.objections),
        prefix=outcome.prefix,
        suffix=outcome.suffix,
        call=call,
        local_time=there(zones, now) if call else "",
        opens=their_time(zones, outcome.again_at, since=now, says_whose=False)
        if outcome.may_insist and outcome.again_at
        else "",
        may_explain=outcome.wants_reason,
        may_send=member.may(Permission.MESSAGES_SEND),
        may_note=member.may(Permission.NOTES_WRITE),
        message_id=new_id(),
        allowance=allowance_for(conversation.line),
        files=unsent_files(member, conversation),
    )


def _state(outcome: Outcome) -> State:
    if outcome.is_held:
        return State.ASK
    if outcome.may_insist:
        return State.LATER
    return State.TEXT if outcome.about_text else _STATES[outcome.verdict]


def _zones_of(contact: Contact) -> Sequence[str]:
    """Where the customer may be, as whoever judges the hours sees it."""
    zones: Sequence[str] = import_string(settings.TEXTING_CUSTOMER_ZONES)(contact)
    return zones


def _objection(reason: Reason) -> Objection:
    tone = "warning" if reason.verdict is gate.Verdict.HOLD else "danger"
    return Objection(reason.text, reason.what_to_do, tone)
