"""Who reads a team's conversations: everybody, the team, or only whom each is assigned to. One rule, every way in."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Team
from tenancy.isolation import activate
from tests.callers import make_caller
from tests.kept import kept_upon
from tests.texting.desk import FIRST, SECOND, desk
from texting import conversations, queries
from texting.conversations import NotPossible
from texting.models import Conversation, Message
from texting.queries import Filter, FilterKind, NotYours, attention

__all__ = ["desk"]

THIRD = "+12125550183"


def setting(desk, visibility, shows_unassigned=False):
    with activate(desk.organization):
        Team.objects.filter(pk=desk.cast.front_desk.pk).update(visibility=visibility, shows_unassigned=shows_unassigned)


def fresh(member):
    """The member as a new request finds them."""
    return Membership.objects.select_related("user", "organization").get(pk=member.pk)


@kept_upon("desk")
def three(desk) -> dict[str, Conversation]:
    """One conversation of the agent, one of the colleague, one of nobody; each with a text of its own."""
    found = {
        "mine": desk.take(desk.hear("Mine it is", number=FIRST)),
        "theirs": desk.take(desk.hear("Theirs it is", number=SECOND), desk.cast.second_agent),
        "nobodys": desk.hear("Nobodys it is", number=THIRD),
    }
    with activate(desk.organization):
        Message.objects.update(attention=Message.Attention.NO_RECEIPT)
    return found


def seen(desk, member, three) -> dict[str, set[str]]:
    """By each way in, which of the three the member finds."""
    names = {conversation.pk: name for name, conversation in three.items()}
    with activate(desk.organization):
        member = fresh(member)
        opened = set()
        for name, conversation in three.items():
            try:
                queries.access_conversation(member, conversation.pk)
                message = Message.objects.get(conversation=conversation)
                queries.access_message(member, message.pk)
                attention.access_attention(member, message.pk)
                opened.add(name)
            except NotYours:
                assert queries.inbox_row(member, conversation.pk, Filter()) is None
        return {
            "opened": opened,
            "list": {names[row.id] for row in queries.inbox_page(member, Filter()).rows},
            "rows": {name for key, name in names.items() if queries.inbox_row(member, key, Filter())},
            "pages": {names[row.pk] for row in queries.conversations_page(member, Filter(), None, 9).rows},
            "ids": {names[key] for key in queries.conversations_by_id(member, list(names))},
            "numbers": {names[row.id] for one in (FIRST, SECOND, THIRD) for row in queries.search(member, one).rows},
            "attention": {names[row.conversation_id] for row in attention._visible(member)},
        }


@pytest.mark.parametrize(
    ("visibility", "unassigned", "expected"),
    [
        ("all", False, {"mine", "theirs", "nobodys"}),
        ("team", False, {"mine", "theirs", "nobodys"}),
        ("assigned", True, {"mine", "nobodys"}),
        ("assigned", False, {"mine"}),
    ],
)
def test_an_agent_of_the_team_finds_what_the_setting_says_by_every_way_in(
    desk, three, visibility, unassigned, expected
):
    setting(desk, visibility, unassigned)
    assert {way: found for way, found in seen(desk, desk.cast.agent, three).items() if found != expected} == {}


@pytest.mark.parametrize("who", ["owner", "admin", "supervisor", "auditor"])
def test_whoever_reads_every_team_reads_on(desk, three, who):
    setting(desk, "assigned")
    found = seen(desk, getattr(desk.cast, who), three)
    if who == "auditor":
        found.pop("numbers")  # nobody is looked up by a number that one may not see
    assert {way: found for way, found in found.items() if found != set(three)} == {}


def test_a_team_that_is_open_to_all_is_read_by_agents_of_other_teams_and_no_other_is(desk):
    billing = desk.hear(line=desk.billing_line)
    ways = {"billing": billing}
    with activate(desk.organization):
        Message.objects.update(attention=Message.Attention.NO_RECEIPT)
    assert set().union(*seen(desk, desk.cast.agent, ways).values()) == set()
    with activate(desk.organization):
        Team.objects.filter(pk=desk.cast.billing.pk).update(visibility="all")
        line = Conversation.objects.select_related("line__team").get(pk=billing.pk).line
        assert desk.cast.agent.pk in {one.id for one in queries.colleagues_on(line)}
    assert {way: found for way, found in seen(desk, desk.cast.agent, ways).items() if found != {"billing"}} == {}


def test_counts_hold_what_the_member_may_read_only(desk, three):
    with activate(desk.organization):
        Conversation.objects.update(unread=1)
    for shows_unassigned, expected in ((True, (1, 1, 2)), (False, (1, 0, 1))):
        setting(desk, "assigned", shows_unassigned)
        with activate(desk.organization):
            counts = queries.counts(fresh(desk.cast.agent))
            assert (counts.mine, counts.unassigned, counts.unread) == expected


def test_a_thread_keeps_the_conversations_of_others_closed(desk):
    old = desk.resolve(desk.take(desk.hear("An older secret"), desk.cast.second_agent))
    setting(desk, "assigned")
    new = desk.take(desk.hear("Hello again"), desk.cast.agent)
    assert old.pk != new.pk
    with activate(desk.organization):
        shown = repr(queries.thread(fresh(desk.cast.agent), new))
        assert "Hello again" in shown
        assert "older secret" not in shown
        assert "older secret" in repr(queries.thread(fresh(desk.cast.supervisor), new))
        mine_before = queries.access_conversation(fresh(desk.cast.second_agent), old.pk)
        assert queries.newest_conversation(fresh(desk.cast.second_agent), mine_before) == old.pk
        assert "Hello again" not in repr(queries.thread(fresh(desk.cast.second_agent), mine_before))


def test_nobody_texts_into_a_conversation_that_they_may_not_read(desk):
    old = desk.resolve(desk.take(desk.hear("First"), desk.cast.second_agent))
    desk.take(desk.hear("Again"), desk.cast.agent)
    setting(desk, "assigned")
    before = desk.as_(desk.cast.second_agent).get(f"/inbox/c/{old.pk}/")
    assert before.status_code == 200
    with activate(desk.organization):
        texts = Message.objects.count()
        with pytest.raises(NotPossible):
            conversations.refuse_if_with_somebody_else(
                fresh(desk.cast.second_agent), contact_id=old.contact_id, line=old.line
            )
    answer = desk.as_(desk.cast.second_agent).post(f"/inbox/c/{old.pk}/send/", {"body": "Me too"})
    assert answer.status_code == 422
    with activate(desk.organization):
        assert Message.objects.count() == texts


def test_handing_over_takes_it_out_of_sight_and_the_page_leaves_it(desk, three):
    setting(desk, "assigned")
    to = {"to": str(desk.cast.second_agent.pk), "was": str(desk.cast.agent.pk)}
    agent = desk.as_(desk.cast.agent)
    answer = agent.post(f"/inbox/c/{three['mine'].pk}/assign/", to)
    assert "leave-conversation" in answer["HX-Trigger"]
    assert agent.get(f"/inbox/c/{three['mine'].pk}/").status_code == 404


def test_the_api_obeys_too(desk, three):
    setting(desk, "assigned", shows_unassigned=True)
    caller = make_caller(desk.cast.owner, teams=(desk.cast.front_desk,))
    listed = caller.get("conversations").json()["data"]
    assert {one["id"] for one in listed} == {str(three["nobodys"].pk)}
    for name in ("mine", "theirs"):
        assert caller.get(f"conversations/{three[name].pk}").status_code == 404
        assert caller.get(f"conversations/{three[name].pk}/messages").status_code == 404
    to = {"member_id": str(desk.cast.agent.pk)}
    given = caller.ask("PUT", f"conversations/{three['nobodys'].pk}/assignee", to)
    assert (given.status_code, given.json()["assignee"]["name"]) == (200, "Amelia Okafor")
    assert caller.get(f"conversations/{three['nobodys'].pk}").status_code == 404


def test_the_list_costs_no_more_statements_than_before_and_each_part_is_answered_by_an_index(desk, three):
    def statements(visibility):
        setting(desk, visibility, shows_unassigned=True)
        with activate(desk.organization):
            member = fresh(desk.cast.agent)
            member.permissions  # noqa: B018 - looked up once a request, by the middleware
            with CaptureQueriesContext(connection) as caught:
                queries.inbox_page(member, Filter())
                queries.counts(member)
            return [query["sql"] for query in caught]

    assert len(statements("assigned")) <= len(statements("team"))
    with activate(desk.organization):
        setting(desk, "assigned", shows_unassigned=True)
        member = fresh(desk.cast.agent)
        for branch in queries.inbox._branches(member, Filter(FilterKind.OPEN)):
            with connection.cursor() as cursor:  # on three rows reading all and sorting them costs no more
                for way in ("seqscan", "bitmapscan", "sort", "incremental_sort"):
                    cursor.execute(f"SET LOCAL enable_{way} = off")
            plan = branch.order_by(*queries.inbox.ORDER).values_list("id")[:41].explain()
            assert "texting_conv_" in plan
            assert "Sort" not in plan
