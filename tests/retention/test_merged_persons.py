"""Persons with several numbers: what keeps, and what erases, knows all of them, whoever merges and parts them."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.models import ConsentEvent, Suppression
from retention import certificates, changing
from retention.erasing import asking
from retention.erasing.rows import without_numbers
from retention.erasing.running import go_on
from retention.holds.covering import covered
from retention.holds.freezing import live_scopes
from retention.holds.wanted import WantedScope
from retention.kinds import Kind
from retention.models import DataExport, Erasure, SubjectRequest
from retention.purging import running
from retention.requests.cannot_do import CannotDo
from retention.requests.parts import Who
from tenancy.audit_checkpoints import trusted_keys
from tenancy.isolation import activate
from tests.retention.asked import ask_request, copied_for
from tests.retention.placed import place_hold
from tests.retention.purging.conftest import told, without_waiting
from tests.retention.test_tag_periods import choose, tag_of
from tests.texting.desk import FIRST, SECOND, desk
from tests.texting.test_duplicates import TEXTS, merge, two
from texting import persons, tagging
from texting.duplicates import merging
from texting.duplicates.choosing import CannotMerge
from texting.models import Contact, ContactTag, Conversation, Message
from texting.tagging import BadTag

__all__ = ["desk", "told", "two", "without_waiting"]
pytestmark = pytest.mark.django_db


def test_a_merge_leaves_out_no_tag_that_decides_how_long_texts_are_kept(two):
    agent = two.cast.supervisor
    with activate(two.organization):
        changing.change(actor=two.cast.admin, kind=Kind.BODIES, team=None, tag=two.vip, days=None)
        with pytest.raises(BadTag, match="decides how long"):
            tagging.take_off(member=agent, tag=two.vip, contact_ids=[two.ana.pk])
    with pytest.raises(CannotMerge, match="decides how long"):
        merge(two, member=agent, without=frozenset({two.vip.pk}))
    with activate(two.organization):
        assert ContactTag.objects.filter(tag=two.vip, contact=two.ana).exists(), "taken off by the way"


@pytest.mark.parametrize("how", ["number", "contact"])
def test_parting_takes_nothing_out_of_a_hold(two, how):
    made = merge(two)
    with activate(two.organization):
        if how == "number":
            place_hold(two.cast.owner, WantedScope(FIRST))
        else:
            place_hold(two.cast.owner, WantedScope(f"/contacts/{two.ana.pk}/"))
        [scope] = list(live_scopes())
        assert set(Message.objects.filter(covered(scope, TEXTS)).values_list("contact_id", flat=True)) == {
            two.ana.pk,
            two.second.pk,
        }
        merging.take_off(member=two.cast.supervisor, merge_id=made.pk)
        [scope] = list(live_scopes())
        held = set(Message.objects.filter(covered(scope, TEXTS)).values_list("contact_id", flat=True))
        assert held == {two.ana.pk, two.second.pk}, "a supervisor took a number out of a legal hold"


def test_merging_and_parting_take_the_lock_of_what_deletes_before_any_row(two):
    """A purge takes them in that order: whoever took a contact's row first would wait for it, and it for them."""

    def locks(act):
        with CaptureQueriesContext(connection) as ran:
            done = act()
        said = [one["sql"] for one in ran if re.search("pg_advisory_xact_lock|FOR (NO KEY )?UPDATE", one["sql"])]
        assert "pg_advisory_xact_lock" in said[0]
        assert any("texting_contact" in one for one in said)
        return done

    made = locks(lambda: merge(two))
    with activate(two.organization):
        locks(lambda: merging.undo(member=two.cast.supervisor, merge_id=made.pk))
    made = merge(two)
    with activate(two.organization):
        locks(lambda: merging.take_off(member=two.cast.supervisor, merge_id=made.pk))


def test_an_erasure_ends_copies_and_requests_of_all_their_numbers(two):
    merge(two)
    with activate(two.organization):
        other = ask_request(two.cast.admin, SECOND, kind="access")
        copy = copied_for(two.cast.admin, other)
        asked = ask_request(two.cast.admin, FIRST, kind="erase")
        Erasure.objects.create(
            request=asked,
            asked_by=two.cast.admin,
            at=timezone.now(),
            contact_ids=[str(pk) for pk in Who.of(asked.number_index).contacts],
        )
        Conversation.objects.update(status="resolved", resolved_at=timezone.now())
    assert go_on(two.organization.pk) == 1
    with activate(two.organization):
        left = SubjectRequest.objects.get(pk=other.pk)
        found = (DataExport.objects.get(pk=copy.pk).state, left.number_masked, left.state)
    page = two.as_(two.cast.admin).get(f"/settings/exports/{copy.pk}/")
    assert (found, page.status_code) == (("ended", "", "done"), 404)


@pytest.fixture
def waiting(two, monkeypatch):
    """An admin asks to erase Ana, who has two numbers; that is large, so an owner has to agree."""
    monkeypatch.setattr(asking, "ALONE", 1)
    two.made = merge(two)
    two.hear("STOP", number=SECOND)
    with activate(two.organization):
        Conversation.objects.update(status="resolved", resolved_at=timezone.now())
        Message.objects.filter(direction="out").update(status="delivered")  # the answer to STOP
        two.request = ask_request(two.cast.admin, FIRST, kind="erase")
        two.erasure = asking.ask(member=two.cast.admin, request=two.request)
    two.page = f"/settings/requests/{two.request.pk}/"
    two.owner = two.as_(two.cast.owner)
    return two


def agreed(waiting, page):
    """What comes of pressing Agree on this page."""
    [seen] = re.findall(r'name="seen" value="([0-9a-f]+)"', page)
    waiting.owner.post(f"{waiting.page}erase/agree/", {"seen": seen})
    with activate(waiting.organization):
        return Erasure.objects.get(pk=waiting.erasure.pk)


def look(waiting):
    return waiting.owner.get(waiting.page).content.decode()


def test_the_certificate_counts_what_stays_under_all_of_their_numbers(waiting):
    with activate(waiting.organization):
        both = {row.number_index.hex() for row in Contact.objects.filter(pk__in=[waiting.ana.pk, waiting.second.pk])}
    assert agreed(waiting, look(waiting)).state == "running"
    assert go_on(waiting.organization.pk) == 1
    with activate(waiting.organization):
        done = Erasure.objects.get(pk=waiting.erasure.pk)
        kept = Suppression.objects.count(), ConsentEvent.objects.filter(action="withdrawn").count()
        there = ConsentEvent.objects.filter(number_index__in=[bytes.fromhex(one) for one in both]).count()
    said = certificates.verify(done.certificate, trusted_keys())
    assert (set(said["number_hashes"]), kept) == (both, (2, 2))
    assert (said["stayed"]["compliance.Suppression"], said["stayed"]["compliance.ConsentEvent"]) == (2, there)
    assert b"%PDF" in waiting.owner.get(f"{waiting.page}erasure.pdf").content


def test_the_second_person_agrees_to_what_is_there_now_and_a_strangers_number_stays(waiting):
    before = look(waiting)
    with activate(waiting.organization):
        merging.take_off(member=waiting.cast.supervisor, merge_id=waiting.made.pk)
    assert agreed(waiting, before).state == "asked", "agreed to a number that is a stranger's"
    after = look(waiting)
    assert ("They stay:" in after, "They stay:" in before) == (True, False)
    assert waiting.second.number_masked in after
    assert agreed(waiting, after).contact_ids == [str(waiting.ana.pk)]
    assert go_on(waiting.organization.pk) == 1
    with activate(waiting.organization):
        assert Message.objects.filter(contact=waiting.second, ended_at=None).exists()
        assert not Message.objects.filter(contact=waiting.ana, ended_at=None).exists()
        assert list(Suppression.objects.filter(number_index=waiting.second.number_index)) != []


def test_a_number_that_came_in_addition_has_to_be_asked_for_anew(waiting):
    merge(waiting, waiting.ana, waiting.stranger)
    page = look(waiting)
    assert ("Call it off and ask anew" in page, "erase/agree/" in page) == (True, False)
    with activate(waiting.organization), pytest.raises(CannotDo, match="ask anew"):
        asking.agree(member=waiting.cast.owner, erasure=waiting.erasure, seen=asking.changed(waiting.erasure).mark)
    first = waiting.as_(waiting.cast.admin)
    first.post(f"{waiting.page}erase/call-off/")
    asked = first.get(f"{waiting.page}erase/").content.decode()
    assert waiting.stranger.number_masked in asked
    assert first.post(f"{waiting.page}erase/", {"seen": "0" * 32}).status_code == 409


def test_once_both_agreed_nobody_merges_or_parts_them_and_what_changes_all_the_same_stops_it(waiting):
    assert agreed(waiting, look(waiting)).state == "running"
    with pytest.raises(CannotMerge, match="to be erased"):
        merge(waiting, waiting.ana, waiting.stranger)
    with activate(waiting.organization):
        with pytest.raises(CannotMerge, match="to be erased"):
            merging.take_off(member=waiting.cast.supervisor, merge_id=waiting.made.pk)
        persons.part([waiting.second.pk])  # as the end of a number does that nobody guards
    assert go_on(waiting.organization.pk) == 0
    assert "changed before it began" in look(waiting)
    with activate(waiting.organization):
        assert not Message.objects.filter(ended_as="erased").exists()


def test_whoever_is_left_together_can_still_be_parted(two):
    merge(two)
    merge(two, two.ana, two.stranger)
    with activate(two.organization):
        without_numbers([two.ana.pk])
        rows = Contact.objects.filter(pk__in=[two.second.pk, two.stranger.pk]).order_by("created_at")
        assert rows[1].merged_into_id == rows[0].pk
        assert [made.merged_id for made in merging.merges_of(rows[0])] == [rows[1].pk], "no page parts these two"


@pytest.mark.usefixtures("without_waiting")
@pytest.mark.parametrize("how", ["put on", "merged"])
def test_a_tag_that_came_by_a_merge_counts_a_week_later(desk, told, settings, how):
    settings.RETENTION_KEEPERS = []
    ana, other = (told("A melon", number=number) for number in (FIRST, SECOND))
    with activate(desk.organization):
        short = tag_of(desk, "Short", SECOND)
        choose(Kind.BODIES, 40, tag=short)
        if how == "merged":
            merging.merge(member=desk.cast.supervisor, survivor=ana.contact_id, other=other.contact_id)
        else:
            tagging.put_on(member=desk.cast.supervisor, tag=short, contact_ids=[ana.contact_id])
    assert running.run_nights()["failed"] == 0
    with activate(desk.organization):
        alive = set(Message.objects.filter(direction="in", ended_at=None).values_list("pk", flat=True))
    assert other.pk not in alive
    assert ana.pk in alive, "ended in the first night, without the week"
