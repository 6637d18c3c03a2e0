"""The copy of what is held: whole, of nobody else, for one member and some days; made again when its worker died."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import deactivation
from accounts.models import OffboardingReceipt, OutgoingMail, Role
from retention.erasing import asking as erasing
from retention.exporting import asking, copying, running, zipping
from retention.exporting.zipping import PIECE, Pieces
from retention.models import DataExport, DataExportPart, SubjectRequest
from retention.purging import running as purging
from retention.requests.cannot_do import CannotDo
from retention.requests.parts import PARTS, Who
from tenancy.encryption import keyring
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.kept import kept_upon
from tests.retention.asked import ask_request
from tests.texting.attachments.keeping import keep_file
from tests.texting.attachments.samples import png_with_place
from tests.texting.desk import FIRST, SECOND
from texting.models import Attachment, Message, Note


@kept_upon("desk")
def asked(desk):
    """A customer with a text, a note and a picture, and a request for a copy that the admin has asked to be made."""
    one = desk.resolve(desk.hear("About <b>my</b> crown", number=FIRST, name="Delia Moreno"))
    desk.hear("About my braces", number=SECOND, name="Rosa Bright")
    with activate(desk.organization):
        Note.objects.create(
            conversation=one,
            contact_id=one.contact_id,
            author=desk.cast.agent,
            body="Is allergic",
            created_at=timezone.now(),
        )
        keep_file(Message.objects.get(conversation=one), png_with_place())
        request = ask_request(desk.cast.admin, FIRST)
        asking.ask_copy(member=desk.cast.admin, request=request)
        return request


def fetched(desk, member=None):
    with activate(desk.organization):
        export = DataExport.objects.last()
    answer = desk.as_(member or desk.cast.admin).get(f"/settings/exports/{export.pk}/")
    return answer, b"".join(answer.streaming_content) if answer.streaming else b""


def test_it_holds_everything_of_the_person_and_nothing_of_others(desk, asked):
    assert running.go_on(desk.organization.pk) == 1
    answer, content = fetched(desk)
    assert (answer.status_code, int(answer["Content-Length"])) == (200, len(content))
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    data = json.loads(archive.read("data.json"))
    parts = data["parts"]
    assert (data["number"], parts["texting.Contact"][0]["name"]) == (FIRST, "Delia Moreno")
    assert parts["texting.Message"][0]["body"] == "About <b>my</b> crown"
    assert parts["texting.Note"][0]["body"] == "Is allergic"
    with activate(desk.organization):
        picture = Attachment.objects.get()
    assert archive.read(f"files/{picture.pk}.png").startswith(b"\x89PNG")
    page = archive.read("index.html").decode()
    assert "About &lt;b&gt;my&lt;/b&gt; crown" in page
    assert f'href="files/{picture.pk}.png"' in page
    people = ["Rosa Bright", "braces", *(one.user.name for one in (desk.cast.agent, desk.cast.admin, desk.cast.owner))]
    for words in people:
        assert words not in page + json.dumps(data)


def test_only_its_recipient_fetches_it_and_it_is_gone_after_its_days(desk, asked):
    running.go_on(desk.organization.pk)
    assert fetched(desk, desk.cast.owner)[0].status_code == 404
    assert fetched(desk, desk.cast.outsider)[0].status_code in {403, 404}
    assert fetched(desk)[0].status_code == 200
    with activate(desk.organization):
        export = DataExport.objects.get()
        stored = bytes(DataExportPart.objects.filter(export=export).values_list("content", flat=True)[0])
        assert b"data.json" not in stored
        assert OutgoingMail.objects.filter(kind="export_ready").count() == 1
        almost = timedelta(days=7, minutes=-1)
        DataExport.objects.update(ready_at=timezone.now() - almost)
    assert fetched(desk)[0].status_code == 200
    with activate(desk.organization):
        DataExport.objects.update(ready_at=timezone.now() - timedelta(days=7))
    assert fetched(desk)[0].status_code == 404, "before a purge has looked"
    assert purging.run_nights()["failed"] == 0
    with activate(desk.organization):
        assert not DataExportPart.objects.exists()
        assert keyring.stored_ids(desk.organization.pk, "export", str(export.pk)) == []
    with activate(desk.organization):
        kinds = AuditEvent.objects.filter(object_id=str(export.pk)).order_by("sequence").values_list("event", flat=True)
        assert list(kinds) == ["export:asked", "export:made", "export:fetched", "export:fetched"]


def test_who_died_half_way_leaves_a_file_that_is_made_anew(desk, asked, monkeypatch):
    class Died(Exception):
        pass

    def die(point):
        raise Died

    with monkeypatch.context() as patched, pytest.raises(Died):
        patched.setattr(running, "crash_here", die)
        running.go_on(desk.organization.pk)
    with activate(desk.organization):
        assert (DataExport.objects.get().state, DataExportPart.objects.count()) == ("making", 1)
    with monkeypatch.context() as patched, pytest.raises(Died):
        patched.setattr(running, "crash_here", die)
        patched.setattr(running, "_TRIES", 2)
        running.go_on(desk.organization.pk)
    with activate(desk.organization):
        assert (DataExport.objects.get().state, DataExportPart.objects.count()) == ("failed", 0)
        DataExport.objects.all().delete()
        asking.ask_copy(member=desk.cast.admin, request=asked)
    assert running.go_on(desk.organization.pk) == 1
    _answer, content = fetched(desk)
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


def test_who_stalled_and_was_overtaken_writes_nothing_into_the_other_ones_file(desk, asked, monkeypatch):
    organization, others = desk.organization.pk, []

    def stall(_point):
        if not others:
            with activate(desk.organization):
                DataExport.objects.update(busy_until=timezone.now() - timedelta(seconds=1))
            others.append(running._take(organization))

    monkeypatch.setattr(zipping, "PIECE", 600)
    monkeypatch.setattr(running, "crash_here", stall)
    assert running.go_on(organization) == 0
    [second] = others
    with activate(desk.organization):
        export = DataExport.objects.get()
        assert (export.state, DataExportPart.objects.count()) == ("making", 0)
        first, first.tries = DataExport.objects.get(), second.tries - 1
        with pytest.raises(running.Over):
            running._Read(organization, first).expect(5)
    read = running._Read(organization, first)
    with pytest.raises(running.Over):
        read(running._TELL)
    running._give_up(organization, first, ValueError())
    with activate(desk.organization):
        export = DataExport.objects.get()
        assert (export.busy_until is None, export.failure) == (False, ""), "the second one is still at it"
    running._make(organization, second)
    answer, content = fetched(desk)
    assert answer.status_code == 200
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


def test_killed_at_any_piece_the_next_worker_makes_the_same_file_and_nobody_gets_a_half_one(desk, asked, monkeypatch):
    class Killed(BaseException):
        pass

    places = []

    def kill(point):
        places.append(point)
        if len(places) == kill.at:
            raise Killed

    kill.at, organization = 0, desk.organization.pk
    monkeypatch.setattr(running, "crash_here", kill)
    monkeypatch.setattr(zipping, "PIECE", 600)
    assert running.go_on(organization) == 1
    _answer, whole = fetched(desk)
    pieces = len(places)
    assert pieces > 4
    for at in (1, pieces // 2, pieces):
        with activate(desk.organization):
            DataExport.objects.update(state="making", tries=0)
        places, kill.at = [], at
        with pytest.raises(Killed):
            running.go_on(organization)
        assert fetched(desk)[0].status_code == 404, "half of it is not handed out"
        assert running.go_on(organization) == 0, "somebody is at it until he must be dead"
        with activate(desk.organization):
            DataExport.objects.update(busy_until=timezone.now())
            assert DataExportPart.objects.count() == at
        kill.at = 0
        assert running.go_on(organization) == 1
        answer, content = fetched(desk)
        assert (answer.status_code, content == whole) == (200, True)
    with activate(desk.organization):
        assert DataExport.objects.get().tries == 2


def test_who_waits_sees_how_far_it_is_and_that_it_was_begun_anew(desk, asked):
    with activate(desk.organization):
        DataExport.objects.update(total=40, done=12, tries=2)
    page = desk.as_(desk.cast.admin).get(f"/settings/requests/{asked.pk}/").content.decode()
    assert "12 of 40 rows" in page
    assert "begun anew, try 2" in page


def test_an_erasure_waits_for_the_copy_that_was_asked_for(desk, asked):
    with activate(desk.organization):
        with pytest.raises(CannotDo, match="being made"):
            erasing.ask(member=desk.cast.admin, request=asked)
        with pytest.raises(CannotDo, match="already"):
            asking.ask_copy(member=desk.cast.admin, request=asked)
    running.go_on(desk.organization.pk)
    with activate(desk.organization), pytest.raises(CannotDo, match="fetch it"):
        erasing.ask(member=desk.cast.admin, request=asked)
    fetched(desk)
    with activate(desk.organization):
        assert erasing.ask(member=desk.cast.admin, request=SubjectRequest.objects.get()).texts == 1


def test_rows_are_read_in_batches_and_none_is_missed(desk, asked, monkeypatch):
    monkeypatch.setattr(copying, "BATCH", 2)
    with activate(desk.organization):
        one = Note.objects.get()
        for number in range(5):
            Note.objects.create(
                conversation_id=one.conversation_id,
                contact_id=one.contact_id,
                author=desk.cast.agent,
                body=f"Note {number}",
                created_at=one.created_at,
            )
    running.go_on(desk.organization.pk)
    _answer, content = fetched(desk)
    notes = json.loads(zipfile.ZipFile(io.BytesIO(content)).read("data.json"))["parts"]["texting.Note"]
    assert {note["body"] for note in notes} == {"Is allergic", *(f"Note {number}" for number in range(5))}
    with activate(desk.organization):
        export = DataExport.objects.get()
        assert export.done == export.total > 10


def test_rows_that_are_deleted_meanwhile_hide_no_others(desk, asked, monkeypatch):
    monkeypatch.setattr(copying, "BATCH", 2)
    [part] = (one for one in PARTS if one.model == "texting.Note")
    with activate(desk.organization):
        one, who = Note.objects.get(), Who.of(asked.number_index)
        more = {"contact_id": one.contact_id, "author": one.author, "created_at": one.created_at}
        notes = [Note.objects.create(conversation=one.conversation, body="More", **more) for _ in range(4)]
        ids = [one.pk, *(note.pk for note in notes)]
    found = []
    for batch in copying._rows(desk.organization.pk, part, who, lambda number: None):
        found += [row.pk for row, _values in batch]
        with activate(desk.organization):
            Note.objects.filter(pk__in=found[:2]).delete()
    assert found == ids


def test_who_sees_numbers_hidden_by_now_is_not_given_the_file(desk, asked):
    """It was made for them when they saw everybody."""
    running.go_on(desk.organization.pk)
    with activate(desk.organization):
        place = f"/settings/exports/{DataExport.objects.get().pk}/"
    assert desk.as_(desk.cast.admin).head(place).status_code == 405
    with activate(desk.organization):
        assert DataExport.objects.get().fetched_at is None, "asking for it alone is not fetching it"
    assert fetched(desk)[0].status_code == 200
    with activate(desk.organization):
        for role in Role.objects.filter(members__membership=desk.cast.admin):
            role.permissions, role.built_in = sorted({*map(str, role.granted)} - {"contacts:unmasked"}), ""
            role.save()
    assert fetched(desk)[0].status_code == 404


def test_pieces_have_one_size_and_make_the_whole():
    given = []
    pieces = Pieces(lambda number, content: given.append((number, content)))
    for size in (1, PIECE - 1, PIECE * 2 + 5, 0):
        pieces.write(b"x" * size)
    pieces.finish()
    assert [number for number, _ in given] == [0, 1, 2, 3]
    assert [len(content) for _, content in given] == [PIECE, PIECE, PIECE, 5]
    assert pieces.size == 3 * PIECE + 5


@pytest.mark.parametrize("when", ["asked", "being made", "ready"])
def test_what_was_made_for_a_leaver_ends_with_them(desk, asked, when, monkeypatch):
    def leave():
        with activate(desk.organization):
            return deactivation.deactivate(actor=desk.cast.owner, member=desk.cast.admin)

    if when == "being made":
        told = copying.files

        def interrupted(organization_id, *rest):
            leave()
            yield from told(organization_id, *rest)

        monkeypatch.setattr(copying, "files", interrupted)
    if when == "ready":
        assert running.go_on(desk.organization.pk) == 1
    if when != "being made":
        leave()
    assert running.go_on(desk.organization.pk) == 0
    with activate(desk.organization):
        export = DataExport.objects.get()
        assert (export.state, DataExportPart.objects.count()) == ("ended", 0)
        assert AuditEvent.objects.filter(event="export:made").exists() == (when == "ready")
        details = json.loads(OffboardingReceipt.objects.get().details)
        [step] = [one for one in details["steps"] if one["name"] == "exports"]
        assert [one["id"] for one in step["items"]] == [str(export.pk)]
