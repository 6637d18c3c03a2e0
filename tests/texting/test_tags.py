"""Tags of contacts: made and merged in settings, put on in the list and beside the conversation, one and many."""

import html
import re
import threading

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.permissions import MissingPermission
from tenancy.audit import AuditKind
from tenancy.ids import new_id
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.at_once import at_once
from tests.texting.desk import FIRST, SECOND, desk
from texting import tagging
from texting.models import Contact, ContactTag, Tag
from texting.models.tag import LONGEST_TAG
from texting.queries.tags import all_tags, tags_of
from texting.tagging import BadTag

__all__ = ["desk"]

pytestmark = pytest.mark.django_db


def make(desk, name, member=None):
    with activate(desk.organization):
        return tagging.add_tag(member=member or desk.cast.admin, name=name)


def put(desk, tag, *contacts):
    with activate(desk.organization):
        return tagging.put_on(member=desk.cast.agent, tag=tag, contact_ids=[one.pk for one in contacts])


def names(desk, contact):
    with activate(desk.organization):
        return [tag.name for tag in tags_of([contact.pk]).get(contact.pk, ())]


@pytest.fixture
def two(desk):
    desk.hear(number=FIRST, name="Marcus Bell")
    desk.hear(number=SECOND)
    return desk.contact(FIRST), desk.contact(SECOND)


class TestNames:
    def test_a_name_is_there_once_however_it_is_written(self, desk):
        make(desk, "  Moved   away ")
        for again in ("moved away", "MOVED AWAY", "Moved\u0000away", "Moved\naway"):
            with pytest.raises(BadTag, match="has this name"):
                make(desk, again)

    @pytest.mark.parametrize("name", ["", "   ", "\u200b\u202e", "x" * (LONGEST_TAG + 1)])
    def test_what_is_no_name_is_refused(self, desk, name):
        with pytest.raises(BadTag):
            make(desk, name)

    @given(st.text(max_size=60))
    @settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_a_tidy_name_is_tidy(self, name):
        try:
            tidy = tagging.tidy_name(name)
        except BadTag:
            return
        assert tagging.tidy_name(tidy) == tidy
        assert 0 < len(tidy) <= LONGEST_TAG
        assert "\n" not in tidy

    def test_there_are_at_most_so_many(self, desk, monkeypatch):
        monkeypatch.setattr(tagging, "MOST_TAGS", 1)
        make(desk, "VIP")
        with pytest.raises(BadTag, match="Merge or remove"):
            make(desk, "Other")


class TestOnContacts:
    def test_twice_is_once_and_each_is_told_in_the_log(self, desk, two):
        tag = make(desk, "VIP")
        assert put(desk, tag, *two) == 2
        assert put(desk, tag, *two) == 0
        assert names(desk, two[0]) == ["VIP"]
        with activate(desk.organization):
            assert AuditEvent.objects.filter(event=AuditKind.CONTACT_TAGGED).count() == 2
            assert tagging.take_off(member=desk.cast.agent, tag=tag, contact_ids=[two[0].pk, two[0].pk]) == 1
        assert names(desk, two[0]) == []

    def test_a_full_contact_takes_no_more_and_then_nobody_gets_it(self, desk, two, monkeypatch):
        monkeypatch.setattr(tagging, "MOST_ON_CONTACT", 1)
        put(desk, make(desk, "VIP"), two[0])
        with pytest.raises(BadTag, match="at most 1"):
            put(desk, make(desk, "Other"), *two)
        assert names(desk, two[1]) == []

    def test_merging_keeps_everybody_once(self, desk, two):
        old, new = make(desk, "Very important"), make(desk, "VIP")
        put(desk, old, *two)
        put(desk, new, two[0])
        with activate(desk.organization):
            assert tagging.merge_tags(member=desk.cast.admin, tag=old, into=new) == 2
            assert [(tag.name, tag.contacts) for tag in all_tags(counted=True)] == [("VIP", 2)]

    def test_another_organizations_contacts_and_tags_are_not_reached(self, desk, two):
        tag = make(desk, "VIP")
        desk.hear(number=FIRST, line=desk.other_line)
        with activate(desk.cast.other_organization):
            theirs = Contact.objects.get()
        assert put(desk, tag, theirs) == 0
        with activate(desk.cast.other_organization):
            assert not Tag.objects.exists()
            assert not ContactTag.objects.exists()

    def test_only_who_edits_contacts_puts_one_on_and_only_who_manages_them_makes_one(self, desk, two):
        tag = make(desk, "VIP")
        with activate(desk.organization), pytest.raises(MissingPermission):
            tagging.put_on(member=desk.cast.auditor, tag=tag, contact_ids=[two[0].pk])
        with pytest.raises(MissingPermission):
            make(desk, "Other", desk.cast.agent)


class TestPages:
    def test_making_renaming_and_removing_say_how_many_have_it(self, desk, two):
        browser = desk.as_(desk.cast.supervisor)
        assert "No tags yet" in browser.get(reverse("tags")).content.decode()
        assert browser.post(reverse("add_tag"), {"name": "VIP", "colour": "accent"}).status_code == 302
        again = browser.post(reverse("add_tag"), {"name": "vip", "colour": "accent"})
        assert (again.status_code, "Another tag has this name" in again.content.decode()) == (422, True)
        with activate(desk.organization):
            tag = Tag.objects.get()
        put(desk, tag, two[0])
        page = browser.get(reverse("tag", args=[tag.pk])).content.decode()
        assert "It comes off 1 contact and is gone for good." in page
        assert browser.post(reverse("tag", args=[tag.pk]), {"name": "Gold", "colour": "danger"}).status_code == 302
        assert names(desk, two[0]) == ["Gold"]
        browser.post(reverse("remove_tag", args=[tag.pk]))
        assert names(desk, two[0]) == []

    def test_the_list_filters_by_tag_and_tags_many_also_for_whom_names_are_masked(self, desk, two):
        tag = make(desk, "VIP")
        browser = desk.as_(desk.cast.agent)
        ticked = {"contact": [str(one.pk) for one in two], "put": str(tag.pk), "act": "put"}
        browser.post(reverse("tag_contacts"), ticked)
        assert (names(desk, two[0]), names(desk, two[1])) == (["VIP"], ["VIP"])
        browser.post(reverse("tag_contacts"), ticked | {"contact": [str(two[1].pk)], "act": "take"})
        narrowed = f"{reverse('contacts')}?tag={tag.pk}"
        form = re.search(r'action="(/contacts/tag[^"]+)"', browser.get(narrowed).content.decode())[1]
        assert browser.post(html.unescape(form), ticked).url == narrowed, "the list stays as it was"
        browser.post(reverse("tag_contacts"), ticked | {"contact": [str(two[1].pk)], "act": "take"})
        for member in (desk.cast.agent, desk.cast.auditor):
            listed = desk.as_(member).get(reverse("contacts"), {"tag": str(tag.pk)}).content.decode()
            assert str(two[0].pk) in listed
            assert str(two[1].pk) not in listed
            assert ("Marcus Bell" in listed) == (member == desk.cast.agent)

    @pytest.mark.parametrize("tag", ["nonsense", "01a21984-36bf-737c-a41e-7a506477895e"])
    def test_a_tag_that_is_none_is_not_found(self, desk, tag):
        assert desk.as_(desk.cast.agent).get(reverse("contacts"), {"tag": tag}).status_code == 404

    @pytest.mark.parametrize("sent", [{}, {"put": "x"}, {"contact": ["x"]}])
    def test_choosing_nothing_changes_nothing(self, desk, two, sent):
        tag = make(desk, "VIP")
        answer = desk.as_(desk.cast.agent).post(reverse("tag_contacts"), {"put": str(tag.pk)} | sent, follow=True)
        assert "Choose" in answer.content.decode()
        assert names(desk, two[0]) == []

    def test_the_side_panel_changes_them_and_keeps_what_a_colleague_put_on_meanwhile(self, desk, two):
        vip, moved = make(desk, "VIP"), make(desk, "Moved away")
        put(desk, vip, two[0])
        browser = desk.as_(desk.cast.agent)
        url = reverse("contact_tags", args=[two[0].pk])
        assert "Moved away" in browser.get(url).content.decode()
        third = make(desk, "Third")
        put(desk, third, two[0])
        assert browser.post(url, {"tags": [str(moved.pk)], "was": [str(vip.pk)]}).status_code == 204
        assert names(desk, two[0]) == ["Moved away", "Third"]
        assert browser.post(url, {"tags": [str(new_id())]}).status_code == 422
        with activate(desk.organization):
            conversation = two[0].conversations.get()
        shown = browser.get(reverse("conversation", args=[conversation.pk])).content.decode()
        assert "Moved away" in shown.partition('id="details"')[2]


@pytest.mark.django_db(transaction=True)
def test_a_tag_that_is_put_on_while_it_is_merged_is_not_lost_unsaid(desk, two, monkeypatch):
    old, new = make(desk, "Not by text"), make(desk, "Quiet")
    put(desk, old, two[0])
    found = []
    worker = threading.Thread(target=lambda: found.extend(at_once(lambda: put(desk, old, two[1]))))

    def meanwhile(tag, into):
        worker.start()
        worker.join(0.15)

    monkeypatch.setattr(tagging.tagged_steps, "follow", meanwhile)
    with activate(desk.organization):
        tagging.merge_tags(member=desk.cast.admin, tag=old, into=new)
    worker.join(20)
    [told] = found
    assert isinstance(told, BadTag)
    assert (names(desk, two[0]), names(desk, two[1])) == (["Quiet"], [])
