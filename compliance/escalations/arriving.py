"""A customer's text that must not be settled by text opens an escalation, in the transaction that stores the text."""

from collections.abc import Sequence

from compliance.escalations import rules
from compliance.escalations.opening import open_or_add
from compliance.escalations.policies import Clock, clocks
from compliance.escalations.signals import TRIGGER_OF, Signal, family_of
from compliance.intents import MODEL_VERSION, Intent, classify
from compliance.models import Escalation, EscalationRule
from compliance.words import keywords
from compliance.words.wrong_number import says_wrong_number
from tenancy.bulk_reads import read_rows
from texting.inbound_steps import Arrival
from texting.models import Message

_RULES = "SELECT * FROM compliance_escalationrule WHERE organization_id = %s AND is_active ORDER BY made_at, id"
_TOLD = 5  # reasons that are kept of an intent: the strongest
_CLEAR = frozenset({0, 1})  # tiers of keywords that act by themselves
Trigger = Escalation.Trigger


class GrayAreas:
    """Runs after masking and keywords: a text that stops, starts or asks for help is nothing else (DOMAIN 6)."""

    def take(self, arrivals: Sequence[Arrival]) -> None:
        """Open or add to the incident of each text that holds a signal."""
        texts = [one for one in arrivals if not (one.line.sends_codes or one.is_settled)]
        if not texts:
            return
        own = read_rows(EscalationRule, _RULES)
        found = [(arrival, signals) for arrival in texts if (signals := _signals(arrival, own))]
        changed = clocks() if found else {}
        for arrival, signals in found:
            wanted = [one for one in signals if changed.get(one.trigger, Clock()).is_on]
            if wanted and not is_keyword(arrival):
                open_or_add(arrival.conversation, wanted, at=arrival.received_at)

    def opted_out_at_carrier(self, message: Message) -> None:
        """An opt-out is settled by itself."""


def _signals(arrival: Arrival, own: Sequence[EscalationRule]) -> list[Signal]:
    sure = [one for one in arrival.seen if one.confidence == "high"]
    found = [_of_intent(one, arrival) for one in classify(arrival.body) if not _is_strangers(one, arrival)]
    if sure:
        facts = {"types": sorted({one.kind for one in sure}), "rules": sorted({r for one in sure for r in one.rules})}
        topics = family_of(one.kind for one in sure)
        found.append(Signal(Trigger.FINDING, facts, topics, arrival.message_id))
    return found + rules.matching(own, arrival.body, arrival.seen, arrival.message_id)


def _of_intent(intent: Intent, arrival: Arrival) -> Signal:
    """Its reasons are words of our own lexicon, so they hold nothing that the customer alone could have written."""
    spoke = [[one.feature, round(one.weight, 2)] for one in intent.reasons if one.weight > 0][:_TOLD]
    facts = {"intent": intent.name, "score": round(intent.score, 2), "why": spoke, "version": MODEL_VERSION}
    return Signal(TRIGGER_OF[intent.name], facts, message_id=arrival.message_id)


def _is_strangers(intent: Intent, arrival: Arrival) -> bool:
    """Whether it is about a wrong number, which is asked about already ("Perhaps stop")."""
    return intent.name == "CONSENT_CONFUSION" and bool(says_wrong_number(arrival.body, name=""))


def is_keyword(arrival: Arrival) -> bool:
    """Whether it stops, starts or asks for help, and so is nothing else."""
    return arrival.opt_out_type.upper() == "STOP" or are_keywords(arrival.body)


def are_keywords(body: str) -> bool:
    """Whether these words stop, start or ask for help."""
    reply = keywords.classify(body, opted_out=False)
    return reply.action in ("start", "help") or (reply.action == "opt_out" and reply.tier in _CLEAR)
