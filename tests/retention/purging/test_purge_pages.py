"""An admin sees what would end, ends it by hand, and holds the certificate; a large purge takes two people."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from retention import certificates
from retention.kinds import Kind
from retention.models import Purge
from retention.purging import running
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from texting.models import CarrierCopy, Message

from .conftest import set_days, written_over

PLACE = "/settings/purges/"


@pytest.fixture
def due(desk, told, settings, without_waiting):
    """One text that is past its period."""
    settings.AUDIT_SIGNING_KEY = b"k" * 32
    text = told("A melon, please")
    with activate(desk.organization):
        set_days(Kind.BODIES, 30)
    return text


def is_there(desk, text) -> bool:
    running.go_on(desk.organization.pk)
    with activate(desk.organization):
        return Message.objects.get(pk=text.pk).ended_at is None


def test_the_plan_is_shown_and_what_it_says_ends(desk, due, tmp_path):
    admin = desk.as_(desk.cast.admin)
    assert "Nothing has been purged yet" in admin.get(PLACE).text
    plan = admin.get(f"{PLACE}now/").text
    assert "Texts" in plan
    assert "second person" not in plan
    assert is_there(desk, due)
    answer = admin.post(f"{PLACE}now/", follow=True)
    assert "It has begun" in answer.text
    assert not is_there(desk, due)
    place = answer.redirect_chain[-1][0]
    assert "Words of texts" in admin.get(place).text
    assert admin.get(f"{place}certificate.pdf").content.startswith(b"%PDF")
    file = tmp_path / "certificate.json"
    file.write_bytes(admin.get(f"{place}certificate.json").content)
    said = StringIO()
    call_command("verify_certificate", str(file), stdout=said)
    assert "Signed and unaltered (not final" in said.getvalue()
    assert "Harbor Dental" in said.getvalue()
    assert admin.post(f"{PLACE}now/").status_code == 409
    assert "Nothing is due" in admin.get(f"{PLACE}now/").text


def test_it_says_so_when_the_keys_disk_was_not_written_over_in_time(desk, due):
    admin = desk.as_(desk.cast.admin)
    place = admin.post(f"{PLACE}now/", follow=True).redirect_chain[-1][0]
    assert not is_there(desk, due)
    with activate(desk.organization):
        CarrierCopy.objects.update(state="deleted", due_at=None)
        certificates.renew()
    page = admin.get(place).text
    assert ("is written over within a day" in page, "was not written over yet" in page) == (True, False)
    with activate(desk.organization):
        Purge.objects.update(ended_at=timezone.now() - timedelta(hours=25))
    page = admin.get(place).text
    assert ("is written over within a day" in page, "was not written over yet" in page) == (False, True)
    assert "manage.py check" in page
    with activate(desk.organization):
        written_over(timezone.now() - timedelta(hours=24, minutes=30))
    assert "was not written over yet" not in admin.get(place).text


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        *((content, "not a certificate") for content in (b"", b"\xff", b"{}", b"[" * 200_000)),
        (None, "read"),
    ],
)
def test_what_is_no_certificate_is_said_plainly(settings, tmp_path, content, problem):
    settings.AUDIT_SIGNING_KEY = b"k" * 32
    if content is not None:
        (tmp_path / "file").write_bytes(content)
    with pytest.raises(CommandError, match=problem):
        call_command("verify_certificate", str(tmp_path / "file"))


def test_an_altered_certificate_and_one_of_another_key_are_refused(desk, due, settings, tmp_path):
    desk.as_(desk.cast.admin).post(f"{PLACE}now/")
    assert not is_there(desk, due)
    with activate(desk.organization):
        text = Purge.objects.get().certificate
    (tmp_path / "file").write_text(text.replace('"texting.Message":1', '"texting.Message":2'))
    with pytest.raises(CommandError, match="altered"):
        call_command("verify_certificate", str(tmp_path / "file"))
    (tmp_path / "file").write_text(text)
    settings.AUDIT_SIGNING_KEY = b"j" * 32
    with pytest.raises(CommandError, match="another installation"):
        call_command("verify_certificate", str(tmp_path / "file"))
    call_command("verify_certificate", str(tmp_path / "file"), key=[json.loads(text)["public_key"]], stdout=StringIO())


def test_a_large_purge_takes_two_people(desk, due, monkeypatch):
    monkeypatch.setattr(running, "ALONE", 0)
    admin, owner = desk.as_(desk.cast.admin), desk.as_(desk.cast.owner)
    assert "second person has to agree" in admin.get(f"{PLACE}now/").text
    place = admin.post(f"{PLACE}now/", follow=True).redirect_chain[-1][0]
    assert is_there(desk, due)
    assert admin.post(f"{PLACE}now/").status_code == 409
    assert "Another person has to agree" in admin.post(f"{place}agree/", follow=True).text
    assert is_there(desk, due)
    assert "Agree" in owner.get(place).text
    owner.post(f"{place}agree/")
    assert not is_there(desk, due)
    assert "does not wait" in owner.post(f"{place}call-off/", follow=True).text


def test_what_waits_may_be_called_off_and_the_night_goes_on(desk, due, monkeypatch):
    monkeypatch.setattr(running, "ALONE", 0)
    admin = desk.as_(desk.cast.admin)
    place = admin.post(f"{PLACE}now/", follow=True).redirect_chain[-1][0]
    admin.post(f"{place}call-off/")
    assert is_there(desk, due)
    running.run_nights()
    with activate(desk.organization):
        assert Message.objects.get(pk=due.pk).ended_at is not None


def test_what_nobody_agrees_to_keeps_no_night_from_coming(desk, due, monkeypatch):
    monkeypatch.setattr(running, "ALONE", 0)
    place = desk.as_(desk.cast.admin).post(f"{PLACE}now/", follow=True).redirect_chain[-1][0]
    running.run_nights()
    with activate(desk.organization):
        assert Message.objects.get(pk=due.pk).ended_at is not None
        assert sorted(Purge.objects.values_list("trigger", "state")) == [("hand", "dropped"), ("night", "done")]
        [told] = AuditEvent.objects.filter(event=AuditKind.PURGE_CALLED_OFF)
    assert told.actor_id is None
    owner = desk.as_(desk.cast.owner)
    assert "as nobody had agreed" in owner.get(place).text
    assert "does not wait" in owner.post(f"{place}agree/", follow=True).text


def test_the_command_counts_and_ends(desk, due):
    said = StringIO()
    slug = desk.organization.slug
    call_command("purge", organization=slug, dry_run=True, stdout=said)
    assert f"{slug}: 1 days, 1 texts, 2 rows would end" in said.getvalue()
    call_command("purge", organization=slug, stdout=said)
    with activate(desk.organization):
        assert Message.objects.get(pk=due.pk).ended_at is not None
        assert Purge.objects.get().at <= timezone.now()
    with pytest.raises(CommandError, match="no organization"):
        call_command("purge", organization="nobody")
