"""What compliance does with a text on its way in, before anything is stored."""

import logging
from collections.abc import Sequence

from compliance.ledger import consent
from compliance.ledger.consent import ANSWER_WINDOW, Evidence, State
from compliance.ledger.proof_words import proof_words
from compliance.models import ConsentEvent, OptOutQuestion
from compliance.opt_in.opt_in_words import OptInWords
from compliance.opt_out import answers, opt_out_questions
from compliance.opt_out.answered_elsewhere import Asked, carrier_has_answered
from compliance.words.keywords import Reply, classify, forget
from compliance.words.wrong_number import says_wrong_number
from tenancy.encryption import readable
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from texting.inbound_steps import Answer, Arrival
from texting.models import Message
from texting.purposes import Purpose

log = logging.getLogger("parley.consent")

_ACTING_TIERS = {0, 1}  # tier 2 is a guess: it is for a person to look at, not for a rule to act on
_Kind, _Answered = OptOutQuestion.Kind, OptOutQuestion.State


class Keywords:
    """STOP, START and HELP, heard before anything else happens and true in the same instant as the text is stored."""

    def take(self, arrivals: Sequence[Arrival]) -> None:
        """Write down what each text means for the permission, and ask for the answers that are owed."""
        states = consent.states_of(arrival.contact for arrival in arrivals)
        try:
            opt_ins = OptInWords(arrivals)
            for arrival in arrivals:
                here = states[arrival.contact.pk].at_line(arrival.line)
                if self._take(arrival, here, opt_ins):  # the next text of this customer finds it changed
                    states[arrival.contact.pk] = consent.state_of(arrival.contact)
        finally:
            forget()

    def _take(self, arrival: Arrival, state: State, opt_ins: OptInWords) -> bool:
        """Whether the ledger changed."""
        reply = classify(arrival.body, opted_out=state.suppressed_since is not None)
        arrival.is_taken = True
        if reply.action == "opt_out" and reply.tier in _ACTING_TIERS:
            self._stop(arrival, reply, state)
            return True
        if arrival.opt_out_type.upper() == "STOP":  # the carrier has opted them out by a word that we did not hear
            self._stopped_by_carrier(arrival, state)
            return True
        if reply.action == "start":
            return self._start(arrival, reply, state)
        if reply.action == "help":
            consent.note_help(arrival.contact, evidence=_evidence(arrival, reply))
            _answer(arrival, Purpose.HELP_ANSWER, "help", reply.matched)
            return True
        if opt_ins.take(arrival, state, reply):
            return True
        arrival.is_taken = False
        self._doubt(arrival, reply, state)
        wrote = Evidence(source=ConsentEvent.Source.INBOUND, message_id=arrival.message_id)
        return consent.note_wrote(arrival.contact, state, evidence=wrote)

    def opted_out_at_carrier(self, message: Message) -> None:
        """The carrier knows of an opt-out that we missed: from now on we know it too."""
        if consent.state_of(message.contact).suppressed_since is None:
            evidence = Evidence(source=ConsentEvent.Source.CARRIER, message_id=message.pk)
            consent.withdraw(message.contact, evidence=evidence, line=message.line)
            opt_out_questions.close(message.contact, _Answered.STOP)

    def _stop(self, arrival: Arrival, reply: Reply, state: State) -> None:
        consent.withdraw(arrival.contact, evidence=_evidence(arrival, reply), since=arrival.sent_at, line=arrival.line)
        opt_out_questions.close(arrival.contact, _Answered.STOP)
        if state.suppressed_since is None:  # confirmed once; a second STOP needs no second text
            _answer(arrival, Purpose.OPT_OUT_ANSWER, "opt_out", reply.matched)

    def _stopped_by_carrier(self, arrival: Arrival, state: State) -> None:
        log.warning("keyword_unheard", extra={"text": str(arrival.message_id)})
        evidence = Evidence(
            source=ConsentEvent.Source.CARRIER,
            words=proof_words(arrival.body),
            message_id=arrival.message_id,
            matched="STOP",
        )
        consent.withdraw(arrival.contact, evidence=evidence, since=arrival.sent_at, line=arrival.line)
        opt_out_questions.close(arrival.contact, _Answered.STOP)

    def _start(self, arrival: Arrival, reply: Reply, state: State) -> bool:
        if _is_outdated(arrival, state):
            return False
        consent.give(
            arrival.contact, kind=ConsentEvent.Kind.EXPRESS, evidence=_evidence(arrival, reply), line=arrival.line
        )
        opt_out_questions.close(arrival.contact, _Answered.KEEP, _Kind.STOP)  # whose number it is, START does not say
        _answer(arrival, Purpose.OPT_IN_ANSWER, "start", reply.matched)
        return True

    def _doubt(self, arrival: Arrival, reply: Reply, state: State) -> None:
        """Ask a person whether it is a wrong number, or whether they want us to stop."""
        if state.suppressed_since is not None:
            return  # nothing can be paused any more
        name = readable(arrival.contact, "name", "") or ""
        found = says_wrong_number(arrival.body, name=name) or _reads_as_wrong_number(reply)
        kind = _Kind.WRONG_NUMBER if found else _Kind.STOP
        if not found and reply.action != "review":
            return
        matched = found or reply.matched or ""
        asked = opt_out_questions.ask(arrival, kind, matched=matched, rules_version=reply.rules_version)
        if asked and found:
            _answer(arrival, Purpose.WRONG_NUMBER_ANSWER, None, found)


def _answer(arrival: Arrival, purpose: Purpose, asked: Asked | None, matched: str | None) -> None:
    """Ask for our answer, unless the carrier has given one already, or it would come days after the question."""
    late = arrival.received_at - arrival.sent_at > ANSWER_WINDOW
    if late and purpose is not Purpose.OPT_IN_ANSWER:
        return
    if asked and carrier_has_answered(arrival.line, arrival.body, asked, opt_out_type=arrival.opt_out_type):
        return
    write = {
        Purpose.OPT_OUT_ANSWER: answers.opted_out,
        Purpose.OPT_IN_ANSWER: answers.opted_in,
        Purpose.HELP_ANSWER: answers.help_text,
        Purpose.WRONG_NUMBER_ANSWER: answers.wrong_number,
    }[purpose]
    organization = Organization.objects.get(pk=current_organization_id())
    arrival.answers.append(Answer(purpose, write(organization, answers.language_of(matched))))


def _evidence(arrival: Arrival, reply: Reply) -> Evidence:
    return Evidence(
        source=ConsentEvent.Source.KEYWORD,
        words=proof_words(arrival.body),
        matched=reply.matched or "",
        rules_version=reply.rules_version,
        message_id=arrival.message_id,
    )


def _reads_as_wrong_number(reply: Reply) -> str | None:
    """Texts that are nothing but that: the keyword rules know them too, as a perhaps."""
    return reply.matched if reply.matched and reply.matched.endswith("wrong-number") else None


def _is_outdated(arrival: Arrival, state: State) -> bool:
    """Whether the customer wrote this before they opted out, and it only comes to us afterwards."""
    return state.suppressed_since is not None and arrival.sent_at < state.suppressed_since
