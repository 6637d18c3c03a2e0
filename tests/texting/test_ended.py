"""Words that have ended: what the database allows, what stands in their place, and where nothing is left of them."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from tenancy.isolation import activate
from tests.texting.desk import desk
from texting.models import EndedAs, Message

__all__ = ["desk"]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "wrong",
    [
        {"body": None},
        {"body": None, "ended_at": timezone.now()},
        {"body": None, "ended_as": EndedAs.REDACTED},
        {"ended_at": timezone.now(), "ended_as": EndedAs.RETENTION},
        {"body": None, "ended_at": timezone.now(), "ended_as": "lost"},
    ],
)
def test_words_are_there_or_it_is_said_why_and_since_when_they_are_not(desk, wrong):
    conversation = desk.hear("Hello")
    with activate(desk.organization):
        rows = Message.objects.filter(conversation=conversation)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)
        assert rows.update(body=None, ended_at=timezone.now(), ended_as=EndedAs.RETENTION) == 1


@pytest.mark.parametrize(
    ("ended_as", "words"),
    [
        (EndedAs.RETENTION, "Removed by the retention rule on"),
        (EndedAs.ERASED, "Erased at the customer&#x27;s request on"),
    ],
)
def test_the_thread_says_why_words_are_not_there(desk, ended_as, words):
    conversation = desk.hear("The secret is 42")
    with activate(desk.organization):
        Message.objects.update(body=None, ended_at=timezone.now(), ended_as=ended_as)
    page = desk.as_(desk.cast.agent).get(reverse("conversation", args=[conversation.pk])).content.decode()
    thread = page.partition('id="thread"')[2] or page
    assert words in thread
