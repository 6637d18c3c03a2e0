"""What waits for a second person stands in the lists of those who may decide, and what became of it in the asker's."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, MembershipRole
from compliance.content_types import deciding
from compliance.content_types.kinds import ContentType
from compliance.message_templates import handing_on, writing
from compliance.message_templates.writing import Wish
from compliance.models import HeldText, MessageTemplate
from tenancy.isolation import activate
from tests.compliance.content_types.test_held_texts import hold
from tests.texting.announcements.many import act, checked, customers
from tests.texting.desk import desk
from texting.announcements import rules, running
from texting.models import Notification
from texting.notifications import choosing, reading
from texting.notifications.choosing import Way

__all__ = ["desk"]

NAMES = ("owner", "admin", "supervisor", "agent", "second_agent", "auditor")


def lists(desk) -> dict[str, list[tuple[str, str, str]]]:
    """By member (title, sentence, "new" or ""), the newest first; and that numbers and page agree."""
    found = {}
    for name in NAMES:
        member = getattr(desk.cast, name, None)
        if member is None:
            continue
        with activate(desk.organization):
            fresh = Membership.objects.select_related("user", "organization").get(pk=member.pk)
            rows = reading.page_of(fresh).rows
            assert reading.unread_count(fresh) == sum(one.is_unread for one in rows)
        if rows:
            found[name] = [(one.title, one.sentence, "new" if one.is_unread else "") for one in rows]
    return found


def name_of(desk, who):
    return getattr(desk.cast, who).user.name


class TestTemplates:
    @pytest.fixture
    def template(self, desk):
        with activate(desk.organization):
            writing.want_second(actor=desk.cast.owner, wanted=True)
            wish = Wish("Parking", ContentType.REPLY, {"en": "Park behind the house."})
            made = writing.create(actor=desk.cast.admin, wish=wish)
            writing.ask(actor=desk.cast.admin, template=made)
            return made

    def test_those_who_may_approve_are_told_until_one_of_them_decides(self, desk, template):
        asks = ("Parking", f"{name_of(desk, 'admin')} asks you to approve this template", "new")
        told = lists(desk)
        assert told["owner"] == [asks]
        assert not {"admin", "agent"} & told.keys(), "not who asked, and not who may not"
        with activate(desk.organization):
            writing.publish(actor=desk.cast.owner, template=template)
        said = f"{name_of(desk, 'owner')} approved your template"
        assert lists(desk) == {"admin": [("Parking", said, "new")]}
        with activate(desk.organization):
            assert set(Notification.objects.values_list("kind", flat=True)) == {"decision"}

    def test_sent_back_asked_again_changed_and_archived(self, desk, template):
        with activate(desk.organization):
            reading.mark_all_read(desk.cast.owner)
            writing.send_back(actor=desk.cast.owner, template=template)
        said = f"{name_of(desk, 'owner')} did not approve your template"
        assert lists(desk) == {"admin": [("Parking", said, "new")]}
        with activate(desk.organization):
            writing.ask(actor=desk.cast.admin, template=template)
        assert [row[2] for row in lists(desk)["owner"]] == ["new"], "asked again it is one, and new"
        with activate(desk.organization):
            wish = Wish("Parking", ContentType.REPLY, {"en": "Park in front."})
            writing.save(actor=desk.cast.admin, template=template, wish=wish)
        assert "owner" not in lists(desk), "a change takes the question back"
        with activate(desk.organization):
            writing.ask(actor=desk.cast.admin, template=template)
            writing.archive(actor=desk.cast.admin, template=template)
        assert "owner" not in lists(desk)

    def test_who_loses_the_right_or_sees_no_conversations_is_shown_nothing(self, desk, template):
        with activate(desk.organization):
            before = lists(desk)
            MembershipRole.objects.filter(membership=desk.cast.supervisor).delete()
        after = lists(desk)
        assert set(before) - set(after) <= {"supervisor"}
        assert "supervisor" not in after

    def test_the_page_leads_there_and_the_kind_can_be_switched_off(self, desk, template):
        owner = desk.as_(desk.cast.owner)
        page = owner.get(reverse("notifications") + "?view=approval").content.decode()
        assert reverse("message_template", args=[template.pk]) in page
        with activate(desk.organization):
            row = Notification.objects.get(member=desk.cast.owner)
            assert owner.post(reverse("read_notification", args=[row.pk])).status_code == 204
            assert owner.post(reverse("unread_notification", args=[row.pk])).status_code == 204
        assert [row[2] for row in lists(desk)["owner"]] == ["new"]
        with activate(desk.organization):
            some = set(Notification.Kind.values) - {"approval"}
            choosing.choose(
                member=desk.cast.owner, ways={Way.APP: some}, muted={desk.line.team_id}, quiet=None, sound=False
            )
        assert "owner" not in lists(desk)
        outsider = desk.as_(desk.cast.outsider)
        assert outsider.post(reverse("read_notification", args=[row.pk])).status_code == 404

    def test_what_is_proposed_comes_back_to_who_proposed_it(self, desk):
        with activate(desk.organization):
            wish = Wish("Mine", ContentType.REPLY, {"en": "Back at two."}, own=True)
            mine = writing.create(actor=desk.cast.agent, wish=wish)
            made = handing_on.propose(actor=desk.cast.agent, template=mine, team=None)
        assert "owner" in lists(desk)
        with activate(desk.organization):
            writing.send_back(actor=desk.cast.owner, template=MessageTemplate.objects.get(pk=made.pk))
        [(title, sentence, _new)] = lists(desk)["agent"]
        assert (title, sentence) == ("Mine", f"{name_of(desk, 'owner')} did not approve your template")


class TestAnnouncements:
    @pytest.fixture
    def asked(self, desk):
        customers(desk, 1, 2, 3)
        with activate(desk.organization):
            rules.set_most_alone(member=desk.cast.admin, people=1)
        row = checked(desk)
        act(desk, running.start, row, desk.cast.supervisor)
        return row

    def test_those_who_may_let_it_begin_are_told_and_who_asked_hears_of_it(self, desk, asked):
        told = lists(desk)
        said = f"{name_of(desk, 'supervisor')} asks you to let this announcement begin"
        assert told == {"admin": [("Closed on Friday", said, "new")]}, "nobody who wrote it or asked"
        act(desk, running.approve, asked, desk.cast.admin)
        said = f"{name_of(desk, 'admin')} let your announcement begin"
        assert lists(desk) == {"supervisor": [("Closed on Friday", said, "new")]}

    def test_sent_back_by_somebody_else_or_taken_back_by_the_asker(self, desk, asked):
        act(desk, running.send_back, asked, desk.cast.supervisor)
        assert lists(desk) == {}, "who takes it back knows"
        act(desk, running.start, asked, desk.cast.supervisor)
        act(desk, running.send_back, asked, desk.cast.admin)
        [(_title, sentence, _new)] = lists(desk)["supervisor"]
        assert sentence == f"{name_of(desk, 'admin')} sent your announcement back"


class TestHeldTexts:
    def test_second_persons_are_told_and_the_author_learns_what_became_of_it(self, desk):
        held = hold(desk, desk.hear("Hello", name="Grace Hopper"))
        told = lists(desk)
        asks = ("Grace Hopper", f"A text of {name_of(desk, 'agent')} waits for a second person", "new")
        assert told["supervisor"] == [asks]
        assert "agent" not in told
        with activate(desk.organization):
            deciding.refuse(member=desk.cast.supervisor, held=held, reason="Too loud")
        said = f"{name_of(desk, 'supervisor')} did not approve your text"
        assert lists(desk) == {"agent": [("Grace Hopper", said, "new")]}

    def test_two_in_one_conversation_are_two_and_what_expires_or_is_taken_back_is_none(self, desk):
        place = desk.hear("Hello")
        first, second = hold(desk, place), hold(desk, place, "By the way: 40% off all soaps today only. Buy now!")
        assert len(lists(desk)["supervisor"]) == 2
        with activate(desk.organization):
            deciding.take_back(member=desk.cast.agent, held=first)
        assert len(lists(desk)["supervisor"]) == 1
        with activate(desk.organization):
            HeldText.objects.filter(pk=second.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
            deciding.expire()
            deciding.expire()
        told = lists(desk)
        assert "supervisor" not in told
        assert [row[1] for row in told["agent"]] == ["Your text waited too long for a second person"]

    def test_who_may_no_longer_read_the_conversation_is_told_nothing(self, desk):
        hold(desk, desk.hear("Hello"))
        with activate(desk.organization):
            other = Notification.objects.get(member=desk.cast.supervisor)
            MembershipRole.objects.filter(membership=desk.cast.supervisor).delete()
        assert "supervisor" not in lists(desk)
        assert desk.as_(desk.cast.agent).post(reverse("read_notification", args=[other.pk])).status_code == 404
