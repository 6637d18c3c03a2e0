"""Contacts that are one person: found, told apart, merged, and parted again as they were."""

import html
from datetime import timedelta
from random import Random
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import roles
from accounts.models import Role
from accounts.permissions import MissingPermission, Permission
from compliance.models import Suppression
from compliance.opt_out import detaching
from retention.erasing.running import go_on
from retention.holds import releasing
from retention.holds.covering import covered
from retention.kinds import Kind as HeldKind
from retention.models import Erasure, HoldScope
from retention.purging.contacts import without_numbers
from retention.requests.parts import Who, find
from retention.subjects import SUBJECTS
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.kept import kept_upon
from tests.retention.asked import ask_request
from tests.retention.placed import place_hold
from tests.texting.desk import FIRST, SECOND, desk
from texting import blocking, contacts, persons, tagging
from texting.announcements.audiences import Audience, ids_in
from texting.duplicates import finding, merging
from texting.duplicates.choosing import NAME, CannotMerge, Choice
from texting.duplicates.states import states_of
from texting.fields import defining, writing
from texting.fields.defining import Right
from texting.fields.kinds import Kind
from texting.filtering import looking
from texting.filtering.conditions import Filter
from texting.finding_people import find_people
from texting.models import Contact, ContactMerge, Conversation, FieldRight, Message
from texting.queries import NotYours, contacts_page, conversations_of
from texting.searching.asking import read
from texting.timeline.merging import page as timeline

__all__ = ["desk"]

pytestmark = pytest.mark.django_db
THIRD = "+12125550183"
(CONTACTS,) = SUBJECTS[HeldKind.CONTACTS]
(TEXTS,) = (one for one in SUBJECTS[HeldKind.BODIES] if one.model == "texting.Message")


@kept_upon("desk")
def two(desk):
    """Ana Diaz writes from two numbers; a stranger from a third. Fields, and tags."""
    return furnish(desk)


def furnish(desk):
    desk.ana = desk.hear("From home", number=FIRST, name="Ana Díaz").contact
    desk.second = desk.hear("From work", number=SECOND, name="DIAZ Ana").contact
    desk.stranger = desk.hear("Hi", number=THIRD, name="Ana").contact
    with activate(desk.organization):
        admin = desk.cast.admin
        desk.mail = defining.add_field(member=admin, name="Mail", kind=Kind.TEXT)
        desk.policy = defining.add_field(member=admin, name="Policy", kind=Kind.TEXT)
        desk.vip = tagging.add_tag(member=admin, name="VIP")
        desk.late = tagging.add_tag(member=admin, name="Late payer")
        writing.set_values(member=admin, contact=desk.ana, typed={desk.policy.pk: "A-17"})
        values = {desk.policy.pk: "B-2", desk.mail.pk: "ana@example.com"}
        writing.set_values(member=admin, contact=desk.second, typed=values)
        tagging.put_on(member=admin, tag=desk.vip, contact_ids=[desk.ana.pk])
        tagging.put_on(member=admin, tag=desk.late, contact_ids=[desk.second.pk])
    return desk


def merge(desk, survivor=None, other=None, member=None, **choice):
    with activate(desk.organization):
        survivor, other = survivor or desk.ana, other or desk.second
        chosen = Choice(**choice)
        return merging.merge(member=member or desk.cast.supervisor, survivor=survivor.pk, other=other.pk, choice=chosen)


def undo(desk, made, member=None):
    with activate(desk.organization):
        return merging.undo(member=member or desk.cast.supervisor, merge_id=made.pk)


def known(desk, *which):
    with activate(desk.organization):
        rows = {one.pk: one for one in Contact.objects.filter(pk__in=[one.pk for one in which])}
        states = states_of(rows.values())
        return [(states[one.pk], rows[one.pk].merged_into_id) for one in which]


def seen_pairs(desk, member=None, of=None):
    with activate(desk.organization):
        found = finding.pairs(member or desk.cast.supervisor, of=of).rows
        return [({row.customer.id for row in pair.both}, pair.why) for pair in found]


# --- Finding ---


def test_the_same_name_in_another_order_and_the_same_address_make_a_pair_with_its_reason(two):
    both = {two.ana.pk, two.second.pk}
    assert seen_pairs(two) == [(both, ("The same name",))]
    with activate(two.organization):
        writing.set_values(member=two.cast.admin, contact=two.ana, typed={two.mail.pk: "Ana@Example.com"})
        writing.set_values(member=two.cast.admin, contact=two.stranger, typed={two.mail.pk: "ana@example.com "})
    assert (both, ("The same name", "The same e-mail address: ana@example.com")) in seen_pairs(two)
    assert len(seen_pairs(two)) == 3
    assert len(seen_pairs(two, of=two.stranger)) == 2
    with activate(two.organization):
        FieldRight.objects.filter(field=two.mail, role__built_in="supervisor").update(right=Right.HIDDEN)
    assert seen_pairs(two) == [(both, ("The same name",))], "what is hidden is no reason"
    with activate(two.organization):
        contacts.rename_contact(member=two.cast.admin, contact=two.second, name="Bea Diaz")
    assert seen_pairs(two) == []


def test_who_is_told_apart_is_not_shown_again_until_that_is_taken_back(two):
    browser = two.as_(two.cast.supervisor)
    assert "The same name" in browser.get(reverse("duplicates")).content.decode()
    posted = {"pair": f"{two.second.pk}_{two.ana.pk}"}
    went = browser.post(reverse("dismiss_duplicate"), posted).url
    assert browser.post(reverse("dismiss_duplicate"), posted).status_code == 302, "twice is once"
    page = browser.get(went).content.decode()
    assert "not shown again" in page
    assert seen_pairs(two) == []
    browser.post(reverse("dismiss_duplicate"), posted | {"back": "1"})
    assert len(seen_pairs(two)) == 1
    for none in ("", "x", f"{two.ana.pk}"):
        assert browser.post(reverse("dismiss_duplicate"), {"pair": none}).status_code == 302
    for bad in (f"{two.ana.pk}_{two.ana.pk}", f"{two.ana.pk}_{uuid4()}"):
        assert browser.post(reverse("dismiss_duplicate"), {"pair": bad}).status_code == 404
    assert two.as_(two.cast.outsider).post(reverse("dismiss_duplicate"), posted).status_code in {403, 404}
    with activate(two.organization):
        assert AuditEvent.objects.filter(event=AuditKind.CONTACTS_TOLD_APART).count() == 1
        [taken_back] = AuditEvent.objects.filter(event=AuditKind.CONTACTS_PERHAPS_ALIKE)
        assert taken_back.actor_id == two.cast.supervisor.pk
        assert not finding.take_back(member=two.cast.supervisor, one=two.ana.pk, other=two.second.pk), "twice is once"


def test_pairs_come_in_pages_and_each_once(two, monkeypatch):
    numbers = [f"+121255503{number:02}" for number in range(4)]
    for number in numbers:
        two.hear(number=number, name="Ana Diaz")
    monkeypatch.setattr(finding, "PAGE", 4)
    seen, after = [], ""
    with activate(two.organization):
        for _page in range(9):
            found = finding.pairs(two.cast.owner, after)
            seen += [frozenset(row.customer.id for row in pair.both) for pair in found.rows]
            after = found.next
            if not after:
                break
    assert len(seen) == len(set(seen)) == 15
    assert after == ""


def test_nobody_finds_or_merges_who_does_not_see_names_or_has_not_the_right(two):
    with activate(two.organization):
        for member in (two.cast.agent, two.cast.auditor):
            with pytest.raises(MissingPermission):
                finding.pairs(member)
            with pytest.raises(MissingPermission):
                merging.merge(member=member, survivor=two.ana.pk, other=two.second.pk)
    with activate(two.cast.other_organization), pytest.raises((NotYours, MissingPermission)):
        merging.merge(member=two.cast.outsider, survivor=two.ana.pk, other=two.second.pk)
    foreign = two.hear(number=FIRST, line=two.other_line).contact
    browser = two.as_(two.cast.supervisor)
    for one, other in ((two.ana, foreign), (foreign, two.ana), (two.ana, two.ana)):
        assert browser.get(reverse("merge_contacts", args=[one.pk, other.pk])).status_code == 404
    assert two.as_(two.cast.agent).get(reverse("duplicates")).status_code == 403


# --- Merging ---


def test_merged_on_the_page_and_everywhere_one_person_afterwards(two):
    browser = two.as_(two.cast.supervisor)
    address = reverse("merge_contacts", args=[two.ana.pk, two.second.pk])
    page = html.unescape(browser.get(address).content.decode())
    assert "Ana Díaz" in page
    assert "DIAZ Ana" in page
    posted = {f"q-{two.policy.pk}": "theirs", "q-name": "ours", "shown-tag": [two.vip.pk, two.late.pk]}
    assert browser.post(address, posted | {"tag": [two.vip.pk]}).url == reverse("contact", args=[two.ana.pk])
    (mine, into), (theirs, merged) = known(two, two.ana, two.second)
    assert (into, merged) == (None, two.ana.pk)
    for state in (mine, theirs):
        assert state.name == "Ana Díaz"
        assert {pk: value for pk, (value, _at) in state.values.items()} == {
            two.policy.pk: "B-2",
            two.mail.pk: "ana@example.com",
        }
        assert set(state.tags) == {two.vip.pk}
    shown = browser.get(reverse("contact", args=[two.ana.pk])).content.decode()
    assert "0181" in shown
    assert "0182" in shown
    assert "From home" in shown
    assert "From work" in shown
    assert browser.get(reverse("contact", args=[two.second.pk])).url == reverse("contact", args=[two.ana.pk])
    member = two.cast.supervisor
    with activate(two.organization):
        first = {two.ana.pk, two.stranger.pk}
        assert {row.customer.id for row in contacts_page(member).rows} == first
        assert {row.customer.id for row in looking.contacts_page(member, Filter()).rows} == first
        assert {pk for part in ids_in(member, Audience()) for pk in part} == first
        assert [one.customer.id for one in find_people(member, read("diaz")).rows] == [two.ana.pk]
        [found] = find_people(member, read("0182")).rows
        assert (found.customer.name, found.customer.number[-4:]) == ("Ana Díaz", "0182")
        assert len(conversations_of(member, two.ana)) == 2
        said = [entry.title for entry in timeline(member, two.ana)[0]]
        assert sum("began on" in one for one in said) == 2
        assert sum("Merged" in one for one in said) == 1
        assert AuditEvent.objects.filter(event=AuditKind.CONTACT_MERGED).count() == 2


def test_what_is_written_of_a_person_is_written_at_all_their_numbers(two):
    merge(two)
    admin = two.cast.admin
    with activate(two.organization):
        contacts.rename_contact(member=admin, contact=two.second, name="Ana D.")
        writing.set_values(member=admin, contact=two.ana, typed={two.policy.pk: "", two.mail.pk: "new@example.com"})
        assert tagging.take_off(member=admin, tag=two.late, contact_ids=[two.ana.pk, two.second.pk]) == 1
        other = tagging.add_tag(member=admin, name="New")
        assert tagging.put_on(member=admin, tag=other, contact_ids=[two.second.pk]) == 1
    (mine, _), (theirs, _) = known(two, two.ana, two.second)
    assert mine == theirs or (mine.name, mine.values) == (theirs.name, theirs.values)
    assert (mine.name, mine.said(two.policy.pk), mine.said(two.mail.pk)) == ("Ana D.", "", "new@example.com")
    assert set(mine.tags) == set(theirs.tags) == {two.vip.pk, other.pk}


def test_an_opt_out_and_a_block_stay_with_their_number(two):
    two.hear("STOP", number=SECOND)
    with activate(two.organization):
        blocking.block(member=two.cast.supervisor, contact=two.second, why=Contact.Block.SPAM)
        before = set(Suppression.objects.values_list("number_index", "team_id", "since"))
    made = merge(two)
    with activate(two.organization):
        assert set(Suppression.objects.values_list("number_index", "team_id", "since")) == before
        assert Contact.objects.get(pk=two.ana.pk).blocked_at is None
        assert Contact.objects.get(pk=two.second.pk).blocked_at is not None
    allowed = two.answer(two.fresh(two.hear("Still me", number=FIRST)), "Hello")
    assert "Hello" in allowed.body
    undo(two, made)
    with activate(two.organization):
        assert set(Suppression.objects.values_list("number_index", "team_id", "since")) == before


def test_merge_and_undo_leave_exactly_what_was_there(two):
    """Property: of whatever both said, whatever is chosen, also with a third number."""
    rng = Random(9)  # noqa: S311 - the same cases each time
    people = [two.ana, two.second, two.stranger]
    admin = two.cast.admin
    for _case in range(3):
        with activate(two.organization):
            for one in people:
                contacts.rename_contact(member=admin, contact=one, name=rng.choice(["", "Ana Diaz", "Bo Li"]))
                typed = {field.pk: rng.choice(["", "x", "y@example.com"]) for field in (two.mail, two.policy)}
                writing.set_values(member=admin, contact=one, typed=typed)
                for tag in (two.vip, two.late):
                    act = rng.choice([tagging.put_on, tagging.take_off])
                    act(member=admin, tag=tag, contact_ids=[one.pk])
        before = known(two, *people)
        rng.shuffle(people)
        first, second, third = people
        before = known(two, *people)
        states = [state for state, _into in before]
        theirs = frozenset({NAME} if states[0].name and states[1].name not in {"", states[0].name} else ())
        made = merge(two, first, second, theirs=theirs, without=frozenset(rng.sample([two.vip.pk, two.late.pk], 1)))
        between = known(two, *people)
        later = merge(two, first, third)
        with pytest.raises(CannotMerge, match="later"):
            undo(two, made)
        undo(two, later)
        assert known(two, *people) == between
        undo(two, made)
        assert known(two, *people) == before


def test_what_was_changed_since_the_merge_stays_changed(two):
    made = merge(two)
    with activate(two.organization):
        writing.set_values(member=two.cast.admin, contact=two.ana, typed={two.policy.pk: "C-3"})
        tagging.take_off(member=two.cast.admin, tag=two.late, contact_ids=[two.ana.pk])
    undo(two, made)
    (mine, _), (theirs, _) = known(two, two.ana, two.second)
    assert (mine.said(two.policy.pk), theirs.said(two.policy.pk)) == ("C-3", "C-3")
    assert (mine.name, theirs.name, mine.said(two.mail.pk)) == ("Ana Díaz", "DIAZ Ana", "")
    assert (set(mine.tags), set(theirs.tags)) == ({two.vip.pk}, set())


def test_there_are_no_chains_no_loops_and_no_second_undo(two):
    made = merge(two)
    for one, other in ((two.second, two.stranger), (two.stranger, two.second), (two.second, two.ana)):
        with pytest.raises(NotYours):
            merge(two, one, other)
    with pytest.raises(CannotMerge, match="further numbers"):
        merge(two, two.stranger, two.ana)
    merge(two, two.ana, two.stranger)
    with activate(two.organization):
        assert len(persons.with_others([two.second.pk])) == 3
        merging.take_off(member=two.cast.supervisor, merge_id=made.pk)
        assert len(persons.with_others([two.second.pk])) == 1
    with pytest.raises(NotYours):
        undo(two, made)
    with activate(two.cast.other_organization), pytest.raises((NotYours, MissingPermission)):
        merging.undo(member=two.cast.outsider, merge_id=made.pk)


def test_after_thirty_days_nothing_is_kept_and_the_number_can_be_taken_off(two):
    made = merge(two)
    with activate(two.organization):
        ContactMerge.objects.update(made_at=timezone.now() - timedelta(days=31))
    with pytest.raises(CannotMerge, match="30 days"):
        undo(two, made)
    with activate(two.organization):
        assert merging.forget_old() == 1
        assert ContactMerge.objects.get().before is None
    browser = two.as_(two.cast.supervisor)
    assert "Take the number off" in browser.get(reverse("contact", args=[two.ana.pk])).content.decode()
    browser.post(reverse("undo_merge", args=[made.pk]), {"take_off": "1"})
    (_, _), (theirs, into) = known(two, two.ana, two.second)
    assert (theirs.name, into) == ("Ana Díaz", None)


@pytest.mark.parametrize("which", [FIRST, SECOND])
@pytest.mark.parametrize("parted", [merging.take_off, merging.undo, None])
def test_what_stood_there_before_a_merge_stays_as_long_as_a_hold_covers_either(two, which, parted):
    """A name that was written over can be what a lawyer asks for; undoing is over after its days all the same."""
    made = merge(two)
    with activate(two.organization):
        hold = place_hold(two.cast.admin, about=which)
        if parted:
            parted(member=two.cast.supervisor, merge_id=made.pk)
        ContactMerge.objects.update(made_at=timezone.now() - timedelta(days=31))
        assert merging.forget_old() == 0
        assert "DIAZ Ana" in ContactMerge.objects.get().before
    with activate(two.organization), pytest.raises((CannotMerge, NotYours)):
        merging.undo(member=two.cast.supervisor, merge_id=made.pk)
    with activate(two.organization):
        releasing.ask(member=two.cast.admin, hold=hold, reason="Settled")
        releasing.confirm(member=two.cast.owner, hold=hold, reason="Settled")
        assert merging.forget_old() == 1
        assert ContactMerge.objects.get().before is None


def test_a_number_that_is_a_strangers_leaves_what_stood_there_as_long_as_it_is_held(two):
    """The first number goes; the two others stay together, and nothing of the first is put back there."""
    merge(two)
    merge(two, two.ana, two.stranger)
    with activate(two.organization):
        hold = place_hold(two.cast.admin, about=FIRST)
        persons.part([two.ana.pk])
        kept = [row.before or "" for row in ContactMerge.objects.exclude(ended_at=None)]
        assert (len(kept), sum("DIAZ Ana" in one for one in kept)) == (2, 1)
        assert merging.forget_old() == 0
        [still] = merging.merges_of(Contact.objects.get(merged_into=None, pk__in=[two.second.pk, two.stranger.pk]))
    with pytest.raises(CannotMerge, match="30 days"):
        undo(two, still)
    with activate(two.organization):
        releasing.ask(member=two.cast.admin, hold=hold, reason="Settled")
        releasing.confirm(member=two.cast.owner, hold=hold, reason="Settled")
        assert merging.forget_old() == 2
        merging.take_off(member=two.cast.supervisor, merge_id=still.pk)
        assert not ContactMerge.objects.filter(before__isnull=False).exists()


def test_a_hold_of_one_person_keeps_nothing_of_anothers_merge(two):
    merge(two)
    with activate(two.organization):
        place_hold(two.cast.admin, about=THIRD)
        ContactMerge.objects.update(made_at=timezone.now() - timedelta(days=31))
        assert merging.forget_old() == 1


def test_a_hidden_field_is_not_chosen_and_fills_what_is_empty(two):
    with activate(two.organization):
        for field in (two.mail, two.policy):
            FieldRight.objects.filter(field=field, role__built_in="supervisor").update(right=Right.HIDDEN)
    page = two.as_(two.cast.supervisor).get(reverse("merge_contacts", args=[two.ana.pk, two.second.pk]))
    assert "A-17" not in page.content.decode()
    assert "ana@example.com" not in page.content.decode()
    with pytest.raises(CannotMerge, match="meanwhile"):
        merge(two, theirs=frozenset({str(two.policy.pk)}))
    with activate(two.organization):  # nor is one that they see and may not change
        FieldRight.objects.filter(field=two.policy, role__built_in="supervisor").update(right=Right.VIEW)
    with pytest.raises(CannotMerge, match="meanwhile"):
        merge(two, theirs=frozenset({str(two.policy.pk)}))
    merge(two)
    [(mine, _)] = known(two, two.ana)
    assert (mine.said(two.policy.pk), mine.said(two.mail.pk)) == ("A-17", "ana@example.com")


# --- When one of them ends, or is somebody else's ---


def test_a_request_about_their_data_reaches_all_their_numbers(two):
    merge(two)
    with activate(two.organization):
        for number in (two.ana, two.second):
            who = Who.of(Contact.objects.get(pk=number.pk).number_index)
            counts = {one.part.model: one.number for one in find(who)}
            assert set(who.contacts) == {two.ana.pk, two.second.pk}
            assert (counts["texting.Message"], counts["compliance.ConsentEvent"]) == (2, 2)


def test_a_hold_of_one_number_holds_all_of_the_person(two):
    merge(two)
    with activate(two.organization):
        for held, other in ((two.ana, two.second), (two.second, two.ana)):
            scope = HoldScope(contact_id=held.pk)
            assert set(Contact.objects.filter(covered(scope, CONTACTS)).values_list("pk", flat=True)) == {
                held.pk,
                other.pk,
            }
            texts = Message.objects.filter(covered(scope, TEXTS))
            assert {text.contact_id for text in texts} == {held.pk, other.pk}


def test_an_erasure_ends_all_their_numbers_and_nothing_of_anybody_else(two):
    merge(two)
    before = known(two, two.stranger)
    with activate(two.organization):
        asked = ask_request(two.cast.admin, SECOND)
        erasure = Erasure.objects.create(
            request=asked,
            asked_by=two.cast.admin,
            at=timezone.now(),
            contact_ids=[str(pk) for pk in Who.of(asked.number_index).contacts],
        )
        Conversation.objects.update(status="resolved", resolved_at=timezone.now())
    assert go_on(two.organization.pk) == 1
    with activate(two.organization):
        assert Erasure.objects.get(pk=erasure.pk).state == Erasure.State.DONE
        gone = Contact.objects.filter(pk__in=[two.ana.pk, two.second.pk])
        assert [(row.number_masked, row.merged_into_id) for row in gone] == [("", None)] * 2
        assert find_people(two.cast.owner, read("diaz")).rows == ()
        kept = [row.before for row in ContactMerge.objects.all()]
        assert kept == [None]
        assert Suppression.objects.count() == 2, "neither number is texted by mistake"
    assert known(two, two.stranger) == before


def test_nobody_is_merged_or_parted_while_one_of_them_is_being_erased(two):
    made = merge(two)
    with activate(two.organization):
        asked = ask_request(two.cast.admin, THIRD)
        ids = [str(two.stranger.pk)]
        erasure = Erasure.objects.create(request=asked, asked_by=two.cast.admin, at=timezone.now(), contact_ids=ids)
    with pytest.raises(CannotMerge, match="erased"):
        merge(two, two.ana, two.stranger)
    with activate(two.organization):
        Erasure.objects.filter(pk=erasure.pk).update(contact_ids=[str(two.second.pk)])
    with pytest.raises(CannotMerge, match="erased"):
        undo(two, made)


def test_who_ends_leaves_the_others_to_stand_for_themselves(two):
    merge(two)
    merge(two, two.ana, two.stranger)
    with activate(two.organization):
        without_numbers([two.ana.pk])
        assert set(persons.with_others([two.second.pk])) == {two.second.pk, two.stranger.pk}
        assert Contact.objects.get(pk=two.second.pk).merged_into_id is None
        assert not ContactMerge.objects.filter(before__isnull=False).exists()


def test_a_number_that_is_a_strangers_takes_nothing_from_the_others(two):
    merge(two)
    with activate(two.organization):
        persons.part([two.second.pk])
        contact = Contact.objects.get(pk=two.second.pk)
        assert detaching.KNOWN[0] == "name"
        writing.take_off(contact)
    (mine, _), (theirs, into) = known(two, two.ana, two.second)
    assert into is None
    assert (mine.said(two.policy.pk), theirs.said(two.policy.pk)) == ("A-17", "")


def test_who_comes_second_of_two_colleagues_at_once_is_refused(two, monkeypatch):
    """The other one commits after the first look at the pair and before its rows are locked."""
    looked = merging.access_pair

    def and_then_a_colleague(member, one, other):
        found = looked(member, one, other)
        monkeypatch.setattr(merging, "access_pair", looked)
        merging.merge(member=two.cast.owner, survivor=other, other=one)
        return found

    monkeypatch.setattr(merging, "access_pair", and_then_a_colleague)
    with pytest.raises(CannotMerge, match="colleague"):
        merge(two)
    with activate(two.organization):
        assert ContactMerge.objects.filter(ended_at=None).count() <= 1


def test_who_may_merge_and_not_edit_chooses_neither_a_name_nor_tags_nor_values(two):
    with activate(two.organization):
        may = sorted(one.value for one in two.cast.supervisor.permissions - {Permission.CONTACTS_EDIT})
        roles.give_role(member=two.cast.supervisor, role=Role.objects.create(name="Merges", permissions=may))
    page = (
        two.as_(two.cast.supervisor).get(reverse("merge_contacts", args=[two.ana.pk, two.second.pk])).content.decode()
    )
    assert "Ana Díaz" in page
    assert 'type="radio" name="q-' not in page
    assert 'name="tag"' not in page
    for choice in (
        {"theirs": frozenset({NAME})},
        {"theirs": frozenset({str(two.policy.pk)})},
        {"without": {two.vip.pk}},
    ):
        with pytest.raises(CannotMerge):
            merge(two, **{name: frozenset(value) for name, value in choice.items()})
    merge(two)
    (mine, _into), _other = known(two, two.ana, two.second)
    assert (mine.name, set(mine.tags)) == ("Ana Díaz", {two.vip.pk, two.late.pk})


def test_who_edits_while_colleagues_keep_merging_is_told_and_keeps_what_was_typed(two, monkeypatch):
    looks = iter(range(100))
    monkeypatch.setattr(persons, "with_others", lambda ids: [*ids, uuid4()] if next(looks) % 2 else list(ids))
    browser = two.as_(two.cast.supervisor)
    values = {f"field-{two.policy.pk}": "C-3", f"initial-field-{two.policy.pk}": "A-17"}
    for name, typed in (("rename_contact", {"name": "Ana Typed"}), ("contact_values", values)):
        answer = browser.post(reverse(name, args=[two.ana.pk]), typed)
        page = answer.content.decode()
        assert answer.status_code == 422, name
        assert "Colleagues are merging this contact" in page
        assert next(iter(typed.values())) in page
    (mine, _into), *_rest = known(two, two.ana)
    assert mine.name == "Ana Díaz"
