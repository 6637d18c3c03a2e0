"""A lost delivery report is made up for by asking, three times; then a person sees that there is no receipt."""

import itertools
from datetime import timedelta
from uuid import UUID

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.texting.conftest import lift_limits, make_scene
from texting import delivery, preparing, receipts, sending, status_reports
from texting.models import Line, Message, SendAttempt, StatusEvent
from texting.providers import base
from texting.providers.base import NotAccepted
from texting.statuses import RANK, ErrorKind, MessageStatus

pytestmark = pytest.mark.django_db(transaction=True)

S = MessageStatus


@pytest.fixture
def sent(scene, far_end):
    with activate(scene.organization):
        scene.hear("Hello")
        message = sending.send_text(conversation=scene.conversation(), body="We open at nine", author=scene.agent)
    delivery.deliver_line(scene.line.pk)
    return message


def pass_time(scene, **how):
    with activate(scene.organization):
        ours = Message.objects.filter(direction="out")
        ours.update(sent_at=F("sent_at") - timedelta(**how), receipt_due_at=F("receipt_due_at") - timedelta(**how))


def fresh(scene, message):
    with activate(scene.organization):
        return Message.objects.get(pk=message.pk)


def fate(message, status, **more):
    return base.StatusEvent(f"far-{message.pk}", status, "fetched", **more)


def test_it_is_asked_after_five_minutes_an_hour_and_a_day_and_then_there_is_no_receipt(scene, far_end, sent):
    assert receipts.ask_for_receipts()["asked"] == 0, "not at once"
    asked = []
    for minutes in (6, 60, 23 * 60):
        pass_time(scene, minutes=minutes)
        asked.append(receipts.ask_for_receipts())
        assert receipts.ask_for_receipts()["asked"] == 0, "once at each step"
    assert [counts["asked"] for counts in asked] == [1, 1, 1]
    assert [counts["no_receipt"] for counts in asked] == [0, 0, 1]
    message = fresh(scene, sent)
    assert (message.status, message.attention, message.receipt_due_at) == (S.SENT, "no_receipt", None)


def test_what_the_provider_knows_is_taken_over(scene, far_end, sent):
    far_end.fates[f"far-{sent.pk}"] = fate(sent, S.DELIVERED)
    pass_time(scene, minutes=6)
    assert receipts.ask_for_receipts() == {"asked": 1, "news": 1, "no_receipt": 0}
    message = fresh(scene, sent)
    assert (message.status, message.attention) == (S.DELIVERED, "")
    assert message.delivered_at is not None
    pass_time(scene, days=2)
    assert receipts.ask_for_receipts()["asked"] == 0


def test_a_text_whose_report_came_is_not_asked_about(scene, far_end, sent):
    token = far_end.ledger[0].status_url.rsplit("/", 1)[1]
    with activate(scene.organization):
        status_reports.take_status(scene.line, token, fate(sent, S.SENT))
    assert fresh(scene, sent).receipt_due_at is not None
    with activate(scene.organization):
        status_reports.take_status(scene.line, token, fate(sent, S.DELIVERED))
    assert fresh(scene, sent).receipt_due_at is None, "at once, not with a later sweep"
    pass_time(scene, minutes=6)
    assert receipts.ask_for_receipts()["asked"] == 0


def test_a_text_that_the_provider_ends_with_its_answer_is_never_asked_about(scene, far_end):
    with activate(scene.organization):
        scene.hear("Hello")
        message = sending.send_text(conversation=scene.conversation(), body="Nine it is", author=scene.agent)
    far_end.script.append(base.SendResult(f"far-{message.pk}", S.DELIVERED))
    delivery.deliver_line(scene.line.pk)
    ended = fresh(scene, message)
    assert (ended.status, ended.receipt_due_at) == (S.DELIVERED, None)


@pytest.mark.parametrize("ahead", [timedelta(days=2), timedelta(days=400)])
def test_a_look_that_a_wrong_clock_planned_is_due_now(scene, far_end, sent, ahead):
    """The database's clock was ahead when the text left, and is right again."""
    pass_time(scene, seconds=-ahead.total_seconds())
    assert receipts.ask_for_receipts()["asked"] == 1
    again_at = fresh(scene, sent).receipt_due_at
    assert timezone.now() < again_at <= timezone.now() + receipts.SECOND
    assert receipts.ask_for_receipts()["asked"] == 0, "the next look comes in time"
    far_end.fates[f"far-{sent.pk}"] = fate(sent, S.DELIVERED)
    with activate(scene.organization):
        Message.objects.filter(pk=sent.pk).update(receipt_due_at=Now())
    assert receipts.ask_for_receipts()["news"] == 1
    assert fresh(scene, sent).receipt_due_at is None


def test_a_line_that_cannot_be_read_holds_up_no_other_line_and_its_texts_end_on_the_list(scene, far_end, sent):
    with activate(scene.organization):
        broken = Line.objects.create(
            id=UUID(int=1), name="Old line", number="+12125550177", team=scene.line.team, provider="scripted"
        )
        theirs = Message.objects.get(pk=sent.pk)
        theirs.body, theirs.pk, theirs.line, theirs.provider_message_id = theirs.body, new_id(), broken, "far-theirs"
        theirs.save(force_insert=True)
        Line.objects.filter(pk=broken.pk).update(provider="of a release before")
    far_end.fates[f"far-{sent.pk}"] = fate(sent, S.DELIVERED)
    pass_time(scene, minutes=6)
    assert receipts.ask_for_receipts()["news"] == 1
    assert fresh(scene, sent).status == S.DELIVERED
    pass_time(scene, hours=49)
    assert receipts.ask_for_receipts()["no_receipt"] == 1
    ended = fresh(scene, theirs)
    assert (ended.status, ended.attention, ended.receipt_due_at) == (S.SENT, "no_receipt", None)


def test_delivered_may_follow_undelivered_when_we_ask(scene, far_end, sent):
    token = far_end.ledger[0].status_url.rsplit("/", 1)[1]
    with activate(scene.organization):
        status_reports.take_status(
            scene.line, token, fate(sent, S.UNDELIVERED, error=ErrorKind.UNREACHABLE, provider_code="30003")
        )
        status_reports.take_status(scene.line, token, fate(sent, S.DELIVERED))
    assert fresh(scene, sent).status == S.UNDELIVERED, "not by a late report"
    far_end.fates[f"far-{sent.pk}"] = fate(sent, S.DELIVERED)
    pass_time(scene, minutes=6)
    receipts.ask_for_receipts()
    message = fresh(scene, sent)
    assert (message.status, message.error_kind, message.attention) == (S.DELIVERED, "", "")


def test_a_failure_found_by_asking_is_shown_and_an_opt_out_heard(scene, far_end, sent):
    far_end.fates[f"far-{sent.pk}"] = fate(sent, S.UNDELIVERED, error=ErrorKind.OPTED_OUT, provider_code="21610")
    pass_time(scene, minutes=6)
    receipts.ask_for_receipts()
    assert fresh(scene, sent).status == S.UNDELIVERED
    with activate(scene.organization), pytest.raises(sending.Refused):
        sending.send_text(conversation=scene.conversation(), body="Another", author=scene.agent)


def test_a_provider_that_cannot_be_asked_at_the_last_look_is_asked_again(scene, far_end, sent):
    far_end.silent = True
    pass_time(scene, hours=25)
    assert receipts.ask_for_receipts()["no_receipt"] == 0
    far_end.silent = False
    far_end.fates[f"far-{sent.pk}"] = fate(sent, S.DELIVERED)
    pass_time(scene, minutes=11)
    assert receipts.ask_for_receipts()["news"] == 1


def test_a_text_that_the_provider_no_longer_knows_has_no_receipt(scene, far_end, sent):
    far_end.fates[f"far-{sent.pk}"] = NotAccepted(ErrorKind.INVALID_REQUEST, retry=False)
    pass_time(scene, hours=25)
    assert receipts.ask_for_receipts()["no_receipt"] == 1


def test_one_organizations_trouble_is_not_the_others(scene, far_end, sent):
    other = make_scene("Another", "another")
    with activate(other.organization):
        other.hear("Hello")
        theirs = sending.send_text(conversation=other.conversation(), body="Hi", author=other.agent)
    delivery.deliver_line(other.line.pk)
    far_end.fates[f"far-{theirs.pk}"] = fate(theirs, S.DELIVERED)
    with activate(scene.organization):
        scene.line.credentials = "no json"
        scene.line.save()
    for one in (scene, other):
        pass_time(one, minutes=6)
    assert receipts.ask_for_receipts()["news"] == 1
    with activate(other.organization):
        assert Message.objects.get(pk=theirs.pk).status == S.DELIVERED


# --- W10: reports doubled, late, out of order ---------------------------------------------------------------------

REPORTS = [S.QUEUED, S.SENT, S.DELIVERED, S.UNDELIVERED, S.FAILED, S.READ]
_runs = itertools.count()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    reports=st.lists(
        st.tuples(st.sampled_from(["report", "poll"]), st.sampled_from(REPORTS)), min_size=1, max_size=8
    ).flatmap(lambda some: st.permutations(some + some[: len(some) // 2]))
)
def test_reports_in_any_order_and_number_never_move_a_text_back(scene, far_end, reports):
    """Never down; the first end stays; delivered after undelivered only by asking; a repeat changes nothing."""
    with activate(scene.organization):
        if not Message.objects.exists():
            lift_limits(scene.organization)
            scene.hear("Hello")
        message = sending.send_text(conversation=scene.conversation(), body=f"Number {next(_runs)}", author=scene.agent)
    delivery.deliver_line(scene.line.pk)
    token = far_end.asked[-1].status_url.rsplit("/", 1)[1]
    seen: set[MessageStatus] = set()
    for way, status in reports:
        before = fresh(scene, message)
        known = S(before.status)
        if way == "report":
            with activate(scene.organization):
                assert status_reports.take_status(scene.line, token, fate(message, status))
        else:
            far_end.fates[f"far-{message.pk}"] = fate(message, status)
            with activate(scene.organization):
                Message.objects.filter(pk=message.pk).update(receipt_due_at=Now())
            receipts.ask_for_receipts()
        after = fresh(scene, message)
        now = S(after.status)
        assert after.receipt_due_at is None or now in {S.SENT, S.UNDELIVERED}, "what has ended is not asked about"
        assert RANK[now] >= RANK[known]
        if RANK[known] == RANK[now] and now is not known:
            assert (known, now, way) == (S.UNDELIVERED, S.DELIVERED, "poll")
        if way == "report" and status in seen:
            assert after.status == before.status
        if way == "report":
            seen.add(status)
    with activate(scene.organization):
        events = StatusEvent.objects.filter(message=message)
        assert events.count() == len(seen), "each report is kept once"
        assert SendAttempt.objects.filter(message=message).count() == 1
        assert preparing.hash_token(token) == bytes(SendAttempt.objects.get(message=message).token_hash)
