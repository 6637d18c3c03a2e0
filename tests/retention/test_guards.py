"""What somebody is not done with stays, however old it is; and it goes on when they are done."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from compliance.models import DrawnConversation, Escalation, OptOutQuestion
from portal.models import PaymentAccount, PaymentRequest, SecureMessage
from retention.due import lanes
from retention.guards import REASONS
from retention.keeping import doomed, kept
from retention.kinds import Kind
from retention.models import RetentionPolicy
from retention.subjects import SUBJECTS
from tenancy.encryption.fields import ENDED
from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.texting.desk import FIRST, SECOND
from texting.models import Contact, Conversation, Message

LATER = timedelta(days=5000)


@pytest.fixture
def resolved(desk, settings):
    """A resolved conversation of each of two customers, whose words keep nobody (tests/retention/purging)."""
    settings.RETENTION_KEEPERS = [one for one in settings.RETENTION_KEEPERS if not one.endswith(".worded")]
    found = [desk.resolve(desk.hear("Hello", number=number)) for number in (FIRST, SECOND)]
    with activate(desk.organization):
        for kind in (Kind.CONTACTS, Kind.CONVERSATIONS, Kind.BODIES):
            RetentionPolicy.objects.create(kind=kind, days=30, set_at=timezone.now())
        yield found


def ending(model):
    """Conversations whose rows of this model are doomed; of contacts, theirs."""
    found = set()
    for lane in (lane for kind in Kind for lane in lanes(kind)):
        if lane.subject.model == model._meta.label and lane.subject.contact:
            path = "pk" if model is Contact else lane.subject.contact
            found |= set(doomed(lane, timezone.now() + LATER).values_list(path, flat=True))
    return found


def drawn(one, desk):
    return DrawnConversation.objects.create(
        conversation_id=one.pk,
        contact_id=one.contact_id,
        line=desk.line,
        resolved_at=timezone.now(),
        why=["usual"],
        reason="usual",
        ticket=1,
        rate=1000,
    )


def escalated(one, desk):
    return Escalation.objects.create(
        conversation_id=one.pk,
        contact_id=one.contact_id,
        line_id=one.line_id,
        trigger=Escalation.Trigger.MEMBER,
        channel=Escalation.Channel.PHONE,
        opened_at=timezone.now(),
    )


def asked_to_pay(one, desk):
    account = PaymentAccount.objects.create(
        provider="simulator", reference="a", credentials="{}", connected_by=desk.cast.admin
    )
    return PaymentRequest.objects.create(
        account=account,
        conversation=one,
        contact_id=one.contact_id,
        requested_by=desk.cast.agent,
        amount_minor=500,
        currency="USD",
        description="Crown",
        expires_at=timezone.now(),
    )


def waiting(one, desk):
    return Message.objects.create(
        conversation=one,
        contact_id=one.contact_id,
        line_id=one.line_id,
        direction=Message.Direction.IN,
        body="x",
        status="queued",
        created_at=timezone.now(),
    )


def private(one, desk):
    text = Message.objects.filter(conversation=one).first()
    return SecureMessage.objects.create(
        conversation=one,
        contact_id=one.contact_id,
        author=desk.cast.agent,
        message=text,
        content=b"x",
        most_views=1,
        expires_at=timezone.now(),
        created_at=timezone.now(),
    )


def question(one, desk):
    return OptOutQuestion.objects.create(
        number_index=bytes(one.contact.number_index),
        kind=OptOutQuestion.Kind.STOP,
        contact_id=one.contact_id,
        conversation_id=one.pk,
        message_id=new_id(),
        asked_at=timezone.now(),
        due_at=timezone.now(),
    )


def reopened(one, desk):
    Conversation.objects.filter(pk=one.pk).update(status="open", resolved_at=None)
    return one


ENDS = {
    drawn: {"is_open": False, "state": "done"},
    escalated: None,
    asked_to_pay: {"state": PaymentRequest.State.EXPIRED},
    waiting: {"status": "canceled"},
    private: {"state": "expired", "content": None, "ended_at": timezone.now()},
    question: {"state": "keep", "decided_at": timezone.now()},
    reopened: {"status": "resolved", "resolved_at": timezone.now()},
}


@pytest.mark.parametrize("make", ENDS, ids=lambda make: make.__name__)
def test_what_is_not_over_stays_and_goes_on_when_it_is(resolved, desk, make):
    one, other = resolved
    assert ending(Message) == {one.contact_id, other.contact_id}
    row = make(one, desk)
    assert ending(Message) <= {one.contact_id, other.contact_id}
    for model in (Contact, Conversation):
        assert one.contact_id not in ending(model)
        assert other.contact_id in ending(model)
    if make is not waiting:  # the text alone: earlier ones may go
        assert ending(Message) == {other.contact_id}
    if make is escalated:
        now = timezone.now()
        type(row).objects.filter(pk=row.pk).update(state="closed", closed_at=now, closed_by=desk.cast.agent)
    else:
        type(row).objects.filter(pk=row.pk).update(**ENDS[make])
    assert one.contact_id in ending(Contact)
    assert one.contact_id in ending(Message)


def test_each_reason_has_words_and_a_page():
    assert REASONS.keys() == set(settings.RETENTION_KEEPERS)
    for reason in REASONS.values():
        assert str(reason.words)
        assert str(reason.ends)
        assert reverse(reason.route)


def test_what_has_no_conversation_is_kept_by_no_guard(resolved):
    for kind in (Kind.AUDIT, Kind.WEBHOOKS):
        assert [reason for subject in SUBJECTS[kind] for reason in kept(subject)] == []


def test_what_has_ended_is_none_of_what_is_to_end(resolved, desk):
    with activate(desk.organization):
        asked = asked_to_pay(resolved[0], desk)
        (payments,) = SUBJECTS[Kind.PAYMENTS]
        assert asked in payments.rows
        PaymentRequest.objects.filter(pk=asked.pk).update(description=ENDED)
        assert asked not in payments.rows
        texts = next(subject for subject in SUBJECTS[Kind.BODIES] if subject.model == "texting.Message")
        assert texts.rows.count() == Message.objects.count()
        Message.objects.update(body=None, ended_at=timezone.now(), ended_as="retention")
        assert not texts.rows.exists()
    # Of the log only keys say what has ended: its rows say no more than whether there was anything to end.
    silent = {subject.model for subjects in SUBJECTS.values() for subject in subjects if not subject.speaks}
    assert silent == set()
