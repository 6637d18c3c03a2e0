"""Computing history anew: all of it once, whoever dies, pauses or ends it; and live work goes first."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import MissingPermission
from compliance.models import CheckedConversation, CheckOutcome, CheckRun
from compliance.review_checks import computing, running, working
from compliance.review_checks.running import CannotRun
from compliance.tasks import sweep_check_runs
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.at_once import at_once, errors_of
from tests.compliance.escalations.at_the_desk import CARD_OFFER
from tests.compliance.review_checks.checked import leave, look, outcomes, results
from tests.texting.desk import busy_desk, desk
from texting.models import Message, OutboxEntry

__all__ = ["busy_desk", "desk"]


def history(desk, number=5):
    """Conversations from before the checks: nothing is known of any of them."""
    every = [desk.resolve(desk.hear("Hi", number=f"+1212555019{place}")) for place in range(number)]
    leave(desk)
    with activate(desk.organization):
        CheckedConversation.objects.all().delete()
    return every


def begun(desk, days=None):
    with activate(desk.organization):
        return running.begin(member=desk.cast.supervisor, days=days)


def work(desk, run, **how):
    return working.work(desk.organization.pk, run.pk, **{"seconds": 60, "batch": 2, **how})


def as_it_is(desk, run):
    with activate(desk.organization):
        return CheckRun.objects.get(pk=run.pk)


def act(desk, what, run, member=None):
    with activate(desk.organization):
        getattr(running, what)(member=member or desk.cast.supervisor, run=run)


def events(desk):
    with activate(desk.organization):
        rows = AuditEvent.objects.filter(event__startswith="check_run:").order_by("sequence")
        return [event.partition(":")[2] for event in rows.values_list("event", flat=True)]


def test_it_looks_at_every_conversation_that_is_over_once(desk):
    every = history(desk)
    desk.hear("Hi", number="+12125550189")  # still open
    run = begun(desk)
    assert work(desk, run) is False
    run = as_it_is(desk, run)
    assert (run.state, run.looked_at, run.conversations, run.differed) == ("done", 5, 5, 5)
    assert [outcomes(desk, one) for one in every] == [1] * 5
    assert (run.changed, events(desk)) == ({}, ["begun", "done"])


def test_it_tells_what_became_another_and_keeps_what_was(desk, monkeypatch):
    conversation = desk.hear(CARD_OFFER)
    leave(desk)
    desk.resolve(conversation)
    look()
    real = computing.judge

    def stricter(facts):
        judged = real(facts)
        return judged | {"content": judged["gray"]}

    monkeypatch.setattr(computing, "judge", stricter)
    monkeypatch.setattr(computing, "RULES_VERSION", "2/other")
    run = begun(desk)
    work(desk, run)
    assert as_it_is(desk, run).changed == {"content": {"holds>not_yet": 1}}
    with activate(desk.organization):
        assert list(CheckOutcome.objects.order_by("number").values_list("content", flat=True)) == ["holds", "not_yet"]
    assert results(desk, conversation)["content"] == "not_yet"


def test_who_dies_in_the_middle_loses_one_batch_and_the_next_goes_on_there(desk, monkeypatch):
    every, run = history(desk), begun(desk)
    at = iter(range(9))

    def die(_point):
        if next(at) == 1:
            raise KeyboardInterrupt  # as if the process were killed before the commit

    with monkeypatch.context() as patched:
        patched.setattr(working, "crash_here", die)
        with pytest.raises(KeyboardInterrupt):
            work(desk, run)
    run = as_it_is(desk, run)
    assert (run.state, run.looked_at) == ("running", 2)
    assert sum(outcomes(desk, one) for one in every) == 2
    assert work(desk, run) is False
    assert [outcomes(desk, one) for one in every] == [1] * 5
    assert as_it_is(desk, run).looked_at == 5


def test_paused_it_stands_still_and_goes_on_where_it_was(desk):
    every, run = history(desk), begun(desk)
    assert work(desk, run, seconds=0) is True
    act(desk, "pause", run)
    assert work(desk, run) is False
    assert as_it_is(desk, run).looked_at == 2
    act(desk, "resume", run)
    work(desk, run)
    assert [outcomes(desk, one) for one in every] == [1] * 5
    assert events(desk) == ["begun", "paused", "resumed", "done"]


def test_ended_early_it_stays_so_and_another_may_begin(desk):
    history(desk)
    run = begun(desk)
    act(desk, "cancel", run)
    for what in ("pause", "resume", "cancel"):
        with pytest.raises(CannotRun):
            act(desk, what, run)
    assert work(desk, run) is False
    assert begun(desk).state == "running"


def test_one_at_a_time_and_never_over_nothing_or_for_other_days(desk):
    with pytest.raises(CannotRun, match="was resolved"):
        begun(desk)
    history(desk)
    with pytest.raises(CannotRun, match="periods"):
        begun(desk, days=7)
    begun(desk)
    with pytest.raises(CannotRun, match="already"):
        begun(desk)
    assert events(desk) == ["begun"]


@pytest.mark.parametrize("who", ["agent", "auditor"])
def test_who_may_not_judge_findings_begins_and_stops_none(desk, who):
    history(desk)
    run = begun(desk)
    for what in ("pause", "cancel"):
        with pytest.raises(MissingPermission):
            act(desk, what, run, member=getattr(desk.cast, who))
    with pytest.raises(MissingPermission), activate(desk.organization):
        running.begin(member=getattr(desk.cast, who), days=None)
    assert (as_it_is(desk, run).state, events(desk)) == ("running", ["begun"])


def test_days_leave_out_what_ended_before(desk):
    every = history(desk, 2)
    with activate(desk.organization):
        type(every[0]).objects.filter(pk=every[0].pk).update(resolved_at=timezone.now() - timedelta(days=31))
    run = begun(desk, days=30)
    work(desk, run)
    assert [outcomes(desk, one) for one in every] == [0, 1]


def test_it_waits_while_conversations_are_due(desk):
    every, run = history(desk), begun(desk)
    newest = desk.resolve(desk.hear("Hi", number="+12125550188"))
    assert work(desk, run) is True
    assert as_it_is(desk, run).looked_at == 0
    assert look() == 1
    assert outcomes(desk, newest) == 1
    work(desk, run)
    assert [outcomes(desk, one) for one in every] == [1] * 5


def test_it_waits_while_a_reply_waits_for_a_worker(desk):
    history(desk)
    run = begun(desk)
    desk.answer(desk.hear("Hi", number="+12125550188"), "Yes.")
    with activate(desk.organization):
        OutboxEntry.objects.update(due_at=timezone.now() - timedelta(seconds=10))
        assert Message.objects.filter(status="queued").exists()
        assert working.live_work_waits()
    assert work(desk, run) is True
    assert as_it_is(desk, run).looked_at == 0
    OutboxEntry.objects.update(priority=9)  # an announcement has time
    work(desk, run)
    assert as_it_is(desk, run).state == "done"


def test_the_clock_finds_a_run_whose_bell_was_lost(desk, monkeypatch):
    history(desk)
    rung = []
    monkeypatch.setattr("compliance.tasks.work_on_checks.apply_async", lambda *, args: rung.append(args))
    run = begun(desk)
    assert sweep_check_runs() == 1
    assert rung == [(str(desk.organization.pk), str(run.pk))]
    act(desk, "pause", run)
    assert sweep_check_runs() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_and_the_clock_compute_nothing_twice(busy_desk):
    desk = busy_desk
    every, run = history(desk), begun(desk)
    errors = errors_of(at_once(lambda: work(desk, run), lambda: work(desk, run), look))
    work(desk, run)
    assert errors == []
    assert (as_it_is(desk, run).looked_at, [outcomes(desk, one) for one in every]) == (5, [1] * 5)


class TestPages:
    def test_a_supervisor_begins_watches_and_ends_it(self, desk):
        history(desk)
        client = desk.as_(desk.cast.supervisor)
        answer = client.post(reverse("check_runs"), {"days": ""}, follow=True)
        shown = answer.content.decode()
        assert "All resolved conversations" in shown
        assert "Pause" in shown
        assert 'hx-trigger="every 5s"' in shown
        run = the_run(desk)
        work(desk, run)
        shown = client.get(reverse("check_run", args=[run.pk])).content.decode()
        assert "5 conversations have a new outcome" in shown
        assert "every 5s" not in shown
        answer = client.post(reverse("pause_check_run", args=[run.pk]), follow=True)
        assert "not possible any more" in answer.content.decode()

    @pytest.mark.parametrize("days", ["7", "-1", "many", "9" * 99])
    def test_other_days_are_refused(self, desk, days):
        history(desk)
        assert desk.as_(desk.cast.supervisor).post(reverse("check_runs"), {"days": days}).status_code == 422
        with activate(desk.organization):
            assert not CheckRun.objects.exists()

    def test_others_do_not_find_it(self, desk):
        history(desk)
        run = begun(desk)
        for what in ("check_run", "pause_check_run", "cancel_check_run"):
            client, address = desk.as_(desk.cast.outsider), reverse(what, args=[run.pk])
            assert (client.get if what == "check_run" else client.post)(address).status_code == 404
        assert desk.as_(desk.cast.auditor).post(reverse("cancel_check_run", args=[run.pk])).status_code == 403
        assert as_it_is(desk, run).state == "running"


def the_run(desk):
    with activate(desk.organization):
        return CheckRun.objects.get()
