"""What compliance does with a text on its way in, before anything is stored."""

from collections.abc import Sequence

from compliance import answers, consent
from compliance.consent import ANSWER_WINDOW, Evidence, State
from compliance.keywords import Reply, classify, norm
from compliance.models import ConsentEvent
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from texting.inbound_steps import Answer, Arrival
from texting.models import Message
from texting.purposes import Purpose

# Whole texts that a carrier answers by itself where it does (long codes; DOMAIN 1.1, 1.3).
_CARRIER_ANSWERS = {
    "opt_out": {"stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel"},
    "start": {"start", "yes", "unstop"},
    "help": {"help", "info"},
}
_ACTING_TIERS = {0, 1}  # tier 2 is a guess: it is for a person to look at, not for a rule to act on


class Keywords:
    """STOP, START and HELP, heard before anything else happens and true in the same instant as the text is stored."""

    def take(self, arrivals: Sequence[Arrival]) -> None:
        """Write down what each text means for the permission, and ask for the answers that are owed."""
        states = consent.states_of(arrival.contact for arrival in arrivals)
        for arrival in arrivals:
            if self._take(arrival, states[arrival.contact.pk]):  # the next text of this customer finds it changed
                states[arrival.contact.pk] = consent.state_of(arrival.contact)

    def _take(self, arrival: Arrival, state: State) -> bool:
        """Whether the ledger changed."""
        reply = classify(arrival.body, opted_out=state.suppressed_since is not None)
        evidence = Evidence(
            source=ConsentEvent.Source.KEYWORD,
            words=arrival.body,
            matched=reply.matched or "",
            rules_version=reply.rules_version,
            message_id=arrival.message_id,
        )
        if reply.action == "opt_out" and reply.tier in _ACTING_TIERS:
            self._stop(arrival, reply, state, evidence)
        elif reply.action == "start" and _is_outdated(arrival, state):
            return False
        elif reply.action == "start":
            consent.give(arrival.contact, kind=ConsentEvent.Kind.EXPRESS, evidence=evidence)
            self._answer(arrival, reply, Purpose.OPT_IN_ANSWER)
        elif reply.action == "help":
            consent.note_help(arrival.contact, evidence=evidence)
            self._answer(arrival, reply, Purpose.HELP_ANSWER)
        elif state.event is None:
            wrote = Evidence(source=ConsentEvent.Source.INBOUND, message_id=arrival.message_id)
            consent.give(arrival.contact, kind=ConsentEvent.Kind.REPLY, evidence=wrote)
        else:
            return False
        return True

    def opted_out_at_carrier(self, message: Message) -> None:
        """The carrier knows of an opt-out that we missed: from now on we know it too."""
        if consent.state_of(message.contact).suppressed_since is None:
            evidence = Evidence(source=ConsentEvent.Source.CARRIER, message_id=message.pk)
            consent.withdraw(message.contact, evidence=evidence)

    def _stop(self, arrival: Arrival, reply: Reply, state: State, evidence: Evidence) -> None:
        consent.withdraw(arrival.contact, evidence=evidence, since=arrival.sent_at)
        if state.suppressed_since is None:  # confirmed once; a second STOP needs no second text
            self._answer(arrival, reply, Purpose.OPT_OUT_ANSWER)

    def _answer(self, arrival: Arrival, reply: Reply, purpose: Purpose) -> None:
        """Ask for our answer, unless the carrier has given one already, or it would come days after the question."""
        late = arrival.received_at - arrival.sent_at > ANSWER_WINDOW
        if late and purpose is not Purpose.OPT_IN_ANSWER:
            return
        if arrival.line.carrier_answers_keywords and norm(arrival.body) in _CARRIER_ANSWERS[reply.action]:
            return
        write = {
            Purpose.OPT_OUT_ANSWER: answers.opted_out,
            Purpose.OPT_IN_ANSWER: answers.opted_in,
            Purpose.HELP_ANSWER: answers.help_text,
        }[purpose]
        organization = Organization.objects.get(pk=current_organization_id())
        arrival.answers.append(Answer(purpose, write(organization)))


def _is_outdated(arrival: Arrival, state: State) -> bool:
    """Whether the customer wrote this before they opted out, and it only comes to us afterwards."""
    return state.suppressed_since is not None and arrival.sent_at < state.suppressed_since
