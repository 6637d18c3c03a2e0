"""Operators see which organizations end, end one and take that back, and fetch what proves an end."""

import json

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import OperatorEvent, OutgoingMail
from retention import certificates
from retention.closing import asking, ending
from retention.models import Closing
from tenancy.audit_checkpoints import trusted_keys
from tenancy.isolation import activate
from tests.cast import signed_in
from tests.retention.closing.passing import let_its_day_pass
from tests.retention.closing.test_closing import carrier
from tests.retention.placed import place_hold
from tests.texting.desk import FIRST
from texting.models import Line

__all__ = ["carrier"]
PAGE = "/operators/ends/"


@pytest.fixture
def operator(desk) -> Client:
    call_command("make_operator", desk.cast.outsider.user.email)
    return signed_in(Client(), desk.cast.outsider)


def shown(operator, group=""):
    page = operator.get(PAGE, {"state": group})
    assert page.status_code == 200
    return page.content.decode()


def test_an_operator_ends_one_by_its_name_sees_it_and_takes_it_back(desk, operator):
    assert "No ends here" in shown(operator)
    one = f"{PAGE}{desk.organization.pk}/"
    assert one in operator.get("/operators/").content.decode()
    for typed in ("", "Harbor", "\x00", "x" * 5000):
        assert operator.post(one, {"name": typed}).status_code == 422
    assert operator.post(one, {"name": "harbor  dental"})["Location"] == PAGE
    assert operator.post(one, {"name": "Harbor Dental"}).status_code == 422, "it was asked for already"
    page = shown(operator, "waiting")
    assert "Harbor Dental" in page
    assert desk.cast.outsider.user.email in page
    assert "Harbor Dental" not in shown(operator, "done")
    with activate(desk.organization):
        assert not Line.objects.filter(is_active=True).exists()
        assert OutgoingMail.objects.filter(kind="organization_ends").count() == 1
    assert operator.post(f"{one}take-back/")["Location"] == PAGE
    with activate(desk.organization):
        assert Line.objects.filter(is_active=True).exists()
    acts = list(OperatorEvent.objects.filter(organization=desk.organization).order_by("at").values_list("act", "user"))
    user = desk.cast.outsider.user_id
    assert acts == [("organization:end_begun", user), ("organization:end_taken_back", user)]
    assert operator.post(f"{one}take-back/").status_code == 302, "twice is once"


def test_what_owners_asked_for_is_theirs_and_a_hold_is_told(desk, operator):
    desk.hear("About my crown", number=FIRST)
    with activate(desk.organization):
        asking.ask(member=desk.cast.owner, typed="Harbor Dental")
        place_hold(desk.cast.admin, about=FIRST)
    page = shown(operator)
    assert "an owner" in page
    assert "legal hold" in page
    assert "Olga" not in page, "nothing of what is inside"
    assert "take-back" not in page
    operator.post(f"{PAGE}{desk.organization.pk}/take-back/")
    with activate(desk.organization):
        assert Closing.objects.get().state == "counting"


def test_what_has_ended_is_listed_with_its_certificates_and_as_csv(desk, operator):
    desk.hear("About my crown", number=FIRST)
    fetch = f"{PAGE}{desk.organization.pk}/%s.json"
    assert operator.get(fetch % "end").status_code == 404
    with activate(desk.organization):
        asking.ask(member=desk.cast.owner, typed="Harbor Dental")
        let_its_day_pass()
    assert ending.go_on(desk.organization.pk)
    assert "rows are being deleted" in shown(operator, "done")
    ending.round_of_closings()
    page = shown(operator, "done")
    assert "Ended, rows deleted" in page
    assert "Harbor Dental" in page, "its certificate has the name"
    for which in ("end", "rows"):
        said = certificates.verify(operator.get(fetch % which).content.decode(), trusted_keys())
        assert said["organization"]["id"] == str(desk.organization.pk)
    assert operator.get(fetch % "other").status_code == 404
    lines = operator.get(f"{PAGE}csv/", {"state": "done"}).content.decode().splitlines()
    assert lines[1].startswith(f"{desk.organization.pk},Harbor Dental,ended,owner,{timezone.now():%Y-%m-%d}")
    assert json.loads(operator.get(fetch % "rows").content)["ended"]["texting.Message"] == 1


def test_for_everybody_else_there_is_no_such_page(desk):
    for address in ("", "csv/", f"{desk.organization.pk}/", f"{desk.organization.pk}/end.json"):
        assert desk.as_(desk.cast.owner).get(PAGE + address).status_code == 404
    assert desk.as_(desk.cast.owner).post(f"{PAGE}{desk.organization.pk}/take-back/").status_code == 404
    assert (
        signed_in(Client(), desk.cast.owner)
        .post(f"{PAGE}{desk.organization.pk}/", {"name": "Harbor Dental"})
        .status_code
        == 404
    )
    with activate(desk.organization):
        assert not Closing.objects.exists()
