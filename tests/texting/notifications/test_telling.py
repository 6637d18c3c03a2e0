"""Members are told what concerns them, and only as long as it is theirs to see."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Team
from compliance.escalations import acting, opening
from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.revealers import with_rights
from tests.texting.desk import SECOND, desk
from texting import conversations
from texting.models import Notification
from texting.notifications import mentioning, reading
from texting.queries import visible_conversations

__all__ = ["desk"]

Kind = Notification.Kind


def fresh(member: Membership) -> Membership:
    """As the next request knows them."""
    return Membership.objects.select_related("user", "organization").get(pk=member.pk)


def seen(desk, member):
    """Kind and words of what the member's list shows, the newest first; and that the number in the rail is right."""
    with activate(desk.organization):
        rows = reading.page_of(fresh(member)).rows
        assert reading.unread_count(fresh(member)) == sum(row.is_unread for row in rows)
    return [(row.kind, row.sentence) for row in rows]


def give(desk, conversation, to):
    with activate(desk.organization):
        conversations.assign(member=desk.cast.supervisor, conversation=conversation, to=to.pk, was=None)
    return desk.fresh(conversation)


def leave_note(desk, conversation, body, *, by=None, picked=()):
    with activate(desk.organization):
        return conversations.add_note(
            member=by or desk.cast.agent, conversation=desk.fresh(conversation), body=body, picked=picked
        )


def test_each_kind_reaches_whom_it_concerns_and_nobody_else(desk):
    cast, conversation = desk.cast, desk.hear("Hello", name="Ada Lovelace")
    give(desk, conversation, cast.agent)
    desk.hear("Anybody there?")
    desk.hear("Please call")
    leave_note(desk, conversation, "@Amelia Okafor, can you?", by=cast.supervisor)
    with activate(desk.organization):
        found = opening.escalate(member=cast.supervisor, conversation=desk.fresh(conversation), reason="Complicated")
        acting.assign(member=cast.supervisor, escalation=found, to=cast.supervisor.pk)
    assert seen(desk, cast.agent) == [
        (Kind.ESCALATION, "Sam Achebe gave you this escalation"),
        (Kind.MENTIONED, "Sam Achebe mentioned you in a note"),
        (Kind.TEXT, "2 new texts"),
        (Kind.ASSIGNED, "Sam Achebe gave you this conversation"),
    ]
    give(desk, desk.hear(number=SECOND), cast.supervisor)  # to themselves
    for other in (cast.supervisor, cast.second_agent, cast.owner, cast.admin):
        assert seen(desk, other) == []  # nobody is told what they did themselves


def test_an_unread_row_counts_up_and_a_read_one_begins_anew(desk):
    cast, conversation = desk.cast, desk.hear()
    give(desk, conversation, cast.agent)
    for _time in range(3):
        desk.hear("More")
    assert (Kind.TEXT, "3 new texts") in seen(desk, cast.agent)
    desk.as_(cast.agent).get(reverse("conversation", args=[conversation.pk]))
    with activate(desk.organization):
        assert reading.unread_count(fresh(cast.agent)) == 0
    desk.hear("One more")
    assert seen(desk, cast.agent)[0] == (Kind.TEXT, "1 new text")
    with activate(desk.organization):
        assert reading.unread_count(fresh(cast.agent)) == 1


def test_a_text_that_is_delivered_twice_is_told_once(desk):
    from texting import receiving
    from texting.providers import base

    give(desk, desk.hear(), desk.cast.agent)
    again = base.Inbound("twice", "+12125550181", desk.line.number, "Hello", "twice")
    for _time in range(2):
        with activate(desk.organization):
            receiving.receive(desk.line, again)
    assert (Kind.TEXT, "1 new text") in seen(desk, desk.cast.agent)


class TestMentions:
    @pytest.mark.parametrize("visibility", Team.Visibility.values)
    @pytest.mark.parametrize("owner", ["", "agent"])
    def test_who_can_be_mentioned_is_exactly_who_may_see_the_conversation(self, desk, visibility, owner):
        cast, conversation = desk.cast, desk.hear()
        if owner:
            give(desk, conversation, cast.agent)
        with activate(desk.organization):
            Team.objects.filter(pk=desk.line.team_id).update(visibility=visibility, shows_unassigned=False)
            able = {one.id for one in mentioning.mentionable(desk.fresh(conversation))}
            people = Membership.objects.filter(organization=desk.organization, is_machine=False)
            everybody = [fresh(one) for one in people]
            may = {one.pk for one in everybody if visible_conversations(one).filter(pk=conversation.pk).exists()}
        assert able == may
        assert cast.owner.pk in able
        assert not able & {cast.leaver.pk, cast.outsider.pk}
        assert (cast.second_agent.pk in able) == (visibility != Team.Visibility.ASSIGNED)

    @pytest.mark.parametrize(
        ("body", "whom"),
        [
            ("@Bo Castellanos look", {"second_agent"}),
            ("ask @bo castellanos and @SAM ACHEBE, or @Bo Castellanos", {"second_agent", "supervisor"}),
            ("(@Bo\nCastellanos)", {"second_agent"}),
            ("@Bo", set()),
            ("@Bo Castellanosson", set()),
            ("mail me@Bo Castellanos", set()),
            ("@Lev Moreau and @Oscar Outsider", set()),
            ("@Amelia Okafor reminds herself", set()),
            ("@" * 4000, set()),
            ("@\udcff".encode("utf-8", "replace").decode() + " @.*", set()),
        ],
    )
    def test_a_name_behind_an_at_is_a_mention(self, desk, body, whom):
        leave_note(desk, desk.hear(), body)
        told = {name for name in ("second_agent", "supervisor", "agent") if seen(desk, getattr(desk.cast, name))}
        assert told == whom

    def test_of_two_with_one_name_the_one_who_was_picked_is_told(self, desk):
        cast, conversation = desk.cast, desk.hear()
        for member in (cast.second_agent, cast.supervisor):
            member.user.name = "Bo Castellanos"
            member.user.save(update_fields=["name"])
        browser = desk.as_(cast.agent)
        address = reverse("conversation_note", args=[conversation.pk])
        browser.post(
            address,
            {"body": "@Bo Castellanos hello", "mentioned": [str(cast.supervisor.pk), "nonsense", str(new_id())]},
        )
        assert seen(desk, cast.supervisor)
        assert not seen(desk, cast.second_agent)
        browser.post(address, {"body": "@Bo Castellanos hello"})
        assert seen(desk, cast.second_agent)

    def test_a_list_for_the_composer(self, desk):
        conversation = desk.hear()
        address = reverse("mentionable", args=[conversation.pk])
        names = [one["name"] for one in desk.as_(desk.cast.agent).get(address).json()["colleagues"]]
        assert {"Bo Castellanos", "Sam Achebe", "Olga Brandt"} <= set(names)
        assert not {"Amelia Okafor", "Lev Moreau", "Oscar Outsider"} & set(names)
        assert desk.as_(desk.cast.outsider).get(address).status_code == 404


class TestSeeing:
    def test_what_a_member_may_no_longer_see_is_neither_shown_nor_counted(self, desk):
        cast, conversation = desk.cast, desk.hear()
        leave_note(desk, conversation, "@Bo Castellanos hello")
        assert len(seen(desk, cast.second_agent)) == 1
        with activate(desk.organization):
            Team.objects.filter(pk=desk.line.team_id).update(visibility=Team.Visibility.ASSIGNED)
        give(desk, conversation, cast.agent)
        assert seen(desk, cast.second_agent) == []
        page = desk.as_(cast.second_agent).get(reverse("notifications")).content.decode()
        assert "hello" not in page

    def test_customers_are_masked_for_whoever_may_not_see_them(self, desk):
        conversation = desk.hear(name="Ada Lovelace")
        leave_note(desk, conversation, "@Bo Castellanos Lovelace asks, 212 555 0181")
        page = desk.as_(with_rights(desk.cast)).get(reverse("notifications")).content.decode()
        assert "@Bo Castellanos" in page
        assert "Lovelace" not in page
        assert "555 0181" not in page

    def test_the_number_in_the_rail(self, desk):
        leave_note(desk, desk.hear(), "@Sam Achebe hello")
        page = desk.as_(desk.cast.supervisor).get(reverse("counts")).content.decode()
        assert 'id="count-notifications" hx-swap-oob="true"><span' in page


class TestMarking:
    @pytest.fixture
    def two(self, desk):
        """Bo is mentioned in two conversations."""
        for number in ("+12125550181", SECOND):
            leave_note(desk, desk.hear(number=number), "@Bo Castellanos hello")
        return desk.as_(desk.cast.second_agent)

    def unread(self, desk):
        with activate(desk.organization):
            return reading.unread_count(fresh(desk.cast.second_agent))

    def test_one_and_back(self, desk, two):
        with activate(desk.organization):
            one = Notification.objects.first()
        for _twice in range(2):
            answer = two.post(reverse("read_notification", args=[one.pk]))
            assert answer.status_code == 204
            assert "live:notification" in answer["HX-Trigger"]
            assert self.unread(desk) == 1
        two.post(reverse("unread_notification", args=[one.pk]))
        assert self.unread(desk) == 2

    def test_all_and_back(self, desk, two):
        import json

        answer = two.post(reverse("read_notifications"))
        assert self.unread(desk) == 0
        undo = json.loads(answer["HX-Trigger"])["toast"]["undo"]
        assert parse_qs(urlsplit(undo).query)["at"]
        two.post(undo)
        assert self.unread(desk) == 2
        for nonsense in ("", "x", "2026-13-45T00:00:00Z", "2026-01-01T00:00:00", "9" * 5000):
            assert two.post(reverse("undo_read_notifications"), QUERY_STRING=f"at={nonsense}").status_code == 204
        assert self.unread(desk) == 2

    def test_what_came_meanwhile_stays_the_one_unread_row(self, desk):
        cast, conversation = desk.cast, desk.hear()
        give(desk, conversation, cast.second_agent)
        desk.hear("One")
        with activate(desk.organization):
            at = reading.mark_all_read(fresh(cast.second_agent))
        desk.hear("Two")
        with activate(desk.organization):
            assert reading.undo_all_read(fresh(cast.second_agent), at)
        texts = [row for row in seen(desk, cast.second_agent) if row[0] == Kind.TEXT]
        assert len(texts) == 2
        assert self.unread(desk) == 2  # the assignment and the second text

    def test_nobody_marks_what_is_a_colleagues(self, desk, two):
        with activate(desk.organization):
            one = Notification.objects.first()
        for other in (desk.cast.agent, desk.cast.owner, desk.cast.outsider):
            assert desk.as_(other).post(reverse("read_notification", args=[one.pk])).status_code == 404
            desk.as_(other).post(reverse("read_notifications"))
        assert self.unread(desk) == 2


class TestChoices:
    def save(self, desk, **values):
        every = {"app": Kind.values, "told": [str(desk.line.team_id), str(desk.billing_line.team_id)]}
        return desk.as_(desk.cast.second_agent).post(reverse("notification_settings"), every | values)

    def test_a_kind_that_is_off_is_not_shown_and_the_others_are(self, desk):
        give(desk, desk.hear(), desk.cast.second_agent)
        desk.hear("More")
        assert self.save(desk, app=[Kind.ASSIGNED]).status_code == 302
        assert [kind for kind, _words in seen(desk, desk.cast.second_agent)] == [Kind.ASSIGNED]
        assert self.save(desk, app=[]).status_code == 302
        assert seen(desk, desk.cast.second_agent) == []

    def test_a_team_that_is_off_is_not_told_of_and_the_other_is(self, desk):
        leave_note(desk, desk.hear(), "@Bo Castellanos front desk")
        leave_note(desk, desk.hear(line=desk.billing_line), "@Bo Castellanos billing", by=desk.cast.owner)
        assert self.save(desk, told=[str(desk.billing_line.team_id)]).status_code == 302
        page = desk.as_(desk.cast.second_agent).get(reverse("notifications")).content.decode()
        assert "billing" in page
        assert "front desk" not in page

    @pytest.mark.parametrize("wrong", [{"app": ["nonsense"]}, {"told": ["x"]}, {"told": [str(new_id())]}])
    def test_what_is_no_choice_is_refused_and_changes_nothing(self, desk, wrong):
        assert self.save(desk, **wrong).status_code == 422
        leave_note(desk, desk.hear(), "@Bo Castellanos hello")
        assert len(seen(desk, desk.cast.second_agent)) == 1

    def test_the_list_goes_on_page_by_page(self, desk):
        conversation = desk.hear()
        for place in range(3):
            leave_note(desk, conversation, f"@Bo Castellanos {place}")
        with activate(desk.organization):
            Notification.objects.update(at=timezone.now() - timedelta(hours=1))  # the same moment
            member, words, cursor = fresh(desk.cast.second_agent), [], None
            while cursor is None or cursor:
                from texting.queries import Cursor

                page = reading.page_of(member, cursor=Cursor.read(cursor), size=2)
                words += [row.words for row in page.rows]
                cursor = page.next
        assert sorted(words) == [f"@Bo Castellanos {place}" for place in range(3)]
