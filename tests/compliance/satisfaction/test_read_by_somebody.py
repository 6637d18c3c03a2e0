"""Texts that nobody reads although they should be."""

import pytest
from django.utils import timezone

from compliance.models import SatisfactionAsk
from compliance.polls.choosing import chosen, is_all
from compliance.satisfaction import asking
from tenancy.isolation import activate
from tests.compliance.satisfaction.test_satisfaction import ask, customers, number, scores, served, switch
from tests.texting.desk import desk
from texting.models import Message

__all__ = ["desk"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "words",
    [
        *("Monday. I want to kill myself", "Monday, my chest hurts, call me", "tuesday you charged me twice"),
        *("Monday?", "Is Monday ok?", "¿Monday?"),
    ],
)
def test_a_reply_with_more_than_an_answer_is_unclear(words):
    at = chosen(words, ["Monday", "Tuesday"])
    assert at is None or not is_all(words, ["Monday", "Tuesday"], at)


@pytest.mark.parametrize("words", ["Monday", "monday please", "1", "1) Monday", "Tuesday, thanks!"])
def test_a_reply_with_nothing_but_an_answer_is_read_by_nobody(words):
    at = chosen(words, ["Monday", "Tuesday"])
    assert at is not None
    assert is_all(words, ["Monday", "Tuesday"], at)


def test_a_question_that_has_not_left_settles_nothing(desk):
    customers(desk, 1)
    switch(desk)
    served(desk)
    with activate(desk.organization):
        SatisfactionAsk.objects.filter(state="waiting").update(due_at=timezone.now())
        asking.ask_due()
        row = SatisfactionAsk.objects.get()
        Message.objects.filter(pk=row.message_id).update(status="failed")
    heard = desk.hear("Poor", number=number(1))
    assert (heard.status, heard.unread, scores(desk)) == ("open", 1, [None])


def test_a_stop_beside_a_score_opens_a_conversation_as_any_stop(desk):
    customers(desk, 1)
    switch(desk)
    served(desk)
    ask(desk)
    heard = desk.hear("Poor, unsubscribe", number=number(1))
    assert heard.status == "open"


@pytest.mark.parametrize(
    "words",
    ["Poor. I want to kill myself", "Very poor, I will sue you", "Poor. You charged me twice", "poor this is fraud"],
)
def test_a_score_with_a_complaint_is_read_by_somebody(desk, words):
    customers(desk, 1)
    switch(desk)
    served(desk)
    ask(desk)
    heard = desk.fresh(desk.hear(words, number=number(1)))
    assert heard.status == "open"
    assert heard.unread >= 1
