"""Whatever happens in whatever order: what is stored is what the history says, for every conversation that is over."""

import os
from contextlib import suppress
from datetime import timedelta
from itertools import count

from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from compliance.escalations import closing
from compliance.escalations.closing import Outcome
from compliance.escalations.noting import note
from compliance.escalations.opening import escalate
from compliance.findings import deciding
from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import (
    CheckedConversation,
    CheckOutcome,
    CheckWatch,
    ConsentEvent,
    Escalation,
    EscalationEvent,
    Finding,
)
from compliance.review_checks import marking
from tenancy.isolation import activate
from tests.compliance.escalations.at_the_desk import CARD_OFFER, CONFUSED
from tests.compliance.opt_ins import make_keyword, make_program
from tests.compliance.review_checks.checked import look, recomputed
from tests.texting.desk import desk
from texting import conversations
from texting.conversations import NotPossible
from texting.ended import end_words
from texting.models import Conversation, Message
from texting.models.ending import EndedAs
from texting.phone_numbers import mask
from texting.sending import Refused

__all__ = ["desk"]

EXAMPLES = int(os.environ.get("EXAMPLES", "10"))  # more, to look harder by hand
TEXTS = ("Hello", "JOIN", "STOP", "START", CARD_OFFER, CONFUSED, "my card is 4111 1111 1111 1111 exp 12/29")
BY_WORDS = ("opening", "gray")
STATUSES = ("sent", "delivered", "undelivered", "failed")
BEFORE = (
    *[("hear", text) for text in TEXTS],
    *[("receipt", status) for status in STATUSES],
    *[(name, "") for name in ("answer", "answer", "resolve", "reopen", "escalate", "agreed")],
)
LATE = (
    *[("receipt", status) for status in STATUSES],
    *[(name, "") for name in ("settle", "waive", "breach", "right", "wrong", "agreed", "take back", "forget")],
    *[("hear", CARD_OFFER), ("reopen", ""), ("resolve", ""), ("look", "")],
)


def events(what):
    """Of two customers, one of them busier."""
    return st.tuples(st.sampled_from(what), st.sampled_from((0, 0, 1)))


histories = st.builds(
    lambda before, late: [*before, (("receipt", "delivered"), 0), (("resolve", ""), 0), (("look", ""), 0), *late],
    st.lists(events(BEFORE), min_size=2, max_size=7),
    st.lists(events(LATE), max_size=6),
)


def happen(desk, what, word, number):
    """One event; what is not possible at the time does not happen."""
    if what == "hear":
        desk.hear(word, number=number)
        return
    with activate(desk.organization):
        rows = Conversation.objects.filter(contact__number_masked=mask(number)).order_by("-id")
        newest = rows.first()
        if newest is not None:
            go_on(desk, what, word, desk.fresh(newest))


def go_on(desk, what, word, conversation):
    """What a member, the carrier or the clock does about a conversation."""
    member = desk.cast.supervisor
    openly = Escalation.objects.filter(contact_id=conversation.contact_id, state="open").first()
    if what == "answer":
        with suppress(Refused):
            desk.answer(conversation, "Thank you, see you on Friday.")
    elif what == "resolve":
        with suppress(NotPossible):
            desk.resolve(conversation)
    elif what == "reopen":
        with suppress(NotPossible):
            conversations.reopen(member=desk.cast.agent, conversation=conversation)
    elif what == "forget":
        rows = Message.objects.filter(conversation=conversation, ended_at=None)
        end_words(list(rows.values_list("pk", flat=True)), ended_as=EndedAs.RETENTION)
    elif what == "receipt":
        texts = Message.objects.filter(conversation=conversation, direction="out", status__in=("queued", "sent"))
        texts.update(status=word, sent_at=timezone.now())
    elif what == "escalate":
        escalate(member=member, conversation=conversation, reason="Better by phone.")
    elif what in ("right", "wrong"):
        for finding in Finding.objects.filter(conversation_id=conversation.pk)[:1]:
            deciding.decide(member=member, finding=finding, verdict=Finding.Verdict(what))
    elif what == "agreed":
        evidence = Evidence(source=ConsentEvent.Source.AGENT, actor=member)
        consent.give(conversation.contact, kind=ConsentEvent.Kind.EXPRESS, evidence=evidence)
    elif what == "take back":
        rows = ConsentEvent.objects.filter(number_index=conversation.contact.number_index, action="given")
        consent.retract_all(rows.exclude(kind="reply")[:1], actor=member)
    elif openly is not None:
        end(member, openly, what)


def end(member, escalation, what):
    """An open escalation ends, or is too late."""
    if what == "settle":
        closing.close(member=member, escalation=escalation, outcome=Outcome("phone", timezone.now(), "Called."))
    elif what == "waive":
        closing.waive(member=member, escalation=escalation, reason="A test of ours.")
    elif what == "breach":
        escalation.breached_at = timezone.now()
        escalation.save(update_fields=["breached_at"])
        note(escalation, EscalationEvent.Kind.BREACHED)


_customers = count(1000)
_OVER = [(("receipt", "delivered"), 0), (("resolve", ""), 0), (("look", ""), 0)]


@example([(("hear", CARD_OFFER), 0), *_OVER, (("settle", ""), 0)])
@example([(("hear", TEXTS[-1]), 0), *_OVER, (("wrong", ""), 0)])
@example([(("hear", "JOIN"), 0), *_OVER, (("take back", ""), 0)])
@given(histories)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_checks_recomputed_from_the_history_are_the_stored_ones(desk, steps):
    with activate(desk.organization):
        if not Conversation.objects.exists():
            make_keyword(desk.line, make_program(desk.cast.admin))
        CheckWatch.objects.all().delete()  # it has seen until the future of the history before
        marking.look_for_events()
    numbers = [f"+1212556{next(_customers)}" for _customer in range(2)]
    for (what, word), place in steps:
        if what == "look":
            look()
        else:
            happen(desk, what, word, numbers[place])
    look()
    look(timedelta(minutes=10))
    look(timedelta(minutes=20))
    with activate(desk.organization):
        mine = Conversation.objects.filter(contact__number_masked__in=[mask(number) for number in numbers])
        every = {one.pk: one for one in mine}
        rows = {row.conversation_id: row for row in CheckedConversation.objects.filter(conversation_id__in=every)}
        outcomes = CheckOutcome.objects.filter(conversation_id__in=every)
        newest = {(row.conversation_id, row.number): row for row in outcomes}
    over = {pk for pk, one in every.items() if one.status == "resolved"}
    assert {pk for pk, row in rows.items() if row.resolved_at} == over
    with activate(desk.organization):
        forgotten = set(Message.objects.exclude(ended_at=None).values_list("conversation_id", flat=True))
    for pk in over:
        now, row = recomputed(desk, every[pk]), rows[pk]
        if pk in forgotten:  # what words told stands, whatever can be told without them (decision 338)
            now = {check: result for check, result in now.items() if check not in BY_WORDS}
        assert {check: getattr(row, check) for check in now} == now
        assert {check: getattr(newest[pk, row.number], check) for check in now} == now
        assert (pk, row.number + 1) not in newest
