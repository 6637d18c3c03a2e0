"""What breaks for one recipient holds up no others; what breaks for all waits for a person."""

from contextlib import nullcontext as _nothing
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import OutgoingMail
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.announcements.many import (
    act,
    checked,
    customers,
    fresh,
    hand_over,
    number,
    reasons,
    rest,
    states,
    work,
    write,
)
from tests.texting.desk import desk
from texting import gate, sending
from texting.announcements import breaking, planning, running, working
from texting.limits import spending
from texting.models import Announcement, AnnouncementRecipient, Message

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
        Announcement.objects.update(tries=breaking.TRIES - 1)
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
    for _ in range(breaking.TRIES):
        rest(desk, row)
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


def breaks_the_transaction():
    """A statement that the database refuses: nothing more goes until its savepoint is left."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


@pytest.mark.parametrize(("at", "batch"), [(1, 1), (1, 250)])
def test_whom_the_database_refuses_is_set_aside_named_and_can_be_tried_again(desk, monkeypatch, at, batch):
    customers(desk, 1, 2, 3)
    row = checked(desk)
    act(desk, running.start, row)
    with activate(desk.organization):
        refused = AnnouncementRecipient.objects.filter(announcement=row).order_by("id")[at].contact
    whole = sending.send_all

    def breaks(*, texts, **more):
        done = whole(texts=texts, **more)
        if any(text.contact.pk == refused.pk for text in texts):
            breaks_the_transaction()
        return done

    monkeypatch.setattr(sending, "send_all", breaks)
    work(desk, row, batch=batch)
    assert (fresh(desk, row).state, fresh(desk, row).tries) == (State.RUNNING, 0)
    assert states(desk, row) == {"queued": 2, "refused": 1}
    assert reasons(desk, row) == {refused.number[-4:]: "broken"}
    with activate(desk.organization):
        assert Message.objects.filter(announcement=row).count() == 2
    hand_over(desk)
    work(desk, row)
    page = desk.as_(desk.cast.owner).get(reverse("announcement", args=[row.pk])).content.decode()
    assert "Something went wrong with this one" in page
    monkeypatch.undo()
    act(desk, running.retry, row)
    work(desk, row)
    assert states(desk, row) == {"sent": 2, "queued": 1}


@pytest.mark.parametrize("where", ["asking", "storing"])
def test_whom_the_database_refuses_in_the_check_is_left_out_and_promised_no_hour(desk, monkeypatch, where):
    customers(desk, 1, 2, 3)
    row = write(desk)
    act(desk, running.check, row)
    working.work(desk.organization.pk, row.pk, seconds=0)  # who is meant
    whole, price = gate.ask_all, spending.price_of

    def breaks(drafts):
        if any(draft.conversation.contact.number == number(2) for draft in drafts):
            breaks_the_transaction()
        return whole(drafts)

    def too_much(draft, segments):
        return 2**40 if draft.conversation.contact.number == number(2) else price(draft, segments)

    if where == "asking":
        monkeypatch.setattr(gate, "ask_all", breaks)
    else:
        monkeypatch.setattr(spending, "price_of", too_much)
    work(desk, row)
    looked = fresh(desk, row)
    assert (looked.state, states(desk, row)) == (State.CHECKED, {"ready": 2, "left_out": 1})
    assert reasons(desk, row) == {"1002": "broken"}
    assert (sum(looked.report["clocks"].values()), sum(looked.report["when"].values())) == (2, 2)


def test_a_database_that_is_away_sets_nobody_aside(desk, monkeypatch):
    customers(desk, 1, 2, 3)
    row = checked(desk)
    act(desk, running.start, row)

    def is_away(**_more):
        raise OperationalError

    monkeypatch.setattr(sending, "send_all", is_away)
    with pytest.raises(OperationalError):
        work(desk, row)
    assert states(desk, row) == {"ready": 3}


@pytest.mark.parametrize(("at", "turns"), [(1, 1), (2, breaking.TRIES)])
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
        rest(desk, row)
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
    for _ in range(breaking.TRIES):
        rest(desk, row)
        work(desk, row)
    stopped = fresh(desk, row)
    assert (stopped.state, stopped.why) == (State.PAUSED, "broken")
    assert states(desk, row) == {"ready": 2}
    monkeypatch.undo()
    act(desk, running.resume, row)
    work(desk, row)
    assert states(desk, row) == {"queued": 2}


def breaks(*_given, **_more):
    """What every look at it comes to."""
    raise RuntimeError


def looks_until_it_stops(desk, row, now, most=20) -> list[float]:
    """After how many seconds the clock, which rings every five, has a worker look, `most` times at the most."""
    state, looks, began = fresh(desk, row).state, [], timezone.now()
    while fresh(desk, row).state == state and len(looks) < most:
        with activate(desk.organization):
            assert row.pk in working.unfinished()
        work(desk, row)
        looks.append((timezone.now() - began).total_seconds())
        now.shift(5)
        while (again := fresh(desk, row).again_at) and again > timezone.now():
            with activate(desk.organization):
                assert row.pk not in working.unfinished()
            now.shift(max(5, (again - timezone.now()).total_seconds() // 5 * 5))
    return looks


def test_one_that_is_planned_and_breaks_stops_after_growing_pauses_and_can_be_tried_again(
    desk, monkeypatch, time_machine
):
    time_machine.move_to("2037-07-02T14:00Z", tick=False)
    customers(desk, 1, 2)
    row = checked(desk)
    with activate(desk.organization):
        planning.plan(member=desk.cast.owner, row=row, at=timezone.now() + timedelta(hours=1))
    time_machine.shift(3600)
    monkeypatch.setattr(running, "look_anew", breaks)
    assert looks_until_it_stops(desk, row, time_machine) == [0, 10, 30, 70, 150, 310]
    stopped = fresh(desk, row)
    assert (stopped.state, stopped.why, stopped.begins_at) == (State.CHECKED, "broken", None)
    mails = OutgoingMail.objects.filter(kind="announcement_stopped")
    assert [mail.address for mail in mails] == [desk.cast.owner.user.email]
    with activate(desk.organization):
        assert "broken" in AuditEvent.objects.get(event=AuditKind.ANNOUNCEMENT_NOT_BEGUN.value).details
    owner = desk.as_(desk.cast.owner)
    for name in ("announcement", "announcements"):
        page = owner.get(reverse(name, args=[row.pk] if name == "announcement" else [])).content.decode()
        assert "Something went wrong" in page
    monkeypatch.undo()
    act(desk, running.check, row)
    work(desk, row)
    act(desk, running.start, row)
    work(desk, row)
    assert (fresh(desk, row).state, states(desk, row)) == (State.RUNNING, {"queued": 2})


@pytest.mark.parametrize("where", ["settle", "_may_send"])
def test_a_running_one_whose_batch_breaks_pauses_after_growing_pauses(desk, monkeypatch, time_machine, where):
    time_machine.move_to("2037-07-02T14:00Z", tick=False)
    customers(desk, 1, 2)
    row = checked(desk)
    act(desk, running.start, row)
    monkeypatch.setattr(working, where, breaks)
    assert len(looks_until_it_stops(desk, row, time_machine)) == breaking.TRIES
    assert (fresh(desk, row).state, fresh(desk, row).why) == (State.PAUSED, "broken")
    monkeypatch.undo()
    act(desk, running.resume, row)
    work(desk, row)
    assert (states(desk, row), fresh(desk, row).again_at) == ({"queued": 2}, None)


def test_what_breaks_while_it_is_stopped_is_not_tried_without_end(desk, monkeypatch, time_machine):
    time_machine.move_to("2037-07-02T14:00Z", tick=False)
    customers(desk, 1)
    row = checked(desk)
    act(desk, running.start, row)
    monkeypatch.setattr(working, "_go_on", breaks)
    monkeypatch.setattr(running, "hold", breaks)
    said = []
    for _ in range(breaking.TRIES + 8):
        with pytest.raises(RuntimeError) if len(said) >= breaking.TRIES - 1 else _nothing():
            work(desk, row)
        pause = fresh(desk, row).again_at - timezone.now()
        said.append(pause.total_seconds())
        time_machine.shift(pause)
    assert said == sorted(said)
    assert said[-1] == 3600
    monkeypatch.undo()
    work(desk, row)
    assert states(desk, row) == {"queued": 1}


def test_what_is_over_goes_on_to_be_looked_at_less_and_less_often(desk, monkeypatch, time_machine):
    time_machine.move_to("2037-07-02T14:00Z", tick=False)
    customers(desk, 1)
    row = checked(desk)
    act(desk, running.start, row)
    work(desk, row)
    act(desk, running.pause, row)
    monkeypatch.setattr(working, "settle", breaks)
    looks = looks_until_it_stops(desk, row, time_machine)
    assert looks[-1] - looks[-2] == breaking.LONGEST_PAUSE.total_seconds()
    work(desk, row)
    paused = fresh(desk, row)
    assert (paused.state, paused.why, paused.again_at > timezone.now()) == (State.PAUSED, "", True)
    act(desk, running.cancel, row)
    monkeypatch.undo()
    work(desk, row)
    assert states(desk, row) == {"taken_back": 1}, "who cancels waits for no pause"
