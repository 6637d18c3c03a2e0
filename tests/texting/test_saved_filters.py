"""Filters under a name: whose they are, who uses and changes them, and what an announcement makes of one."""

import pytest
from django.urls import reverse

from accounts.permissions import MissingPermission
from tenancy.isolation import activate
from tests.texting.announcements import many
from tests.texting.desk import desk
from texting import tagging
from texting.announcements import audiences
from texting.announcements.audiences import Audience
from texting.announcements.writing import CannotAnnounce
from texting.fields import defining, writing
from texting.fields.defining import Right
from texting.fields.kinds import Kind
from texting.filtering import saving
from texting.filtering.conditions import TAG, Ask, Condition, Filter
from texting.filtering.looking import ids_of
from texting.filtering.saving import BadFilter, Shared, Sharing
from texting.models import AnnouncementRecipient, Contact, ContactField, FieldRight, SavedFilter, Tag
from texting.queries import NotYours

__all__ = ["desk"]

pytestmark = pytest.mark.django_db
ALL = Sharing(Shared.ALL)


@pytest.fixture
def plan(desk):
    with activate(desk.organization):
        return defining.add_field(member=desk.cast.admin, name="Plan", kind=Kind.TEXT)


def wish(field, value="Gold"):
    return Filter((Condition(str(field.pk), Ask.IS, value),))


def save(desk, member, field, sharing=None, name="Gold plan", **how):
    sharing = sharing or Sharing()
    with activate(desk.organization):
        return saving.save(member=member, name=name, wish=how.pop("wish", wish(field)), sharing=sharing, **how)


def seen(desk, member):
    with activate(member.organization):
        return [(one.name, one.with_whom, one.may_change) for one in saving.saved_for(member)]


def test_each_is_seen_by_whom_it_is_for_and_changed_by_whom_it_may(desk, plan):
    cast = desk.cast
    save(desk, cast.agent, plan, name="Mine")
    save(desk, cast.admin, plan, ALL, name="All")
    assert ("Mine", "", True) in seen(desk, cast.agent)
    assert ("All", "Everybody", False) in seen(desk, cast.agent)
    assert "Mine" not in str(seen(desk, cast.admin))
    assert ("All", "Everybody", True) in seen(desk, cast.supervisor)
    assert seen(desk, cast.outsider) == []
    with activate(desk.organization):
        mine, every = (SavedFilter.objects.get(name=name) for name in ("Mine", "All"))
        for act in (
            lambda: saving.delete(member=cast.agent, row=every),
            lambda: saving.delete(member=cast.owner, row=mine),
            lambda: saving.access_saved(cast.owner, mine.pk),
            lambda: saving.save(member=cast.agent, name="x", wish=wish(plan), before=every),
        ):
            with pytest.raises(NotYours):
                act()
        with pytest.raises(MissingPermission):
            saving.save(member=cast.agent, name="x", wish=wish(plan), sharing=ALL)
        saving.delete(member=cast.supervisor, row=every)
        assert not SavedFilter.objects.filter(name="All").exists()


def test_a_teams_filter_is_the_teams(desk, plan):
    cast = desk.cast
    with activate(desk.organization):
        cast.front_desk.members.get_or_create(membership=cast.supervisor)
        cast.supervisor.__dict__.pop("team_ids", None)
    save(desk, cast.supervisor, plan, Sharing(Shared.TEAM, cast.front_desk), name="Ours")
    assert ("Ours", cast.front_desk.name, False) in seen(desk, cast.agent)
    with activate(desk.organization):
        outside = next(one for one in (cast.second_agent, cast.auditor) if cast.front_desk.pk not in one.team_ids)
        with pytest.raises(BadFilter):
            saving.save(member=cast.admin, name="x", wish=wish(plan), sharing=Sharing(Shared.TEAM, cast.billing))
    assert seen(desk, outside) == []


def test_what_was_saved_is_asked_again_with_the_rights_of_who_uses_it(desk, plan):
    cast = desk.cast
    row = save(desk, cast.admin, plan, ALL)
    assert [name for name, _, _ in seen(desk, cast.agent)] == ["Gold plan"]
    assert seen(desk, cast.auditor) == [], "who is masked may not ask for a value"
    browser, address = desk.as_(cast.agent), f"{reverse('contacts')}?saved={row.pk}"
    assert browser.get(address).status_code == 200
    assert desk.as_(cast.auditor).get(address).status_code == 404
    assert desk.as_(cast.outsider).get(address).status_code == 404
    with activate(desk.organization):
        FieldRight.objects.filter(field=plan, role__built_in="agent").update(right=Right.HIDDEN)
    assert browser.get(address).status_code == 404
    assert "Gold plan" not in browser.get(reverse("contacts")).content.decode()


def test_what_cannot_be_kept_is_refused(desk, plan, monkeypatch):
    for bad in (
        {"name": " "},
        {"name": "x" * 61},
        {"wish": Filter()},
        {"wish": wish(plan, "4111 1111 1111 1111")},
    ):
        with pytest.raises(BadFilter):
            save(desk, desk.cast.agent, plan, **bad)
    monkeypatch.setattr(saving, "MOST_FILTERS", 1)
    row = save(desk, desk.cast.agent, plan)
    with pytest.raises(BadFilter):
        save(desk, desk.cast.agent, plan)
    assert save(desk, desk.cast.agent, plan, name="Other", before=row).name == "Other"


def test_saved_changed_and_deleted_on_the_page(desk, plan):
    browser = desk.as_(desk.cast.supervisor)
    posted = {"about": str(plan.pk), "ask": "is", "value": "Gold", "act": "show"}
    found = browser.post(reverse("filter_contacts"), posted).url
    dialog = f"{reverse('save_filter')}?{found.partition('?')[2]}"
    assert "Plan is: Gold" in browser.get(dialog).content.decode()
    assert browser.post(dialog, {"name": ""}).status_code == 422
    went = browser.post(dialog, {"name": "Gold plan", "shared": "all"}, headers={"HX-Request": "true"})["HX-Redirect"]
    page = browser.get(went).content.decode()
    assert 'aria-current="page"' in page
    with activate(desk.organization):
        row = SavedFilter.objects.get()
    changed = browser.post(reverse("filter_contacts"), posted | {"value": "Silver", "saved": str(row.pk)}).url
    assert "Save filter" in browser.get(changed).content.decode()
    dialog = f"{reverse('save_filter')}?{changed.partition('?')[2]}"
    assert "Change Gold plan" in browser.get(dialog).content.decode()
    browser.post(dialog, {"name": "Silver plan", "shared": "", "into": "1"})
    with activate(desk.organization):
        row = SavedFilter.objects.get()
        assert (row.name, row.shared, saving.wish_of(row)) == ("Silver plan", "nobody", wish(plan, "Silver"))
    browser.post(dialog, {"name": "Another"})
    assert desk.as_(desk.cast.admin).get(reverse("saved_filter", args=[row.pk])).status_code == 404
    assert browser.get(reverse("saved_filter", args=[row.pk])).status_code == 200
    browser.post(reverse("delete_filter", args=[row.pk]))
    assert [name for name, _, _ in seen(desk, desk.cast.supervisor)] == ["Another"]


# --- Announcements ---


def test_an_announcement_goes_to_whom_its_filter_finds(desk, plan):
    gold, silver, _none = many.customers(desk, 1, 2, 3, tag="VIP")
    with activate(desk.organization):
        for contact, value in ((gold, "Gold"), (silver, "Silver")):
            writing.set_values(member=desk.cast.owner, contact=contact, typed={plan.pk: value})
    row = save(desk, desk.cast.owner, plan, ALL)
    with activate(desk.organization):
        tag = Tag.objects.get(name="VIP")
    announced = many.checked(desk, Audience(saved=row.pk, tag=tag.pk))
    with activate(desk.organization):
        told = AnnouncementRecipient.objects.filter(announcement=announced)
        assert [one.contact_id for one in told] == [gold.pk]
        audience = audiences.read(announced.audience)
        assert audience == Audience(saved=row.pk, tag=tag.pk)
        assert audiences.in_words(desk.cast.owner, audience) == ["Tagged VIP", "Filter Gold plan", "Plan is: Gold"]
        assert "Gold" not in str(audiences.in_words(desk.cast.auditor, audience))
        ContactField.objects.filter(pk=plan.pk).update(archived_at=row.changed_at)
        assert list(audiences.ids_in(desk.cast.owner, audience)) == [], "never everybody instead"
    with pytest.raises(CannotAnnounce):
        many.write(desk, Audience(saved=row.pk))


def test_a_filter_of_somebody_else_is_no_audience_and_is_not_lost_unseen(desk, plan):
    with activate(desk.organization):
        tag = tagging.add_tag(member=desk.cast.admin, name="VIP")
    vip = Filter((Condition(TAG, Ask.HAS, str(tag.pk)),))
    private = save(desk, desk.cast.owner, plan, wish=vip)
    with pytest.raises(CannotAnnounce):
        many.write(desk, Audience(saved=private.pk), member=desk.cast.supervisor)
    row = many.write(desk, Audience(saved=private.pk))
    page = desk.as_(desk.cast.supervisor).get(reverse("edit_announcement", args=[row.pk])).content.decode()
    assert f'value="{private.pk}" selected' in page
    assert "One that you do not see" in page


def test_whoever_has_a_tag_that_was_merged_is_left_out_as_before_and_without_one_that_is_gone_is_nobody(desk, plan):
    away, here, gold = many.customers(desk, 1, 2, 3)
    admin = desk.cast.admin
    with activate(desk.organization):
        old, new = (tagging.add_tag(member=admin, name=name) for name in ("No offers", "No advertising"))
        tagging.put_on(member=admin, tag=old, contact_ids=[away.pk, gold.pk])
        writing.set_values(member=admin, contact=gold, typed={plan.pk: "Gold"})
    without = Condition(TAG, Ask.HAS_NOT, str(old.pk))
    plain = save(desk, admin, plan, ALL, wish=Filter((without,)))
    either = save(desk, admin, plan, ALL, wish=Filter((without, Condition(str(plan.pk), Ask.IS, "Gold", is_or=True))))
    drafts = [many.write(desk, one) for one in (Audience(without_tag=old.pk), Audience(tag=old.pk, saved=either.pk))]

    def found():
        with activate(desk.organization):
            wishes = [saving.wish_of(SavedFilter.objects.get(pk=one.pk)) for one in (plain, either)]
            lists = [[*ids_of(desk.cast.owner, Contact.objects.all(), one)] for one in wishes]
            rows = [audiences.read(many.fresh(desk, one).audience) for one in drafts]
            lists += [[*audiences.ids_in(desk.cast.owner, one)] for one in rows]
            return [{pk for part in one for pk in part} for one in lists]

    before = [{here.pk}, {here.pk, gold.pk}, {here.pk}, {gold.pk}]
    assert found() == before
    with activate(desk.organization):
        tagging.merge_tags(member=admin, tag=old, into=new)
    assert found() == before
    with activate(desk.organization):
        tagging.remove_tag(member=admin, tag=new)
    assert found() == [set(), {gold.pk}, set(), set()], "never everybody instead"
