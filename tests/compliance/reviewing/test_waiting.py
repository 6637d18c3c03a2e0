"""What the database itself refuses about reviews, and which conversations must stay until they are judged."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from compliance.models import DrawnConversation, Review, ReviewDispute
from compliance.reviewing.waiting import unreviewed_conversations
from tenancy.isolation import activate
from tests.compliance.reviewing.reviewed import card_row, drawn_row, in_organization, review_row
from tests.texting.desk import SECOND, desk

__all__ = ["desk"]


@pytest.fixture
def ended(desk):
    """Two conversations of the agent that are over."""
    return [desk.resolve(desk.take(desk.hear(number=number))) for number in ("+12125550181", SECOND)]


def test_a_conversation_waits_until_its_review_and_its_dispute_are_over(desk, ended):
    with in_organization(desk):
        assert list(unreviewed_conversations()) == []
        drawn = drawn_row(ended[0])
        drawn_row(ended[1], state="done", is_open=False)
        assert [one.pk for one in unreviewed_conversations()] == [ended[0].pk]
        drawn.state, drawn.is_open = "done", True
        drawn.save()
        assert unreviewed_conversations().count() == 1, "reviewed, and disputed"
        drawn.is_open = False
        drawn.save()
        assert unreviewed_conversations().count() == 0
    with activate(desk.cast.other_organization):
        assert unreviewed_conversations().count() == 0


def test_the_index_answers_it(desk, ended):
    with in_organization(desk), connection.cursor() as cursor:
        drawn_row(ended[0])
        cursor.execute("SET LOCAL enable_seqscan = off")
        query, values = unreviewed_conversations().values("pk").query.sql_with_params()
        cursor.execute(f"EXPLAIN {query}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "compliance_drawn_open" in plan


def test_the_database_refuses_what_must_not_be(desk, ended):
    cast, now = desk.cast, timezone.now()

    def refused(name, make):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            make()

    with in_organization(desk):
        drawn = drawn_row(ended[0])
        refused("compliance_drawn_once", lambda: drawn_row(ended[0]))
        refused("compliance_drawn_by_its_ticket", lambda: drawn_row(ended[1], ticket=50_000, rate=50))
        refused("compliance_drawn_waiting_is_open", lambda: drawn_row(ended[1], is_open=False))
        refused("compliance_review_not_of_oneself", lambda: review_row(drawn, cast.agent))
        review = review_row(drawn, cast.supervisor)
        refused("compliance_review_place", lambda: review_row(drawn, cast.auditor))
        refused("compliance_review_reviewer", lambda: review_row(drawn, cast.supervisor, place=2))
        refused("compliance_review_done", lambda: Review.objects.update(state="done", done_at=now))
        Review.objects.update(state="done", done_at=now, card=card_row())
        said = {"review": review, "contact_id": drawn.contact_id, "reviewer": cast.supervisor, "reason": "No."}
        ReviewDispute.objects.create(**said, raised_by=cast.agent, raised_at=now - timedelta(hours=1))
        decided = {"outcome": "upheld", "decided_at": now}
        for somebody in (cast.supervisor, cast.agent):
            rows = ReviewDispute.objects.all()
            refused("by_another", lambda by=somebody, rows=rows: rows.update(**decided, decided_by=by))
        assert ReviewDispute.objects.update(**decided, decided_by=cast.admin) == 1
        assert DrawnConversation.objects.count() == 1
