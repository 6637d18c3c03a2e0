"""What a member is shown: their lines only, in order, masked, at a bounded price."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Membership
from tenancy.isolation import activate
from tests.texting.desk import FIRST, SECOND, desk
from texting import conversations, queries
from texting.models import Conversation, Message
from texting.phone_numbers import BadNumber
from texting.queries import Cursor, Filter, FilterKind, NotYours
from texting.queries.cursors import older_than
from texting.queries.inbox import ORDER, SEARCHED
from texting.queries.shown import Text

__all__ = ["desk"]


places = st.builds(
    Cursor,
    st.datetimes(min_value=datetime(1971, 1, 1), timezones=st.just(UTC)),
    st.uuids(),
)


def fresh(member):
    """The member as a new request finds them, with nothing looked up yet."""
    return Membership.objects.select_related("user", "organization").get(pk=member.pk)


def numbers(count):
    return [f"+1212555{index:04d}" for index in range(2000, 2000 + count)]


def fill(desk, count, **more):
    return [desk.hear(f"Text {index}", number=number, **more) for index, number in enumerate(numbers(count))]


@pytest.fixture
def inside(desk):
    """The organization is active during the test, as it is in a request."""
    with activate(desk.organization):
        yield desk


class TestWhoSeesWhat:
    def test_a_conversation_of_the_own_team_is_found(self, inside):
        found = queries.access_conversation(inside.cast.agent, inside.hear().pk)
        assert found.contact.number == FIRST

    @pytest.mark.parametrize("who", ["agent", "leaver"])
    def test_a_conversation_of_another_team_looks_like_a_missing_one(self, inside, who):
        billing = inside.hear(line=inside.billing_line)
        with pytest.raises(NotYours):
            queries.access_conversation(getattr(inside.cast, who), billing.pk)
        with pytest.raises(NotYours):
            queries.access_conversation(getattr(inside.cast, who), uuid4())

    @pytest.mark.parametrize("who", ["owner", "admin", "supervisor", "auditor"])
    def test_who_reads_all_finds_every_line(self, inside, who):
        billing = inside.hear(line=inside.billing_line)
        assert queries.access_conversation(getattr(inside.cast, who), billing.pk).pk == billing.pk

    def test_another_organization_finds_nothing(self, desk):
        ours = desk.hear()
        with activate(desk.cast.other_organization), pytest.raises(NotYours):
            queries.access_conversation(desk.cast.outsider, ours.pk)

    def test_a_line_and_a_contact_follow_the_same_rule(self, inside):
        contact = inside.hear().contact
        assert queries.access_line(inside.cast.agent, inside.line.pk).pk == inside.line.pk
        with pytest.raises(NotYours):
            queries.access_line(inside.cast.agent, inside.billing_line.pk)
        assert queries.access_contact(inside.cast.agent, contact.pk).pk == contact.pk
        with pytest.raises(NotYours):
            queries.access_contact(inside.cast.leaver, contact.pk)


class TestFilters:
    def test_each_filter_shows_its_own(self, inside):
        cast = inside.cast
        mine, free, done = fill(inside, 3)
        inside.take(mine)
        inside.resolve(done)
        billing = inside.hear(line=inside.billing_line, number=SECOND)

        def shown(kind, member=cast.agent, team=None):
            return {row.id for row in queries.inbox_page(member, Filter(kind, team)).rows}

        assert shown(FilterKind.OPEN) == {mine.pk, free.pk}
        assert shown(FilterKind.MINE) == {mine.pk}
        assert shown(FilterKind.UNASSIGNED) == {free.pk}
        assert shown(FilterKind.RESOLVED) == {done.pk}
        assert shown(FilterKind.TEAM, team=cast.front_desk.pk) == {mine.pk, free.pk}
        assert shown(FilterKind.OPEN, cast.second_agent) == {mine.pk, free.pk, billing.pk}
        assert shown(FilterKind.TEAM, cast.second_agent, cast.billing.pk) == {billing.pk}
        assert shown(FilterKind.OPEN, cast.owner) == {mine.pk, free.pk, billing.pk}
        with pytest.raises(NotYours):
            shown(FilterKind.TEAM, team=cast.billing.pk)

    def test_a_member_without_the_right_to_read_sees_an_empty_list(self, inside):
        inside.hear()
        assert queries.inbox_page(inside.cast.leaver, Filter()).rows == ()

    @pytest.mark.parametrize(
        "key", ["open", "mine", "unassigned", "resolved", "team-6f1d2c9e-3b57-4a8e-9d20-5c41e7f08ab3"]
    )
    def test_a_filter_is_read_back_from_its_key(self, key):
        assert queries.read_filter(key).key == key

    @pytest.mark.parametrize("key", ["nonsense", "team-1", "team", "mine-"])
    def test_nonsense_is_no_filter(self, key):
        with pytest.raises(NotYours):
            queries.read_filter(key)

    def test_a_row_that_left_the_list_is_none(self, inside):
        free = inside.hear()
        unassigned = Filter(FilterKind.UNASSIGNED)
        assert queries.inbox_row(inside.cast.agent, free.pk, unassigned).id == free.pk
        inside.take(free)
        assert queries.inbox_row(inside.cast.agent, free.pk, unassigned) is None

    def test_counts_stop_at_their_bound(self, inside, monkeypatch):
        monkeypatch.setattr(queries.inbox, "MOST_COUNTED", 3)
        taken = fill(inside, 5)
        inside.take(taken[0])
        counted = queries.counts(inside.cast.agent)
        assert (counted.mine, counted.unassigned, counted.unread) == (1, 3, 3)


class TestPages:
    @pytest.mark.parametrize("who", ["owner", "second_agent"])
    def test_pages_follow_each_other_without_gap_or_repeat(self, inside, who):
        everything = [*fill(inside, 7), *(inside.hear(number=n, line=inside.billing_line) for n in numbers(4))]
        at = timezone.now()  # several with the same time: the id decides
        Conversation.objects.filter(pk__in=[one.pk for one in everything[:5]]).update(last_activity_at=at)
        member = getattr(inside.cast, who)
        seen, cursor = [], None
        while True:
            page = queries.inbox_page(member, Filter(), cursor, size=3)
            seen += page.rows
            if not page.next:
                break
            cursor = Cursor.read(page.next)
        assert [row.id for row in seen] == [row.pk for row in Conversation.objects.order_by("-last_activity_at", "-id")]
        assert len(seen) == 11

    @pytest.mark.parametrize("who", ["owner", "second_agent", "auditor"])
    def test_a_page_costs_the_same_number_of_queries_however_long_it_is(self, inside, who):
        def price():
            member = fresh(getattr(inside.cast, who))
            with CaptureQueriesContext(connection) as captured:
                page = queries.inbox_page(member, Filter())
            return len(page.rows), [query["sql"] for query in captured]

        fill(inside, 2)
        few, cheap = price()
        fill(inside, 30)
        many, dear = price()
        assert (few, many) == (2, 30)
        assert len(dear) == len(cheap) <= 8
        assert not any("OFFSET" in sql or "COUNT(" in sql.upper() for sql in dear)

    @pytest.mark.parametrize("who", ["owner", "second_agent"])
    @pytest.mark.parametrize("kind", [FilterKind.OPEN, FilterKind.MINE, FilterKind.UNASSIGNED, FilterKind.RESOLVED])
    def test_every_part_of_a_page_can_be_read_from_an_index_in_order(self, inside, who, kind):
        fill(inside, 3)
        cursor = Cursor.start_of(timezone.now())
        with connection.cursor() as sql:
            # On three rows reading everything and sorting it would be cheaper, or cost the same by what is estimated.
            for setting in ("seqscan", "bitmapscan", "hashjoin", "mergejoin", "sort", "incremental_sort"):
                sql.execute(f"SET LOCAL enable_{setting} = off")
        for branch in queries.inbox._branches(getattr(inside.cast, who), Filter(kind)):
            plan = branch.filter(older_than(cursor, "last_activity_at")).order_by(*ORDER)[:41].explain()
            assert "Index Scan using texting_conv_" in plan
            assert "Sort" not in plan
            assert "Filter: (ROW" not in plan

    def test_a_later_page_is_asked_for_by_row_value(self, inside):
        fill(inside, 4)
        first = queries.inbox_page(inside.cast.owner, Filter(), size=2)
        with CaptureQueriesContext(connection) as captured:
            queries.inbox_page(inside.cast.owner, Filter(), Cursor.read(first.next), size=2)
        paged = [query["sql"] for query in captured if "LIMIT" in query["sql"]]
        assert any(
            '("texting_conversation"."last_activity_at", "texting_conversation"."id") < (' in sql for sql in paged
        )

    @given(places, places)
    def test_a_cursor_sorts_as_text_as_it_does_as_a_place(self, one, other):
        assert Cursor.read(str(one)) == one
        assert (str(one) < str(other)) == (one < other)

    @pytest.mark.parametrize("text", ["", "x", "0" * 47, "g" * 48, "f" * 48, None])
    def test_a_damaged_cursor_is_no_cursor(self, text):
        assert Cursor.read(text) is None


class TestMasking:
    def test_without_the_right_neither_name_nor_number_is_shown_and_no_number_is_fetched(self, inside):
        inside.hear("Ada here (lovelace@x.example): (212) 555-0181, or 212.555.0182", name="Ada Lovelace")
        auditor = inside.cast.auditor
        row = queries.inbox_page(auditor, Filter()).rows[0]
        assert row.customer.name == "Contact ·· 0181"
        assert row.customer.is_masked
        assert row.preview.startswith("•••• here (••••@••••):")
        assert "555-0181" not in row.preview
        assert "•••• 0181" in row.preview
        conversation = queries.access_conversation(auditor, row.id)
        assert "number" in conversation.contact.get_deferred_fields()
        assert {"name", "number"} <= queries.access_contact(auditor, row.customer.id).get_deferred_fields()
        shown = repr((row, queries.thread(auditor, conversation), queries.customer(auditor, conversation.contact)))
        assert "Lovelace" not in shown
        assert "2125550181" not in shown
        assert "555-0181" not in shown
        assert "number" in conversation.contact.get_deferred_fields()

    def test_with_the_right_both_are_shown(self, inside):
        inside.hear("Call (212) 555-0181", name="Ada Lovelace")
        row = queries.inbox_page(inside.cast.agent, Filter()).rows[0]
        assert (row.customer.name, row.customer.number) == ("Ada Lovelace", "(212) 555-0181")
        assert row.preview == "Call (212) 555-0181"

    def test_a_contact_without_a_name_is_called_by_the_number(self, inside):
        inside.hear()
        found = queries.inbox_page(inside.cast.agent, Filter()).rows[0].customer
        assert (found.name, found.is_named) == ("(212) 555-0181", False)


class TestSearch:
    def test_by_number_in_any_spelling(self, inside):
        wanted = inside.hear(number=FIRST)
        inside.hear(number=SECOND)
        for words in ("(212) 555-0181", "+12125550181", "212 555 0181"):
            assert [row.id for row in queries.search(inside.cast.agent, words).rows] == [wanted.pk]

    def test_by_parts_of_the_name_in_any_case(self, inside):
        wanted = inside.hear(number=FIRST, name="Ada Lovelace")
        inside.hear(number=SECOND, name="Grace Hopper")
        assert [row.id for row in queries.search(inside.cast.agent, "love ADA").rows] == [wanted.pk]

    def test_nothing_of_another_team_or_organization_is_found(self, desk):
        desk.hear(line=desk.billing_line, name="Ada Lovelace")
        desk.hear(line=desk.other_line, number=SECOND, name="Ada Lovelace")
        with activate(desk.organization):
            for words in ("Ada", "(212) 555-0181", "(212) 555-0182"):
                assert queries.search(desk.cast.agent, words).rows == ()

    def test_a_masked_member_finds_nobody_by_name(self, inside):
        inside.hear(name="Ada Lovelace")
        assert queries.search(inside.cast.auditor, "Ada").rows == ()
        assert len(queries.search(inside.cast.auditor, "0181").rows) == 1

    def test_the_hidden_digits_of_a_number_cannot_be_guessed(self, inside):
        inside.hear(number=FIRST)
        for words in ("(212) 555-0181", "+12125550181", "2125550181"):
            assert queries.search(inside.cast.auditor, words).rows == ()
            with pytest.raises(BadNumber):
                queries.contacts_with_number(inside.cast.auditor, words)

    def test_the_price_is_bounded(self, inside, monkeypatch):
        monkeypatch.setattr(queries.inbox, "SEARCHED", 2)
        fill(inside, 5, name="Ada")
        assert SEARCHED > 2
        assert len(queries.search(inside.cast.agent, "Ada").rows) == 2


class TestThread:
    def test_texts_notes_and_turns_of_all_conversations_come_in_order(self, inside):
        first = inside.hear("One")
        inside.answer(first, "Two")
        conversations.add_note(member=inside.cast.agent, conversation=first, body="Three")
        inside.resolve(inside.take(first))
        second = inside.hear("Six")
        assert second.pk != first.pk
        inside.hear("Elsewhere", line=inside.billing_line)
        items = queries.thread(inside.cast.agent, second).items
        assert [getattr(item, "body", None) or item.sentence for item in items] == [
            "One",
            items[1].body,
            "Three",
            "You took this conversation",
            "You resolved it",
            "Six",
        ]
        assert items[1].body.endswith("STOP to opt out.") or "Two" in items[1].body
        assert [item.kind for item in items] == ["text", "text", "note", "event", "event", "text"]

    def test_the_newest_come_first_and_earlier_ones_on_request(self, inside):
        conversation = inside.hear("Text 0")
        for index in range(1, 120):
            inside.hear(f"Text {index}")
        found = queries.thread(inside.cast.agent, conversation)
        assert [item.body for item in found.items] == [f"Text {index}" for index in range(70, 120)]
        earlier = queries.thread(inside.cast.agent, conversation, Cursor.read(found.earlier))
        assert [item.body for item in earlier.items] == [f"Text {index}" for index in range(20, 70)]
        first = queries.thread(inside.cast.agent, conversation, Cursor.read(earlier.earlier))
        assert [item.body for item in first.items] == [f"Text {index}" for index in range(20)]
        assert first.earlier == ""

    def test_a_burst_of_more_texts_than_a_page_is_followed_to_its_end(self, inside):
        for number in range(108):
            conversation = inside.hear(f"Text {number}")
        seen = queries.thread(inside.cast.agent, conversation).items[-4]
        found = queries.thread_after(inside.cast.agent, conversation, Cursor.read(seen.cursor)).items
        assert [item.body for item in found if isinstance(item, Text)][-3:] == ["Text 105", "Text 106", "Text 107"]
        assert len(found) <= 3 + 10

    def test_what_came_after_an_item_includes_what_committed_late(self, inside):
        conversation = inside.hear("Seen")
        seen = queries.thread(inside.cast.agent, conversation).items[-1]
        inside.hear("Late")
        late = Message.objects.order_by("-created_at").first()
        Message.objects.filter(pk=late.pk).update(created_at=seen.at - timedelta(seconds=5))
        found = queries.thread_after(inside.cast.agent, conversation, Cursor.read(seen.cursor))
        assert late.pk in {item.id for item in found.items}

    def test_a_thread_costs_the_same_number_of_queries_however_long_it_is(self, inside):
        conversation = inside.hear()

        def price():
            member = fresh(inside.cast.agent)
            with CaptureQueriesContext(connection) as captured:
                found = queries.thread(member, conversation)
            return len(found.items), len(captured)

        inside.answer(conversation, "Hello")
        few, cheap = price()
        for index in range(40):
            inside.hear(f"Text {index}")
        many, dear = price()
        assert many > few
        assert dear == cheap <= 6

    def test_one_text_is_found_in_its_own_thread_only(self, inside):
        conversation = inside.hear("Mine")
        other = inside.hear("Theirs", number=SECOND)
        mine, theirs = (Message.objects.get(conversation=one) for one in (conversation, other))
        assert queries.thread_text(inside.cast.agent, conversation, mine.pk).items[0].body == "Mine"
        with pytest.raises(NotYours):
            queries.thread_text(inside.cast.agent, conversation, theirs.pk)


class TestPeople:
    def test_colleagues_are_those_who_may_read_the_line_and_answer(self, inside):
        names = [one.name for one in queries.colleagues_on(inside.billing_line)]
        assert names == ["Ada Lindqvist", "Bo Castellanos", "Olga Brandt", "Sam Achebe"]
        assert "Amelia Okafor" in [one.name for one in queries.colleagues_on(inside.line)]
        assert "Lev Moreau" not in [one.name for one in queries.colleagues_on(inside.line)]

    def test_contacts_come_in_pages_and_are_found_by_number(self, inside):
        fill(inside, 5)
        page = queries.contacts_page(inside.cast.agent, size=3)
        rest = queries.contacts_page(inside.cast.agent, Cursor.read(page.next), size=3)
        assert len({row.customer.id for row in [*page.rows, *rest.rows]}) == 5
        assert rest.next == ""
        assert len(queries.contacts_with_number(inside.cast.agent, numbers(1)[0]).rows) == 1
        assert queries.contacts_with_number(inside.cast.agent, "+12125550199").rows == ()
