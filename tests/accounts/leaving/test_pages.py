"""The pages: what ends, the receipt and its files, the list, several at once."""

import csv
import io
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts import deactivation
from accounts.leaving import plans
from accounts.models import DoorTrial, Membership, OffboardingReceipt, PlannedLeaving
from tenancy.audit import AuditEventKind, AuditKind
from tenancy.encryption import day_scope
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.cast import signed_in


def page(client, where: str) -> str:
    answer = client.get(where)
    assert answer.status_code == 200, where
    return answer.content.decode()


def leave(cast, member) -> OffboardingReceipt:
    with activate(cast.organization):
        return deactivation.deactivate(actor=cast.owner, member=member)


def logged(cast, kind: AuditEventKind) -> int:
    with activate(cast.organization):
        return AuditEvent.objects.filter(event=kind.value).count()


def test_the_page_says_what_will_end_before_it_ends(cast, holder, client):
    text = page(signed_in(client, cast.owner), f"/settings/people/{holder.member.pk}/deactivate/")
    for words in ("Signed-in browsers", "API keys they made", "Invitations they sent", "Directory tokens they made"):
        assert words in text
    assert "Open conversations" in text  # the question who takes them
    assert Membership.objects.get(pk=holder.member.pk).is_active


def test_the_receipt_shows_every_door_closed(cast, holder, client):
    owner = signed_in(client, cast.owner)
    answer = owner.post(f"/settings/people/{holder.member.pk}/deactivate/", {"how": "now"}, follow=True)
    text = answer.content.decode()
    assert answer.redirect_chain[0][0].startswith("/settings/leavers/")
    for words in ("Every door is closed", "Ada Lindqvist", "Olga Brandt", "nia@harbor.example", "Firefox on Linux"):
        assert words in text
    assert "Offboarding receipt" in page(owner, f"/settings/people/{holder.member.pk}/")


def test_the_last_owner_and_oneself_are_not_offered(cast, client):
    owner = signed_in(client, cast.owner)
    assert "Nobody deactivates themselves" in page(owner, f"/settings/people/{cast.owner.pk}/deactivate/")
    assert "not active" in page(owner, f"/settings/people/{cast.leaver.pk}/deactivate/")
    for how in ({"how": "now"}, {"how": "suspend"}, {"how": "later", "day": "2999-01-01", "hour": "10:00"}, {}):
        assert owner.post(f"/settings/people/{cast.owner.pk}/deactivate/", how).status_code in {200, 422}
    assert Membership.objects.get(pk=cast.owner.pk).is_active
    assert not PlannedLeaving.objects.exists()


def test_the_files_hold_what_the_page_shows_and_no_hash(cast, holder, client):
    receipt = leave(cast, holder.member)
    owner = signed_in(client, cast.owner)
    page(owner, f"/settings/leavers/{receipt.pk}/")
    answer = owner.get(f"/settings/leavers/{receipt.pk}/offboarding.json")
    data = json.loads(answer.content)
    assert data["person"]["email"] == "admin@harbor.example"
    assert {one["step"]: one["door"] for one in data["steps"]}["api_keys"] == "closed"
    assert "clue" not in answer.content.decode()
    paper = owner.get(f"/settings/leavers/{receipt.pk}/offboarding.pdf")
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")
    assert logged(cast, AuditKind.RECEIPT_READ) == 2


@pytest.mark.parametrize("name", ["Łucja Żółć", "王小明", "حمزة", "O'Brien <b>", "🧑🏿‍🚀", "x" * 80])
def test_any_name_fits_on_paper(cast, client, name):
    cast.agent.user.name = name
    cast.agent.user.save()
    receipt = leave(cast, cast.agent)
    answer = signed_in(client, cast.owner).get(f"/settings/leavers/{receipt.pk}/offboarding.pdf")
    assert answer.content.startswith(b"%PDF-")
    assert name.replace("'", "&#x27;").replace("<b>", "&lt;b&gt;") in page(client, f"/settings/leavers/{receipt.pk}/")


def test_the_list_finds_by_name_kind_and_day_and_ignores_nonsense(cast, client):
    leave(cast, cast.agent)
    with activate(cast.organization):
        deactivation.suspend(actor=cast.owner, member=cast.supervisor)
    owner = signed_in(client, cast.owner)
    both, one = ("Amelia Okafor", "Sam Achebe"), ("Amelia Okafor",)
    for query, found in (
        ("", both),
        ("?text=amel", one),
        ("?text=agent@harbor", one),
        ("?kind=deactivated", one),
        (f"?member={cast.agent.pk}", one),
        ("?since=2001-01-01", both),
        ("?until=2001-01-01", ()),
        ("?by=directory", ()),
        ("?kind=nonsense&since=yesterday&member=1&page=x", both),
        ("?text=" + "%00" * 3, both),
        ("?text=" + "x" * 5000, both),
    ):
        shown = owner.get(f"/settings/leavers/{query}").context["receipts"]
        assert sorted(row.name for row in shown) == sorted(found), query


def test_the_csv_has_a_line_for_each_and_runs_nothing(cast, client):
    cast.agent.user.name = "=HYPERLINK(1)"
    cast.agent.user.save()
    leave(cast, cast.agent)
    answer = signed_in(client, cast.owner).get("/settings/leavers/export/")
    head, line = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert head[2] == "person"
    assert line[2] == "'=HYPERLINK(1)"
    assert logged(cast, AuditKind.RECEIPTS_EXPORTED) == 1


def test_another_organization_sees_none_of_it(cast):
    receipt = leave(cast, cast.agent)
    outsider = signed_in(Client(), cast.outsider)
    for where in ("", "offboarding.pdf", "offboarding.json"):
        assert outsider.get(f"/settings/leavers/{receipt.pk}/{where}").status_code == 404
    assert outsider.post(f"/settings/leavers/{receipt.pk}/try/").status_code == 404
    assert outsider.get("/settings/leavers/").context["receipts"] == []
    assert outsider.get(f"/settings/people/leave/{uuid4()}/").status_code == 404


def test_a_receipt_of_somebody_let_in_again_is_not_tried(cast, client):
    receipt = leave(cast, cast.agent)
    with activate(cast.organization):
        deactivation.reactivate(actor=cast.owner, member=cast.agent)
    owner = signed_in(client, cast.owner)
    assert "let in again" in page(owner, f"/settings/leavers/{receipt.pk}/")
    owner.post(f"/settings/leavers/{receipt.pk}/try/")
    with activate(cast.organization):
        assert not DoorTrial.objects.exists()


def test_suspended_people_look_different_everywhere(cast, client):
    owner = signed_in(client, cast.owner)
    owner.post(f"/settings/people/{cast.agent.pk}/deactivate/", {"how": "suspend"})
    everybody = page(owner, "/settings/people/")
    assert "Suspended" in everybody
    assert "Deactivated" in everybody
    only = owner.get("/settings/people/?state=Suspended").context["people"]
    assert [one.name for one in only] == ["Amelia Okafor"]
    assert "Let in again" in page(owner, f"/settings/people/{cast.agent.pk}/")
    owner.post(f"/settings/people/{cast.agent.pk}/reactivate/")
    assert Membership.objects.get(pk=cast.agent.pk).state == "Active"


def test_several_leave_at_once_each_with_a_receipt(cast, client):
    owner = signed_in(client, cast.owner)
    chosen = [str(cast.agent.pk), str(cast.second_agent.pk)]
    assert "bulk" in page(owner, "/settings/people/")
    first = owner.get("/settings/people/leave/", {"people": chosen})
    assert "Deactivate 2 people" in first.content.decode()
    assert not PlannedLeaving.objects.exists()
    answer = owner.post("/settings/people/leave/", {"people": chosen})
    where = answer["Location"]
    assert "Waits" in page(owner, where)
    assert "hx-get" in page(owner, where)
    assert plans.carry_out_due() == 2
    after = owner.get(where, headers={"HX-Request": "true"}).content.decode()
    assert after.count("/settings/leavers/") == 2
    assert "hx-get" not in after
    assert Membership.objects.filter(pk__in=chosen, is_active=True).count() == 0


def test_nobody_leaves_when_one_of_them_may_not(cast, client):
    admin = signed_in(client, cast.admin)
    for other in (cast.owner.pk, cast.admin.pk, cast.leaver.pk):
        chosen = [str(cast.agent.pk), str(other)]
        answer = admin.post("/settings/people/leave/", {"people": chosen})
        assert "Cannot be deactivated by you" in answer.content.decode()
    for chosen in ([], ["nonsense"], [str(cast.outsider.pk)], ["\x00"]):
        assert admin.post("/settings/people/leave/", {"people": chosen}).status_code == 302
    assert not PlannedLeaving.objects.exists()


def test_several_are_ended_by_somebody_who_was_there_a_moment_ago(cast, client):
    stale = signed_in(client, cast.owner, minutes_ago=11)
    answer = stale.post("/settings/people/leave/", {"people": [str(cast.agent.pk)]})
    assert answer["Location"].startswith("/confirm/")
    assert not PlannedLeaving.objects.exists()


def test_a_receipt_whose_key_was_destroyed_says_so_and_is_not_tried(cast, client):
    receipt = leave(cast, cast.agent)
    with activate(cast.organization):
        assert destroy_keys("audit", day_scope(timezone.now().date()), reason="test")
    owner = signed_in(client, cast.owner)
    assert "destroyed with the key" in page(owner, f"/settings/leavers/{receipt.pk}/")
    assert "Destroyed with its key" in page(owner, "/settings/leavers/")
    assert owner.post(f"/settings/leavers/{receipt.pk}/try/").status_code == 302
    for form in ("pdf", "json"):
        assert owner.get(f"/settings/leavers/{receipt.pk}/offboarding.{form}").status_code == 200
    with activate(cast.organization):
        assert not DoorTrial.objects.exists()


def test_what_is_planned_and_what_could_not_be_done_stand_on_the_list(cast, client):
    with activate(cast.organization):
        plans.plan(actor=cast.owner, member=cast.agent, due_at=timezone.now() + timedelta(days=2))
        plans.plan(actor=cast.owner, member=cast.supervisor, due_at=timezone.now() + timedelta(days=3))
    PlannedLeaving.objects.filter(membership=cast.supervisor).update(done_at=timezone.now(), problem="last_owner")
    owner = signed_in(client, cast.owner)
    text = page(owner, "/settings/leavers/")
    assert "Coming" in text
    assert "Planned, and could not be done" in text
    assert "leaves" in page(owner, "/settings/people/")
    outsider = page(signed_in(Client(), cast.outsider), "/settings/leavers/")
    assert "Coming" not in outsider
    assert "could not be done" not in outsider
