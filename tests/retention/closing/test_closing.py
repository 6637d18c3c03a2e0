"""Owners end their organization: texts stop, it can be taken back, then nothing opens any more, in backups neither."""

import io
import json
import zipfile
from datetime import timedelta

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, OutgoingMail
from accounts.permissions import MissingPermission
from compliance.models import ConsentEvent, Suppression
from retention import certificates
from retention.backups import dead_keys, tombstones
from retention.closing import asking, ending
from retention.erasing import asking as erasing_asking
from retention.erasing import rows as erasing_rows
from retention.erasing import running as erasing
from retention.erasing.own_files import end_own_files
from retention.exporting import running as exporting
from retention.exporting.asking import ask_everything
from retention.holds.wanted import WantedScope
from retention.models import Closing, DataExport, Erasure
from retention.requests.cannot_do import CannotDo
from tenancy.audit_checkpoints import trusted_keys
from tenancy.encryption import KeyDestroyed, blind_index, keyring
from tenancy.encryption import ending as key_ending
from tenancy.encryption.records import ORGANIZATION_MARK
from tenancy.isolation import activate
from tenancy.models import DataKey, KeyTidying, Organization
from tests.compliance.templates_of import published
from tests.retention.asked import ask_request, pack_for
from tests.retention.closing.passing import let_its_day_pass
from tests.retention.placed import place_hold
from tests.texting.desk import FIRST, SECOND
from texting import lines
from texting.models import Contact, ContactWord, Line, LineKey, Message, QuarantinedRequest
from texting.models.contact import NUMBER_INDEX
from texting.providers.base import Credentials, NotAccepted
from texting.statuses import ErrorKind

State = Closing.State


@pytest.fixture(autouse=True)
def carrier(far_end):
    """Forgets what it is asked to."""
    return far_end


@pytest.fixture
def second(desk):
    """Another owner."""
    Membership.objects.filter(pk=desk.cast.admin.pk).update(is_owner=True)
    return Membership.objects.select_related("organization", "user").get(pk=desk.cast.admin.pk)


def begun(desk):
    """The only owner has asked."""
    with activate(desk.organization):
        return asking.ask(member=desk.cast.owner, typed=" harbor  dental ")


def test_an_owner_types_the_name_and_a_second_one_agrees(desk, second):
    with activate(desk.organization):
        with pytest.raises(MissingPermission):
            asking.ask(member=desk.cast.supervisor, typed="Harbor Dental")
        with pytest.raises(CannotDo, match="Type"):
            asking.ask(member=desk.cast.owner, typed="Harbor")
        closing = asking.ask(member=desk.cast.owner, typed="Harbor Dental")
        assert closing.state == State.ASKED
        assert Line.objects.filter(is_active=True).exists()
        with pytest.raises(CannotDo, match="already"):
            asking.ask(member=second, typed="Harbor Dental")
        with pytest.raises(CannotDo, match="Another owner"):
            asking.agree(member=desk.cast.owner)
        asking.agree(member=second)
        assert Closing.objects.get().state == State.COUNTING
        assert not Line.objects.filter(is_active=True).exists()
        assert OutgoingMail.objects.filter(kind="organization_ends").count() == 2
    with pytest.raises(CannotDo, match="Nothing is under way"), activate(desk.organization):
        asking.agree(member=second)


def test_taken_back_only_the_lines_that_it_switched_off_send_again(desk):
    with activate(desk.organization):
        Line.objects.filter(pk=desk.billing_line.pk).update(is_active=False)
    begun(desk)
    owner = desk.as_(desk.cast.owner)
    assert "This organization ends" in owner.get("/settings/end/").content.decode()
    assert owner.post(f"/settings/lines/{desk.line.pk}/switch/", {"on": "1"}).status_code in {302, 404}
    with activate(desk.organization):
        assert not Line.objects.filter(is_active=True).exists()
        with pytest.raises(lines.OrganizationEnds):
            new = lines.Settings("New", desk.line.team, 1, carrier_answers_keywords=False)
            owner_now = Membership.objects.get(pk=desk.cast.owner.pk)
            lines.connect(
                actor=owner_now, provider="simulated", credentials=Credentials(), number="+12125550199", settings=new
            )
        asking.take_back(member=desk.cast.owner)
        assert list(Line.objects.filter(is_active=True)) == [desk.line]
        assert Organization.objects.get(pk=desk.organization.pk).closes_at is None
    assert "This organization ends" not in owner.get("/settings/end/").content.decode()
    assert ending.round_of_closings() == {"ended": 0, "cleared": 0, "failed": 0}


def test_a_hold_keeps_it_from_ending_before_and_at_the_end(desk):
    desk.hear("About my crown", number=FIRST)
    with activate(desk.organization):
        held = place_hold(desk.cast.admin, about=FIRST)
    with pytest.raises(CannotDo, match="legal hold"):
        begun(desk)
    with activate(desk.organization):
        hold = {"release_asked_by": desk.cast.admin, "released_by": desk.cast.owner}
        moments = dict.fromkeys(("release_asked_at", "released_at"), timezone.now())
        type(held).objects.update(state="released", **hold, **moments)
    begun(desk)
    with activate(desk.organization):
        place_hold(desk.cast.admin, about=FIRST)
        let_its_day_pass()
    ending.round_of_closings()
    with activate(desk.organization):
        assert Closing.objects.get().state == State.COUNTING
        assert Message.objects.first().body == "About my crown"


def test_after_the_window_nothing_opens_but_what_is_in_escrow(desk):
    desk.hear("About my crown", number=FIRST)
    desk.hear("STOP", number=FIRST)
    other = desk.hear("My sink", number=FIRST, line=desk.other_line)
    begun(desk)
    assert ending.round_of_closings()["ended"] == 0, "not before its day"
    with activate(desk.organization):
        let_its_day_pass()
        assert ContactWord.objects.exists()
    assert ending.go_on(desk.organization.pk)
    keyring.forget_everything()
    with activate(desk.organization):
        for read in (lambda: Message.objects.first().body, lambda: Contact.objects.first().number):
            with pytest.raises(KeyDestroyed):
                read()
        assert not ContactWord.objects.exists(), "names are marked under a key in escrow"
        with keyring.keys_of(desk.organization.pk):
            left = DataKey.objects.filter(organization_id=desk.organization.pk)
            assert set(left.values_list("kind", flat=True)) <= {"consent", "index", "audit"}
        index = blind_index(NUMBER_INDEX, FIRST)
        assert Suppression.objects.filter(number_index=index).exists()
        assert ConsentEvent.objects.filter(number_index=index, action="withdrawn").first().words == "STOP"
        with pytest.raises(KeyDestroyed, match="has ended"):
            keyring.current(desk.organization.pk, "body", "2026-11-26")
        closing = Closing.objects.get()
        said = certificates.verify(closing.certificate, trusted_keys())
        assert (said["ended"]["texting.Message"], said["keys_destroyed"]) == (
            closing.counts["texting.Message"],
            closing.keys,
        )
        assert closing.keys > 3
        assert OutgoingMail.objects.filter(kind="organization_ended").count() == 1
    assert not Organization.objects.filter(pk=desk.organization.pk).exists()
    assert desk.as_(desk.cast.owner).get("/inbox/").status_code == 302, "nobody gets in"
    with activate(desk.cast.other_organization):
        assert Message.objects.get(conversation=other).body == "My sink"


def test_carriers_are_asked_first_and_what_they_refused_stands_in_the_certificate(desk, carrier):
    desk.hear("About my crown", number=FIRST)
    desk.hear("And my bill", number=FIRST)
    desk.hear("My sink", number=FIRST, line=desk.other_line)
    begun(desk)
    carrier.keeps += [NotAccepted(ErrorKind.AUTH, retry=False, provider_code="20003")]
    with activate(desk.organization):
        let_its_day_pass()
    assert ending.go_on(desk.organization.pk)
    assert carrier.deleted == ["in-1", "in-2"], "the neighbour's is not asked for"
    with activate(desk.organization):
        said = certificates.verify(Closing.objects.get().certificate, trusted_keys())
    assert said["carriers"] == {"gone": 1, "refused": 1, "waiting": 0}


def test_a_carrier_that_cannot_be_asked_is_waited_for_but_not_for_ever(desk, carrier):
    desk.hear("About my crown", number=FIRST)
    begun(desk)
    carrier.keeps += [NotAccepted(ErrorKind.TRANSIENT, retry=True)]
    with activate(desk.organization):
        let_its_day_pass()
    assert not ending.go_on(desk.organization.pk)
    late = desk.hear("Hello?", number=FIRST)
    with activate(desk.organization):
        assert Message.objects.filter(conversation=late).first().body == "About my crown", "keys are there until then"
        with pytest.raises(CannotDo, match="Nothing is under way"):
            asking.take_back(member=desk.cast.owner)
        Closing.objects.update(carriers_until=timezone.now())
    assert ending.go_on(desk.organization.pk)
    assert carrier.deleted == ["in-1", "in-2"], "also what came in meanwhile"
    with activate(desk.organization):
        assert Closing.objects.get().carriers == {"gone": 1, "refused": 0, "waiting": 1}


@pytest.mark.parametrize("path", ["inbound", "status/a-token"])
def test_what_comes_in_for_its_lines_is_refused_for_good_and_nothing_is_stored(desk, path):
    desk.hear("About my crown", number=FIRST)
    key = LineKey.objects.get(line_id=desk.line.pk).key
    begun(desk)
    with activate(desk.organization):
        let_its_day_pass()
    ending.go_on(desk.organization.pk)
    words = {"From": SECOND, "To": desk.line.number, "Body": "Are you open?", "MessageSid": "in-9"}
    assert Client().post(f"/webhooks/{desk.line.provider}/{key}/{path}", words).status_code == 404
    with activate(desk.organization):
        assert (Message.objects.count(), QuarantinedRequest.objects.count()) == (1, 0)


@pytest.mark.parametrize("place", ["keys", "organization key"])
def test_it_goes_on_wherever_it_died(desk, monkeypatch, place):
    class Died(Exception):
        pass

    def die(*_args):
        raise Died

    desk.hear("About my crown", number=FIRST)
    begun(desk)
    with activate(desk.organization):
        let_its_day_pass()
    with monkeypatch.context() as patched, pytest.raises(Died):
        patched.setattr(key_ending, "crash_here" if place == "keys" else "replace_organization_key", die)
        ending.go_on(desk.organization.pk)
    with activate(desk.organization):
        assert Closing.objects.get().state == State.ENDING
        with pytest.raises(CannotDo):
            asking.take_back(member=desk.cast.owner)
    assert ending.go_on(desk.organization.pk)
    assert not ending.go_on(desk.organization.pk)
    with activate(desk.organization):
        assert Closing.objects.get().certificate


def test_a_restored_backup_of_its_keys_opens_nothing_either(desk, tmp_path):
    desk.hear("About my crown", number=FIRST)
    organization = desk.organization.pk
    begun(desk)
    with activate(desk.organization):
        let_its_day_pass()
    with keyring.keys_of(organization):
        before = list(DataKey.objects.filter(organization_id=organization).values())
    ending.go_on(organization)
    assert tombstones.export(tmp_path) >= 1
    dead = tombstones.read(tmp_path)
    assert ORGANIZATION_MARK in dead.keys[organization]
    with keyring.keys_of(organization):  # as it was when it was copied
        for row in before:
            if row["kind"] not in {"audit", *key_ending.IN_ESCROW}:
                newest = keyring.organization_key(organization)
                DataKey.objects.create(**{**row, "wrapped_by_id": newest.pk})
    connections["keys"].ensure_connection()
    raw = connections["keys"].connection
    assert isinstance(raw, psycopg.Connection)
    assert dead_keys.apply(raw, dead) >= 3
    with keyring.keys_of(organization):
        left = set(DataKey.objects.filter(organization_id=organization).values_list("kind", flat=True))
    assert left <= set(key_ending.IN_ESCROW)


def test_its_certificate_is_final_once_its_keys_are_written_over_on_disk(desk):
    desk.hear("About my crown", number=FIRST)
    begun(desk)
    with activate(desk.organization):
        let_its_day_pass()

    def said():
        ending.round_of_closings()
        with activate(desk.organization):
            return certificates.verify(Closing.objects.get().certificate, trusted_keys())

    first = said()
    assert (first["keys_destroyed_at"], first["keys_written_over_at"], first["is_final"]) == (first["at"], "", False)
    assert said() == first, "nobody wrote anything over"
    begun_at = timezone.now() + timedelta(minutes=1)
    KeyTidying.objects.create(begun_at=begun_at, ended_at=begun_at + timedelta(seconds=9), mark="")
    final = said()
    assert (final["keys_written_over_at"], final["is_final"]) == ((begun_at + timedelta(seconds=9)).isoformat(), True)
    assert {name for name in first if final[name] != first[name]} == {"keys_written_over_at", "is_final", "written_at"}
    assert said() == final, "twice is once"


def test_its_escrow_ends_after_five_years(desk):
    desk.hear("STOP", number=FIRST)
    begun(desk)
    with activate(desk.organization):
        let_its_day_pass()
    ending.round_of_closings()
    with activate(desk.organization):
        Closing.objects.update(escrow_until=timezone.now())
    ending.round_of_closings()
    with keyring.keys_of(desk.organization.pk):
        assert not DataKey.objects.filter(organization_id=desk.organization.pk).exists()


def test_its_owner_fetches_everything_as_a_file_and_no_secret_is_in_it(desk):
    desk.hear("About my crown", number=FIRST, name="Delia Moreno")
    with activate(desk.organization):
        published(desk.cast.owner, "Recall", "It is time for your check-up.")
        export = ask_everything(member=desk.cast.owner)
    exporting.go_on(desk.organization.pk)
    with activate(desk.organization):
        ready = DataExport.objects.get(pk=export.pk)
        assert ready.done == ready.total > 5
    content = b"".join(desk.as_(desk.cast.owner).get(f"/settings/exports/{export.pk}/").streaming_content)
    archive = zipfile.ZipFile(io.BytesIO(content))
    texts = [json.loads(line) for line in archive.read("texting.message.jsonl").splitlines()]
    assert [one["body"] for one in texts] == ["About my crown"]
    assert "Delia Moreno" in archive.read("texting.contact.jsonl").decode()
    [told] = [json.loads(line) for line in archive.read("compliance.messagetemplate.jsonl").splitlines()]
    [version] = [json.loads(line) for line in archive.read("compliance.templateversion.jsonl").splitlines()]
    assert (told["name"], told["version"], told["has_changes"]) == ("Recall", 1, False)
    assert (version["template_id"], version["number"]) == (told["id"], 1)
    for one in (told, version):
        assert (one["languages"], one["bodies"]["en"]) == (["en"], "It is time for your check-up.")
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert '"secret"' not in everything
    assert "My sink" not in everything


@pytest.mark.parametrize("made", ["ready", "making", "meanwhile"])
def test_the_file_of_everything_ends_with_the_erasure_of_a_person_and_is_made_anew(desk, monkeypatch, made):
    desk.resolve(desk.hear("About my crown", number=FIRST, name="Delia Moreno"))
    desk.resolve(desk.hear("About my braces", number=SECOND))
    owner = desk.cast.owner

    def ask(_point=""):
        if not DataExport.objects.filter(request=None, kind="copy").exists():
            ask_everything(member=owner)

    with activate(desk.organization):
        pack = pack_for(desk.cast.admin)
        erasure = erasing_asking.ask(member=desk.cast.admin, request=ask_request(desk.cast.admin, FIRST, kind="erase"))
        if made != "meanwhile":
            ask()
    if made == "ready":
        exporting.go_on(desk.organization.pk)
    if made == "meanwhile":
        monkeypatch.setattr(erasing_rows, "crash_here", ask)
    assert erasing.go_on(desk.organization.pk) == 1
    with activate(desk.organization):
        file = DataExport.objects.get(request=None, kind="copy")
        assert (file.state, file.ended_by_erasure, file.parts.count()) == ("ended", True, 0)
        assert keyring.stored_ids(desk.organization.pk, "export", str(file.pk)) == []
        assert DataExport.objects.get(pk=pack.pk).state == "ready", "it holds nothing of customers"
        assert Erasure.objects.get(pk=erasure.pk).ended["retention.DataExport"] == 1
    browser = desk.as_(owner)
    assert browser.get(f"/settings/exports/{file.pk}/").status_code == 404
    page = browser.get("/settings/end/").content.decode()
    assert ("somebody was erased" in page, "Make the file<" in page) == (True, True)
    assert browser.post("/settings/end/export/").status_code == 302
    assert exporting.go_on(desk.organization.pk) == 1
    with activate(desk.organization):
        anew = DataExport.objects.get(request=None, kind="copy", state="ready")
    content = b"".join(browser.get(f"/settings/exports/{anew.pk}/").streaming_content)
    archive = zipfile.ZipFile(io.BytesIO(content))
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert ("crown" in everything, "Delia" in everything, "braces" in everything) == (False, False, True)


def test_a_file_of_everything_that_is_on_hold_by_its_day_outlives_an_erasure(desk):
    with activate(desk.organization):
        erasure = Erasure(request=ask_request(desk.cast.admin, FIRST, kind="erase"), asked_by=desk.cast.admin)
        file = ask_everything(member=desk.cast.owner)
    exporting.go_on(desk.organization.pk)
    with activate(desk.organization):
        hold = place_hold(desk.cast.admin, WantedScope(since=timezone.localdate(), until=timezone.localdate()))
        assert end_own_files(erasure) == 0
        assert DataExport.objects.get(pk=file.pk).state == "ready"
        type(hold).objects.update(
            state="released",
            release_asked_by=desk.cast.admin,
            release_asked_at=timezone.now(),
            released_by=desk.cast.owner,
            released_at=timezone.now(),
        )
        assert end_own_files(erasure) == 1


def test_an_operator_ends_it_by_a_command_that_wants_the_name(desk):
    desk.hear("About my crown", number=FIRST)
    for wrong in ({"yes": ""}, {"yes": "Harbor Dental", "days": -1}, {"certificate": True}):
        with pytest.raises(CommandError):
            call_command("end_organization", "harbor", **wrong)
    with pytest.raises(CommandError, match="no organization"):
        call_command("end_organization", "nowhere", yes="x")
    with pytest.raises(CommandError, match="role that owns the tables"):  # test_ended_since does it as that role
        call_command("end_organization", "harbor", yes="Harbor Dental", days=0)
    call_command("end_organization", "harbor", yes="Harbor Dental")
    with activate(desk.organization):
        let_its_day_pass()
    assert ending.go_on(desk.organization.pk)
    with pytest.raises(CommandError, match="ended already"):
        call_command("end_organization", "harbor", yes="Harbor Dental")


def test_only_owners_open_the_page_and_every_press_needs_its_state(desk):
    admin, owner = desk.as_(desk.cast.admin), desk.as_(desk.cast.owner)
    assert admin.get("/settings/end/").status_code == 403
    assert admin.post("/settings/end/ask/", {"name": "Harbor Dental"}).status_code == 403
    assert owner.post("/settings/end/ask/", {"name": "\x00"}).status_code == 422
    for way in ("agree", "take-back"):
        assert owner.post(f"/settings/end/{way}/").status_code == 302
    with activate(desk.organization):
        assert not Closing.objects.exists()
    assert owner.post("/settings/end/ask/", {"name": "Harbor Dental"}).status_code == 302
    assert "Everything is destroyed" in owner.get("/inbox/").content.decode()
    assert owner.post("/settings/end/export/").status_code == 302
    assert "Being made" in owner.get("/settings/end/").content.decode()
