"""Looking for texts, notes and people: found by what the member may see of them, and by nothing else."""

import pytest
from django.utils import timezone

from compliance.escalations import opening
from compliance.other_channels.mail import addresses
from tenancy.isolation import activate
from tests.texting.desk import FIRST, SECOND, desk
from texting import conversations, tagging
from texting.ended import end_words
from texting.fields import defining, writing
from texting.fields.kinds import Kind
from texting.finding_people import find_people
from texting.models import ContactWord, EndedAs, FieldRight, Message, TextWord
from texting.queries.searching import Wish, find
from texting.searching.asking import read
from texting.searching.keeping import keep_names, keep_words

__all__ = ["desk"]

pytestmark = pytest.mark.django_db


def found(desk, member, typed, **wish):
    """What the hits say, newest first."""
    with activate(member.organization):
        results = find(member, Wish(read(typed), **wish))
    return ["".join(part.text for part in hit.parts) for group in results.groups for hit in group.hits]


def people(desk, member, typed):
    with activate(member.organization):
        return [one.customer.name for one in find_people(member, read(typed)).rows]


def note(desk, conversation, body):
    with activate(desk.organization):
        return conversations.add_note(member=desk.cast.agent, conversation=conversation, body=body)


class TestTexts:
    def test_what_comes_in_goes_out_and_is_noted_is_found_at_once(self, desk):
        conversation = desk.hear("My parcel never arrived")
        desk.answer(conversation, "We look for your parcel")
        note(desk, conversation, "Parcel: ask the depot")
        texts = found(desk, desk.cast.agent, "PARCEL")
        assert len(texts) == 3
        assert texts[0] == "Parcel: ask the depot"
        assert texts[2] == "My parcel never arrived"
        assert found(desk, desk.cast.agent, "parcel depot") == ["Parcel: ask the depot"]
        assert found(desk, desk.cast.agent, '"parcel never"') == ["My parcel never arrived"]
        assert found(desk, desk.cast.agent, '"never parcel"') == []
        assert found(desk, desk.cast.agent, "pigeon") == []

    def test_only_what_the_member_may_read(self, desk):
        desk.hear("The zebra is late")
        desk.hear("A zebra for billing", line=desk.billing_line, number=SECOND)
        assert found(desk, desk.cast.owner, "zebra") == ["A zebra for billing", "The zebra is late"]
        assert found(desk, desk.cast.outsider, "zebra") == []
        assert found(desk, desk.cast.agent, "zebra") == ["The zebra is late"]

    def test_filters(self, desk):
        conversation = desk.hear("A heron stood there")
        desk.answer(conversation, "What heron?")
        desk.hear("Heron again", line=desk.billing_line, number=SECOND)
        note(desk, conversation, "Likes the heron")
        agent, today = desk.cast.agent, timezone.localdate()  # as the owner, who reads every line

        def asked(**wish):
            return len(found(desk, desk.cast.owner, "heron", **wish))

        assert asked() == 4
        assert asked(line_id=desk.line.pk) == 3
        assert asked(team_id=desk.billing_line.team_id) == 1
        assert asked(author_id=agent.pk) == 2
        assert asked(direction="in") == 2
        assert asked(kind="notes") == 1
        assert asked(kind="texts") == 3
        assert asked(since=today, until=today) == 4
        assert asked(since=today + timezone.timedelta(days=1)) == 0
        assert asked(until=today - timezone.timedelta(days=1)) == 0
        assert asked(also=frozenset({"escalation"})) == 0
        assert asked(tag_id=conversation.pk) == 0, "an id of something else"
        with activate(desk.organization):
            tag = tagging.add_tag(member=desk.cast.owner, name="VIP")
            tagging.put_on(member=desk.cast.owner, tag=tag, contact_ids=[conversation.contact_id])
            opening.escalate(member=agent, conversation=desk.fresh(conversation), reason="They ask for a person")
        assert asked(tag_id=tag.pk) == asked(also=frozenset({"escalation"})) == 3, "with the note"

    def test_with_a_finding(self, desk):
        desk.hear("Puffin: my card is 4111 1111 1111 1111")
        desk.hear("Puffin, nothing else")
        only = found(desk, desk.cast.owner, "puffin", also=frozenset({"finding"}))
        assert len(only) == 1
        assert "4111 1111" not in only[0]

    def test_pages_hold_everything_once(self, desk, monkeypatch):
        from texting.queries import searching

        monkeypatch.setattr(searching, "PAGE", 3)
        monkeypatch.setattr(searching, "FIRST_LOOK", 2)
        monkeypatch.setattr(searching, "NEXT_LOOK", 2)
        monkeypatch.setattr(searching, "MOST_OPENED", 4)
        conversation = desk.hear("Otter number 0")
        for number in range(1, 8):
            desk.hear(f"Otter number {number}")
        with activate(desk.organization):
            seen, after = [], None
            for _ in range(9):
                page = find(desk.cast.agent, Wish(read("otter")), after)
                seen += [hit.parts[-1].text for group in page.groups for hit in group.hits]
                if not page.next:
                    break
                after = page.next
        assert seen == [f" number {number}" for number in reversed(range(8))]
        assert conversation


class TestFiltersAlone:
    def test_whatever_fits_is_there_newest_first_page_by_page(self, desk, monkeypatch):
        from texting.queries import searching

        monkeypatch.setattr(searching, "PAGE", 2)
        conversation = desk.hear("First")
        desk.hear("For billing", line=desk.billing_line, number=SECOND)
        desk.answer(conversation, "Second")
        note(desk, conversation, "A note")
        desk.hear("Third")
        seen, after, agent = [], None, desk.cast.agent
        with activate(desk.organization):
            for _page in range(5):
                page = find(agent, Wish(read(""), line_id=desk.line.pk), after)
                seen += ["".join(one.text for one in hit.parts) for group in page.groups for hit in group.hits]
                after = page.next
                if not after:
                    break
        assert [one.splitlines()[0].removeprefix("Harbor Dental: ") for one in seen] == [
            "Third", "A note", "Second Reply STOP to opt out.", "First",
        ]  # fmt: skip
        assert found(desk, desk.cast.owner, "", direction="in") == ["Third", "For billing"], "a page of two"
        assert found(desk, agent, "", team_id=desk.billing_line.team_id) == []
        assert found(desk, desk.cast.outsider, "", direction="in") == []
        assert found(desk, agent, "") == [], "without a filter nothing is asked"
        assert found(desk, agent, "the", direction="in") == [], "the words that were typed count"

    def test_what_is_removed_or_hidden_stays_so(self, desk):
        conversation = desk.hear("Marcus here, call +1 415 555 0199", name="Marcus Bell")
        with activate(desk.organization):
            assert find(desk.cast.auditor, Wish(read(""), direction="in")).groups[0].customer.is_masked
        assert found(desk, desk.cast.auditor, "", direction="in") == ["•••• here, call •••• 0199"]
        with activate(desk.organization):
            texts = Message.objects.filter(conversation=conversation)
            end_words([row.pk for row in texts], ended_as=EndedAs.REDACTED, at=timezone.now())
        assert found(desk, desk.cast.owner, "", direction="in") == []


class TestFields:
    @pytest.fixture
    def known(self, desk):
        desk.marcus = desk.hear(name="Marcus Bell").contact
        with activate(desk.organization):
            admin = desk.cast.admin
            desk.policy = defining.add_field(member=admin, name="Policy", kind=Kind.TEXT)
            desk.plan = defining.add_field(member=admin, name="Plan", kind=Kind.CHOICE, options=["Gold", "Silver"])
            typed = {desk.policy.pk: "Überweg A-17 marcus@example.com", desk.plan.pk: "Gold"}
            writing.set_values(member=admin, contact=desk.marcus, typed=typed)
        return desk

    def test_a_contact_is_found_by_how_words_of_their_fields_begin_and_these_are_marked(self, known):
        for typed in ("uberw", "A-17", "überweg a"):
            assert people(known, known.cast.agent, typed) == ["Marcus Bell"], typed
        for typed in ("gold", "weg", "A-18"):
            assert people(known, known.cast.agent, typed) == [], typed
        with activate(known.organization):
            [one] = find_people(known.cast.agent, read("uberw")).rows
            [(name, parts)] = one.told
        assert name == "Policy"
        assert [(part.text, part.is_hit) for part in parts] == [("Überw", True), ("eg A-17 marcus@example.com", False)]
        page = known.as_(known.cast.agent).post("/search/", {"q": "uberw"}).content.decode()
        assert "Policy: <bdi><mark>Überw</mark>" in page

    def test_only_by_fields_that_the_member_sees_and_only_as_they_are_now(self, known):
        assert people(known, known.cast.auditor, "uberweg") == [], "they see everybody masked"
        assert people(known, known.cast.outsider, "uberweg") == []
        with activate(known.organization):
            FieldRight.objects.filter(field=known.policy, role__built_in="agent").update(right=FieldRight.Right.HIDDEN)
        assert people(known, known.cast.agent, "uberweg") == []
        assert people(known, known.cast.owner, "uberweg") == ["Marcus Bell"]
        with activate(known.organization):
            writing.set_values(member=known.cast.admin, contact=known.marcus, typed={known.policy.pk: "Other"})
            marks = set(ContactWord.objects.filter(contact_id=known.marcus.pk).values_list("mark", flat=True))
        assert people(known, known.cast.owner, "uberweg") == []
        with activate(known.organization):
            keep_names([known.marcus])
            assert set(ContactWord.objects.filter(contact_id=known.marcus.pk).values_list("mark", flat=True)) == marks

    def test_an_e_mail_address_finds_whom_it_belongs_to(self, known):
        with activate(known.organization):
            typed = {known.policy.pk: "Marcus@Example.com"}
            writing.set_values(member=known.cast.admin, contact=known.marcus, typed=typed)
            other = known.hear(number=SECOND, name="Ida").contact
            addresses.keep(known.cast.admin, other, "ida@example.com")
        assert people(known, known.cast.agent, "marcus@example.COM") == ["Marcus Bell"]
        known.hear(number="+12125550183", name="S\u00e9an O\u2019Brien")
        assert people(known, known.cast.agent, "sean obrien") == ["S\u00e9an O\u2019Brien"]
        assert people(known, known.cast.agent, "ida@example.com") == ["Ida"]
        assert people(known, known.cast.agent, "ida@example.co") == []
        assert people(known, known.cast.auditor, "ida@example.com") == []


class TestHidden:
    def test_who_does_not_see_names_and_numbers_finds_nothing_by_them(self, desk):
        desk.hear("Marcus here, call +1 415 555 0199", number=FIRST, name="Marcus Bell")
        agent, restricted = desk.cast.owner, desk.cast.auditor
        with activate(desk.organization):
            from texting.queries import sees_everybody

            assert sees_everybody(agent)
            assert not sees_everybody(restricted)
        for typed in ("marcus", "bell", "415 555 0199", FIRST, '"marcus here"'):
            assert found(desk, restricted, typed) == []
            assert people(desk, restricted, typed) == []
        assert found(desk, agent, "marcus") == found(desk, agent, "415 555 0199") != []
        assert people(desk, agent, "mar bel") == people(desk, agent, FIRST) == ["Marcus Bell"]
        assert found(desk, restricted, "here call") == ["•••• here, call •••• 0199"]

    def test_the_last_four_digits_find_somebody_for_everybody(self, desk):
        desk.hear(number=FIRST, name="Marcus Bell")
        assert people(desk, desk.cast.owner, FIRST[-4:]) == ["Marcus Bell"]
        assert len(people(desk, desk.cast.auditor, FIRST[-4:])) == 1
        assert "Marcus" not in people(desk, desk.cast.auditor, FIRST[-4:])[0]
        assert people(desk, desk.cast.outsider, FIRST[-4:]) == []

    def test_neither_numbers_nor_words_stand_in_the_index(self, desk):
        """Marks are numbers; the same word has another one in another organization."""
        desk.hear("Hello walrus")
        desk.hear("Hello walrus", line=desk.other_line)
        with activate(desk.organization):
            ours = set(TextWord.objects.values_list("mark", flat=True))
            assert ContactWord.objects.exists()
        with activate(desk.cast.other_organization):
            theirs = set(TextWord.objects.values_list("mark", flat=True))
        assert len(ours) == len(theirs) == 2
        assert not ours & theirs

    def test_links_and_codes_for_the_customer_are_not_kept(self, desk):
        conversation = desk.hear()
        message = desk.answer(conversation, "Open this flamingo")
        with activate(desk.organization):
            for purpose in ("private_link", "private_code", "code"):
                message.purpose = purpose
                assert keep_words([message]) == 0
            message.purpose = "reply"
            assert keep_words([message]) == 8, "with the clauses that a first text has"
