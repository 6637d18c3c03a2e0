"""What a phone shows and what the pretended carrier knows, as plain values for the page."""

import hashlib
from dataclasses import astuple, dataclass, field, replace
from datetime import UTC, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from tenancy.encryption import prefetch
from texting.attachments.kinds import SHOWN_INLINE
from texting.models import Line, Message
from texting.providers.voice import ENDS, CallStatus
from texting.queries import masked_words, sees_everybody, wording
from texting.simulator import calls, network
from texting.simulator.calls import CallRecord
from texting.simulator.network import HandsetMessage
from texting.simulator.phones import Phone
from texting.simulator.records import Behaviour
from texting.statuses import FINAL, MessageStatus

EARLIER = 50  # texts from before the carrier's memory
REPORTED = 8  # texts whose fate is told beside the phone
SNIPPET = 60  # characters
ARRIVED = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ, MessageStatus.RECEIVED)


@dataclass(frozen=True)
class PhoneFile:
    """A picture or file on the phone; `key` names it in its address."""

    key: str
    is_picture: bool


@dataclass(frozen=True)
class Bubble:
    """One text on the phone. `note` is what stands under it ("Delivered"); `opens_day` asks for a line with the day."""

    text: str = field(repr=False)
    at: datetime
    from_customer: bool
    note: str = ""
    is_failed: bool = False
    opens_day: bool = False
    files: tuple[PhoneFile, ...] = ()


@dataclass(frozen=True)
class Report:
    """One text as the carrier knows it, for the page's timeline."""

    when: datetime
    title: str
    detail: str = field(repr=False)
    icon: str
    tone: str


@dataclass(frozen=True)
class Screen:
    """The phone's conversation with one line: `bubbles` oldest first, `reports` newest first.

    `is_waiting`: something is on its way, so look again soon. `version` changes with anything that is shown.
    """

    bubbles: tuple[Bubble, ...]
    reports: tuple[Report, ...]
    is_waiting: bool
    version: str

    @property
    def latest_received(self) -> Bubble | None:
        """Our newest text on the phone."""
        return next((bubble for bubble in reversed(self.bubbles) if not bubble.from_customer), None)


def screen(member: Membership, line: Line, phone: Phone) -> Screen:
    """The phone's conversation with the line, oldest text first."""
    on_phone = network.handset_messages(customer=phone.number, line=line.number)
    carried = network.texts_for(customer=phone.number, line=line.number)
    known = {text.id for text in (*on_phone, *carried)}
    bubbles = _with_days([*_earlier(member, line, phone, known), *_bubbles(member, phone, on_phone)])
    everything = sorted({text.id: text for text in (*on_phone, *carried)}.values(), key=lambda text: text.at)
    how = network.behaviour(phone.number)
    told = [_report(member, phone, text, how) for text in everything[-REPORTED:]]
    rung = calls.on_handset(customer=phone.number, line=line.number)
    reports = tuple(sorted([*told, *map(_call, rung)], key=lambda one: one.when, reverse=True)[:REPORTED])
    waiting = any(text.status not in FINAL for text in everything) or any(one.agent not in ENDS for one in rung)
    drawn = repr(([astuple(bubble) for bubble in bubbles], [astuple(report) for report in reports]))
    return Screen(bubbles, reports, waiting, hashlib.sha256(drawn.encode()).hexdigest()[:16])


def _earlier(member: Membership, line: Line, phone: Phone, known: set[str]) -> list[Bubble]:
    """Texts that our side remembers and the carrier does not (any more): it forgets after a week."""
    if phone.contact is None:
        return []
    rows = list(
        Message.objects.filter(status__in=ARRIVED, contact=phone.contact, line=line)
        .exclude(provider_message_id=None)
        .exclude(provider_message_id__in=known)
        .order_by("-created_at", "-id")[:EARLIER]
    )
    prefetch(rows)
    return [
        Bubble(wording(member, row, in_list=True), row.created_at, from_customer=row.direction == Message.Direction.IN)
        for row in reversed(rows)
    ]


def _bubbles(member: Membership, phone: Phone, texts: list[HandsetMessage]) -> list[Bubble]:
    last = max((place for place, text in enumerate(texts) if text.from_customer), default=-1)
    return [_bubble(member, phone, text, is_last=place == last) for place, text in enumerate(texts)]


def _bubble(member: Membership, phone: Phone, text: HandsetMessage, *, is_last: bool) -> Bubble:
    failed = text.from_customer and text.status is MessageStatus.FAILED
    note = ""
    if failed:
        note = _("Not sent")
    elif text.from_customer and text.status is MessageStatus.QUEUED:
        note = _("Sending")
    elif is_last:
        note = _("Delivered")
    named = zip(text.kinds, text.files, strict=True)
    files = tuple(PhoneFile(address.rpartition(":")[2], kind in SHOWN_INLINE) for kind, address in named)
    return Bubble(_words(member, phone, text), text.at, text.from_customer, note, failed, files=files)


def _with_days(bubbles: list[Bubble]) -> tuple[Bubble, ...]:
    days = [timezone.localtime(bubble.at).date() for bubble in bubbles]
    opening = [place == 0 or day != days[place - 1] for place, day in enumerate(days)]
    return tuple(replace(b, opens_day=opens) for b, opens in zip(bubbles, opening, strict=True))


def _report(member: Membership, phone: Phone, text: HandsetMessage, how: Behaviour) -> Report:
    title, icon, tone = _fate(text)
    words = _words(member, phone, text)
    snippet = words if len(words) <= SNIPPET else f"{words[:SNIPPET].rstrip()}…"
    if how is Behaviour.LOST_CALLBACK and not text.from_customer:
        snippet = _("%(text)s (the report about it is lost)") % {"text": snippet}
    return Report(text.at, title, snippet, icon, tone)


def _call(call: CallRecord) -> Report:
    """A call as the customer's phone has it."""
    title, tone = {
        CallStatus.RINGING: (_("A call: the phone rings"), "neutral"),
        CallStatus.IN_PROGRESS: (_("A call: talking"), "success"),
        CallStatus.COMPLETED: (_("A call: answered, over"), "success"),
    }.get(CallStatus(call.customer_status), (_("A call: not answered"), "danger"))
    return Report(datetime.fromtimestamp(call.at, UTC), title, "", "phone", tone)


def _fate(text: HandsetMessage) -> tuple[str, str, str]:
    """Words, icon and tone for where a text is."""
    if text.from_customer:
        return {
            MessageStatus.QUEUED: (_("From the customer, on its way"), "clock", "neutral"),
            MessageStatus.DELIVERED: (_("From the customer, taken"), "arrow-up", "success"),
        }.get(text.status, (_("From the customer, not taken (%(code)s)") % {"code": text.code}, "circle-x", "danger"))
    if text.status is MessageStatus.UNDELIVERED:
        reason = {"landline": _("landline"), "unreachable": _("phone switched off")}.get(text.code, text.code)
        return _("To the customer, not delivered: %(reason)s") % {"reason": reason}, "circle-x", "danger"
    return {
        MessageStatus.QUEUED: (_("To the customer, accepted"), "clock", "neutral"),
        MessageStatus.SENT: (_("To the customer, sent"), "check", "neutral"),
    }.get(text.status, (_("To the customer, delivered"), "check-check", "success"))


def _words(member: Membership, phone: Phone, text: HandsetMessage) -> str:
    return text.text if sees_everybody(member) else masked_words(text.text, phone.contact)
