"""At its time a text passes the gate as if it were written then; it leaves once, or says why it does not."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.languages import written_in
from accounts.models import OutgoingMail, Team, TeamMember, User
from compliance.models import HeldText
from tenancy.encryption.key_sources import CONTACT
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tenancy.said import again
from tests.texting.desk import busy_desk, desk
from tests.texting.scheduled.planned import BODY, due, fresh, plan, ring, sent
from texting import sending
from texting.conversations import NotPossible
from texting.models import Conversation, Line, Message, ScheduledText
from texting.scheduled import leaving_now, planning, tasks

__all__ = ["busy_desk", "desk"]


def test_it_leaves_when_its_time_has_come_and_not_before(desk):
    row = plan(desk, desk.hear("Hello"))
    assert ring(desk) == 0
    assert sent(desk) == []

    due(desk, row)
    assert ring(desk) == 1
    assert ring(desk) == 0

    now = fresh(desk, row)
    assert (now.state, now.body) == ("sent", None)  # the message has the words, and nothing else does
    with activate(desk.organization):
        message = Message.objects.get(pk=row.message_id)
        assert BODY in message.body
        assert message.author_id == desk.cast.agent.pk
        assert AuditEvent.objects.filter(event="message:schedule_sent").count() == 1


def test_two_clocks_at_once_send_it_once_and_each_passes_over_what_the_other_holds(busy_desk):
    desk = busy_desk
    rows = [plan(desk, desk.hear("Hello", number=f"+1212555018{n}")) for n in range(3)]
    for row in rows:
        due(desk, row)
    counted, ready, go = [], threading.Event(), threading.Event()

    def other() -> None:
        try:
            with activate(desk.organization):
                ScheduledText.objects.select_for_update().get(pk=rows[0].pk)
                ready.set()
                go.wait(20)
                counted.append(leaving_now.send_due())
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    assert ready.wait(20)
    assert ring(desk) == 2  # without waiting for the row that is held
    go.set()
    thread.join(20)
    assert counted == [1]
    assert len(sent(desk)) == 3
    assert tasks.send_scheduled() == {"sent": 0, "failed": 0}


def test_what_dies_before_the_commit_is_sent_by_the_next_clock_and_once(desk, monkeypatch):
    row = plan(desk, desk.hear("Hello"))
    due(desk, row)

    def dies(point: str) -> None:
        if point == "before_scheduled_commit":
            raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(leaving_now, "crash_here", dies)
        with pytest.raises(RuntimeError):
            ring(desk)
    assert sent(desk) == []
    assert fresh(desk, row).state == "waiting"

    ring(desk)
    assert len(sent(desk)) == 1


def test_an_opt_out_stops_it_at_once_with_a_reason_and_tells_its_author(desk):
    conversation = desk.hear("Hello")
    row = plan(desk, conversation)
    desk.hear("STOP")

    now = fresh(desk, row)
    assert (now.state, now.why) == ("stopped", "opted_out")
    assert "opted out" in now.note
    due(desk, row)
    assert ring(desk) == 0
    with activate(desk.organization):
        assert OutgoingMail.objects.filter(kind="scheduled_text_stopped").count() == 1
        assert Message.objects.filter(pk=row.message_id).count() == 0


def test_what_the_opt_out_passed_over_because_the_clock_had_it_meets_it_at_the_gate(desk, monkeypatch):
    row = plan(desk, desk.hear("Hello"))
    with monkeypatch.context() as patch:
        patch.setattr("compliance.ledger.consent.stop_scheduled", lambda *_args, **_more: 0)
        desk.hear("STOP")
    due(desk, row)
    ring(desk)
    now = fresh(desk, row)
    assert (now.state, now.why) == ("stopped", "rule")
    assert not any(BODY in words for words in sent(desk))


def test_a_closed_line_a_late_clock_and_lost_rights_each_stop_it_and_say_what_to_do(desk):
    cases = {}
    for number, name in enumerate(("line", "late", "team", "left", "fine")):
        member = desk.cast.second_agent if name == "team" else desk.cast.agent
        cases[name] = plan(desk, desk.hear("Hello", number=f"+1212555019{number}"), member=member)
        due(desk, cases[name], ago=timedelta(hours=5) if name == "late" else timedelta(minutes=1))
    User.objects.filter(pk=desk.cast.agent.user_id).update(language="es")
    with activate(desk.organization):
        TeamMember.objects.filter(membership=desk.cast.second_agent).delete()
        ScheduledText.objects.filter(pk=cases["left"].pk).update(author=desk.cast.leaver)
        ScheduledText.objects.filter(pk=cases["line"].pk).update(line=desk.billing_line)
    ring(desk)
    found = {name: fresh(desk, row) for name, row in cases.items()}
    assert {name: (row.state, row.why) for name, row in found.items()} == {
        "line": ("stopped", "author"),
        "late": ("stopped", "late"),
        "team": ("stopped", "author"),
        "left": ("stopped", "author"),
        "fine": ("sent", ""),
    }
    assert all(row.note for row in found.values() if row.state == "stopped")
    for language, words in (("en", "Its time had passed"), ("es", "Su hora había pasado")):
        with written_in(language):
            assert again(found["late"].note).startswith(words), "in the language of whoever reads it"


def test_a_customer_whom_a_colleague_has_by_now_is_left_to_them(desk):
    row = plan(desk, desk.take(desk.hear("Hello")))
    with activate(desk.organization):
        Team.objects.filter(pk=desk.line.team_id).update(visibility=Team.Visibility.ASSIGNED)
        Conversation.objects.filter(pk=row.conversation_id).update(assignee=desk.cast.second_agent)
    due(desk, row)
    ring(desk)
    assert (fresh(desk, row).state, fresh(desk, row).why, sent(desk)) == ("stopped", "elsewhere", [])


def test_a_line_that_was_closed_since_refuses_it_by_the_gate(desk):
    row = plan(desk, desk.hear("Hello"))
    with activate(desk.organization):
        Line.objects.filter(pk=desk.line.pk).update(is_active=False)
    due(desk, row)
    ring(desk)
    now = fresh(desk, row)
    assert (now.state, now.why) == ("stopped", "rule")
    assert now.note


def test_what_a_second_person_must_see_goes_to_them_at_its_time(desk):
    row = plan(desk, desk.hear("Hello"), "By the way: 30% off all creams this week only. Shop now!")
    due(desk, row)
    ring(desk)
    assert fresh(desk, row).state == "held"
    with activate(desk.organization):
        assert HeldText.objects.get().message_id == row.message_id


def test_into_a_resolved_conversation_it_opens_a_new_one(desk):
    conversation = desk.hear("Hello")
    row = plan(desk, conversation)
    desk.resolve(conversation)
    due(desk, row)
    ring(desk)
    with activate(desk.organization):
        message = Message.objects.get(pk=row.message_id)
        assert message.conversation_id != conversation.pk
        assert message.conversation.status == "open"


def test_what_breaks_is_tried_again_later_does_not_hold_up_others_and_ends_loudly(desk, monkeypatch):
    bad = plan(desk, desk.hear("Hello"), "Bad one")
    good = plan(desk, desk.hear("Hello", number="+12125550182"))
    real = sending.send_text

    def breaks(**more):
        if more["body"] == "Bad one":
            raise ZeroDivisionError
        return real(**more)

    monkeypatch.setattr(sending, "send_text", breaks)
    for row in (bad, good):
        due(desk, row)
    ring(desk)
    assert (fresh(desk, bad).state, fresh(desk, bad).tries) == ("waiting", 1)
    assert fresh(desk, bad).look_at > timezone.now()
    assert fresh(desk, good).state == "sent"
    for _ in range(leaving_now.TRIES - 1):
        due(desk, bad)
        ring(desk)
    assert (fresh(desk, bad).state, fresh(desk, bad).why) == ("stopped", "broken")


def test_what_waits_for_an_erased_customer_stops_without_words_and_holds_up_no_others(desk):
    gone, good = desk.hear("Hello"), desk.hear("Hello", number="+12125550182")
    rows = [plan(desk, place) for place in (gone, good)]
    with activate(desk.organization):
        destroy_keys(CONTACT, str(gone.contact_id), reason="asked to be forgotten")
    for row in rows:
        due(desk, row)
    assert tasks.send_scheduled() == {"sent": 2, "failed": 0}

    stopped = fresh(desk, rows[0])
    assert (stopped.state, stopped.why) == ("stopped", "words")
    assert fresh(desk, rows[1]).state == "sent"


def test_what_cannot_even_be_stopped_is_looked_at_later_and_holds_up_no_others(desk, monkeypatch):
    bad = plan(desk, desk.hear("Hello"))
    good = plan(desk, desk.hear("Hello", number="+12125550182"))
    real = sending.send_text

    def breaks(**more):
        if more["message_id"] == bad.message_id:
            raise ZeroDivisionError
        return real(**more)

    monkeypatch.setattr(sending, "send_text", breaks)
    monkeypatch.setattr(leaving_now, "stop", lambda *_args, **_more: 1 / 0)
    for row in (bad, good):
        due(desk, row)
    with activate(desk.organization):
        ScheduledText.objects.filter(pk=bad.pk).update(tries=40)
    ring(desk)
    assert (fresh(desk, bad).state, fresh(desk, bad).tries) == ("waiting", 41)
    assert timezone.now() < fresh(desk, bad).look_at <= timezone.now() + leaving_now.LONGEST_WAIT
    assert fresh(desk, good).state == "sent"


def test_send_now_sends_it_as_whoever_pressed_and_only_once(desk):
    row = plan(desk, desk.hear("Hello"))
    with activate(desk.organization):
        message = leaving_now.send_now(member=desk.cast.second_agent, row=row)
        assert message.pk == row.message_id
        assert message.author_id == desk.cast.second_agent.pk
        with pytest.raises(NotPossible, match="too late"):
            leaving_now.send_now(member=desk.cast.agent, row=row)
        with pytest.raises(NotPossible, match="too late"):
            planning.cancel(member=desk.cast.agent, row=row)
    due(desk, row)
    assert ring(desk) == 0
    assert len(sent(desk)) == 1


def test_other_organizations_are_not_touched(desk):
    mine = plan(desk, desk.hear("Hello"))
    theirs = desk.hear("Hello", line=desk.other_line)
    other = plan(desk, theirs, member=desk.cast.outsider)
    due(desk, mine)
    with activate(desk.cast.other_organization):
        assert leaving_now.send_due() == 0
        assert ScheduledText.objects.get().pk == other.pk
    assert fresh(desk, mine).state == "waiting"
