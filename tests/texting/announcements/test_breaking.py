"""What breaks for one recipient holds up no others; what breaks for all waits for a person."""

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
from texting import gate, sending
from texting.announcements import running, working
from texting.models import Announcement, AnnouncementRecipient

__all__ = ["desk"]

State = Announcement.State


@pytest.mark.parametrize("batch", [1, 250])
def test_one_who_breaks_is_left_out_and_old_troubles_are_forgotten(desk, monkeypatch, batch):
    customers(desk, 1, 2, 3)
    row = write(desk)
    act(desk, running.check, row)
    working.work(desk.organization.pk, row.pk, seconds=0)  # who is meant
    with activate(desk.organization):
        last = AnnouncementRecipient.objects.filter(announcement=row).order_by("id").last().contact
        Announcement.objects.update(tries=working.TRIES - 1)
    whole = gate.ask_all

    def breaks(drafts):
        if any(draft.conversation.contact_id == last.pk for draft in drafts):
            raise RuntimeError
        return whole(drafts)

    monkeypatch.setattr(gate, "ask_all", breaks)
    work(desk, row, batch=batch)
    assert (fresh(desk, row).state, fresh(desk, row).tries) == (State.CHECKED, 0)
    assert states(desk, row) == {"ready": 2, "left_out": 1}
    assert reasons(desk, row) == {last.number[-4:]: "broken"}


def test_what_breaks_for_everybody_in_the_check_makes_a_draft_again(desk, monkeypatch):
    customers(desk, 1, 2)
    row = write(desk)
    act(desk, running.check, row)

    def breaks(_drafts):
        raise RuntimeError

    monkeypatch.setattr(gate, "ask_all", breaks)
    for _ in range(working.TRIES):
        work(desk, row)
    assert (fresh(desk, row).state, fresh(desk, row).why) == (State.DRAFT, "broken")


def test_a_text_that_breaks_alone_holds_up_no_others(desk, monkeypatch):
    customers(desk, 1, 2, 3)
    row = checked(desk)
    act(desk, running.start, row)
    whole = sending.send_all

    def breaks(*, texts, **more):
        if any(text.contact.number == number(2) for text in texts):
            raise RuntimeError
        return whole(texts=texts, **more)

    monkeypatch.setattr(sending, "send_all", breaks)
    work(desk, row)
    assert states(desk, row) == {"queued": 2, "refused": 1}
    assert reasons(desk, row) == {"1002": "broken"}


@pytest.mark.parametrize(("at", "turns"), [(1, 1), (2, working.TRIES)])
def test_one_that_breaks_while_nobody_else_is_due_ends_nothing(desk, monkeypatch, at, turns):
    customers(desk, 1, 2, 3)
    row = checked(desk)
    act(desk, running.start, row)
    with activate(desk.organization):
        broken = AnnouncementRecipient.objects.filter(announcement=row).order_by("id")[at].contact_id
    whole = sending.send_all

    def breaks(*, texts, **more):
        if any(text.contact.pk == broken for text in texts):
            raise RuntimeError
        return whole(texts=texts, **more)

    monkeypatch.setattr(sending, "send_all", breaks)
    for turn in range(turns):
        assert "refused" not in states(desk, row), turn
        work(desk, row, batch=1)
    assert (fresh(desk, row).state, states(desk, row)) == (State.RUNNING, {"queued": 2, "refused": 1})
    hand_over(desk)
    work(desk, row)
    assert fresh(desk, row).state == State.FINISHED
    monkeypatch.undo()
    act(desk, running.retry, row)
    work(desk, row)
    assert states(desk, row) == {"sent": 2, "queued": 1}


def test_what_breaks_for_all_is_paused_for_a_person(desk, monkeypatch):
    customers(desk, 1, 2)
    row = checked(desk)
    act(desk, running.start, row)

    def breaks(**_more):
        raise RuntimeError

    monkeypatch.setattr(sending, "send_all", breaks)
    for _ in range(working.TRIES):
        work(desk, row)
    stopped = fresh(desk, row)
    assert (stopped.state, stopped.why) == (State.PAUSED, "broken")
    assert states(desk, row) == {"ready": 2}
    monkeypatch.undo()
    act(desk, running.resume, row)
    work(desk, row)
    assert states(desk, row) == {"queued": 2}
