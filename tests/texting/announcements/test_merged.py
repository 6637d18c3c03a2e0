"""Two recipients who have become one person get one text, and the other one's row says why."""

import pytest

from tenancy.isolation import activate
from tests.texting.announcements.many import (
    act,
    checked,
    customers,
    fresh,
    hand_over,
    number,
    reasons,
    states,
    work,
    write,
)
from tests.texting.desk import desk
from texting.announcements import running, working
from texting.announcements.audiences import Audience
from texting.duplicates import merging
from texting.explained import explain
from texting.models import Announcement, AnnouncementRecipient, Contact, Message, OutboxEntry
from texting.statuses import MessageStatus

__all__ = ["desk"]


def merge(desk, survivor, other):
    with activate(desk.organization):
        return merging.merge(member=desk.cast.owner, survivor=survivor.pk, other=other.pk)


def told(desk, row) -> set[str]:
    """Who has a text, by the last four digits."""
    with activate(desk.organization):
        texts = Message.objects.filter(announcement=row).select_related("contact")
        return {text.contact.number[-4:] for text in texts}


@pytest.mark.parametrize("batch", [1, 250])
@pytest.mark.parametrize("first", [0, 1], ids=["the first number stays", "the second number stays"])
def test_whoever_is_merged_between_check_and_start_gets_one_text_at_the_first_number(desk, batch, first):
    people = customers(desk, 1, 2, 3)
    row = checked(desk)
    merge(desk, people[first], people[1 - first])
    act(desk, running.start, row)
    work(desk, row, batch=batch)
    assert states(desk, row) == {"queued": 2, "refused": 1}
    assert reasons(desk, row) == {f"100{2 - first}": "recipient.twice"}
    assert told(desk, row) == {f"100{1 + first}", "1003"}
    hand_over(desk)
    work(desk, row)
    assert fresh(desk, row).state == Announcement.State.FINISHED


def test_whoever_has_got_it_already_gets_it_by_no_other_number(desk):
    people = customers(desk, 1, 2, 3)
    row = checked(desk)
    act(desk, running.start, row)
    working.work(desk.organization.pk, row.pk, seconds=0, batch=1)
    [first] = told(desk, row)
    has = next(one for one in people if one.number.endswith(first))
    other = next(one for one in people if one is not has)
    merge(desk, other, has)  # the one that was not told yet stays as the first number
    work(desk, row)
    assert len(told(desk, row)) == 2
    assert reasons(desk, row) == {other.number[-4:]: "recipient.twice"}


def test_one_of_whom_nothing_arrived_does_not_keep_the_other_from_it(desk):
    first, second = customers(desk, 1, 2)
    row = checked(desk)
    act(desk, running.start, row)
    with activate(desk.organization):
        AnnouncementRecipient.objects.filter(contact=first).update(state="refused", reason="carrier.day")
    merge(desk, first, second)
    work(desk, row)
    assert told(desk, row) == {"1002"}


def test_three_numbers_of_one_person_get_one_text_and_whoever_was_parted_again_gets_theirs(desk):
    people = customers(desk, 1, 2, 3, 4)
    row = checked(desk)
    merge(desk, people[0], people[1])
    merge(desk, people[0], people[2])
    made = merge(desk, people[0], people[3])
    with activate(desk.organization):
        merging.undo(member=desk.cast.owner, merge_id=made.pk)
    act(desk, running.start, row)
    work(desk, row)
    assert told(desk, row) == {"1001", "1004"}
    assert reasons(desk, row) == {"1002": "recipient.twice", "1003": "recipient.twice"}


def test_the_check_of_a_list_that_was_given_before_the_merge_says_so_as_well(desk):
    first, second = customers(desk, 1, 2)
    row = write(desk, Audience(listed=True), numbers=f"{number(1)}\n{number(2)}\n".encode())
    merge(desk, second, first)
    act(desk, running.check, row)
    work(desk, row)
    assert (states(desk, row), reasons(desk, row)) == ({"ready": 1, "left_out": 1}, {"1001": "recipient.twice"})


@pytest.mark.parametrize("begun", [False, True], ids=["none has left", "the further number's has left"])
def test_whoever_is_merged_while_both_texts_wait_gets_one(desk, begun):
    first, second, other = customers(desk, 1, 2, 3)
    row = checked(desk)
    act(desk, running.start, row)
    work(desk, row)
    assert states(desk, row) == {"queued": 3}
    if begun:
        with activate(desk.organization):
            gone = Message.objects.filter(announcement=row, contact=second)
            OutboxEntry.objects.filter(message_id__in=gone.values("pk")).delete()
            gone.update(status="sent")
    merge(desk, first, second)
    desk.answer(desk.hear("Hello", number=number(2)), "Hi")  # what a colleague writes is not one of those
    assert hand_over(desk) == (1 if begun else 2)
    work(desk, row)
    late, gets = (first, second) if begun else (second, first)
    assert (states(desk, row), reasons(desk, row)) == (
        {"sent": 2, "refused": 1},
        {late.number[-4:]: "recipient.twice"},
    )
    with activate(desk.organization):
        answers = Message.objects.filter(direction="out", purpose="reply").values_list("status", flat=True)
        assert list(answers) == ["delivered"]
        texts = {text.contact_id: text for text in Message.objects.filter(announcement=row)}
        assert [texts[one.pk].status for one in (gets, other)] == ["sent" if begun else "delivered", "delivered"]
        said = explain(MessageStatus(texts[late.pk].status), code=texts[late.pk].provider_code)
        assert "another number of the same customer" in said.reason
    assert fresh(desk, row).state == Announcement.State.FINISHED


def test_another_announcement_to_the_other_number_is_not_held_against_it(desk):
    first, second = customers(desk, 1, 2)
    rows = [checked(desk), checked(desk)]
    for row, left_out in zip(rows, (first, second), strict=True):
        with activate(desk.organization):
            AnnouncementRecipient.objects.filter(announcement=row, contact=left_out).delete()
        act(desk, running.start, row)
        work(desk, row)
    merge(desk, first, second)
    assert hand_over(desk) == 2


def landline(desk, contact) -> None:
    with activate(desk.organization):
        Contact.objects.filter(pk=contact.pk).update(mark="landline")


@pytest.mark.parametrize("batch", [1, 250])
@pytest.mark.parametrize("landlines", [[0], [1], [0, 1]])
def test_the_check_lets_the_number_get_it_that_may(desk, batch, landlines):
    people = customers(desk, 1, 2, 3)
    row = write(desk, Audience(listed=True), numbers=b"".join(f"{number(at)}\n".encode() for at in (1, 2, 3)))
    merge(desk, people[0], people[1])
    for at in landlines:
        landline(desk, people[at])
    act(desk, running.check, row)
    work(desk, row, batch=batch)
    assert reasons(desk, row) == {f"100{at + 1}": "number.landline" for at in landlines}
    assert states(desk, row) == {"ready": 3 - len(landlines), "left_out": len(landlines)}


def hands_over_and_works(desk, row) -> None:
    for _ in range(3):
        hand_over(desk)
        work(desk, row)


def test_where_the_first_number_is_refused_while_both_wait_the_other_gets_it(desk):
    first, second, _other = customers(desk, 1, 2, 3)
    row = checked(desk)
    act(desk, running.start, row)
    work(desk, row)
    merge(desk, first, second)
    landline(desk, first)
    hands_over_and_works(desk, row)
    assert (states(desk, row), reasons(desk, row)) == ({"sent": 2, "refused": 1}, {"1001": "number.landline"})
    with activate(desk.organization):
        got = Message.objects.filter(announcement=row, contact=second, status="delivered")
        assert got.count() == 1
    assert fresh(desk, row).state == Announcement.State.FINISHED


@pytest.mark.parametrize("batch", [1, 250])
def test_where_the_first_number_is_refused_when_queued_the_other_gets_it(desk, batch):
    first, second, _other = customers(desk, 1, 2, 3)
    row = checked(desk)
    merge(desk, first, second)
    landline(desk, first)
    act(desk, running.start, row)
    work(desk, row, batch=batch)
    hands_over_and_works(desk, row)
    assert (states(desk, row), reasons(desk, row)) == ({"sent": 2, "refused": 1}, {"1001": "number.landline"})


@pytest.mark.parametrize(("became", "gets"), [("failed", "1002"), ("sent", "")])
def test_another_try_tells_the_other_number_where_the_text_to_the_first_was_lost(desk, became, gets):
    first, second = customers(desk, 1, 2)
    row = checked(desk)
    act(desk, running.start, row)
    merge(desk, first, second)
    work(desk, row)
    hands_over_and_works(desk, row)
    assert reasons(desk, row) == {"1002": "recipient.twice"}
    with activate(desk.organization):
        if became == "failed":
            Message.objects.filter(announcement=row, contact=first).update(status="failed", error_kind="invalid_number")
    work(desk, row)
    with activate(desk.organization):
        assert running.passing(row).count() == bool(gets)
    if gets:
        act(desk, running.retry, row)
        work(desk, row)
        with activate(desk.organization):
            assert Message.objects.filter(announcement=row, contact=second).count() == 1
