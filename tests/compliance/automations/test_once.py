"""Whatever order deliveries, repeats and crashes come in: each action is done at most once, and none is lost."""

from collections import Counter

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.automations import acting, triggering, working
from compliance.models import Automation, AutomationAct, AutomationRun, AutomationTrigger
from tenancy.isolation import activate
from tests.compliance.automations.making import acts, rule, runs, sent, tag, tags_on, template, work
from tests.texting.desk import desk
from texting import conversations
from texting.models import Message, Note

__all__ = ["desk"]

STEPS = st.lists(st.sampled_from(["text", "again", "work", "die", "break"]), min_size=1, max_size=14)


class Killed(BaseException):
    """As if the process had been killed: nothing of the transaction stays."""


@given(steps=STEPS)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_each_action_is_done_once_and_none_is_lost(desk, steps):
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        rule(desk, name="Both", tags=[tag(desk)], note="Look at this")
        place, texts = None, 0
        for step in steps:
            if step == "text" and texts < working.MOST_OF_RULE:
                place, texts = desk.hear("Hello"), texts + 1
            elif step == "again":
                told_again(desk)
            elif step == "work":
                working.work(desk.organization.pk)
            else:
                with patch.context() as crash:
                    die_or_break(desk, crash, step)
        with activate(desk.organization):
            AutomationTrigger.objects.filter(done_at=None).update(look_at=place.opened_at if place else None)
        work(desk)
        with activate(desk.organization):
            assert Note.objects.count() == texts
            assert AutomationRun.objects.filter(result="acted").count() == texts
            assert set(Counter(AutomationAct.objects.values_list("run", "kind")).values()) <= {1}
            assert AutomationTrigger.objects.filter(done_at=None).count() == 0
        assert place is None or tags_on(desk, place.contact_id) == {"Night"}
        transaction.set_rollback(True)


def told_again(desk):
    """The same things are written down once more, as by a text that is taken in twice."""
    with activate(desk.organization):
        rules = list(Automation.objects.all())
        rows = [
            triggering.trigger(one.key, rules, contact_id=one.contact_id, at=one.happened_at)
            for one in AutomationTrigger.objects.all()
        ]
        triggering.write(rows)


def die_or_break(desk, crash, step):
    """A worker dies before it commits, or something unforeseen breaks in the middle of what it does."""
    if step == "die":

        def die(point):
            raise Killed(point)

        crash.setattr(working, "crash_here", die)
    else:

        def fail(**_given):
            raise RuntimeError("unforeseen")

        crash.setattr(conversations, "add_note", fail)
    try:
        with transaction.atomic():
            working.work(desk.organization.pk)
    except Killed:
        pass


def test_what_breaks_again_and_again_is_given_up_is_in_the_log_and_holds_up_no_others(desk, monkeypatch):
    rule(desk, name="Broken", note="x")
    desk.hear()

    def fail(job, given):
        raise RuntimeError("unforeseen")

    monkeypatch.setitem(acting._DO, "note", fail)
    for _ in range(working.TRIES):
        work(desk)
        with activate(desk.organization):
            AutomationTrigger.objects.filter(done_at=None).update(look_at=Message.objects.first().created_at)
    assert runs(desk) == [("Broken", "broken")]
    with activate(desk.organization):
        assert not Note.objects.exists()
        assert not AutomationTrigger.objects.filter(done_at=None).exists()


def test_a_text_of_a_rule_has_one_id_however_often_it_is_tried(desk):
    rule(desk, reply=template(desk))
    desk.hear()
    work(desk)
    with activate(desk.organization):
        act = AutomationAct.objects.get()
        assert Message.objects.get(pk=act.message_id).direction == "out"
    assert len(sent(desk)) == 1
    assert acts(desk) == [("reply", "done", "")]
