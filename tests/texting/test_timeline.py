"""A contact's timeline has everything that the member may see, newest first, page by page, and nothing else."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.desk import SECOND, desk
from texting import blocking, contacts, revealing, tagging
from texting.fields import defining
from texting.fields.kinds import Kind
from texting.fields.writing import set_values
from texting.models import Contact, FieldRight, Reveal
from texting.timeline.kinds import Kind as TimelineKind
from texting.timeline.merging import Narrowed, page
from texting.views import timeline as views

__all__ = ["desk"]

pytestmark = pytest.mark.django_db


def titles(desk, member, contact=None, **asked):
    with activate(desk.organization):
        entries, _older = page(member, contact or desk.contact(), **asked)
        return [entry.title for entry in entries]


def test_it_tells_of_texts_permission_and_changes_in_the_order_in_which_they_happened(desk, time_machine):
    now = timezone.now()
    time_machine.move_to(now - timedelta(days=3), tick=False)
    conversation = desk.hear("START", name="Marcus Bell")
    time_machine.move_to(now - timedelta(days=2), tick=False)
    with activate(desk.organization):
        contacts.rename_contact(member=desk.cast.agent, contact=conversation.contact, name="Marcus B")
    time_machine.move_to(now - timedelta(days=1), tick=False)
    desk.hear("STOP")
    time_machine.move_to(now, tick=False)
    with activate(desk.organization):
        blocking.block(member=desk.cast.admin, contact=conversation.contact, why=Contact.Block.SPAM)
    found = titles(desk, desk.cast.owner)
    told = ["Blocked", "Permission withdrawn", "Contact changed", "Permission given"]
    assert [title for title in found if title in told] == told
    assert "Conversation began on Main line" in found
    assert any("texts on Main line" in title for title in found)


def test_what_one_may_not_read_leaves_nothing_on_it(desk):
    billing = desk.hear("About the bill", line=desk.billing_line)
    assert "Conversation began on Billing line" in titles(desk, desk.cast.owner)
    assert not [title for title in titles(desk, desk.cast.agent) if "Billing" in title]
    desk.hear("Hello", number=SECOND)
    assert "Conversation began on Main line" not in titles(desk, desk.cast.owner), "somebody else's"
    address = reverse("contact_timeline", args=[billing.contact_id])
    assert desk.as_(desk.cast.outsider).get(address).status_code == 404


def test_the_preview_is_masked_where_the_page_is_and_looks_are_for_whoever_reads_the_log(desk):
    conversation = desk.hear("I am Marcus Bell, call 212 555 0199", name="Marcus Bell")
    address = reverse("contact_timeline", args=[conversation.contact_id])
    open_one = desk.as_(desk.cast.agent).get(address).content.decode()
    assert ("Marcus Bell" in open_one, "555 0199" in open_one) == (True, True)
    masked = desk.as_(desk.cast.auditor).get(address).content.decode()
    assert ("Bell" in masked, "555 0199" in masked) == (False, False)
    with activate(desk.organization):
        desk.cast.agent.session_id = conversation.pk
        reason = Reveal.Reason(Reveal.Reason.values[0])
        revealing.reveal(member=desk.cast.agent, contact=desk.contact(), reason=reason, words="They are on the phone")
    looked = "Looked at name and number"
    assert looked in titles(desk, desk.cast.auditor)
    assert looked not in titles(desk, desk.cast.agent)


def test_a_change_of_a_field_is_told_to_whoever_sees_the_field_and_never_what_it_says(desk):
    conversation = desk.hear("Hello")
    with activate(desk.organization):
        field = defining.add_field(member=desk.cast.admin, name="Policy number", kind=Kind.TEXT)
        set_values(member=desk.cast.agent, contact=conversation.contact, typed={field.pk: "A-17"})
    browser, address = desk.as_(desk.cast.agent), reverse("contact_timeline", args=[conversation.contact_id])
    shown = browser.get(address).content.decode()
    assert ("Details changed" in shown, "Policy number" in shown, "A-17" in shown) == (True, True, False)
    with activate(desk.organization):
        FieldRight.objects.filter(field=field, role__built_in="agent").update(right=FieldRight.Right.HIDDEN)
    assert "Details changed" not in titles(desk, desk.cast.agent)


def test_a_tag_is_named(desk):
    conversation = desk.hear("Hello")
    with activate(desk.organization):
        tag = tagging.add_tag(member=desk.cast.admin, name="Moved away")
        for act in (tagging.put_on, tagging.take_off):
            act(member=desk.cast.agent, tag=tag, contact_ids=[conversation.contact_id])
    with activate(desk.organization):
        entries, _older = page(desk.cast.agent, conversation.contact, narrowed=Narrowed(TimelineKind.CHANGES))
        assert [(one.title, one.detail) for one in entries] == [
            ("Tag taken off", "Moved away"), ("Tag put on", "Moved away"),
        ]  # fmt: skip
        tagging.remove_tag(member=desk.cast.admin, tag=tag)
    assert titles(desk, desk.cast.agent)[:2] == ["Tag taken off", "Tag put on"]


def test_pages_together_have_everything_once_and_what_is_no_moment_begins_at_the_newest(desk):
    conversation = desk.hear("START")
    for index in range(5):
        with activate(desk.organization):
            contacts.rename_contact(member=desk.cast.agent, contact=conversation.contact, name=f"Name {index}")
    with activate(desk.organization):
        whole, end = page(desk.cast.owner, conversation.contact, size=100)
        assert end is None
        pieces, before = [], None
        for _ in range(20):
            entries, before = page(desk.cast.owner, conversation.contact, before, size=2)
            pieces += entries
            if before is None:
                break
    assert pieces == whole
    address = reverse("contact_timeline", args=[conversation.contact_id])
    browser = desk.as_(desk.cast.owner)
    for asked in ("nonsense", "2027-01-01", "2027-01-01T00:00:00", "\x00", "9999-12-31T23:59:59+00:00"):
        assert "Contact changed" in browser.get(address, {"before": asked}).content.decode()
    assert "Nothing yet" in browser.get(address, {"before": "1990-01-01T00:00:00+00:00"}).content.decode()


def test_it_is_narrowed_by_kind_and_days_in_an_address_that_can_be_shared(desk, time_machine):
    now = datetime(2026, 11, 20, 15, tzinfo=UTC)
    time_machine.move_to(datetime(2026, 11, 11, 4, 59, tzinfo=UTC), tick=False)  # the 10th, late in New York
    conversation = desk.hear("START", name="Marcus Bell")
    time_machine.move_to(now, tick=False)
    with activate(desk.organization):
        contacts.rename_contact(member=desk.cast.agent, contact=conversation.contact, name="Marcus B")
    desk.hear("STOP")
    browser, page_url = desk.as_(desk.cast.agent), reverse("contact", args=[conversation.contact_id])

    def shown(**asked):
        address = reverse("contact_timeline", args=[conversation.contact_id])
        return browser.get(address, asked).content.decode()

    only = shown(kind="permission")
    assert ("Permission withdrawn" in only, "Permission given" in only) == (True, True)
    assert ("Contact changed" in only, "Conversation began" in only) == (False, False)
    tenth = shown(since="2026-11-10", until="2026-11-10")
    assert ("Permission given" in tenth, "Permission withdrawn" in tenth, "Contact changed" in tenth) == (1, 0, 0)
    assert "Permission given" not in shown(since="2026-11-11")
    assert "Permission given" not in shown(until="2026-11-09")
    empty = shown(kind="payments", since="2026-11-20")
    assert "Nothing fits" in empty
    assert f'href="{page_url}#history"' in empty
    assert (
        "kind=permission&amp;since=2026-11-01"
        in browser.get(page_url, {"kind": "permission", "since": "2026-11-01"}).content.decode()
    )


def test_what_makes_no_sense_is_said_and_is_never_everything(desk):
    conversation = desk.hear("START")
    browser, where = desk.as_(desk.cast.admin), [conversation.contact_id]
    wrong = {
        "Choose one of the kinds.": {"kind": "x\x00"},
        "Choose a day.": {"since": "yesterday"},
        "The last day is before the first.": {"since": "2026-11-02", "until": "2026-11-01"},
        "Choose days of this century.": {"until": "9999-12-31"},
    }
    for words, asked in wrong.items():
        answer = browser.get(reverse("contact", args=where), asked).content.decode()
        assert words in answer
        assert 'id="contact-timeline"' not in answer
        assert "Permission given" not in browser.get(reverse("contact_timeline", args=where), asked).content.decode()
        assert browser.get(reverse("export_contact_timeline", args=where), asked).status_code == 404
    agent, looks = desk.as_(desk.cast.agent), {"kind": "looks"}  # who cannot read the log is not offered it
    assert 'value="looks"' not in agent.get(reverse("contact", args=where)).content.decode()
    assert "That kind or" in agent.get(reverse("contact_timeline", args=where), looks).content.decode()


def test_the_file_has_what_the_page_shows_in_pieces_and_stands_in_the_log(desk, monkeypatch):
    monkeypatch.setattr(views, "_A_PIECE", 2)
    conversation = desk.hear("I am Marcus Bell, call 212 555 0199", name="Marcus Bell")
    with activate(desk.organization):
        for index in range(4):
            contacts.rename_contact(member=desk.cast.agent, contact=conversation.contact, name=f"=Name {index}")
    address = reverse("export_contact_timeline", args=[conversation.contact_id])

    def rows(member, **asked):
        answer = desk.as_(member).get(address, asked)
        return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))

    head, *lines = rows(desk.cast.admin)
    assert head == ["When (UTC)", "Kind", "What happened", "Details", "Who"]
    assert [line[2] for line in lines] == titles(desk, desk.cast.admin)
    changes = rows(desk.cast.admin, kind="changes")[1:]
    assert {line[1] for line in changes} == {"Changes of the contact"}
    assert len(changes) == 4
    with activate(desk.organization):
        events = AuditEvent.objects.filter(event="contact:timeline_exported")
        assert [(one.actor_id, one.object_id) for one in events] == [
            (desk.cast.admin.pk, str(conversation.contact_id))
        ] * 2
    assert desk.as_(desk.cast.agent).get(address).status_code == 403
    assert desk.as_(desk.cast.outsider).get(address).status_code in {403, 404}


def test_changes_that_one_may_not_know_of_do_not_end_the_story(desk):
    conversation = desk.hear("Hello")
    with activate(desk.organization):
        contacts.rename_contact(member=desk.cast.agent, contact=conversation.contact, name="Marcus Bell")
        field = defining.add_field(member=desk.cast.admin, name="Policy number", kind=Kind.TEXT)
        for index in range(6):
            set_values(member=desk.cast.agent, contact=conversation.contact, typed={field.pk: f"A-{index}"})
    only = Narrowed(TimelineKind.CHANGES)
    assert titles(desk, desk.cast.agent, size=2, narrowed=only) == ["Details changed"] * 2
    with activate(desk.organization):
        FieldRight.objects.filter(field=field, role__built_in="agent").update(right=FieldRight.Right.HIDDEN)
    assert titles(desk, desk.cast.agent, size=2, narrowed=only) == ["Contact changed"], "six hidden ones are newer"
