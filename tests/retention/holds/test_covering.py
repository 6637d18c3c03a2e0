"""Whatever a hold covers is never doomed, and neither is what it could not be read without."""

from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.importing import details
from retention.due import lanes
from retention.holds import clock
from retention.holds.freezing import BY_MODEL, covered_by, is_held, live_scopes
from retention.holds.wanted import WantedScope
from retention.keeping import doomed, kept
from retention.kinds import Kind
from retention.models import Hold, HoldScope, RetentionPolicy
from retention.subjects import SUBJECTS
from tenancy.ids import new_id
from tenancy.isolation import activate
from tenancy.models import Organization
from tests.texting.desk import FIRST, SECOND
from texting import tagging
from texting.duplicates import states
from texting.models import Contact, ContactTag, Conversation, Message, Note, Tag


def held(model):
    condition = covered_by(list(live_scopes()), BY_MODEL[model._meta.label])
    return set(model.objects.filter(condition).values_list("pk", flat=True)) if condition is not None else set()


def test_a_number_holds_the_customer_and_all_that_is_theirs(two, hold):
    one, billing, other = two
    hold(about="(212) 555-0181")
    assert held(Contact) == {one.contact_id}
    assert held(Conversation) == {one.pk, billing.pk}
    assert held(Note) == set(Note.objects.values_list("pk", flat=True))
    assert set(Message.objects.exclude(pk__in=held(Message)).values_list("conversation_id", flat=True)) == {other.pk}


def test_a_conversation_holds_its_customer_but_not_their_other_conversations(two, hold):
    _one, billing, _other = two
    hold(about=f"https://parley.example/inbox/c/{billing.pk}/")
    assert held(Conversation) == {billing.pk}
    assert held(Contact) == {billing.contact_id}
    assert held(Note) == set()


def test_what_is_said_in_one_part_must_all_be_so(two, hold, desk):
    _one, billing, _other = two
    hold(WantedScope(about=FIRST, team_id=desk.billing_line.team_id))
    assert held(Conversation) == {billing.pk}
    hold(WantedScope(about=SECOND, team_id=desk.billing_line.team_id))
    assert held(Conversation) == {billing.pk}


def test_two_parts_hold_what_either_does(two, hold, desk):
    _one, billing, other = two
    hold(WantedScope(about=SECOND), WantedScope(team_id=desk.billing_line.team_id))
    assert held(Conversation) == {billing.pk, other.pk}


def test_days_hold_texts_of_these_days_and_what_they_stand_in(two, hold):
    _one, _billing, other = two
    old = Message.objects.filter(conversation=other).get()
    Message.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=400))
    long_ago = timezone.now().date() - timedelta(days=400)
    hold(WantedScope(since=long_ago - timedelta(days=2), until=long_ago + timedelta(days=2)))
    assert held(Message) == {old.pk}
    assert held(Conversation) == {other.pk}
    assert held(Contact) == {other.contact_id}


def test_a_line_that_another_team_gets_stays_on_hold(two, hold, desk):
    _one, billing, _other = two
    hold(WantedScope(team_id=desk.billing_line.team_id))
    desk.billing_line.team = desk.cast.front_desk
    desk.billing_line.save()
    assert billing.pk in held(Conversation)


def test_a_customer_whose_number_changes_stays_on_hold_and_who_gets_the_number_comes_under_it(two, hold):
    one, _billing, other = two
    hold(about=FIRST)
    first, second = Contact.objects.get(pk=one.contact_id), Contact.objects.get(pk=other.contact_id)
    number = bytes(first.number_index)
    Contact.objects.filter(pk=first.pk).update(number_index=b"\0" * 16)
    Contact.objects.filter(pk=second.pk).update(number_index=number)
    assert held(Contact) == {first.pk, second.pk}


def by_hand(member, tag, contact):
    tagging.put_on(member=member, tag=tag, contact_ids=[contact.pk])


def by_a_merge_of_tags(member, tag, contact):
    other = tagging.add_tag(member=member, name="Court")
    by_hand(member, other, contact)
    tagging.merge_tags(member=member, tag=other, into=tag)


def by_a_list(_member, tag, contact):
    details.write({contact.pk: details.Detail({}, (tag.pk,))}, {contact.pk: contact})


def by_a_merge_of_persons(_member, tag, contact):
    states.write(contact, states.State(), states.State(tags={tag.pk: timezone.now()}))


@pytest.mark.parametrize("put", [by_hand, by_a_merge_of_tags, by_a_list, by_a_merge_of_persons])
def test_who_had_a_tag_on_hold_for_a_minute_stays_on_hold(two, hold, desk, put):
    one, _billing, _other = two
    tag = tagging.add_tag(member=desk.cast.admin, name="Lawsuit")
    hold(WantedScope(tag_id=tag.pk))
    put(desk.cast.admin, tag, desk.contact(FIRST))
    tagging.take_off(member=desk.cast.admin, tag=tag, contact_ids=[one.contact_id])
    assert held(Contact) == {one.contact_id}, "before the clock looked"


def test_a_tag_holds_who_has_it_and_goes_on_when_it_is_taken_off(two, hold, desk):
    one, billing, other = two
    now = timezone.now()
    tag = Tag.objects.create(name="Lawsuit", created_by=desk.cast.admin, created_at=now)
    mine = ContactTag.objects.create(tag=tag, contact_id=one.contact_id, created_at=now)
    hold(WantedScope(tag_id=tag.pk))
    assert held(Conversation) == {one.pk, billing.pk}
    ContactTag.objects.create(tag=tag, contact_id=other.contact_id, created_at=now)
    assert clock.round_of_holds() == 1
    mine.delete()
    tag.delete()
    assert held(Contact) == {one.contact_id, other.contact_id}


def test_an_expired_hold_still_holds(two, hold):
    one, _billing, _other = two
    hold(about=FIRST)
    Hold.objects.update(expires_on=timezone.localdate() - timedelta(days=30))
    assert is_held(one)


def test_another_organization_s_hold_is_not_ours(two, hold, desk):
    one, _billing, _other = two
    with activate(Organization.objects.get(pk=desk.cast.organization.pk)):
        hold(about=SECOND)
    assert not is_held(one)


def test_every_keeper_can_be_asked_of_every_kind(two, hold):
    hold(WantedScope(about=FIRST, since=timezone.localdate(), until=timezone.localdate()))
    for subject in (one for subjects in SUBJECTS.values() for one in subjects):
        for reason in kept(subject):
            assert subject.rows.filter(reason.condition).count() <= subject.rows.count()


parts = st.fixed_dictionaries(
    {
        "who": st.sampled_from(["", "number", "contact", "conversation"]),
        "which": st.integers(0, 2),
        "team": st.sampled_from([None, 0, 1]),
        "since": st.sampled_from([None, -400, -90, -1]),
        "long": st.sampled_from([None, 1, 30, 380]),
    }
).filter(lambda part: part["who"] or part["team"] is not None or part["since"])


def scope_of(two, desk, part):
    talk = two[part["which"]]
    scope = HoldScope(pk=new_id(), added_at=timezone.now())
    if part["who"] == "number":
        scope.number_index = bytes(talk.contact.number_index)
    elif part["who"] == "contact":
        scope.contact_id = talk.contact_id
    elif part["who"] == "conversation":
        scope.conversation_id = talk.pk
    if part["team"] is not None:
        scope.team_id = (desk.line, desk.billing_line)[part["team"]].team_id
    if part["since"] is not None:
        scope.since = timezone.localdate() + timedelta(days=part["since"])
        scope.until = scope.since + timedelta(days=part["long"]) if part["long"] else None
    return scope


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    part=parts,
    days=st.lists(st.sampled_from([None, 1, 30, 200, 365]), min_size=len(Kind), max_size=len(Kind)),
    ages=st.lists(st.integers(0, 500), min_size=3, max_size=3),
)
def test_whatever_the_policies_no_row_under_a_hold_is_doomed(two, desk, part, days, ages):
    """Every row that any open hold matches is kept, with the conversation and the contact that it lies in."""
    now, member = timezone.now(), desk.cast.admin
    only_holds = "retention.holds.freezing.keeper"  # no guard helps
    HoldScope.objects.all().delete()
    Hold.objects.all().delete()
    RetentionPolicy.objects.all().delete()
    for kind, period in zip(Kind, days, strict=True):
        RetentionPolicy.objects.create(kind=kind, days=period, set_at=now)
    for message, age in zip(Message.objects.order_by("pk"), ages, strict=True):
        Message.objects.filter(pk=message.pk).update(created_at=now - timedelta(days=age))
    scope = scope_of(two, desk, part)
    scope.hold = Hold.objects.create(matter="M", reason="R", owner=member, placed_by=member, placed_at=now)
    scope.save()
    later = now + timedelta(days=700)
    ending = {}
    with override_settings(RETENTION_KEEPERS=[only_holds]):
        for lane in (lane for kind in Kind for lane in lanes(kind)):
            ending.setdefault(lane.subject.model, set()).update(doomed(lane, later).values_list("pk", flat=True))
    for model in (Message, Note, Conversation, Contact):
        assert not held(model) & ending[model._meta.label]
    for model in (Message, Note):
        rows = model.objects.filter(pk__in=held(model))
        assert set(rows.values_list("conversation_id", flat=True)) <= held(Conversation)
    talks = Conversation.objects.filter(pk__in=held(Conversation))
    assert set(talks.values_list("contact_id", flat=True)) <= held(Contact)
