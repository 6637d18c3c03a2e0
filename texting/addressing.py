"""Who a text is for: a number, a contact or a conversation, on one of the member's lines. Many at a time.

It finds everything with as many statements for a hundred texts as for one, then sends through the one door.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.ids import new_id
from texting import origins, queries, sending, threads
from texting.conversations import NotPossible
from texting.gate import OutsideHours
from texting.models import Contact, Conversation, Line, Message, ScheduledText
from texting.origins import Ask, NotMade
from texting.phone_numbers import BadNumber, PhoneNumber, parse
from texting.purposes import Purpose
from texting.scheduled import planning
from texting.scheduled.checking import BadTime, OutsideThen, When
from texting.scheduled.their_clock import Zone
from texting.sending import BadText, Refused, Wanted


@dataclass(frozen=True)
class Addressed:
    """A text and whom it is for: exactly one of `to` (a number as people write it), `contact_id`, `conversation_id`.

    The text is its `body` or, when `template` names one, that template's words with `values` put in.

    Without a `purpose` it is what the template says, and for a `body` an answer.

    `line_id` may be left out for a conversation, which has one, and by members who see a single line.
    """

    body: str = ""
    template: UUID | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    to: str = ""
    contact_id: UUID | None = None
    conversation_id: UUID | None = None
    line_id: UUID | None = None
    purpose: Purpose | None = None
    outside_hours: OutsideHours = OutsideHours.ASK
    send_at: datetime | None = None  # None: now


class Unaddressed(Exception):
    """`field` names nobody who can be texted; the message says why and what to do."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


Result = Message | ScheduledText | Refused | BadText | Unaddressed


@dataclass(frozen=True)
class _Found:
    """What the texts name and the member may see."""

    lines: dict[UUID, Line]
    numbers: dict[str, PhoneNumber | BadNumber]
    by_number: dict[str, Contact]
    contacts: dict[UUID, Contact]
    conversations: dict[UUID, Conversation]
    may_start: bool


def send_addressed(*, member: Membership, texts: Sequence[Addressed]) -> list[Result]:
    """Queue the texts; each is answered by itself, in their order. Raises MissingPermission."""
    require(member, Permission.MESSAGES_SEND)
    found = _find(member, texts)
    results: dict[int, Result] = {}
    addressed: dict[int, tuple[Line, Wanted]] = {}
    groups: dict[tuple[UUID, Purpose], list[tuple[int, Wanted]]] = {}
    for at, text in enumerate(texts):
        try:
            line, wanted = _address(text, found)
        except Unaddressed as error:
            results[at] = error
        else:
            addressed[at] = (line, wanted)
    purposes = _write_templates(member, texts, addressed, results)
    for at, (line, wanted) in addressed.items():
        purpose = purposes.get(at) or texts[at].purpose or Purpose.REPLY
        send_at = texts[at].send_at
        if send_at is not None:
            results[at] = _keep(member, line, wanted, purpose, send_at)
            continue
        groups.setdefault((line.pk, purpose), []).append((at, wanted))
    for (line_id, purpose), group in sorted(
        groups.items()
    ):  # in one order, so that two requests cannot lock each other
        answers = sending.send_all(
            line=_line_of(line_id, group, found), texts=[wanted for _, wanted in group], author=member, purpose=purpose
        )
        results |= zip((at for at, _ in group), answers, strict=True)
    return [results[at] for at in range(len(texts))]


def _keep(
    member: Membership, line: Line, wanted: Wanted, purpose: Purpose, send_at: datetime
) -> ScheduledText | Refused | BadText | Unaddressed:
    """Schedule a text. Its contact and conversation are made when it is kept, and not for one that is refused."""
    now = timezone.now()
    when = When(send_at, Zone("UTC", ScheduledText.ZoneFrom.GIVEN), wanted.outside_hours)
    try:
        with transaction.atomic() if wanted.seen is None else nullcontext():
            place = wanted.seen
            if place is None:
                found = threads.open_or_new([wanted.contact], line, at=now)[wanted.contact.pk]
                place = threads.store_all([found], line, at=now)[wanted.contact.pk]
            return planning.schedule(
                member=member,
                conversation=place,
                body=wanted.body,
                when=when,
                message_id=wanted.message_id or new_id(),
                origin=wanted.origin,
                purpose=purpose,
            )
    except OutsideThen as outside:
        sees = queries.sees_everybody(member)  # hours tell where somebody lives
        begins = _("They begin at %(at)s.") % {"at": outside.opens_at.isoformat()} if sees else ""
        return Unaddressed("send_at", f"{outside} {begins}".strip())
    except BadTime as error:
        return Unaddressed("send_at", str(error))
    except NotPossible as error:
        return Unaddressed("conversation_id" if wanted.seen else "to", str(error))
    except BadText as error:
        return error
    except Refused as refused:
        if wanted.seen is None:  # its conversation was not made, so the line has it in the log
            rules = [reason.rule for reason in refused.outcome.objections]
            audit.record(event=AuditKind.MESSAGE_REFUSED, actor=member, object=line, rules=rules)
        return refused


def _write_templates(
    member: Membership,
    texts: Sequence[Addressed],
    addressed: dict[int, tuple[Line, Wanted]],
    results: dict[int, Result],
) -> dict[int, Purpose]:
    """Put the words of templates into the texts that name one; a text that stays open somewhere goes to the results.

    Returns what the others are sent for.
    """
    purposes = {}
    asked = {
        at: Ask(template, wanted.contact, line, texts[at].values, texts[at].language, texts[at].purpose)
        for at, (line, wanted) in addressed.items()
        if (template := texts[at].template) is not None
    }
    made = origins.origins().make(member, list(asked.values())) if asked else []
    for at, one in zip(asked, made, strict=True):
        line, wanted = addressed[at]
        if isinstance(one, NotMade):
            results[at] = Unaddressed(one.field, one.why)
            del addressed[at]
        else:
            addressed[at] = line, replace(wanted, body=one.body, origin=one.origin)
            purposes[at] = one.purpose
    return purposes


def _find(member: Membership, texts: Sequence[Addressed]) -> _Found:
    numbers = {text.to: _parsed(text.to, member) for text in texts if text.to}
    by_number = threads.known_or_new(number for number in numbers.values() if isinstance(number, PhoneNumber))
    return _Found(
        lines={line.pk: line for line in queries.visible_lines(member)},
        numbers=numbers,
        by_number=by_number,
        contacts=queries.contacts_by_id(member, _ids(text.contact_id for text in texts)),
        conversations=queries.conversations_by_id(member, _ids(text.conversation_id for text in texts)),
        may_start=member.may(Permission.CONVERSATIONS_START),
    )


def _address(text: Addressed, found: _Found) -> tuple[Line, Wanted]:
    if text.conversation_id is not None:
        conversation = found.conversations.get(text.conversation_id)
        if conversation is None:
            raise Unaddressed("conversation_id", _("There is no such conversation, or this key may not see it."))
        if text.line_id not in {None, conversation.line_id}:
            raise Unaddressed("line_id", _("The conversation is on another line. Leave line_id out."))
        return conversation.line, Wanted(
            conversation.contact, text.body, seen=conversation, outside_hours=text.outside_hours
        )
    if not found.may_start:
        raise Unaddressed("conversation_id", _("This key may only answer. Say in which conversation."))
    return _line(text, found), Wanted(_contact(text, found), text.body, outside_hours=text.outside_hours)


def _line(text: Addressed, found: _Found) -> Line:
    if text.line_id is not None:
        if text.line_id not in found.lines:
            raise Unaddressed("line_id", _("There is no such line, or this key may not use it. See GET /lines."))
        return found.lines[text.line_id]
    if len(found.lines) != 1:
        raise Unaddressed("line_id", _("Say which line to send from. GET /lines lists them."))
    return next(iter(found.lines.values()))


def _contact(text: Addressed, found: _Found) -> Contact:
    if text.contact_id is not None:
        if text.contact_id not in found.contacts:
            raise Unaddressed("contact_id", _("There is no such contact, or this key may not see it."))
        return found.contacts[text.contact_id]
    number = found.numbers.get(text.to)
    if not isinstance(number, PhoneNumber):
        raise Unaddressed("to", str(number or _("Say whom to text: to, contact_id or conversation_id.")))
    return found.by_number[number.e164]


def _line_of(line_id: UUID, group: Sequence[tuple[int, Wanted]], found: _Found) -> Line:
    """The line as it was found; that of a conversation when the member's teams do not show it among the lines."""
    return found.lines.get(line_id) or next(wanted.seen.line for _, wanted in group if wanted.seen)


def _parsed(text: str, member: Membership) -> PhoneNumber | BadNumber:
    try:
        return parse(text, member.organization.country)
    except BadNumber as error:
        return error


def _ids(found: Iterable[UUID | None]) -> list[UUID]:
    return [one for one in found if one is not None]
