"""Calls about an escalation: written down first, placed once, moved on by reports, ended with what came of them."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import deactivation
from compliance.escalations import closing
from compliance.models import Call, CallingNumber, Escalation
from compliance.other_channels.phone import results, settling
from compliance.other_channels.phone.results import Said
from compliance.other_channels.phone.showing import state_words
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.at_once import at_once, errors_of
from tests.compliance.escalations.at_the_desk import CARD_OFFER, escalation, events, steps
from tests.compliance.other_channels.at_the_phone import HTMX, MINE, call_now, hook, key, press_call, report
from tests.revealers import MASKED, with_rights
from tests.texting.conftest import far_end
from tests.texting.desk import FIRST, SECOND, busy_desk, desk
from texting.models import Line
from texting.providers.base import NotAccepted, OutcomeUnknown
from texting.statuses import ErrorKind

__all__ = ["busy_desk", "desk", "far_end"]

NIGHT = datetime(2026, 7, 15, 7, 0, tzinfo=UTC)  # 3 am in New York


@pytest.fixture
def offered(desk, far_end):
    desk.hear("START", name="Maria Ruiz")
    return desk.hear(CARD_OFFER)


def calls(desk) -> int:
    with activate(desk.organization):
        return Call.objects.count()


def finish(desk, member=None, **data):
    address = reverse("call_result", args=[call_now(desk).pk])
    return desk.as_(member or desk.cast.agent).post(address, data, headers=HTMX)


def page(desk, member=None):
    address = reverse("escalation", args=[escalation(desk).pk])
    return desk.as_(member or desk.cast.agent).get(address).content.decode()


def test_no_transaction_is_open_while_the_provider_rings_and_one_press_is_one_call(busy_desk, far_end):
    busy_desk.hear(CARD_OFFER)
    press = uuid4()
    for _ in range(2):
        assert press_call(busy_desk, press=press).status_code == 204
    [asked] = far_end.rung
    assert far_end.rung_inside == [False]
    assert (asked.to, asked.from_) == ("+12125550123", busy_desk.line.number)
    assert FIRST not in repr(vars(asked)), "the customer's number is told once a key was pressed, and no text ever"
    assert "card" not in asked.words
    call = call_now(busy_desk)
    assert (call.state, call.provider_call_id, calls(busy_desk)) == ("live", "call-1", 1)
    with activate(busy_desk.organization):
        assert CallingNumber.objects.get().number == "+12125550123"
        assert AuditEvent.objects.filter(event="escalation:called").count() == 1


def test_two_who_press_at_once_make_one_phone_ring(busy_desk, far_end):
    busy_desk.hear(CARD_OFFER)
    people = (busy_desk.cast.agent, busy_desk.cast.supervisor)
    answers = at_once(*[partial(press_call, busy_desk, one) for one in people])
    assert errors_of(answers) == []
    assert sorted(answer.status_code for answer in answers) == [204, 422]
    assert (len(far_end.rung), calls(busy_desk)) == (1, 1)


def test_the_way_of_a_call_from_the_press_to_the_outcome(desk, offered, far_end):
    shown = desk.as_(desk.cast.agent).get(reverse("escalation_call", args=[escalation(desk).pk]), headers=HTMX)
    assert "Your phone rings first" in shown.content.decode()
    assert press_call(desk).status_code == 204
    assert escalation(desk).owner == desk.cast.agent
    for status, words in (("ringing", "Your phone rings"), ("in_progress", "Press a key on your phone")):
        assert report(desk, far_end, status).status_code == 204
        assert words in page(desk)
    answer = key(desk, far_end).json()
    assert answer["dial"] == FIRST
    assert answer["status_url"] == far_end.rung[0].status_url
    for status, words in (("ringing", "Their phone rings"), ("in_progress", "You are talking")):
        assert report(desk, far_end, status, leg="customer").status_code == 204
        assert words in page(desk)
    report(desk, far_end, "completed", leg="customer", seconds="125")
    report(desk, far_end, "completed")
    call = call_now(desk)
    assert (call.state, call.seconds, state_words(call)[0]) == ("over", 125, "You talked")
    assert "2:05" in page(desk)
    assert escalation(desk).contacted_at is None, "only a person knows whether it was the customer who answered"
    assert finish(desk, result="reached", closes="on", words="").status_code == 422
    assert escalation(desk).state == "open"
    assert finish(desk, result="reached", closes="on", words="Paid by phone").status_code == 204
    closed = escalation(desk)
    assert (closed.state, closed.outcome_channel, closed.contact_channel) == ("closed", "phone", "phone")
    with activate(desk.organization):
        assert closed.contacted_at == call.talked_at
        assert Escalation.objects.get().outcome == "Paid by phone"
    assert events(desk) == ["opened", "called", "closed"]
    assert set(steps(desk).values()) == {"dropped"}
    told = desk.as_(desk.cast.agent).get(reverse("contact_timeline", args=[call.contact_id])).content.decode()
    assert "Reached them" in told


@pytest.mark.parametrize(
    ("said", "is_contact"), [("reached", True), ("left_message", True), ("no_answer", False), ("wrong_number", False)]
)
def test_what_came_of_it_stops_the_clock_or_not(desk, offered, far_end, said, is_contact):
    press_call(desk)
    report(desk, far_end, "completed")
    assert finish(desk, result=said, words="At noon").status_code == 204
    assert (escalation(desk).contacted_at is not None) is is_contact
    assert escalation(desk).state == "open"
    assert events(desk) == ["opened", "called", "contacted" if is_contact else "call_ended"]
    again = finish(desk, result="reached")
    assert again.status_code == 422
    assert "noted already" in again.content.decode()
    assert len(events(desk)) == 3
    assert str(Call.Result(said).label) in page(desk)


def test_a_result_that_is_none_changes_nothing(desk, offered, far_end):
    press_call(desk)
    for bad in (
        {},
        {"result": "x"},
        {"result": "no_answer", "closes": "on"},
        {"result": "reached", "words": "x" * 2001},
    ):
        assert finish(desk, **bad).status_code == 422
    assert (call_now(desk).result, events(desk)) == ("", ["opened", "called"])
    with activate(desk.organization):
        desk_escalation = Escalation.objects.get()
        outcome = closing.Outcome("phone", timezone.now(), "Paid")
        closing.close(member=desk.cast.supervisor, escalation=desk_escalation, outcome=outcome)
        results.finish(member=desk.cast.agent, call=Call.objects.get(), said=Said("no_answer", closes=False))
    assert events(desk)[-2:] == ["closed", "call_ended"]
    assert escalation(desk).closed_by == desk.cast.supervisor


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "required"),
        ("911", "short"),
        ("555", "phone number"),
        ("x" * 61, "at most 60"),
        ("+1 900 555 0123", ""),
        ("+44 20 7946 0123", "country"),
        ("(800) 555-0123", ""),
        ("(212) 555-0181", "customer"),
        ("(212) 555-0110", "own number"),
        ("\x00", ""),
        ("call me", ""),
    ],
)
def test_only_an_ordinary_number_of_the_members_own_is_rung(desk, offered, far_end, typed, words):
    answer = press_call(desk, number=typed)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert (far_end.rung, calls(desk)) == ([], 0)
    with activate(desk.organization):
        assert not CallingNumber.objects.exists()


def test_a_press_that_is_none_or_anothers_calls_nobody(desk, offered, far_end):
    assert press_call(desk, press="x").status_code == 422
    press = uuid4()
    press_call(desk, press=press)
    assert press_call(desk, desk.cast.supervisor, press=press).status_code == 422
    assert len(far_end.rung) == 1


def test_two_do_not_call_the_same_customer_and_nobody_calls_two(desk, offered, far_end):
    press_call(desk)
    refused = press_call(desk, desk.cast.supervisor)
    assert "is calling them right now" in refused.content.decode()
    report(desk, far_end, "no_answer")
    assert press_call(desk, desk.cast.supervisor).status_code == 204
    assert len(far_end.rung) == 2


def test_at_night_where_they_are_only_who_asked_for_it_is_called(desk, offered, far_end, monkeypatch):
    monkeypatch.setattr("compliance.send_policies.here.now", lambda: NIGHT)
    refused = press_call(desk)
    assert refused.status_code == 422
    assert "unless they asked to be called now" in refused.content.decode()
    assert (far_end.rung, calls(desk)) == ([], 0)
    assert press_call(desk, they_asked="on").status_code == 204
    assert call_now(desk).asked_for
    assert "At their request, at night" in page(desk)


def test_what_the_provider_did_not_take_is_told_apart_from_what_nobody_knows(desk, offered, far_end):
    far_end.call_script = [NotAccepted(ErrorKind.AUTH, retry=False), OutcomeUnknown(), RuntimeError("a bug")]
    press_call(desk)
    assert (call_now(desk).state, call_now(desk).refused_for) == ("refused", "auth")
    assert "Not placed" in page(desk)
    assert finish(desk, result="reached").status_code == 422
    press_call(desk)
    assert call_now(desk).state == "unknown"
    assert "Look whether your phone rings" in page(desk)
    assert report(desk, far_end, "ringing", call_id="late").status_code == 204
    assert (call_now(desk).state, call_now(desk).provider_call_id) == ("live", "late"), "a report proves it"
    report(desk, far_end, "completed", call_id="late")
    press_call(desk)
    assert call_now(desk).state == "unknown"


def test_reports_that_come_twice_late_or_from_elsewhere_change_nothing(desk, offered, far_end):
    press_call(desk)
    report(desk, far_end, "in_progress")
    before = call_now(desk)
    for late in ("in_progress", "ringing", "queued"):
        assert report(desk, far_end, late).status_code == 204
    assert report(desk, far_end, "completed", call_id="another").status_code == 204
    assert call_now(desk).agent_status == before.agent_status == "in_progress"
    report(desk, far_end, "no_answer")
    report(desk, far_end, "completed")
    assert call_now(desk).agent_status == "no_answer", "the first end stays"
    url = far_end.rung[0].status_url
    good = {"type": "call", "id": "call-1", "leg": "customer", "status": "ringing"}
    assert hook(desk, url, good, signed=False).status_code == 403
    assert hook(desk, url + "x", good).status_code == 404
    assert hook(desk, url.replace("scripted", "twilio"), good).status_code == 404
    assert hook(desk, url, good | {"pad": "x" * 70_000}).status_code == 413
    for bad in ({}, good | {"leg": "x"}, good | {"status": "x"}, good | {"id": ""}, good | {"type": "status"}):
        assert hook(desk, url, bad).status_code == 400
    assert call_now(desk).customer_status == ""


def test_the_key_rings_the_customer_once_and_only_while_the_call_may_go_on(desk, offered, far_end):
    press_call(desk)
    url = far_end.rung[0].connect_url
    said = {"type": "call_key", "id": "call-1", "key": "1"}
    assert hook(desk, url, said, signed=False).status_code == 403
    assert hook(desk, url, said | {"key": ""}).json() == {}
    assert hook(desk, url, said).json()["dial"] == FIRST
    report(desk, far_end, "ringing", leg="customer")
    assert hook(desk, url, said).json() == {}, "they ring already"
    report(desk, far_end, "completed")

    press_call(desk)
    with activate(desk.organization):
        outcome = closing.Outcome("email", timezone.now(), "Settled by mail")
        closing.close(member=desk.cast.supervisor, escalation=Escalation.objects.get(), outcome=outcome)
    assert key(desk, far_end).json() == {}, "settled meanwhile"


def test_a_leaver_is_put_through_to_nobody_and_their_number_is_forgotten(desk, offered, far_end):
    press_call(desk)
    with activate(desk.organization):
        deactivation.deactivate(actor=desk.cast.owner, member=desk.cast.agent)
        assert not CallingNumber.objects.exists()
    assert key(desk, far_end).json() == {}
    assert desk.as_(desk.cast.supervisor).get(reverse("escalation", args=[escalation(desk).pk])).status_code == 200


def test_outsiders_other_teams_and_those_without_the_right_call_nobody(desk, offered, far_end):
    press_call(desk)
    assert press_call(desk, desk.cast.outsider).status_code == 404
    assert finish(desk, desk.cast.outsider, result="reached").status_code == 404
    assert press_call(desk, desk.cast.auditor).status_code == 403
    assert finish(desk, desk.cast.auditor, result="reached").status_code == 403
    assert (len(far_end.rung), call_now(desk).result) == (1, "")
    assert "What came of it" not in page(desk, desk.cast.auditor)
    desk.hear(CARD_OFFER, number=SECOND, line=desk.billing_line)
    assert press_call(desk, desk.cast.agent).status_code == 404, "of another team"
    with activate(desk.organization):
        Escalation.objects.filter(line_id=desk.billing_line.pk).update(opened_at=timezone.now() - timedelta(days=9))
    hidden = page(desk, with_rights(desk.cast, MASKED))
    for secret in ("Maria", "555-0181", "555-0123", FIRST):
        assert secret not in hidden


def test_a_line_that_cannot_call_offers_none(desk, offered, far_end):
    assert "Call them" in page(desk)
    with activate(desk.organization):
        Line.objects.update(is_active=False)
    assert "Call them" not in page(desk)
    assert "cannot call" in press_call(desk).content.decode()
    assert calls(desk) == 0


def test_the_clock_ends_calls_of_which_nothing_is_heard(desk, offered, far_end):
    press_call(desk)
    now = timezone.now()

    def settle(**values) -> str:
        with activate(desk.organization):
            Call.objects.update(**values)
            settled = settling.settle()
            assert settling.settle() == 0
            return f"{settled} {Call.objects.get().state}"

    assert settle(state="placing", placed_at=now - timedelta(minutes=1)) == "0 placing"
    assert settle(state="placing", placed_at=now - timedelta(minutes=3)) == "1 unknown"
    assert settle(state="live", placed_at=now - timedelta(minutes=61)) == "0 live"
    assert settle(state="live", placed_at=now - timedelta(minutes=76)) == "1 over"
    with activate(desk.cast.other_organization):
        assert settling.settle() == 0
    assert MINE not in page(desk)
