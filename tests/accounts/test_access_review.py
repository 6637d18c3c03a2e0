"""Reviews of access: who is on the list, what a decision does, what a signature closes."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from accounts import access_review_reading, access_reviewing
from accounts.deactivation import LastOwner, OwnMembership
from accounts.models import AccessRules, BreakGlass, Membership
from accounts.models.access_review import AccessDecision, AccessLine, AccessReview, AccessSignOff
from accounts.permissions import MissingPermission
from tenancy.isolation import activate
from tenancy.models import AuditEvent, Organization
from tests.accounts.scim.conftest import connect
from tests.callers import make_caller
from tests.cast import cast, signed_in
from tests.mailed import mails_to

__all__ = ["cast"]

PATH = "/settings/access-review/"


def begin(actor):
    with activate(actor.organization):
        return access_reviewing.begin(actor=actor)


def decide(actor, line, keeps, remark=""):
    with activate(actor.organization):
        access_reviewing.decide(actor=actor, line=line, keeps=keeps, remark=remark)


def line_of(actor, subject):
    with activate(actor.organization):
        return AccessLine.objects.select_related("review").get(subject=subject)


def keep_everything(actor):
    with activate(actor.organization):
        for line in AccessLine.objects.select_related("review"):
            access_reviewing.decide(actor=actor, line=line, keeps=True)


def sign(actor, review):
    with activate(actor.organization):
        return access_reviewing.sign_off(actor=actor, review=review, remark="Looked at all")


def test_people_keys_and_tokens_are_on_the_list_and_leavers_are_not(cast):
    caller, company = make_caller(cast.owner, name="Booking system"), connect(cast.owner)
    BreakGlass.objects.create(membership=cast.owner, made_by=cast.owner)
    page = signed_in(Client(), cast.admin).get(PATH).content.decode()
    for name in ("Olga Brandt", "Amelia Okafor", "Booking system", "Directory token", "without single sign-on"):
        assert name in page
    assert "Lev Moreau" not in page
    assert "Oscar Outsider" not in page
    assert caller.secret not in page
    assert company.secret not in page
    only_keys = signed_in(Client(), cast.admin).get(f"{PATH}?kind=key").content.decode()
    assert "Booking system" in only_keys
    assert "amelia" not in only_keys.lower().split("reviews so far")[0].split("<tbody>")[1]


def test_only_those_with_the_right_see_it(cast):
    for member, status in ((cast.agent, 403), (cast.auditor, 403), (cast.admin, 200)):
        assert signed_in(Client(), member).get(PATH).status_code == status
    with pytest.raises(MissingPermission):
        begin(cast.auditor)


def test_a_review_shows_what_was_there_when_it_began(cast):
    begin(cast.admin)
    Membership.objects.filter(pk=cast.agent.pk).update(is_active=False)
    line = line_of(cast.admin, cast.agent.pk)
    assert (line.name, line.facts["roles"], line.facts["teams"]) == ("Amelia Okafor", "Agent", "Front desk")


def test_only_one_review_is_open_at_a_time(cast):
    begin(cast.admin)
    with pytest.raises(access_reviewing.StillOpen):
        begin(cast.owner)
    client = signed_in(Client(), cast.owner)
    assert client.post(f"{PATH}begin/").status_code == 302
    with activate(cast.organization):
        assert AccessReview.objects.count() == 1


def test_removing_a_person_deactivates_them_at_once(cast):
    agent = signed_in(Client(), cast.agent)
    begin(cast.admin)
    decide(cast.admin, line_of(cast.admin, cast.agent.pk), keeps=False, remark="Left in May")
    assert agent.get("/inbox/").status_code == 302
    with activate(cast.organization):
        decision = AccessDecision.objects.get()
        kinds = set(AuditEvent.objects.values_list("event", flat=True))
    assert (decision.keeps, decision.remark, decision.by_id) == (False, "Left in May", cast.admin.pk)
    assert {"access_review:begun", "access:decided", "member:deactivated"} <= kinds


def test_removing_a_key_and_a_token_ends_them(cast):
    caller, company = make_caller(cast.owner), connect(cast.owner)
    begin(cast.owner)
    decide(cast.owner, line_of(cast.owner, caller.key.integration_id), keeps=False)
    decide(cast.owner, line_of(cast.owner, company.directory.tokens.get().pk), keeps=False)
    assert caller.get("me").status_code == 401
    assert company.directory.tokens.get().ends_at <= timezone.now()


def test_nobody_removes_themselves_the_last_owner_or_who_may_do_more(cast):
    begin(cast.admin)
    for actor, who, refusal in (
        (cast.admin, cast.admin, OwnMembership),
        (cast.admin, cast.owner, MissingPermission),
        (cast.owner, cast.owner, (OwnMembership, LastOwner)),
    ):
        with pytest.raises(refusal):
            decide(actor, line_of(actor, who.pk), keeps=False)
    with activate(cast.organization):
        assert not AccessDecision.objects.exists()
    assert Membership.objects.filter(pk__in=[cast.admin.pk, cast.owner.pk], is_active=True).count() == 2


def test_a_refused_removal_is_said_on_the_page_and_the_line_stays_open(cast):
    review = begin(cast.admin)
    line = line_of(cast.admin, cast.owner.pk)
    client = signed_in(Client(), cast.admin)
    answer = client.post(f"{PATH}{review.pk}/{line.pk}/", {"verdict": "remove"}, follow=True)
    assert "You may review, but not remove" in answer.content.decode()
    with activate(cast.organization):
        assert not AccessDecision.objects.exists()


def test_a_second_thought_is_kept_beside_the_first(cast):
    review = begin(cast.admin)
    line = line_of(cast.admin, cast.agent.pk)
    decide(cast.admin, line, keeps=True)
    decide(cast.owner, line, keeps=False)
    with activate(cast.organization):
        shown = access_review_reading.access_review(review.pk)
        assert AccessDecision.objects.count() == 2
    assert [one.decision.keeps for one in shown.lines if one.id == line.pk] == [False]


def test_a_review_is_signed_when_every_line_is_decided_and_then_closed(cast):
    review = begin(cast.admin)
    with pytest.raises(access_reviewing.Undecided):
        sign(cast.admin, review)
    keep_everything(cast.admin)
    sign(cast.admin, review)
    with pytest.raises(access_reviewing.Closed):
        sign(cast.owner, review)
    with pytest.raises(access_reviewing.Closed):
        decide(cast.owner, line_of(cast.owner, cast.agent.pk), keeps=False)
    assert Membership.objects.get(pk=cast.agent.pk).is_active
    with activate(cast.organization):
        assert AccessSignOff.objects.get().by_id == cast.admin.pk
        assert access_reviewing.due(cast.organization).on == timezone.localdate() + access_reviewing.EVERY


def test_the_database_lets_nobody_change_a_review(cast):
    review = begin(cast.admin)
    keep_everything(cast.admin)
    sign(cast.admin, review)
    for model, change in (
        (AccessReview, {"due_on": "2030-01-01"}),
        (AccessLine, {"name": "Nobody"}),
        (AccessDecision, {"keeps": False}),
        (AccessSignOff, {"remark": "Never"}),
    ):
        with activate(cast.organization):
            with pytest.raises(DatabaseError), transaction.atomic():
                model.objects.update(**change)
            with pytest.raises(DatabaseError), transaction.atomic():
                model.objects.all().delete()


def test_an_outsider_finds_no_review(cast):
    review = begin(cast.admin)
    line = line_of(cast.admin, cast.agent.pk)
    outsider = signed_in(Client(), cast.outsider)
    assert outsider.get(f"{PATH}{review.pk}/").status_code == 404
    assert outsider.post(f"{PATH}{review.pk}/{line.pk}/", {"verdict": "remove"}).status_code == 404
    assert outsider.post(f"{PATH}{review.pk}/sign/").status_code == 404
    assert outsider.get(f"{PATH}{review.pk}/csv/").status_code == 404
    assert Membership.objects.get(pk=cast.agent.pk).is_active


def test_many_lines_are_kept_at_once_and_nonsense_among_them_is_left_out(cast):
    review = begin(cast.admin)
    client = signed_in(Client(), cast.admin)
    lines = [str(line_of(cast.admin, one.pk).pk) for one in (cast.agent, cast.auditor)]
    client.post(f"{PATH}{review.pk}/keep/", {"line": [*lines, "nonsense"], f"remark-{lines[0]}": "x" * 5000})
    with activate(cast.organization):
        assert AccessDecision.objects.filter(keeps=True).count() == 2
        assert len(AccessDecision.objects.get(line=lines[0]).remark) == access_reviewing.LONGEST_REMARK


def test_the_csv_holds_decisions_and_runs_no_formulas(cast):
    review = begin(cast.admin)
    decide(cast.admin, line_of(cast.admin, cast.agent.pk), keeps=True, remark="=1+1")
    client = signed_in(Client(), cast.admin)
    text = client.get(f"{PATH}{review.pk}/csv/").content.decode("utf-8-sig")
    rows = {row[1]: row for row in csv.reader(io.StringIO(text))}
    assert rows["Amelia Okafor"][9:12] == ["keep", "'=1+1", "Ada Lindqvist"]
    assert rows["Olga Brandt"][9] == ""
    assert "Amelia Okafor" in client.get(f"{PATH}csv/").content.decode("utf-8-sig")


def test_those_who_may_review_are_told_once_before_and_once_after_it_is_due(cast):
    def remind():
        with activate(cast.organization):
            return access_reviewing.remind()

    assert remind() == 0, "a quarter is left"
    Organization.objects.update(created_at=timezone.now() - timedelta(days=80))
    assert remind() == 2  # the owner and the admin
    assert remind() == 0
    Organization.objects.update(created_at=timezone.now() - timedelta(days=95))
    AccessRules.objects.update(review_told_for=timezone.localdate() - timedelta(days=4))
    assert remind() == 2
    assert remind() == 0
    assert "Access review of Harbor Dental is due" in mails_to(cast.admin.user.email)[0]
    assert mails_to(cast.agent.user.email) == []


def test_what_nobody_used_for_a_quarter_stands_out(cast):
    Membership.objects.filter(pk=cast.agent.pk).update(last_seen_at=timezone.now() - timedelta(days=91))
    page = signed_in(Client(), cast.admin).get(f"{PATH}?show=unused").content.decode()
    assert "Amelia Okafor" in page
    assert "Olga Brandt" not in page.split("<tbody>")[1].split("</tbody>")[0]
