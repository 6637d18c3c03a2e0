"""What happens to a text between its arrival and its first write: `settings.TEXTING_INBOUND_STEPS`.

Steps run in order, inside the transaction that stores the text and before the first write, so that a step may change
what is stored (masking) and what a step writes down (an opt-out) is true in the same instant as the text is.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from texting.models import Contact, Conversation, Line, Message
from texting.purposes import Purpose


@dataclass(frozen=True)
class Answer:
    """An automatic answer that a step asks for. It goes through the gate like every other text.

    `message_id`: under which id it is stored, for a step that wants to find it again.
    """

    purpose: Purpose
    text: str
    message_id: UUID | None = None


@dataclass(frozen=True)
class Seen:
    """What a step found in a text, for those after it: its kind, how sure, by which rules. Never the value."""

    kind: str
    confidence: str
    rules: tuple[str, ...] = ()


@dataclass
class Arrival:
    """A text on its way in. Steps may change `body` and add `answers` and what they have `seen`; the rest is fact.

    `sent_at` is when the customer wrote it, `received_at` when we heard of it: a text that was missed or kept in
    quarantine may be days old, and others of the same customer may have come in between. `is_taken`: what it says has
    been acted on (it stops, opts in, answers a question of ours for permission), so it is nothing else. `is_settled`:
    nobody needs to read it: it does not count as unread and nobody is told of it. `then` is done once it is stored and
    answered, each by itself: what breaks there is undone alone.
    """

    line: Line
    contact: Contact
    conversation: Conversation
    message_id: UUID
    sent_at: datetime
    received_at: datetime
    body: str
    opt_out_type: str = ""
    answers: list[Answer] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    is_taken: bool = False
    is_settled: bool = False
    then: list[Callable[[], None]] = field(default_factory=list)


class InboundStep(Protocol):
    """One step. Everything it writes belongs to the transaction that stores the text."""

    def take(self, arrivals: Sequence[Arrival]) -> None:
        """Look at arriving texts of one line, in their order; change bodies, add answers, write down what follows.

        What is looked up is looked up for all of them at once: a step that asks once a text slows every text down.
        """

    def opted_out_at_carrier(self, message: Message) -> None:
        """The carrier refused one of our texts because this person opted out there."""


@cache
def steps() -> tuple[InboundStep, ...]:
    """The steps in order, loaded once. Raises ImproperlyConfigured when there are none: STOP would go unheard."""
    if not settings.TEXTING_INBOUND_STEPS:
        raise ImproperlyConfigured("TEXTING_INBOUND_STEPS is empty: nobody would hear a STOP.")
    return tuple(import_string(path)() for path in settings.TEXTING_INBOUND_STEPS)


@cache
def _going_on() -> tuple[Callable[[str], bool], ...]:
    return tuple(import_string(path) for path in settings.TEXTING_GOES_ON)


def goes_on(body: str) -> bool:
    """Whether a text may go on with what the same customer's texts before it began, on whichever line."""
    return any(may(body) for may in _going_on())


Places = Callable[[Line, Collection[Contact], Mapping[UUID, Sequence[str]]], dict[UUID, Conversation]]


@cache
def _places() -> tuple[Places, ...]:
    return tuple(import_string(path) for path in settings.TEXTING_INBOUND_PLACES)


def places(line: Line, contacts: Collection[Contact], said: Mapping[UUID, Sequence[str]]) -> dict[UUID, Conversation]:
    """Of contacts without an open conversation: the resolved one, locked, to which what they say belongs.

    `said`: all that comes of each now. Asked of `settings.TEXTING_INBOUND_PLACES`; everybody else opens a new one.
    """
    found: dict[UUID, Conversation] = {}
    for part in _places():
        found |= part(line, contacts, said)
    return found


def run(arrivals: Sequence[Arrival]) -> None:
    """All steps, in order, for texts of one line."""
    for step in steps():
        step.take(arrivals)


def opted_out_at_carrier(message: Message) -> None:
    """Tell every step, in the running transaction."""
    for step in steps():
        step.opted_out_at_carrier(message)
