"""Workers that are really killed: of a clock's step nothing was done until somebody does all of it, once; and computing
history anew goes on where it was.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from compliance.review_checks import running, working
from compliance.tasks import act_on_escalations
from tenancy.isolation import activate
from tests.compliance.escalations.at_the_desk import CARD_OFFER, events, steps
from tests.compliance.escalations.test_clock import mails, overdue
from tests.compliance.review_checks.checked import outcomes
from tests.compliance.review_checks.test_runs import as_it_is, history
from tests.texting.desk import busy_desk

__all__ = ["busy_desk"]
_STEPS = "from compliance.tasks import act_on_escalations; act_on_escalations()"
_HISTORY = "from compliance.review_checks import working; working.work(UUID('{}'), UUID('{}'), seconds=60, batch=2)"


def die(point: str, code: str) -> None:
    """A worker does this, and is killed there as nothing can prevent."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "CRASH_AT": point}
    whole = f"import django; django.setup(); from uuid import UUID; {code}"
    done = subprocess.run(
        [sys.executable, "-c", whole], env=environment, cwd=Path(settings.BASE_DIR), check=False, timeout=120
    )
    assert done.returncode == -signal.SIGKILL, f"it was never at {point}: {done.returncode}"


def test_whoever_comes_next_does_what_a_killed_worker_did_not_finish_and_nothing_twice(busy_desk):
    desk = busy_desk
    every = history(desk)
    desk.hear(CARD_OFFER)
    overdue(desk)
    die("before_escalation_steps_commit", _STEPS)
    assert (events(desk), mails(desk), set(steps(desk).values())) == (["opened"], [], {"waiting"})
    assert (act_on_escalations(), act_on_escalations()) == (4, 0)
    for kind in ("reminded", "channel", "breached"):
        assert events(desk).count(kind) == 1

    with activate(desk.organization):
        run = running.begin(member=desk.cast.supervisor, days=None)
    assert working.work(desk.organization.pk, run.pk, seconds=0, batch=2)
    die("before_check_run_commit", _HISTORY.format(desk.organization.pk, run.pk))
    assert as_it_is(desk, run).looked_at == sum(outcomes(desk, one) for one in every) == 2
    assert working.work(desk.organization.pk, run.pk, seconds=60, batch=2) is False
    done = as_it_is(desk, run)
    assert (done.state, done.looked_at, [outcomes(desk, one) for one in every]) == ("done", 5, [1] * 5)
