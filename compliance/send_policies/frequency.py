"""Frequency caps: so many texts of one kind to one phone within so many hours, all lines of a brand together.

Marketing: the caps of every state there is evidence for (`data/hours.json`), in the strict reading that all of it
is one subject. Appointment texts: one a day and three a week, of 160 characters at most, where the organization relies
on the exemption for healthcare (47 CFR 64.1200(a)(9)(iv)). What is beyond a cap is queued and waits for its turn.

Two workers cannot both pass the last place: at the hand-over the customers' rows are locked, in the order of their ids,
before anything is counted. The lock ends with the transaction that writes the attempt down, so whoever waited for it
counts that text. When a text is queued nothing is locked: what is decided then is only how long it waits.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from compliance.hours import own_hours, quiet_hours
from compliance.hours.quiet_hours import Cap
from compliance.send_policies.first_text import FirstTextClauses
from compliance.send_policies.hours import where_is
from tenancy.said import gettext as say
from texting.gate import Draft, Reason, Ruling, Verdict
from texting.models import Contact, Decision, Line, Message
from texting.purposes import Purpose
from texting.statuses import MessageStatus

HEALTHCARE = (Cap("healthcare", 1, timedelta(days=1)), Cap("healthcare", 3, timedelta(days=7)))
LONGEST_HEALTHCARE = 160  # characters, with the clauses of a first text
_OLDEST = timedelta(days=45)  # a text that was written earlier has long left
_WAITING = {MessageStatus.QUEUED, MessageStatus.HELD}


@dataclass(frozen=True)
class _Sent:
    """A text that counts: of which contact, purpose and brand, and when it left or will."""

    contact_id: UUID
    purpose: str
    brand_id: UUID | None
    at: datetime
    waits: bool


class FrequencyCap:
    """Puts off what is beyond a cap; silent otherwise."""

    name: ClassVar[str] = "hours.cap"

    def judge(self, draft: Draft) -> Ruling:
        """The answer to this draft now."""
        return self.judge_all([draft])[0]

    def judge_all(self, drafts: Sequence[Draft]) -> list[Ruling]:
        """`judge` for each; those that have no cap cost nothing, the others are counted together."""
        capped = {at: caps for at, draft in enumerate(drafts) if (caps := _caps(draft))}
        if not capped:
            return [Ruling() for _ in drafts]
        mine = [drafts[at] for at in capped]
        _lock([draft for draft in mine if draft.stage == Decision.Stage.HAND_OVER])
        brands = dict(Line.objects.values_list("pk", "campaign__brand_id"))
        sent = _sent(mine, brands)
        return [
            Ruling(tuple(_reasons(draft, capped[at], sent, brands))) if at in capped else Ruling()
            for at, draft in enumerate(drafts)
        ]


def free_at(times: Iterable[datetime], cap: Cap, now: datetime) -> datetime:
    """When one more fits under a cap, given when the others left or will: the earliest moment from `now` on."""
    counted = sorted(times)
    if len(counted) < cap.texts:
        return now
    return max(now, counted[-cap.texts] + cap.within)


def _caps(draft: Draft) -> tuple[Cap, ...]:
    if draft.purpose is Purpose.BULK:
        return quiet_hours.caps(where_is(draft.conversation.contact), own_hours.decided().hours)
    if draft.purpose is Purpose.APPOINTMENT and own_hours.decided().healthcare:
        return HEALTHCARE
    return ()


def _lock(drafts: Sequence[Draft]) -> None:
    """Until the transaction ends nobody else counts for these customers at the hand-over."""
    ids = [draft.conversation.contact_id for draft in drafts]
    if ids:
        rows = Contact.objects.select_for_update(no_key=True).filter(pk__in=ids)
        list(rows.order_by("pk").values_list("pk"))


def _sent(drafts: Sequence[Draft], brands: Mapping[UUID, UUID | None]) -> list[_Sent]:
    """What has left, or waits, of these purposes and contacts, without the drafts themselves."""
    rows = Message.objects.filter(
        contact_id__in=[draft.conversation.contact_id for draft in drafts],
        direction=Message.Direction.OUT,
        purpose__in={draft.purpose for draft in drafts},
        created_at__gte=timezone.now() - _OLDEST,
    )
    rows = rows.exclude(status=MessageStatus.CANCELED).exclude(Q(status=MessageStatus.FAILED, sent_at=None))
    rows = rows.exclude(pk__in=[draft.message_id for draft in drafts if draft.message_id])
    columns = ("contact_id", "purpose", "line_id", "status", "sent_at", "held_until", "created_at")
    return [
        _Sent(contact, purpose, brands.get(line), sent or held or created, status in _WAITING)
        for contact, purpose, line, status, sent, held, created in rows.values_list(*columns)
    ]


def _reasons(
    draft: Draft, caps: Iterable[Cap], sent: Iterable[_Sent], brands: Mapping[UUID, UUID | None]
) -> Iterable[Reason]:
    """One for each cap that is reached. At the hand-over others that wait have no place yet."""
    now, leaving = timezone.now(), draft.stage == Decision.Stage.HAND_OVER
    brand = brands.get(draft.conversation.line_id)
    of_this = [
        one.at
        for one in sent
        if (one.contact_id, one.purpose, one.brand_id) == (draft.conversation.contact_id, draft.purpose, brand)
        and not (leaving and one.waits)
    ]
    if draft.purpose is Purpose.APPOINTMENT and not leaving and _length(draft) > LONGEST_HEALTHCARE:
        yield _too_long()
    for cap in caps:
        free = free_at(of_this, cap, now)
        if free > now:
            yield _put_off(cap, free, leaving=leaving, counted=len(of_this))


def _length(draft: Draft) -> int:
    clauses = FirstTextClauses().judge(draft)
    return len(clauses.prefix + draft.body + clauses.suffix)


def _put_off(cap: Cap, free: datetime, *, leaving: bool, counted: int) -> Reason:
    hours = int(cap.within.total_seconds() // 3600)
    evidence = {"cap": f"{cap.row}: {cap.texts} in {hours} h", "counted": str(counted)}
    version = quiet_hours.rules_version()
    if not leaving:
        return Reason("hours.cap", Verdict.ALLOW, "", version=version, evidence=evidence, not_before=free)
    return Reason(
        rule="hours.cap",
        verdict=Verdict.REFUSE,
        text=say("This customer has got as many texts of this kind as the rules allow for now."),
        what_to_do=say("It leaves by itself when one more is allowed."),
        version=version,
        evidence=evidence,
        again_at=free,
        waits=True,
    )


def _too_long() -> Reason:
    text = say("An appointment text has at most %(most)d characters, with company name and opt-out words.")
    text %= {"most": LONGEST_HEALTHCARE}
    return Reason(
        rule="healthcare.length",
        verdict=Verdict.REFUSE,
        text=text,
        in_general=text,
        what_to_do=say("Shorten it. An admin can read why under Settings > Quiet hours."),
        version=quiet_hours.rules_version(),
    )
