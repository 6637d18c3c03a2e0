"""Customers opt in to a program: the permission is written down and confirmed by a text; where the program wants it,
a YES is asked for first.

Whoever opted out comes back by a text of their own only: a form, a list or a colleague cannot do it for them.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.ledger.wordings import disclosure_of
from compliance.models import ConsentEvent, Disclosure, OptIn, Program
from compliance.opt_in import form_counts, opt_in_limits, opt_in_texts
from compliance.opt_in.opt_in_confirmations import Confirmation, confirmations
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.ids import new_id
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from texting import sending, threads
from texting.models import Contact, Line
from texting.purposes import Purpose
from texting.sending import Refused

ANSWER_BY = timedelta(hours=72)
CONFIRMED_ONCE_IN = timedelta(days=1)  # who opts in again and again gets one confirmation a day

Say = Callable[[Purpose, str, UUID], None]
"""Sends a text to the customer: why, what, under which id."""


class CannotOptIn(ValueError):
    """The opt-in cannot be taken; the message says why and what to do."""


class OptedOut(CannotOptIn):
    """The number opted out; only a text from it can change that."""


class TooMany(CannotOptIn):
    """More opt-ins than are let through, or to where the organization does not text. Nothing is sent."""


@dataclass(frozen=True)
class Opted:
    """What became of an opt-in. `repeated`: it had been taken before, and no further text was sent."""

    opt_in: OptIn
    repeated: bool = False


def opt_in(*, contact: Contact, line: Line, program: Program, evidence: Evidence, say: Say | None = None) -> Opted:
    """Take an opt-in in the running transaction; safe to repeat.

    With `double_opt_in` the number is asked for a YES, once while the question is open; else the permission holds from
    now on and is confirmed. Raises OptedOut, TooMany, or CannotOptIn for a program that takes nobody. A keyword is the
    customer's own text: beyond the limits it still counts, and stays unconfirmed.
    """
    if not program.is_active:
        raise CannotOptIn(_("This program takes no more opt-ins."))
    contact = _locked(contact, line)
    evidence = replace(evidence, program=program)
    by_text = evidence.source == ConsentEvent.Source.KEYWORD
    if consent.state_of(contact).suppressed_since is not None and not by_text:
        raise OptedOut(_("This number has opted out. It can opt in again by texting START to us."))
    say = say or _sender(contact, line)
    if program.double_opt_in:
        return _ask(contact, line, program, evidence, say)
    if by_text:
        say = _within_limits(contact, evidence, say)
    else:
        _check_limits(contact, evidence)
    return _take(OptIn(**_begun(contact, line, evidence)), contact, evidence, say)


def ask(*, contact: Contact, line: Line, program: Program, evidence: Evidence, say: Say | None = None) -> Opted:
    """Ask a number for a YES, whatever the program says. Raises like `opt_in`, and what `say` raises."""
    if not program.is_active:
        raise CannotOptIn(_("This program takes no more opt-ins."))
    contact = _locked(contact, line)
    if consent.state_of(contact).suppressed_since is not None:
        raise OptedOut(_("This number has opted out. It can opt in again by texting START to us."))
    return _ask(contact, line, program, replace(evidence, program=program), say or _sender(contact, line))


def waiting_for(contacts: Iterable[Contact]) -> dict[UUID, list[OptIn]]:
    """The questions that a YES of each contact would answer now, in one statement."""
    by_index = {bytes(contact.number_index): contact.pk for contact in contacts}
    found: dict[UUID, list[OptIn]] = {pk: [] for pk in by_index.values()}
    open_ones = OptIn.objects.filter(
        number_index__in=list(by_index), state=OptIn.State.ASKED, expires_at__gt=timezone.now()
    )
    for each in open_ones.select_related("program__team", "asked__disclosure", "contact", "line").order_by("id"):
        found[by_index[bytes(each.number_index)]].append(each)
    return found


def say_yes(waiting: OptIn, *, evidence: Evidence, say: Say) -> OptIn:
    """The customer answered YES: the permission holds. What it was asked for is what it proves.

    Of two answers in the same instant the first counts; the question is returned as it is then.
    """
    held = OptIn.objects.select_for_update(of=("self",)).select_related("program__team", "asked__disclosure", "contact")
    waiting = held.get(pk=waiting.pk)
    if waiting.state != OptIn.State.ASKED:
        return waiting
    asked = waiting.asked
    disclosure: Disclosure | None = asked.disclosure if asked else None
    quality = evidence.quality or ConsentEvent.Quality.COMPLETE
    proved = replace(evidence, program=waiting.program, act=ConsentEvent.Act.YES, quality=quality)
    if disclosure is not None:
        proved = replace(proved, disclosure=disclosure, language=evidence.language or disclosure.language)
    return _take(waiting, waiting.contact, proved, _within_limits(waiting.contact, proved, say)).opt_in


def decline(waiting: Iterable[OptIn]) -> None:
    """The customer answered NO: what was asked is over, and nothing is sent. It is no opt-out."""
    for each in waiting:
        open_one = OptIn.objects.filter(pk=each.pk, state=OptIn.State.ASKED)
        if open_one.update(state=OptIn.State.DECLINED, ended_at=timezone.now()):
            audit.record(event=AuditKind.OPT_IN_DECLINED, object=each.contact, program=each.program.name)


def lapse() -> int:
    """End the questions that nobody answered in time, in the running transaction. Returns how many."""
    late = OptIn.objects.filter(state=OptIn.State.ASKED, expires_at__lte=timezone.now())
    return late.update(state=OptIn.State.LAPSED, ended_at=timezone.now())


def _locked(contact: Contact, line: Line) -> Contact:
    """The contact, locked after its conversation: the order in which an arriving text locks them."""
    threads.open_or_new([contact], line, at=timezone.now())
    return Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)  # others hold its key, as we do


def _check_limits(contact: Contact, evidence: Evidence) -> None:
    """Raises TooMany."""
    if not opt_in_limits.may_go_to(contact):
        raise TooMany(_("We do not text to numbers of that country, or have stopped that block of numbers."))
    if opt_in_limits.let_pass(contact, source=_source_of(evidence)) is not None:
        raise TooMany(_("Too many opt-ins at this moment. Try again later."))


def say_again(opt_in: OptIn, text: str, message_id: UUID) -> None:
    """Send a confirmation once more, as far as limits and gate let it."""
    evidence = Evidence(source=ConsentEvent.Source(opt_in.source), program=opt_in.program)
    say = _within_limits(opt_in.contact, evidence, _sender(opt_in.contact, opt_in.line))
    say(Purpose.OPT_IN_ANSWER, text, message_id)


def _within_limits(contact: Contact, evidence: Evidence, say: Say) -> Say:
    """The same, silent beyond the limits."""

    def say_if_let(purpose: Purpose, text: str, message_id: UUID) -> None:
        with suppress(TooMany):
            _check_limits(contact, evidence)
            say(purpose, text, message_id)

    return say_if_let


def _source_of(evidence: Evidence) -> str:
    """One form or keyword of one program."""
    program = evidence.program.pk if evidence.program else ""
    return f"{evidence.source}/{program}/{evidence.disclosure.pk if evidence.disclosure else ''}"


def _begun(contact: Contact, line: Line, evidence: Evidence) -> dict[str, object]:
    return {
        "number_index": contact.number_index,
        "contact": contact,
        "line": line,
        "program": evidence.program,
        "source": evidence.source,
        "began_at": timezone.now(),
    }


def _ask(contact: Contact, line: Line, program: Program, evidence: Evidence, say: Say) -> Opted:
    lapse_of = OptIn.objects.filter(number_index=contact.number_index, program=program, state=OptIn.State.ASKED)
    lapse_of.filter(expires_at__lte=timezone.now()).update(state=OptIn.State.LAPSED, ended_at=timezone.now())
    if (open_one := lapse_of.first()) is not None:
        return Opted(open_one, repeated=True)
    if evidence.source != ConsentEvent.Source.REQUEST:  # a run has its own pace, and the limits of every text
        _check_limits(contact, evidence)
    text = opt_in_texts.question(_organization(), program, evidence.language or "en")
    shown = evidence.disclosure or disclosure_of(program, text, evidence.language or "en")
    asked = consent.note_asked(contact, evidence=replace(evidence, disclosure=shown))
    question_id = new_id()
    begun = OptIn.objects.create(
        **_begun(contact, line, evidence),
        state=OptIn.State.ASKED,
        asked=asked,
        question_id=question_id,
        expires_at=timezone.now() + ANSWER_BY,
    )
    audit.record(event=AuditKind.OPT_IN_ASKED, actor=evidence.actor, object=contact, program=program.name)
    say(Purpose.OPT_IN_QUESTION, text, question_id)
    return Opted(begun)


def _take(begun: OptIn, contact: Contact, evidence: Evidence, say: Say) -> Opted:
    program = begun.program
    kind = ConsentEvent.Kind.WRITTEN if evidence.disclosure else ConsentEvent.Kind.EXPRESS
    begun.given = consent.give(contact, kind=kind, evidence=evidence, line=begun.line)
    begun.state, begun.ended_at = OptIn.State.GIVEN, timezone.now()
    told = OptIn.objects.filter(
        number_index=contact.number_index,
        program=program,
        state=OptIn.State.GIVEN,
        ended_at__gt=timezone.now() - CONFIRMED_ONCE_IN,
    ).exclude(pk=begun.pk)
    how = confirmations(told)
    before = next((each for each in told if how[each.pk] is not Confirmation.UNCONFIRMED), None)
    confirmation_id = (before.confirmation_id if before else None) or new_id()
    begun.confirmation_id, begun.confirmed_at = confirmation_id, before.confirmed_at if before else None
    begun.save()
    if begun.form_id is not None:
        form_counts.count(begun.form_id, form_counts.Step.CONFIRMED)
    if before is None:
        text = opt_in_texts.confirmation(_organization(), program, evidence.language or "en")
        say(Purpose.OPT_IN_ANSWER, text, confirmation_id)
    return Opted(begun, repeated=before is not None)


def _sender(contact: Contact, line: Line) -> Say:
    """Through the gate, in the conversation that is open or a new one. What the gate refuses is not sent; that there is
    no such text says so.
    """

    def say(purpose: Purpose, text: str, message_id: UUID) -> None:
        conversation = threads.open_conversation(contact, line, at=timezone.now())
        try:
            sending.send_text(conversation=conversation, body=text, author=None, purpose=purpose, message_id=message_id)
        except Refused:
            return

    return say


def _organization() -> Organization:
    return Organization.objects.get(pk=current_organization_id())
