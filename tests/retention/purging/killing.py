"""A purge in a process of its own that is killed at one of its places, and what must be true when another has resumed.

`old_scene` says what there is. A place is passed once for each step or batch, so a purge can be killed there again and
again: each time the next one goes on where the dead one was.
"""

import base64
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from retention import certificates
from retention.models import Purge, PurgeStep
from retention.purging import running
from tenancy.audit_checkpoints import trusted_keys
from tenancy.encryption import keyring
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.desk import Desk

from .old_scene import Scene, judge_rows, set_scene

__all__ = ["die", "judge", "resume", "set_scene"]

POINTS = (
    "after_key_renewed",
    "after_forms_kept",
    "after_resealed",
    "after_keys_destroyed",
    "after_day_shredded",
    "before_rows_ended",
    "before_texts_deleted",
    "before_files_ended",
    "after_purge_step",
)
ENDED = {
    "attachments": {"texting.Attachment": 1},
    "bodies": {"texting.Message": 2, "texting.Conversation": 1},
    "contacts": {"texting.Contact": 1},
    "conversations": {
        "texting.Conversation": 1,
        "texting.Message": 3,
        "texting.Attachment": 1,
        "portal.SecureMessage": 1,
        "portal.SecureReply": 1,
    },
    "exports": {"retention.DataExport": 1},
    "findings": {"compliance.Finding": 2},
    "payments": {"portal.PaymentRequest": 2},
    "secure_replies": {"portal.SecureReply": 1},
}
"""Rows by kind, as the certificate tells of them, wherever it was killed and however often."""
# Each child is killed by itself or comes to the end; the lease of the one before is over by then.
_PURGE = """
import os, sys
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from retention.models import Purge
from retention.purging import running
from tenancy.encryption import day_shredding
from tenancy.isolation import activate
from tenancy.models import Organization
day_shredding.REPLACED_KEYS_STAY = timedelta(0)  # as if the hour were over in which others may hold a key
deaths, most = 0, int(sys.argv[1])
while deaths < most:
    child = os.fork()
    if not child:
        for organization in list(Organization.objects.values_list("pk", flat=True)):
            with activate(organization):
                Purge.objects.filter(state="running").update(busy_until=timezone.now())
        running.run_nights()
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if not os.WIFSIGNALED(status):
        sys.exit(os.waitstatus_to_exitcode(status) or None if deaths else "it was never there")
    deaths += 1
"""


def die(point: str, times: int = 1) -> None:
    """A worker begins the night's purge, and is killed as nothing can prevent; then the next one, so many times, or
    until one comes to the end.
    """
    key = base64.b64encode(settings.AUDIT_SIGNING_KEY).decode()
    named = {"DJANGO_SETTINGS_MODULE": "config.settings", "CRASH_AT": point, "AUDIT_SIGNING_KEY": key}
    environment = {**os.environ, **named}
    command = [sys.executable, "-c", _PURGE, str(times)]
    done = subprocess.run(command, env=environment, cwd=Path(settings.BASE_DIR), check=False)
    assert done.returncode == 0, f"{point}: {done.returncode}"


def resume(desk: Desk) -> Purge:
    """The clock's next round, when the other one's time is over."""
    with activate(desk.organization):
        found = Purge.objects.get()
        assert found.state == "running"
        assert found.busy_until is not None, "nobody was at it"
        assert PurgeStep.objects.exclude(state="verified").exists()
    assert not running.go_on(desk.organization.pk), "somebody else has it until he must be dead"
    with activate(desk.organization):
        Purge.objects.update(busy_until=timezone.now())
    keyring.forget_everything()
    assert running.run_nights()["failed"] == 0
    return ended(desk)


def ended(desk: Desk) -> Purge:
    """The purge, which is over."""
    keyring.forget_everything()
    with activate(desk.organization):
        return Purge.objects.get()


def judge(desk: Desk, scene: Scene, purge: Purge) -> None:
    """Over and verified, each row counted once, each key told of once; what stays is readable, of the rest no copy."""
    with activate(desk.organization):
        assert purge.state == "done"
        steps = list(PurgeStep.objects.all())
        assert {step.state for step in steps} == {"verified"}
        said = certificates.verify(purge.certificate, trusted_keys())
        assert said["ended"] == ENDED
        key_ids = [one for day in said["days"] for one in day["keys"]]
        told = AuditEvent.objects.filter(event="key:destroyed")
        assert sorted(told.values_list("object_id", flat=True)) == sorted(key_ids)
        assert len(set(key_ids)) == len(key_ids)
        assert AuditEvent.objects.filter(event="purge:done").count() == 1
    judge_rows(desk, scene, purge)
