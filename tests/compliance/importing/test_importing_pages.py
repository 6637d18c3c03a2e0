"""The pages of an import: who may open them, what they say about files, what they hand out."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from compliance.importing import starting, working
from compliance.models import ConsentEvent, ConsentImport
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.cast import signed_in
from tests.compliance.importing_lists import ANSWERS, bring_in, look, make_program, number, rows
from tests.texting.desk import desk

__all__ = ["desk"]

HEAD = b"Name,Phone\n"


@pytest.fixture
def program(desk):
    with activate(desk.organization):
        return make_program(desk.cast.owner)


def upload(desk, raw, name="list.csv", member=None):
    page = desk.as_(member or desk.cast.owner)
    return page.post(reverse("imports"), {"file": SimpleUploadedFile(name, raw, "text/csv")})


def imports(desk):
    with activate(desk.organization):
        return list(ConsentImport.objects.all())


def test_the_whole_way_from_a_file_to_permissions(desk, program):
    page = desk.as_(desk.cast.admin)
    raw = "Nombre;Teléfono móvil;Fecha;Texto\nJosé;(212) 555-0001;05/03/2026;Acepto\n".encode("cp1252")
    answer = upload(desk, raw, member=desk.cast.admin)
    (made,) = imports(desk)
    assert (made.encoding, made.delimiter) == ("cp1252", ";")
    assert made.columns == {"name": 0, "number": 1, "agreed_on": 2, "wording": 3}
    columns = page.get(answer.url, follow=True)
    assert b"Windows-1252" in columns.content
    assert "José" in columns.content.decode()
    chosen = {
        "name": "0",
        "number": "1",
        "agreed_on": "2",
        "wording": "3",
        "date_order": "dmy",
        "program": program.pk,
        "basis": "agreed",
    }
    assert page.post(reverse("import_columns", args=[made.pk]), chosen).status_code == 302
    working.work(desk.organization.pk, made.pk)
    shown = page.get(reverse("consent_import", args=[made.pk])).content.decode()
    assert "Waits for you" in shown
    assert "every 1s" not in shown
    said = {"collected_by": "Ada", "how": "On paper", "box0": "on", "box1": "on"}
    assert page.post(reverse("attest_import", args=[made.pk]), said).status_code == 422, "a box is not ticked"
    assert page.post(reverse("attest_import", args=[made.pk]), {**said, "box2": "on"}).status_code == 302
    assert b"every 1s" in page.get(reverse("consent_import", args=[made.pk])).content, "it is followed by itself"
    working.work(desk.organization.pk, made.pk)
    with activate(desk.organization):
        event = ConsentEvent.objects.get(source="import")
        assert (event.quality, event.happened_at.date().isoformat()) == ("imported", "2026-03-05")
        kinds = set(AuditEvent.objects.filter(event__startswith="consent_import:").values_list("event", flat=True))
    assert kinds == {"consent_import:uploaded", "consent_import:attested", "consent_import:done"}
    assert page.post(reverse("undo_import", args=[made.pk])).status_code == 302
    working.work(desk.organization.pk, made.pk)
    assert b"Taken back" in page.get(reverse("consent_import", args=[made.pk])).content


def test_a_bar_says_how_far_it_is(desk, program):
    made = look(desk.cast.owner, rows(4), program)
    with activate(desk.organization):
        starting.attest(member=desk.cast.owner, started=made, answers=ANSWERS)
    working.work(desk.organization.pk, made.pk, seconds=0, batch=1)
    page = desk.as_(desk.cast.owner).get(reverse("consent_import", args=[made.pk])).content.decode()
    assert 'max="100" value="25"' in page


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 rest of a workbook", "Excel"),
        (b"\xd0\xcf\x11\xe0 an old one", "Excel"),
        (b"%PDF-1.7 and so on", "PDF"),
        (HEAD + b"Ann,(212) 555-0001\x00\x00\n" * 3, "no text"),
        (HEAD + b"Ann,\x81\x8d(212) 555-0001\n", "damaged"),
        (HEAD + b'Ann,"(212) 555-0001\n' + b"Bob,(212) 555-0002\n" * 6_000, "never closed"),
        (HEAD, "no rows"),
        (b"x" * 20_000_001, "20 MB"),
    ],
    ids=["empty", "xlsx", "xls", "pdf", "nul", "neither encoding", "an open quote", "headings only", "huge"],
)
def test_what_is_no_list_is_refused_with_what_to_do_and_nothing_is_kept(desk, raw, says):
    answer = upload(desk, raw)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert imports(desk) == []


@pytest.mark.parametrize(
    ("encoding", "sign", "known_as"),
    [
        ("utf-8", ",", "utf-8"),
        ("utf-8-sig", "\t", "utf-8-sig"),
        ("utf-16", ";", "utf-16"),
        ("utf-16-le", ",", "utf-16-le"),
        ("cp1252", ";", "cp1252"),
    ],
)
def test_encodings_and_separators_are_found_and_said(desk, program, encoding, sign, known_as):
    text = f"Nom{sign}Portable\r\n" + f"Zoë{sign}(212) 555-0001\r\n" * 2
    made = look(desk.cast.owner, text.encode(encoding), program)
    assert (made.encoding, made.delimiter, made.columns) == (known_as, sign, {"name": 0, "number": 1})
    assert b"Zo\xc3\xab" in desk.as_(desk.cast.owner).get(reverse("consent_import", args=[made.pk])).content


def test_a_list_without_headings_keeps_its_first_person(desk, program):
    made = look(desk.cast.owner, f"Ann,{number(1)}\nBob,{number(2)}\n".encode(), program)
    assert (made.rows, made.columns) == (2, {"number": 1})


def test_rows_left_out_come_back_as_a_file_that_no_spreadsheet_runs(desk, program):
    raw = rows(1) + b'\n=cmd|calc,+12,2026-03-05,"=1+1"'
    made = bring_in(desk.cast.owner, raw, program)
    page = desk.as_(desk.cast.owner)
    answer = page.get(reverse("import_left_out", args=[made.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    head, row = csv.reader(io.StringIO(text))
    assert head == ["Row", "Outcome", "Reason", "Name", "Phone", "Date", "Wording"]
    assert row[:2] == ["3", "Cannot be used"]
    assert row[3:] == ["'=cmd|calc", "'+12", "2026-03-05", "'=1+1"]
    everything = b"".join(page.get(reverse("import_outcomes", args=[made.pk])).streaming_content)
    assert everything.count(b"\r\n") == 3
    with activate(desk.organization):
        assert ConsentImport.objects.get().downloaded_at is not None
        ConsentImport.objects.update(downloaded_at=made.ended_at, ended_at=made.ended_at)
        assert AuditEvent.objects.filter(event="consent_import:exported").count() == 2


def test_another_organization_finds_nothing_and_a_stale_session_must_confirm(desk, program):
    made = look(desk.cast.owner, rows(1), program)
    for name in ("consent_import", "import_columns", "attest_import", "import_left_out", "import_outcomes"):
        assert desk.as_(desk.cast.outsider).get(reverse(name, args=[made.pk])).status_code == 404
        assert desk.as_(desk.cast.agent).get(reverse(name, args=[made.pk])).status_code == 403
    for name in ("pause_import", "resume_import", "cancel_import", "undo_import"):
        assert desk.as_(desk.cast.outsider).post(reverse(name, args=[made.pk])).status_code == 404
    stale = signed_in(desk.as_(desk.cast.owner), desk.cast.owner, minutes_ago=30)
    answer = stale.get(reverse("attest_import", args=[made.pk]))
    assert answer.status_code == 302
    assert "confirm" in answer.url
    (kept,) = imports(desk)
    assert kept.state == "checked"
