"""The only way to send a text: through the gate, into the outbox, in one transaction."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.formats import number_format

from accounts.models import Membership
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.bulk_writes import insert_rows
from tenancy.encryption import fetch_current_keys
from tenancy.ids import new_id
from tenancy.rows import new_row
from tenancy.said import gettext as say
from tenancy.unawaited import unawaited
from texting import gate, live, origins, outbox, refusals, threads
from texting.attachments import binding
from texting.attachments.binding import BadFiles
from texting.gate import OutsideHours
from texting.limits import spending
from texting.limits.spending import OverLimit
from texting.live import LiveKind
from texting.models import Attachment, Contact, Conversation, Decision, Line, Message
from texting.purposes import Purpose
from texting.searching.keeping import keep_words
from texting.segments import count, unicode_extra
from texting.statuses import MessageStatus

_TRIES = 3
LONGEST = 1600  # characters; the providers' own limit for one text


class BadText(ValueError):
    """The text cannot be sent as it is; the message says why and what to do."""


class Refused(Exception):
    """The gate said no; `outcome` has the reasons. The decision is stored."""

    def __init__(self, outcome: gate.Outcome) -> None:
        super().__init__(outcome.verdict)
        self.outcome = outcome


class Held(Refused):
    """It waits for a second person, who was told; the decision is stored and the words are kept."""


@dataclass(frozen=True)
class Wanted:
    """A text that somebody wants to send to a contact, which need not be stored yet (`threads.known_or_new`).

    `seen` is the conversation that its author looked at, if any: it keeps the decision when the text may not go and no
    conversation is open.
    """

    contact: Contact
    body: str
    seen: Conversation | None = None
    message_id: UUID | None = None
    files: tuple[Attachment, ...] = ()  # the author's, locked (`texting.attachments.binding.ready`)
    outside_hours: OutsideHours = OutsideHours.ASK
    because: str = ""
    origin: str = ""  # where its words came from (`texting.origins`)
    approved: UUID | None = None
    inside: Conversation | None = None  # a resolved one, locked: the text stands in it and opens none
    announcement_id: UUID | None = None  # nobody is asked to decide about one of these: what is held is refused
    is_fixed: bool = False  # the product's own words, which nobody wrote or filled in


Result = Message | Refused | BadText


def send_text(
    *,
    conversation: Conversation,
    body: str,
    author: Membership | None,
    purpose: Purpose = Purpose.REPLY,
    message_id: UUID | None = None,
    deadline: datetime | None = None,
    files: Sequence[UUID] = (),
    outside_hours: OutsideHours = OutsideHours.ASK,
    because: str = "",
    origin: str = "",
    approved: UUID | None = None,
    inside: Conversation | None = None,
) -> Message:
    """Queue one text. In a resolved conversation it opens a new one, unless that is given as `inside` (locked).

    `message_id` makes a repeated request harmless: the text that already has this id is returned and nothing is sent.
    `deadline` (aware) ends its life, instead of what `purposes.TERMS` says: after it the text fails instead of leaving.
    `files` are ids of the author's unsent attachments of this thread; with one the text itself may be empty.
    `outside_hours` is what becomes of a text for which it is not the time; one that waits has `held_until`.
    `because` is why its author sends it all the same, where a rule lets them. `origin`: `texting.origins`. `approved`
    names a colleague's approval. Raises BadText (empty, too long, not text, files that cannot go), Held (a second
    person decides) or Refused (the gate; the decision is stored).
    """
    written = cleaned(body, may_be_empty=bool(files))
    repeated = Message.objects.filter(pk=message_id).first() if message_id else None
    if repeated is not None and repeated.contact_id == conversation.contact_id:
        return repeated
    try:
        ready = binding.ready(
            files, author=author, contact=conversation.contact, line=conversation.line, message_id=message_id
        )
    except BadFiles as error:
        raise BadText(str(error)) from None
    new_id_of_it = None if repeated else message_id
    wanted = Wanted(
        conversation.contact,
        written,
        conversation,
        new_id_of_it,
        tuple(ready),
        outside_hours,
        because,
        origin,
        approved,
        inside,
    )
    [result] = send_all(line=conversation.line, texts=[wanted], author=author, purpose=purpose)
    if isinstance(result, Exception):
        raise result
    if deadline is not None:
        outbox.end_at(result, deadline)
    return result


def send_all(
    *, line: Line, texts: Sequence[Wanted], author: Membership | None, purpose: Purpose = Purpose.REPLY
) -> list[Result]:
    """Queue many texts of one line in the running transaction, with as many statements as for one.

    Each is answered by itself, in their order: by the stored text, or by what speaks against it. A text that is refused
    opens nothing: neither its contact nor a conversation is made for it.
    """
    results: dict[int, Result] = {}
    waiting = []
    for at, text in enumerate(texts):
        try:
            body = cleaned(text.body, may_be_empty=bool(text.files))
            waiting.append((at, text if body == text.body else replace(text, body=body)))
        except BadText as error:
            results[at] = error
    while waiting:  # of several texts to one contact the gate judges the next when the one before is stored
        turn = {text.contact.pk: (at, text) for at, text in reversed(waiting)}
        answered = _send_group(line, [text for _, text in turn.values()], author, purpose)
        results |= zip((at for at, _ in turn.values()), answered, strict=True)
        waiting = [(at, text) for at, text in waiting if at not in results]
    return [results[at] for at in range(len(texts))]


def _send_group(line: Line, texts: Sequence[Wanted], author: Membership | None, purpose: Purpose) -> list[Result]:
    """`send_all` for texts to different contacts.

    When others took the last place under a limit since the gate was asked, nothing of the group stays and the gate is
    asked again: it sees their counts then, and how long each text is with its clauses.
    """
    sizes: dict[UUID, int] = {}
    for _ in range(_TRIES):
        with suppress(OverLimit), transaction.atomic():
            return _try_group(line, texts, author, purpose, sizes)
    return [BadText(say("Many texts are being sent at this instant. Send it again.")) for _ in texts]


def _try_group(
    line: Line, texts: Sequence[Wanted], author: Membership | None, purpose: Purpose, sizes: dict[UUID, int]
) -> list[Result]:
    """Judge, store and count a group. `sizes`: segments by contact, kept for the next try. Raises OverLimit."""
    now = timezone.now()
    here = threads.open_or_new((text.contact for text in texts if text.inside is None), line, at=now)
    here |= {text.contact.pk: text.inside for text in texts if text.inside is not None}
    drafts = [
        gate.Draft(
            here[text.contact.pk],
            text.body,
            purpose,
            author,
            segments=sizes.get(text.contact.pk),
            files=tuple(file.pk for file in text.files),
            outside_hours=text.outside_hours,
            because=text.because,
            approved=text.approved,
            announcement_id=text.announcement_id,
            is_fixed=text.is_fixed,
        )
        for text in texts
    ]
    judged = list(zip(texts, drafts, gate.ask_all(drafts), strict=True))
    measured = _measured({outcome.text for _, _, outcome in judged})
    sizes |= {text.contact.pk: measured[outcome.text].segments for text, _, outcome in judged}
    results = [_answer_to(draft, outcome, text, measured[outcome.text]) for text, draft, outcome in judged]
    going = [
        draft.conversation
        for (text, draft, _), result in zip(judged, results, strict=True)
        if isinstance(result, Message) or (isinstance(result, Held) and text.seen is None)
    ]
    stored = threads.store_all(going, line, at=now)
    decisions, told = [], []
    for (text, draft, outcome), result in zip(judged, results, strict=True):
        if isinstance(result, BadText):
            continue
        place = _place_of(result, text, draft, stored)
        if place is not None:
            known = draft if place is draft.conversation else replace(draft, conversation=place)
            decisions.append(gate.decision_of(known, outcome))
        if isinstance(result, Message) and place is not None:
            if place is not draft.conversation:
                result.conversation, result.contact = place, place.contact
            result.decision, result.decision_verdict = decisions[-1], decisions[-1].verdict
            told += [refusals.Objected(place, draft, outcome, result.pk)] if outcome.explained else []
        else:
            _record_refusal(draft, place, outcome)
            if place and text.announcement_id is None:
                told.append(refusals.Objected(place, draft, outcome, asked_id=text.message_id, origin=text.origin))
    _store(decisions, [result for result in results if isinstance(result, Message)], author, purpose)
    refusals.tell(told)
    for text, result in zip(texts, results, strict=True):
        if isinstance(result, Message):
            binding.bind(result, text.files)
    spending.count([one for one in results if isinstance(one, Message) and one.counted_from is not None])
    came = zip(texts, results, strict=True)
    told_from = [
        origins.Sent(sent, text.body, text.origin) for text, sent in came if isinstance(sent, Message) and text.origin
    ]
    if told_from:
        origins.origins().remember(told_from)
    return results


def _place_of(result: Result, text: Wanted, draft: gate.Draft, stored: dict[UUID, Conversation]) -> Conversation | None:
    """The conversation that keeps the decision; None for a refused text to somebody without any."""
    if isinstance(result, Message) or text.contact.pk in stored:
        return stored[text.contact.pk]
    return text.seen if draft.conversation._state.adding else draft.conversation


@dataclass(frozen=True, slots=True)
class _Size:
    """Of a text with its clauses, as it is stored with it."""

    segments: int
    unicode_extra: int


def _measured(texts: Collection[str]) -> dict[str, _Size]:
    """What many say is measured once."""
    sizes = {text: count(text).segments for text in texts}
    return {text: _Size(size, unicode_extra(text) if size > 1 else 0) for text, size in sizes.items()}


def _answer_to(draft: gate.Draft, outcome: gate.Outcome, text: Wanted, size: _Size) -> Result:
    """The row to be stored for a text that may go; what speaks against one that may not."""
    if outcome.verdict is not gate.Verdict.ALLOW:
        return Held(outcome) if outcome.is_held and draft.announcement_id is None else Refused(outcome)
    if len(outcome.text) > LONGEST:
        return BadText(_too_long(len(outcome.text)))
    later, here = outcome.not_before, draft.conversation
    return new_row(
        Message,
        {
            "id": text.message_id or new_id(),
            "conversation_id": here.pk,
            "contact_id": here.contact_id,
            "line_id": here.line_id,
            "direction": Message.Direction.OUT,
            "purpose": draft.purpose,
            "body": outcome.text,
            "author_id": draft.author.pk if draft.author else None,
            "status": MessageStatus.QUEUED,
            "segments": size.segments,
            "unicode_extra": size.unicode_extra,
            "media_count": len(text.files),
            "media_kind": binding.kind_of_all(text.files),
            "price_micros": spending.price_of(draft, size.segments),
            "outside_hours": "send" if outcome.insisted else "",
            "held_until": later.not_before if later else None,
            "provider_code": later.rule if later else "",
            "counted_from": None if draft.is_bulk else spending.day(),
            "announcement_id": draft.announcement_id,
            "created_at": timezone.now(),
        },
        {"conversation": here, "contact": here.contact, "line": here.line, "author": draft.author},
    )


def _record_refusal(draft: gate.Draft, place: Conversation | None, outcome: gate.Outcome) -> None:
    """Have it in the log: about the conversation, or about the line when there is none."""
    rules = [reason.rule for reason in outcome.objections]
    about = place or draft.conversation.line
    audit.record(event=AuditKind.MESSAGE_REFUSED, actor=draft.author, object=about, rules=rules)


def preview(
    *, conversation: Conversation, body: str, author: Membership | None, files: tuple[UUID, ...] = ()
) -> gate.Outcome:
    """What the gate would say to this text now, with the clauses it would add. Stores nothing."""
    draft = gate.Draft(conversation=conversation, body=body.strip(), purpose=Purpose.REPLY, author=author, files=files)
    return gate.ask(draft)


def cleaned(body: str, *, may_be_empty: bool = False) -> str:
    """The text without outer white space. Raises BadText when it is empty, too long, or cannot be stored."""
    text = body.replace("\r\n", "\n").strip()
    if not text and not may_be_empty:
        raise BadText(say("Write something first."))
    if len(text) > LONGEST:
        raise BadText(_too_long(len(text)))
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise BadText(say("The text holds characters that cannot be sent. Type it again instead of pasting it."))
    return text


def _too_long(length: int) -> str:
    words = {"most": _figure(LONGEST), "length": _figure(length)}
    return (
        say(
            "A text holds at most %(most)s characters and this one would have %(length)s. Shorten it or send it in two."
        )
        % words
    )


def _figure(number: int) -> str:
    return number_format(number, use_l10n=True, force_grouping=True)


def _store(
    decisions: Sequence[Decision], messages: Sequence[Message], author: Membership | None, purpose: Purpose
) -> None:
    """Store decisions, and texts as queued; enter these in the outbox, show them in the lists."""
    with unawaited():
        insert_rows(decisions)
        if messages:
            _queue(messages, author, purpose)


def _queue(messages: Sequence[Message], author: Membership | None, purpose: Purpose) -> None:
    fetch_current_keys(messages)
    insert_rows(messages)
    keep_words(messages)
    outbox.put_all(messages, purpose)
    threads.touch_all((message.conversation, message) for message in messages)
    for message in messages:
        live.publish(
            kind=LiveKind.MESSAGE, conversation=message.conversation_id, message=message.pk, line=message.line_id
        )
    audit.record_all(event=AuditKind.MESSAGE_SENT, actor=author, objects=messages, purpose=purpose.value)
    if outside := [message for message in messages if message.outside_hours]:
        audit.record_all(event=AuditKind.MESSAGE_SENT_OUTSIDE_HOURS, actor=author, objects=outside)
