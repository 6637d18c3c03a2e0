"""Mails to those who may approve: one in a while, again after a working day; and bounds of proposals."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, OutgoingMail, User
from compliance import tasks
from compliance.content_types.kinds import ContentType
from compliance.message_templates import handing_on, telling, writing
from compliance.message_templates.handing_on import ProposedBefore, TooManyProposed
from compliance.message_templates.writing import Wish
from compliance.models import MessageTemplate
from tenancy.isolation import activate
from tests.texting.desk import desk
from texting.models import Notification
from texting.notifications.choosing import Choices, Way

__all__ = ["desk"]


@pytest.fixture(autouse=True)
def one_approver(desk):
    """The owner alone is mailed."""
    with activate(desk.organization):
        Membership.objects.exclude(pk=desk.cast.owner.pk).update(wants_mails=False)
        writing.want_second(actor=desk.cast.owner, wanted=True)


def mails() -> int:
    return OutgoingMail.objects.filter(kind="template_waits").count()


def later(**by) -> None:
    """As if the mails had been queued so long ago."""
    OutgoingMail.objects.update(queued_at=timezone.now() - timedelta(**by))


def ask(desk, name: str) -> MessageTemplate:
    with activate(desk.organization):
        made = writing.create(actor=desk.cast.admin, wish=Wish(name, ContentType.REPLY, {"en": f"Hello from {name}."}))
        writing.ask(actor=desk.cast.admin, template=made)
        return made


def own(desk, name: str, words: str) -> MessageTemplate:
    with activate(desk.organization):
        wish = Wish(name, ContentType.REPLY, {"en": words}, own=True)
        return writing.create(actor=desk.cast.agent, wish=wish)


def propose(desk, mine: MessageTemplate, team=None) -> MessageTemplate:
    with activate(desk.organization):
        return handing_on.propose(actor=desk.cast.agent, template=mine, team=team)


class TestMails:
    def test_who_asks_all_the_time_neither_floods_nor_silences(self, desk):
        first = ask(desk, "One")
        assert mails() == 1
        for _again in range(3):
            with activate(desk.organization):
                writing.send_back(actor=desk.cast.owner, template=first)
                writing.ask(actor=desk.cast.admin, template=first)
        ask(desk, "Two")
        assert mails() == 1, "one in a quarter of an hour"
        assert tasks.mail_approvers_of_templates() == 0
        later(minutes=16)
        assert tasks.mail_approvers_of_templates() == 1, "of all that came meanwhile, though nobody asks any more"
        assert tasks.mail_approvers_of_templates() == 0
        OutgoingMail.objects.update(queued_at=timezone.now() - timedelta(minutes=16))
        ask(desk, "Three")
        assert mails() == 3, "although nothing was decided"

    def test_what_nobody_decides_is_reminded_of_after_a_working_day_and_not_for_ever(self, desk, time_machine):
        monday = datetime(2026, 11, 30, 16, tzinfo=UTC)
        time_machine.move_to(monday, tick=False)
        ask(desk, "One")
        for hours, sent in ((23, 0), (25, 1), (26, 0), (50, 1), (24 * 8, 0)):
            time_machine.move_to(monday + timedelta(hours=hours), tick=False)
            assert tasks.mail_approvers_of_templates() == sent, hours
        time_machine.move_to(monday, tick=False)

    def test_over_a_weekend_nobody_is_reminded(self, desk, time_machine):
        friday = datetime(2026, 12, 4, 16, tzinfo=UTC)
        time_machine.move_to(friday, tick=False)
        ask(desk, "One")
        for days, sent in ((1, 0), (2, 0), (3.1, 1)):
            time_machine.move_to(friday + timedelta(days=days), tick=False)
            assert tasks.mail_approvers_of_templates() == sent, days

    def test_what_was_decided_is_not_reminded_of(self, desk):
        row = ask(desk, "One")
        with activate(desk.organization):
            writing.publish(actor=desk.cast.owner, template=row)
        later(days=5)
        assert tasks.mail_approvers_of_templates() == 0

    def test_another_organizations_mail_to_the_same_person_silences_nothing(self, desk):
        ask(desk, "One")
        OutgoingMail.objects.update(scope=desk.cast.outsider.organization_id)
        with activate(desk.organization):
            assert telling.mail_due() == 1

    def test_an_address_that_gets_none_keeps_nobody_from_asking(self, desk):
        User.objects.filter(pk=desk.cast.owner.user_id).update(email="no address")
        ask(desk, "One")
        assert mails() == 0

    def test_of_a_muted_team_nobody_is_told(self, desk):
        row = ask(desk, "One")
        with activate(desk.organization):
            MessageTemplate.objects.filter(pk=row.pk).update(team=desk.line.team)
            waits = Notification.objects.filter(member=desk.cast.owner, kind="approval")
            for muted, told in ((set(), 1), ({row.pk}, 1), ({desk.line.team_id}, 0)):
                choices = Choices({Way.APP: frozenset({"approval"})}, frozenset(muted), None)
                assert waits.filter(choices.told(Way.APP)).count() == told


class TestProposals:
    def test_the_same_words_are_proposed_once(self, desk):
        mine = own(desk, "Mine", "Back at two.")
        made = propose(desk, mine)
        for team in (None, desk.line.team):
            with pytest.raises(ProposedBefore):
                propose(desk, mine, team)
        with activate(desk.organization):
            writing.send_back(actor=desk.cast.owner, template=made)
        with pytest.raises(ProposedBefore):
            propose(desk, mine)
        with pytest.raises(ProposedBefore):
            propose(desk, own(desk, "Other name", "Back at two."))
        page = desk.as_(desk.cast.agent).post(reverse("propose_template", args=[mine.pk]), follow=True)
        assert "The same words are there already" in page.content.decode()
        with activate(desk.organization):
            writing.archive(actor=desk.cast.owner, template=made)
        propose(desk, mine)

    def test_one_persons_are_limited_until_somebody_decides(self, desk):
        made = [propose(desk, own(desk, f"Mine {at}", f"Words {at}.")) for at in range(handing_on.MOST_PROPOSED)]
        more = own(desk, "More", "More words.")
        with pytest.raises(TooManyProposed):
            propose(desk, more)
        page = desk.as_(desk.cast.agent).post(reverse("propose_template", args=[more.pk]), follow=True)
        assert "proposals of yours wait" in page.content.decode()
        with activate(desk.organization):
            writing.publish(actor=desk.cast.owner, template=MessageTemplate.objects.get(pk=made[0].pk))
        propose(desk, more)

    def test_a_name_that_is_taken_in_the_same_moment_is_given_another_number(self, desk, monkeypatch):
        mine = own(desk, "Mine", "Back at two.")
        ask(desk, "Mine")
        free, tried = writing.free_name, []

        def slow(name, *, owner):
            tried.append(name)
            return name if len(tried) == 1 else free(name, owner=owner)

        monkeypatch.setattr(writing, "free_name", slow)
        assert propose(desk, mine).name == "Mine 2"
        monkeypatch.setattr(writing, "free_name", lambda name, *, owner: "Mine")
        page = desk.as_(desk.cast.agent).post(
            reverse("propose_template", args=[own(desk, "Third", "Third words.").pk]), follow=True
        )
        assert "Somebody took that name" in page.content.decode()
