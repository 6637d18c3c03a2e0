"""A purge in a process of its own that is killed at one of its places, and what must be true when another has resumed.

One day has a text that must stay (its conversation is open) and one that must not: that day goes by itself. Another day
has only texts that end, and goes together with others. And a conversation is past its period, and a file that somebody
asked for: its texts go, and so does the file.
"""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from retention import certificates
from retention.kinds import Kind
from retention.models import DataExport, DataExportPart, Purge, PurgeStep
from retention.purging import running
from tenancy.audit_checkpoints import trusted_keys
from tenancy.encryption import keyring, records
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.retention.asked import pack_for
from tests.texting.desk import SECOND, Desk
from texting.models import Conversation, Message, SendAttempt

from .conftest import LONG_AGO, set_days

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
KEPT, DOOMED = "Persimmons stay where they are", "Zwetschgenkuchen for the trombone quartet"
_PURGE = """
import django; django.setup()
from datetime import timedelta
from tenancy.encryption import day_shredding
from retention.purging import running
day_shredding.REPLACED_KEYS_STAY = timedelta(0)  # as if the hour were over in which others may hold a key
running.run_nights()
"""


@dataclass(frozen=True)
class Scene:
    """What there is before the purge. `copies`: sealed texts as an older copy of the database holds them."""

    kept: Message
    doomed: list[Message]
    copies: list[bytes]
    gone: Message


def set_scene(desk: Desk, told) -> Scene:
    """Three texts of two days: one that stays, two that do not."""
    doomed = [told(DOOMED, number=SECOND), told(DOOMED, LONG_AGO + timedelta(days=1), number=SECOND)]
    kept = told(KEPT)
    gone = told(DOOMED, number="+12125550183")
    with activate(desk.organization):
        Conversation.objects.exclude(pk=kept.conversation_id).update(status="resolved", resolved_at=LONG_AGO)
        before = timezone.now() - timedelta(days=6 * 366)
        Message.objects.filter(pk=gone.pk).update(body=None, ended_at=before, ended_as="retention", created_at=before)
        Conversation.objects.filter(pk=gone.conversation_id).update(resolved_at=before, preview=None)
        set_days(Kind.BODIES, 30)
        pack = pack_for(desk.cast.admin)
        DataExport.objects.filter(pk=pack.pk).update(ready_at=LONG_AGO)
        copies = Message.objects.filter(pk__in=[one.pk for one in doomed]).values_list("body", flat=True)
        return Scene(kept, doomed, [bytes(copy) for copy in copies], gone)


def die(point: str) -> None:
    """A worker begins the night's purge, and is killed as nothing can prevent."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "CRASH_AT": point}
    project = Path(settings.BASE_DIR)
    done = subprocess.run([sys.executable, "-c", _PURGE], env=environment, cwd=project, check=False)
    assert done.returncode == -signal.SIGKILL, f"it was never at {point}: {done.returncode}"


def resume(desk: Desk) -> Purge:
    """The clock's next round, when the other one's time is over."""
    with activate(desk.organization):
        found = Purge.objects.get()
        assert found.state == "running"
        assert found.busy_until is not None, "nobody was at it"
        assert PurgeStep.objects.exclude(state="verified").exists()
    assert not running.go_on(desk.organization.pk), "somebody else has it until he must be dead"
    wait_until_it_must_be_dead(desk)
    keyring.forget_everything()
    assert running.run_nights()["failed"] == 0
    with activate(desk.organization):
        return Purge.objects.get()


def wait_until_it_must_be_dead(desk: Desk) -> None:
    """The time for which a process may be at a purge without a sign of life is over."""
    with activate(desk.organization):
        Purge.objects.update(busy_until=timezone.now())


def judge(desk: Desk, scene: Scene, purge: Purge) -> None:
    """Over and verified, each row counted once, the one text readable and of the others no copy."""
    keyring.forget_everything()
    with activate(desk.organization):
        assert purge.state == "done"
        first, second, rows, files = PurgeStep.objects.order_by("day", "kind")
        assert {first.state, second.state, rows.state, files.state} == {"verified"}
        assert (files.ended, DataExport.objects.get().state) == ({"retention.DataExport": 1}, "ended")
        assert not DataExportPart.objects.exists()
        assert (rows.ended["texting.Message"], rows.ended["texting.Conversation"]) == (1, 1)
        assert not Message.objects.filter(pk=scene.gone.pk).exists()
        assert Conversation.objects.get(pk=scene.gone.conversation_id).texts_gone_at == purge.at
        assert not SendAttempt.objects.filter(message=scene.gone.pk).exists()
        assert [step.ended["texting.Message"] for step in (first, second)] == [1, 1]
        assert Message.objects.get(pk=scene.kept.pk).body == KEPT
        assert Conversation.objects.get(pk=scene.kept.conversation_id).preview == KEPT
        for one in scene.doomed:
            ended = Message.objects.get(pk=one.pk)
            assert (ended.body, ended.ended_as) == (None, "retention")
        key_ids = [*first.key_ids, *second.key_ids, *files.key_ids]
        told = AuditEvent.objects.filter(event="key:destroyed", object_id__in=key_ids)
        assert told.count() == len(key_ids) == 3
        assert AuditEvent.objects.filter(event="purge:done").count() == 1
        said = certificates.verify(purge.certificate, trusted_keys())
        assert said["ended"]["bodies"]["texting.Message"] == len(scene.doomed)
    for copy in scene.copies:
        needed = set(records.key_ids(copy))
        assert not keyring.refresh(desk.organization.pk, needed).keys() >= needed, "a key opens an older copy"
