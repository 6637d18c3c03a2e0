"""The proof stands by itself: carriers' answers reach it, and it is verified where no database answers."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as configured
from django.utils import timezone

from retention import certificates
from retention.kinds import Kind
from retention.models import Purge
from retention.purging import running
from retention.purging.nights import begins
from tenancy.isolation import activate
from tests.texting.conftest import FAR_END
from texting import carrier_copies
from texting.models import CarrierCopy, Message

from .conftest import set_days, written_over


@pytest.fixture
def desk(busy_desk):
    """With real commits: carriers are asked outside of transactions."""
    return busy_desk


@pytest.fixture(autouse=True)
def signing(settings):
    settings.AUDIT_SIGNING_KEY = b"k" * 32


def ended(desk, told) -> Purge:
    """A purge of one text."""
    told("end me")
    with activate(desk.organization):
        set_days(Kind.BODIES, 30)
    assert running.run_nights()["failed"] == 0
    with activate(desk.organization):
        return Purge.objects.get()


@pytest.mark.usefixtures("without_waiting", "far_end")
def test_a_purge_then_the_carriers_answer_then_the_final_certificate(desk, told):
    done = ended(desk, told)
    assert (json.loads(done.certificate)["carriers"], done.is_final) == ({"waiting": 1, "gone": 0, "refused": 0}, False)
    with activate(desk.organization):
        name = Message.objects.get().provider_message_id
    for _round in range(3):  # its words, then its record
        carrier_copies.ask_providers()
        with activate(desk.organization):
            CarrierCopy.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
    assert name in {*FAR_END.deleted, *FAR_END.redacted}
    written_over(done.ended_at)
    running.run_nights()
    with activate(desk.organization):
        done = Purge.objects.get()
    assert (json.loads(done.certificate)["carriers"], done.is_final) == ({"waiting": 0, "gone": 1, "refused": 0}, True)


@pytest.mark.usefixtures("without_waiting", "far_end")
def test_it_is_verified_where_no_database_answers(desk, told, tmp_path):
    text = ended(desk, told).certificate
    file, altered = tmp_path / "certificate.json", tmp_path / "altered.json"
    file.write_text(text)
    altered.write_text(text.replace('"texting.Message":1', '"texting.Message":2'))
    key = json.loads(text)["public_key"]
    assert (verified(file, key), verified(altered, key)) == (0, 1)


def verified(file: Path, key: str) -> int:
    """What the command exits with, in a process whose databases are at addresses where nobody is."""
    dead = dict.fromkeys(("DATABASE_URL", "KEYS_DATABASE_URL"), "postgresql://nobody@127.0.0.1:1/none")
    environment = {**os.environ, **dead, "REDIS_URL": "redis://127.0.0.1:1/0"}
    command = [sys.executable, "manage.py", "verify_certificate", str(file), "--key", key]
    return subprocess.run(command, env=environment, cwd=configured.BASE_DIR, check=False, timeout=120).returncode


def test_organizations_begin_their_nights_at_different_times(desk):
    assert certificates.can_sign()
    today = timezone.now().date() + timedelta(days=1)
    pair = [desk.organization, desk.cast.other_organization]
    at = {one.pk: begins(one.pk, today, one.time_zone) for one in pair}
    first, second = sorted(pair, key=lambda one: at[one.pk])
    assert at[first.pk] < at[second.pk]
    with time_machine.travel(at[first.pk] + (at[second.pk] - at[first.pk]) / 2, tick=False):
        running.run_nights()
        assert (nights(first), today in nights(second)) == ({today}, False)
    with time_machine.travel(at[second.pk], tick=False):
        running.run_nights()
        running.run_nights()
        assert today in nights(second)
    assert nights(first) == {today}


def nights(organization) -> set[object]:
    with activate(organization):
        return set(Purge.objects.values_list("night", flat=True))
