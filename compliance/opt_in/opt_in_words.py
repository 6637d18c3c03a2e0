"""Texts that opt in: a keyword of the line, a YES or NO to the question for permission.

A keyword counts as a whole text, politeness and case aside; a slip of the finger is an ordinary text, for a person to
read (decision 0128). It is the customer's own text, so it lifts an opt-out that is older than it.

A YES answers the question that left last, and that one only: it is not known to mean another. A NO answers all. What
was written before the question left is about something else; so is a YES that comes when no question is open.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from uuid import UUID

from compliance.ledger import consent
from compliance.ledger.consent import Evidence, State
from compliance.ledger.proof_words import proof_words
from compliance.models import ConsentEvent, Keyword, OptIn
from compliance.opt_in import opting_in
from compliance.opt_in.opting_in import CannotOptIn
from compliance.opt_in.reading_keywords import heard_on, image_of
from compliance.words.keywords import Reply, plain_core
from texting.inbound_steps import Answer, Arrival
from texting.models import Message
from texting.purposes import Purpose
from texting.statuses import MessageStatus

YES = frozenset({"yes", "y", "yes i do", "yes i agree", "i agree", "si", "oui", "oui j accepte", "si acepto"})
NO = frozenset({"no", "n", "nope", "no thanks", "non", "no gracias", "non merci"})
CLOCKS_DIFFER = timedelta(seconds=5)
"""By so much a provider's time of a text may be before ours."""
_LEFT = {
    MessageStatus.SENDING,
    MessageStatus.SENT,
    MessageStatus.DELIVERED,
    MessageStatus.READ,
    MessageStatus.UNCONFIRMED,
}


class OptInWords:
    """Hears them in one batch of arrivals; open questions are looked up once, and only if somebody says YES or NO."""

    def __init__(self, arrivals: Sequence[Arrival]) -> None:
        self._words = {arrival.message_id: plain_core(arrival.body) for arrival in arrivals}
        heard = {word for word in self._words.values() if " " not in word and 3 <= len(word) <= 20} - YES - NO
        self._keywords = heard_on(arrivals[0].line, heard) if arrivals else {}
        self._answering = [a.contact for a in arrivals if self._words[a.message_id] in YES | NO]

    def take(self, arrival: Arrival, state: State, reply: Reply) -> bool:
        """Whether this text opted in or declined; then it means nothing else."""
        word = self._words[arrival.message_id]
        if (keyword := self._keywords.get(word)) is not None:
            return self._join(arrival, state, reply, keyword)
        if word not in YES | NO or state.suppressed_since is not None:
            return False
        asked = [each for each in self._waiting.get(arrival.contact.pk, []) if self._had_left(each, arrival)]
        if not asked:
            return False
        if word in NO:
            opting_in.decline(asked)
            self._forget(arrival, asked)
            return False  # who writes to us permits an answer, also by a NO to something else
        newest = asked[-1]
        opting_in.say_yes(newest, evidence=_evidence(arrival, word, reply), say=says(arrival))
        self._forget(arrival, [newest])
        return True

    def _join(self, arrival: Arrival, state: State, reply: Reply, keyword: Keyword) -> bool:
        if state.suppressed_since is not None and arrival.sent_at < state.suppressed_since:
            return False  # written before they opted out
        proof = _evidence(arrival, keyword.word, reply)
        image = image_of(keyword)
        proof = replace(
            proof,
            source=ConsentEvent.Source.KEYWORD,
            act=ConsentEvent.Act.KEYWORD,
            quality=ConsentEvent.Quality.COMPLETE,
            disclosure=keyword.advertisement,
            language=keyword.language,
            circumstances={"image": bytes(image.digest).hex()} if image else {},
        )
        if state.suppressed_since is not None and keyword.program.double_opt_in:
            wrote = replace(proof, disclosure=None, circumstances={}, act=ConsentEvent.Act.WROTE)
            consent.give(arrival.contact, kind=ConsentEvent.Kind.REPLY, evidence=wrote, line=arrival.line)
        try:
            opting_in.opt_in(
                contact=arrival.contact,
                line=arrival.line,
                program=keyword.program,
                evidence=proof,
                say=says(arrival),
            )
        except CannotOptIn:
            return False
        self.__dict__.pop("_waiting", None)  # a question may be open now
        return True

    @cached_property
    def _waiting(self) -> dict[UUID, list[OptIn]]:
        return opting_in.waiting_for(self._answering)

    @cached_property
    def _questions(self) -> dict[UUID, Message]:
        ids = [each.question_id for asked in self._waiting.values() for each in asked if each.question_id]
        return {message.pk: message for message in Message.objects.filter(pk__in=ids).only("status", "sent_at")}

    def _had_left(self, asked: OptIn, arrival: Arrival) -> bool:
        """Whether the customer may have read the question when they wrote this."""
        question = self._questions.get(asked.question_id) if asked.question_id else None
        if question is None or question.status not in _LEFT:
            return False
        return arrival.sent_at + CLOCKS_DIFFER >= (question.sent_at or asked.began_at)

    def _forget(self, arrival: Arrival, answered: Sequence[OptIn]) -> None:
        left = self._waiting.get(arrival.contact.pk, [])
        self._waiting[arrival.contact.pk] = [each for each in left if each not in answered]


def says(arrival: Arrival) -> opting_in.Say:
    """Answers in the transaction that stores the text."""

    def say(purpose: Purpose, text: str, message_id: UUID) -> None:
        arrival.answers.append(Answer(purpose, text, message_id))

    return say


def _evidence(arrival: Arrival, word: str, reply: Reply) -> Evidence:
    return Evidence(
        source=ConsentEvent.Source.REQUEST,
        words=proof_words(arrival.body, word),
        matched=word,
        rules_version=reply.rules_version,
        message_id=arrival.message_id,
        happened_at=arrival.sent_at,
        language=_language(word),
    )


def _language(word: str) -> str:
    """The language of a YES."""
    known = {"si": "es", "si acepto": "es", "oui": "fr", "oui j accepte": "fr"}
    return known.get(word, "en")
