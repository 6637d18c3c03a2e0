"""Keeping a text for later, and what people do with it until then."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.leaving.steps import Leaving
from accounts.permissions import MissingPermission
from retention.guards import unsent
from retention.kinds import Kind
from retention.subjects import SUBJECTS
from tenancy.ids import new_id
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.attachments.keeping import keep_file
from tests.texting.attachments.samples import png_with_place
from tests.texting.desk import Desk, desk
from tests.texting.scheduled.planned import BODY, due, fresh, plan, ring, sent, when
from texting.attachments import forgetting
from texting.conversations import NotPossible
from texting.gate import OutsideHours
from texting.models import Attachment, Conversation, Draft, Message, ScheduledText
from texting.scheduled import leaving_now, planning, reading
from texting.scheduled.checking import BadTime, OutsideThen
from texting.scheduled.leaving_step import ScheduledTexts
from texting.scheduled.their_clock import Zone, customer_clock, zones_for
from texting.sending import BadText, Refused

__all__ = ["desk"]

CARD = "Your card 4111 1111 1111 1111 is on file"


def act(desk: Desk, name: str, row: ScheduledText, member=None, **more):
    with activate(desk.organization):
        return getattr(planning, name)(member=member or desk.cast.agent, row=row, **more)


def test_the_same_request_twice_is_kept_once_and_what_was_being_written_goes(desk):
    conversation, same = desk.hear("Hello"), new_id()
    with activate(desk.organization):
        Draft.objects.create(
            conversation=conversation,
            contact_id=conversation.contact_id,
            author=desk.cast.agent,
            body=BODY,
            updated_at=timezone.now(),
        )
    first = plan(desk, conversation, message_id=same)
    assert plan(desk, conversation, message_id=same).pk == first.pk
    with activate(desk.organization):
        assert not Draft.objects.exists()
        assert ScheduledText.objects.count() == 1
    due(desk, first)
    ring(desk)
    assert plan(desk, conversation, message_id=same).pk == first.pk
    assert ring(desk) == 0
    assert len(sent(desk)) == 1


def test_what_can_never_pass_is_refused_while_its_author_is_there_and_nothing_is_kept(desk):
    conversation = desk.hear("Hello")
    with activate(desk.organization), pytest.raises(Refused) as refused:
        planning.schedule(
            member=desk.cast.agent, conversation=conversation, body=CARD, when=when(), message_id=new_id()
        )
    assert refused.value.outcome.about_text
    for body in ("   ", "x" * 1601, "a\x00b"):
        with pytest.raises(BadText):
            plan(desk, conversation, body)
    for at in (timezone.now() - timedelta(seconds=1), timezone.now() + timedelta(days=400)):
        with pytest.raises(BadTime):
            plan(desk, conversation, when=when(at))
    with activate(desk.organization):
        assert not ScheduledText.objects.exists()
        assert AuditEvent.objects.filter(event="message:refused").count() == 1
    desk.hear("STOP")
    with pytest.raises(Refused):
        plan(desk, conversation)
    with pytest.raises(MissingPermission):
        plan(desk, conversation, member=desk.cast.auditor)


def test_at_night_its_author_is_asked_and_each_answer_is_kept(desk, monkeypatch):
    conversation = desk.hear("Hello")
    night = (timezone.now() + timedelta(days=2)).replace(hour=7, minute=30)  # before three in the morning, New York
    with pytest.raises(OutsideThen) as asked:
        plan(desk, conversation, when=when(night, OutsideHours.ASK))
    assert asked.value.opens_at > night
    waits = plan(desk, conversation, when=when(night, OutsideHours.WAIT))
    leaves = plan(desk, conversation, when=when(night, OutsideHours.SEND))
    monkeypatch.setattr("compliance.send_policies.here.now", lambda: night)
    with activate(desk.organization):
        for row in (waits, leaves):
            leaving_now._take(row)
        messages = {row.pk: Message.objects.get(pk=row.message_id) for row in (waits, leaves)}
    assert messages[waits.pk].held_until == asked.value.opens_at
    assert messages[leaves.pk].held_until is None
    assert messages[leaves.pk].outside_hours == "send"


def test_words_and_time_are_changed_by_whoever_saw_them_last_and_who_writes_sends(desk):
    row = plan(desk, desk.hear("Hello"))
    later = timezone.now() + timedelta(days=1)
    changed = act(
        desk, "change", row, desk.cast.second_agent, revision=row.revision, body="Noon then", when=when(later)
    )
    assert (changed.body, changed.send_at, changed.author_id) == ("Noon then", later, desk.cast.second_agent.pk)
    with pytest.raises(NotPossible, match="changed it meanwhile"):
        act(desk, "change", row, revision=row.revision, body="Mine")
    again = act(desk, "change", changed, revision=changed.revision, when=when(later + timedelta(hours=1)))
    assert again.author_id == desk.cast.second_agent.pk  # who only moves it does not take it over
    with pytest.raises(Refused):
        act(desk, "change", again, revision=again.revision, body=CARD)
    assert fresh(desk, row).body == "Noon then"


def test_paused_it_stays_resumed_it_goes_and_canceled_it_can_be_taken_back(desk):
    row = plan(desk, desk.hear("Hello"))
    act(desk, "pause", row)
    due(desk, row)
    assert ring(desk) == 0
    with pytest.raises(NotPossible, match="time has passed"):
        act(desk, "resume", row)
    paused = fresh(desk, row)
    act(desk, "change", row, revision=paused.revision, when=when())
    assert fresh(desk, row).state == "paused"
    act(desk, "resume", row)
    act(desk, "cancel", row)
    act(desk, "cancel", row)
    due(desk, row)
    assert ring(desk) == 0
    act(desk, "restore", row)
    assert fresh(desk, row).state == "paused"  # its time has passed meanwhile
    with pytest.raises(NotPossible):
        act(desk, "restore", row)
    assert sent(desk) == []


def test_one_that_was_stopped_waits_again_with_a_new_time_and_leaves(desk):
    row = plan(desk, desk.hear("Hello"))
    due(desk, row, ago=timedelta(hours=5))
    ring(desk)
    stopped = fresh(desk, row)
    act(desk, "put_away", stopped)
    assert fresh(desk, row).seen_at is not None
    act(desk, "change", row, revision=stopped.revision, when=when())
    now = fresh(desk, row)
    assert (now.state, now.note, now.seen_at) == ("waiting", "", None)
    due(desk, row)
    ring(desk)
    assert len(sent(desk)) == 1


def test_files_go_along_and_stay_for_as_long_as_it_waits(desk, far_end):
    conversation = desk.hear("Hello")
    with activate(desk.organization):
        message = Message.objects.latest("created_at")
        file = keep_file(message, png_with_place(), author=desk.cast.agent)
    row = plan(desk, conversation, "", files=[file.pk])
    with activate(desk.organization):
        Attachment.objects.update(created_at=timezone.now() - timedelta(days=30))
        forgetting._forget_unsent()
        assert Attachment.objects.get(pk=file.pk).held_for == row.message_id
    due(desk, row)
    ring(desk)
    with activate(desk.organization):
        assert Attachment.objects.get(pk=file.pk).message_id == row.message_id


@pytest.mark.parametrize("handed", [False, True])
def test_a_leavers_texts_pause_or_go_on_as_a_colleagues(desk, handed):
    row = plan(desk, desk.hear("Hello"))
    step = ScheduledTexts()
    with activate(desk.organization):
        assert step.preview(desk.cast.agent) == 1
        items = step.end(
            Leaving(desk.cast.agent, desk.cast.admin, timezone.now(), desk.cast.second_agent if handed else None)
        )
        assert [item.label for item in items] == ["Handed to a colleague" if handed else "Paused"]
        assert step.probe(desk.cast.agent, items).open == 0
        desk.cast.agent.is_active = False
        desk.cast.agent.save(update_fields=["is_active"])
    due(desk, row)
    ring(desk)
    if handed:
        assert fresh(desk, row).state == "sent"
        with activate(desk.organization):
            assert Message.objects.get(pk=row.message_id).author_id == desk.cast.second_agent.pk
        return
    assert (fresh(desk, row).state, fresh(desk, row).why) == ("paused", "left")
    with activate(desk.organization):
        ScheduledText.objects.update(send_at=timezone.now() + timedelta(hours=1))
    act(desk, "resume", row, desk.cast.second_agent)
    assert fresh(desk, row).author_id == desk.cast.second_agent.pk


def test_its_words_and_its_conversation_stay_until_it_has_left(desk):
    conversation = desk.hear("Hello")
    row = plan(desk, conversation)
    (subject,) = SUBJECTS[Kind.CONVERSATIONS]
    with activate(desk.organization):
        assert Conversation.objects.filter(unsent(subject)).count() == 1
        planning.cancel(member=desk.cast.agent, row=row)
        assert Conversation.objects.filter(unsent(subject)).count() == 0


def test_whoever_may_not_see_customers_reads_masks_and_no_zone(desk):
    conversation = desk.hear("Hello", name="Grace Hopper")
    denver = replace(when(), zone=Zone("America/Denver", ScheduledText.ZoneFrom.TOLD))
    plan(desk, conversation, "Dear Grace Hopper, call (212) 555-0181", when=denver)
    with activate(desk.organization):
        [row] = reading.upcoming(desk.cast.auditor, conversation)
        assert "Hopper" not in row.text
        assert "555" not in row.text
        assert "organization" in row.known
        assert row.where != "Denver"
        assert reading.upcoming(desk.cast.owner, conversation)[0].where == "Denver"
        assert not row.may_act
        assert [zone.name for zone in zones_for(desk.cast.auditor, conversation.contact)] == [
            desk.organization.time_zone
        ]
        _page, listed = reading.listed(desk.cast.auditor, reading.Wanted())
        assert "Hopper" not in listed[0].text + listed[0].customer.name
    with activate(desk.cast.other_organization):
        assert reading.listed(desk.cast.outsider, reading.Wanted())[1] == []


def test_the_zone_says_how_it_was_known(desk):
    contact = desk.hear("Hello").contact
    with activate(desk.organization):
        assert customer_clock().whereabouts(contact).known_from == "number"
        contact.zip_code = "80202"
        assert customer_clock().whereabouts(contact).known_from == "address"
        assert zones_for(desk.cast.owner, contact)[0].name == "America/Denver"  # where it is earliest
        contact.time_zone = "America/Phoenix"
        found = customer_clock().whereabouts(contact)
        assert (tuple(found.zones), found.known_from) == (("America/Phoenix",), "told")
