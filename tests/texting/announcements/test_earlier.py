"""An announcement for those of whom an earlier one became this or that."""

import pytest
from django.urls import reverse

from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.texting.announcements.many import WORDS, act, checked, customers, fresh, hand_over, number, started, work
from tests.texting.announcements.many import write as written
from tests.texting.desk import desk
from texting.announcements import running
from texting.announcements.audiences import Audience, in_words
from texting.announcements.earlier import Outcome
from texting.announcements.writing import CannotAnnounce
from texting.models import Announcement, AnnouncementRecipient, Message

__all__ = ["desk"]


@pytest.fixture
def first(desk) -> Announcement:
    """Three got it, of whom the second wrote before it and the third since; the fourth was left out, the fifth lost."""
    unreached = customers(desk, 1, 2, 3, 5)[-1]
    customers(desk, 4, agree=False)
    desk.hear("Are you open?", number=number(2))
    row = started(desk)
    hand_over(desk)
    with activate(desk.organization):
        lost = AnnouncementRecipient.objects.get(announcement=row, contact=unreached)
        Message.objects.filter(pk=lost.message_id).update(status="failed", error_kind="unreachable")
    work(desk, row)
    desk.hear("Thanks", number=number(3))
    desk.hear("On the other line", number=number(1), line=desk.billing_line)
    return fresh(desk, row)


def reached(desk, row) -> set[str]:
    with activate(desk.organization):
        rows = AnnouncementRecipient.objects.filter(announcement=row).select_related("contact")
        return {one.contact.number for one in rows}


@pytest.mark.parametrize(
    ("outcome", "whom"),
    [("got", {1, 2, 3}), ("answered", {3}), ("silent", {1, 2}), ("lost", {5}), ("left_out", {4})],
)
def test_they_are_those_of_whom_it_became_that(desk, first, outcome, whom):
    row = checked(desk, Audience(earlier=first.pk, outcome=outcome))
    assert reached(desk, row) == {number(at) for at in whom}
    page = desk.as_(desk.cast.owner).get(reverse("announcement", args=[row.pk])).content.decode()
    assert f"Of {first.name}: {Outcome(outcome).label}" in page


def test_where_their_texts_have_ended_whoever_wrote_since_it_began_has_answered(desk, first):
    with activate(desk.organization):
        for one in AnnouncementRecipient.objects.filter(announcement=first, state="sent"):
            one.message_id = new_id()
            one.save(update_fields=["message_id"])
    assert reached(desk, checked(desk, Audience(earlier=first.pk, outcome="silent"))) == {number(1), number(2)}


def test_one_that_was_not_begun_is_no_audience_nor_one_of_a_line_that_is_not_yours(desk, first):
    draft = written(desk)
    with pytest.raises(CannotAnnounce, match="has begun"):
        written(desk, Audience(earlier=draft.pk, outcome="got"))
    with pytest.raises(CannotAnnounce, match="which customers"):
        written(desk, Audience(earlier=first.pk, outcome="all"))
    row = written(desk, Audience(earlier=first.pk, outcome="got"))
    with activate(desk.organization):
        Announcement.objects.filter(pk=first.pk).update(line=desk.billing_line)
        seen = in_words(desk.cast.agent, Audience(earlier=first.pk, outcome="got"))
    assert first.name not in seen[0]
    act(desk, running.check, row, desk.cast.supervisor)
    with activate(desk.organization):
        Announcement.objects.filter(pk=row.pk).update(made_by=desk.cast.agent)
    work(desk, row)
    assert reached(desk, row) == set(), "nobody, rather than everybody"


def test_it_is_chosen_on_the_page_and_asked_again_at_its_time(desk, first):
    page, new = desk.as_(desk.cast.owner), reverse("new_announcement")
    assert b"Of an earlier announcement" in page.get(new).content
    said = {"name": "Again", "line": desk.line.pk, "purpose": "alert", "body": WORDS, "audience": "filter"}
    assert page.post(new, {**said, "earlier": first.pk, "outcome": "silent"}).status_code == 302
    with activate(desk.organization):
        row = Announcement.objects.exclude(pk=first.pk).get()
    assert row.audience == {"earlier": str(first.pk), "outcome": "silent"}
    edit = page.get(reverse("edit_announcement", args=[row.pk])).content.decode()
    assert f'<option value="{first.pk}" selected>' in edit
    desk.hear("Me too", number=number(1))
    act(desk, running.check, row)
    work(desk, row)
    assert reached(desk, row) == {number(2)}
