"""Whoever has the conversation is told once that a customer paid, and that money went back."""

import pytest

from portal.payments import booking
from portal.payments.base import Fact, RefundFact, RefundState, SessionFact, SessionState
from tenancy.isolation import activate
from tests.portal.payments.office import Office
from texting.models import Conversation, Notification

PAID = SessionFact(SessionState.PAID, "cs_1", "", "pi_1", 4_500, "USD")
BACK = RefundFact(RefundState.SUCCEEDED, "re_1", "pi_1", 1_000, "USD")


def told(office: Office) -> list[tuple[str, int]]:
    with activate(office.cast.organization):
        rows = Notification.objects.filter(member=office.cast.admin).order_by("at")
        return [(row.kind, row.times) for row in rows]


def book(office: Office, *facts: Fact) -> None:
    with activate(office.cast.organization):
        for fact in facts:
            booking.book(office.account, [fact])


@pytest.fixture
def asked(office: Office) -> None:
    request = office.ask()
    office.opened(request)
    with activate(office.cast.organization):
        request.sessions.update(reference="cs_1")
        Conversation.objects.update(assignee=office.cast.admin)


def test_each_is_told_once_however_often_it_is_said(office: Office, asked: None):
    book(office, PAID, PAID)
    assert told(office) == [("paid", 1)]
    pending = RefundFact(RefundState.PENDING, "re_1", "pi_1", 1_000, "USD")
    book(office, pending)
    assert told(office) == [("paid", 1)], "nothing went back yet"
    book(office, BACK, BACK, pending)
    assert told(office) == [("paid", 1), ("refunded", 1)]


def test_nobody_is_told_of_a_conversation_that_is_nobodys(office: Office, asked: None):
    with activate(office.cast.organization):
        Conversation.objects.update(assignee=None)
    book(office, PAID, BACK)
    with activate(office.cast.organization):
        assert not Notification.objects.exists()
