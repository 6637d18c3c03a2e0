"""The call list: planned calls, whose they are, overdue, done, cancelled, reminded of once."""

from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import deactivation
from compliance.models import CallTask, Escalation
from compliance.other_channels.phone import call_list, settling
from tenancy.isolation import activate
from tests.compliance.escalations.at_the_desk import CARD_OFFER, escalation, events
from tests.compliance.other_channels.at_the_phone import HTMX, call_now, press_call, report
from tests.mailed import mails_to
from tests.revealers import MASKED, with_rights
from tests.texting.conftest import far_end
from tests.texting.desk import desk

__all__ = ["desk", "far_end"]


@pytest.fixture
def offered(desk):
    desk.hear("START", name="Maria Ruiz")
    return desk.hear(CARD_OFFER)


@pytest.fixture(autouse=True)
def open_all_day(monkeypatch):
    monkeypatch.setattr(call_list, "hours_at", lambda contact, at: call_list_hours(open_=True))


def call_list_hours(*, open_):
    from compliance.hours.quiet_hours import Hours

    return Hours(open_, None, None, ("America/New_York",), ())


def when(desk, **ahead) -> str:
    at = timezone.now() + timedelta(**ahead)
    return at.astimezone(ZoneInfo(desk.organization.time_zone)).strftime("%Y-%m-%dT%H:%M")


def plan(desk, member=None, **more):
    address = reverse("schedule_call", args=[escalation(desk).pk])
    data = {"due": when(desk, hours=3), "owner": str(desk.cast.agent.pk), "words": "Ask for Maria Ruiz"}
    return desk.as_(member or desk.cast.agent).post(address, data | more, headers=HTMX)


def task(desk) -> CallTask:
    with activate(desk.organization):
        return CallTask.objects.select_related("escalation", "owner").order_by("-id")[0]


def post(desk, name, member=None, **data):
    return desk.as_(member or desk.cast.agent).post(reverse(name, args=[task(desk).pk]), data, headers=HTMX)


def page(desk, member=None, **query):
    return desk.as_(member or desk.cast.agent).get(reverse("call_list"), query).content.decode()


def make_overdue(desk):
    with activate(desk.organization):
        CallTask.objects.update(due_at=timezone.now() - timedelta(minutes=5))


def tick(desk) -> int:
    with activate(desk.organization):
        return settling.settle()


def test_a_planned_call_stands_on_the_list_until_it_is_done(desk, offered):
    assert "No call is planned" in page(desk)
    assert plan(desk).status_code == 204
    for view in ("open", "mine"):
        assert "Maria Ruiz" in page(desk, view=view)
    for view in ("overdue", "unowned", "done", "cancelled"):
        assert "Maria Ruiz" not in page(desk, view=view)
    assert (
        "Ask for Maria Ruiz"
        in desk.as_(desk.cast.agent).get(reverse("escalation", args=[escalation(desk).pk])).content.decode()
    )
    make_overdue(desk)
    assert "Overdue</" in page(desk, view="overdue")
    assert post(desk, "end_call_task", state="x").status_code == 204
    assert task(desk).state == "open"
    for _ in range(2):
        assert post(desk, "end_call_task", state="done").status_code == 204
    assert (task(desk).state, task(desk).ended_by) == ("done", desk.cast.agent)
    assert "Maria Ruiz" in page(desk, view="done")
    assert events(desk) == ["opened", "scheduled", "task_done"]
    for bad in ({"view": "\x00"}, {"view": "x" * 999, "page": "-1"}):
        assert "No call is planned" in page(desk, **bad)


@pytest.mark.parametrize(
    "wrong",
    [
        {"due": ""},
        {"due": "tomorrow"},
        {"due": "2020-01-01T10:00"},
        {"due": "2099-01-01T10:00"},
        {"owner": "x"},
        {"owner": str(uuid4())},
        {"words": "x" * 2001},
    ],
)
def test_a_bad_plan_is_none(desk, offered, wrong):
    assert plan(desk, **wrong).status_code == 422
    with activate(desk.organization):
        assert not CallTask.objects.exists()
    assert events(desk) == ["opened"]


def test_nobody_is_planned_to_be_called_at_night_unless_they_asked(desk, offered, monkeypatch):
    monkeypatch.setattr(call_list, "hours_at", lambda contact, at: call_list_hours(open_=False))
    answer = plan(desk)
    assert "unless they asked" in answer.content.decode()
    assert plan(desk, they_asked="on").status_code == 204
    assert "They asked for this time" in page(desk)


def test_it_is_changed_and_given_to_somebody_else(desk, offered):
    plan(desk)
    assert (
        "Ask for Maria Ruiz"
        in desk.as_(desk.cast.agent)
        .get(reverse("change_call_task", args=[task(desk).pk]), headers=HTMX)
        .content.decode()
    )
    data = {"due": when(desk, hours=5), "owner": str(desk.cast.supervisor.pk), "words": "At home"}
    assert post(desk, "change_call_task", **data).status_code == 204
    assert (task(desk).owner, task(desk).words) == (desk.cast.supervisor, "At home")
    assert post(desk, "change_call_task", **data | {"owner": str(desk.cast.outsider.pk)}).status_code == 422
    assert post(desk, "end_call_task", state="cancelled").status_code == 204
    assert post(desk, "change_call_task", **data).status_code == 422
    assert events(desk) == ["opened", "scheduled", "scheduled", "unscheduled"]


def test_its_owner_is_reminded_once_and_what_is_settled_goes_off_the_list(desk, offered):
    plan(desk)
    assert tick(desk) == 0
    make_overdue(desk)
    assert (tick(desk), tick(desk)) == (1, 0)
    assert len([one for one in mails_to(desk.cast.agent.user.email) if "call" in one.lower()]) == 1
    with activate(desk.cast.other_organization):
        assert settling.settle() == 0
    with activate(desk.organization):
        Escalation.objects.update(state="closed", closed_at=timezone.now(), closed_by=desk.cast.agent)
    assert (tick(desk), tick(desk)) == (1, 0)
    assert (task(desk).state, task(desk).ended_by) == ("cancelled", None)


def test_reaching_them_does_what_was_due(desk, offered, far_end):
    plan(desk)
    make_overdue(desk)
    plan(desk, due=when(desk, days=3))
    press_call(desk)
    report(desk, far_end, "completed")
    address = reverse("call_result", args=[call_now(desk).pk])
    assert desk.as_(desk.cast.agent).post(address, {"result": "reached"}, headers=HTMX).status_code == 204
    with activate(desk.organization):
        assert sorted(CallTask.objects.values_list("state", flat=True)) == ["done", "open"]


def test_a_leavers_calls_are_nobodys(desk, offered):
    plan(desk)
    with activate(desk.organization):
        deactivation.deactivate(actor=desk.cast.owner, member=desk.cast.agent)
    assert task(desk).owner is None
    assert "Maria Ruiz" in page(desk, desk.cast.supervisor, view="unowned")
    make_overdue(desk)
    assert tick(desk) == 1


def test_outsiders_and_those_without_the_right_plan_nothing(desk, offered):
    plan(desk)
    assert plan(desk, desk.cast.outsider).status_code == 404
    assert plan(desk, desk.cast.auditor).status_code == 403
    for name in ("change_call_task", "end_call_task"):
        assert post(desk, name, desk.cast.outsider, state="done").status_code == 404
        assert post(desk, name, desk.cast.auditor, state="done").status_code == 403
    assert "No call is planned" in page(desk, desk.cast.outsider)
    assert task(desk).state == "open"
    hidden = page(desk, with_rights(desk.cast, MASKED))
    assert "Maria" not in hidden


def test_a_list_has_an_end(desk, offered, monkeypatch):
    monkeypatch.setattr(call_list, "MOST", 2)
    assert [plan(desk).status_code for _ in range(3)] == [204, 204, 422]
