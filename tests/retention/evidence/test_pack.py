"""A pack: of rows that can be counted again, signed, of nobody's words, for one member and some days."""

import csv
import io
import json
import zipfile
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse
from django.utils import timezone

from compliance.actions import moving
from compliance.reports.periods import Period
from retention.evidence import asking, sections, writing
from retention.evidence.files import SECTIONS
from retention.exporting import running
from retention.models import DataExport, RestoreDrill
from retention.requests.cannot_do import CannotDo
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.audit_verification import sign_news
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.cast import signed_in
from tests.compliance.actions.seeded import checked, now_day, opened
from tests.compliance.measures.answered import signed_measure
from tests.kept import kept_upon
from tests.texting.desk import desk
from tests.texting.test_revealing import reveal, with_rights
from texting.models import Message

__all__ = ["desk"]

CARD = "4111 1111 1111 1111"
DELIVERIES = {  # the fifth is ours, the one that offers another channel
    "Texts": 5, "Arrived": 1, "Did not arrive": 1, "Left, without a receipt": 1,
    "Not confirmed by the provider": 1, "Seen to by somebody": 1,
}  # fmt: skip


@kept_upon("desk")
def year(desk):
    """Some of everything: a card that somebody texted, an improvement, a signed measure, a drill."""
    talk = desk.hear(f"My card is {CARD}", name="Delia Moreno")
    checked(desk, now_day(desk) - timedelta(days=3), fails=2, holds=5)
    action = opened(desk, title="Ask Delia Moreno to pay by link")
    with activate(desk.organization):
        moving.done(member=desk.cast.owner, action=action, changed_on=now_day(desk), words="Delia knows")
        signed_measure(desk.cast.owner)
        for kind in (AuditKind.SIGNED_IN, AuditKind.SIGN_IN_FAILED, AuditKind.FINDINGS_EXPORTED):
            audit.record(event=kind, actor=desk.cast.admin)
        sign_news()
    assert reveal(desk.as_(with_rights(desk.cast)), talk.contact_id).status_code == 204
    for status in ("delivered", "undelivered", "sent", "unconfirmed"):
        text = desk.answer(talk, f"Delia, this one is {status}.")
        with activate(desk.organization):
            Message.objects.filter(pk=text.pk).update(status=status)
    with activate(desk.organization):
        Message.objects.filter(status="undelivered").update(
            settlement="called", settled_by=desk.cast.agent, settled_at=timezone.now()
        )
    RestoreDrill.objects.create(passed=True, backup="x", taken_at=timezone.now(), seconds=4.2)
    return talk


def made(desk, days=30):
    """A pack of these days, asked for and made."""
    with activate(desk.organization):
        day = timezone.localdate()
        export = asking.ask_pack(member=desk.cast.admin, since=day - timedelta(days=days), until=day)
    assert running.go_on(desk.organization.pk) == 1
    return export


def fetched(desk, export, member=None):
    answer = desk.as_(member or desk.cast.admin).get(reverse("fetch_evidence", args=[export.pk]))
    return answer, b"".join(answer.streaming_content) if answer.streaming else b""


def saved(tmp_path, content):
    path = tmp_path / "pack.zip"
    path.write_bytes(content)
    return path


def verified(path):
    out = StringIO()
    call_command("verify_evidence", str(path), stdout=out)
    return out.getvalue()


def altered(tmp_path, content, name, change, *, without=""):
    """The same pack with one file changed, or one left out."""
    path = tmp_path / "altered.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(path, "w") as new:
        for one in old.namelist():
            data = old.read(one)
            if one != without:
                new.writestr(one, change(data) if one == name else data)
    return path


def one_too_many(data):
    """A list that says a wrong number, signed all the same."""
    said = {name: value for name, value in json.loads(data).items() if name not in {"signature", "public_key"}}
    [wrong] = [one for one in said["figures"] if one["title"] == "Gray area not moved"]
    wrong["number"] += 1
    return writing.sign(said).encode()


def test_every_figure_is_a_number_of_rows_and_nobody_is_named(desk, year, tmp_path):
    export = made(desk)
    answer, content = fetched(desk, export)
    assert int(answer["Content-Length"]) == len(content)
    archive = zipfile.ZipFile(io.BytesIO(content))
    said = json.loads(archive.read("manifest.json"))
    figures = {(one["file"], one["title"]): one["number"] for one in said["figures"]}
    assert figures["findings.csv", "Removed before they were stored"] >= 1
    assert figures["review_checks.csv", "Gray area not moved"] == 2
    assert figures["actions.csv", "Opened"] == 1
    assert figures["action_measurements.csv", "Counts"] == 2
    assert figures["measure_reviews.csv", "Signed reviews"] == 1
    assert figures["audit_checkpoints.csv", "Checkpoints"] >= 1
    assert figures["backup_drills.csv", "Passed"] == 1
    assert figures["consent.csv", "Permissions given"] >= 1
    assert figures["sign_ins.csv", "Signed in"] == 1
    assert figures["sign_ins.csv", "Refused"] == 1
    assert figures["exports.csv", "Files"] == 1, "the list of findings, and not this pack, which nobody had yet"
    assert figures["reveals.csv", "Shown"] == 1
    assert {title: figures["deliveries.csv", title] for title in DELIVERIES} == DELIVERIES
    assert len(said["files"]) == len(SECTIONS) + 2
    assert archive.read("summary.pdf").startswith(b"%PDF")
    assert "certified" in said["note"]
    named = {f"{key}.csv" for key in [one.key for one in SECTIONS] + ["sign_in_policy"]}
    assert {file for one in said["criteria"] for file in one["files"]} <= named
    everything = b"".join(archive.read(one) for one in archive.namelist() if not one.endswith(".pdf")).decode()
    for hidden in ("Delia", "Moreno", "4111", "1111 1111", "0181", "Amelia", "Olga", "Ada Lindqvist", "knows"):
        assert hidden not in everything, hidden
    rows = list(csv.DictReader(io.StringIO(archive.read("sign_in_policy.csv").decode())))
    assert {"setting": "second factor asked of", "value": "administrators"} in rows
    told = verified(saved(tmp_path, content))
    assert "Signed and unaltered" in told
    assert f"{len(said['figures'])} figures counted again" in told


def test_what_a_figure_counts_can_stand_in_its_column(desk):
    """A value that no row can have would make a figure of nothing, which counts right for ever."""
    ours = {("access_reviews", "state"): ("signed", "open"), ("deactivations", "doors tried"): ("closed",)}
    ours |= {("measure_reviews", "gaps"): ("0",)}
    day = timezone.localdate()
    for section in SECTIONS:
        with activate(desk.organization):
            model = section.rows(Period(day, day, "UTC")).model
        known = {str(value) for field in model._meta.fields for value, _label in field.flatchoices}
        known |= {kind.value for kind in AuditKind} if model is AuditEvent else set()
        for figure in section.figures:
            assert not figure.column or figure.column in section.columns, (section.key, figure.title)
            for value in figure.values:
                if value == "yes":
                    continue
                assert value in known | set(ours.get((section.key, figure.column), ())), (section.key, value)


def test_whatever_is_altered_is_found(desk, year, tmp_path):
    _answer, content = fetched(desk, made(desk))
    more = lambda data: data + b"x,y\r\n"  # noqa: E731 - said once
    other = lambda data: data.replace(b'"number":2', b'"number":3', 1)  # noqa: E731
    for name, change, problem in (
        ("findings.csv", more, "findings.csv was altered"),
        ("manifest.json", other, "altered, or another installation"),
        ("manifest.json", lambda data: data[:-9], "damaged"),
        ("manifest.json", one_too_many, "Gray area not moved is 2, not 3"),
    ):
        with pytest.raises(CommandError, match=problem):
            verified(altered(tmp_path, content, name, change))
    with pytest.raises(CommandError, match="missing"):
        verified(altered(tmp_path, content, "", bytes, without="consent.csv"))
    with pytest.raises(CommandError, match="damaged"):
        verified(saved(tmp_path, content[: len(content) // 2]))
    with pytest.raises(CommandError, match="cannot be read"):
        verified(tmp_path / "nothing.zip")


def test_one_at_a_time_for_one_member_until_its_days_are_over(desk, year):
    export = made(desk)
    assert fetched(desk, export, desk.cast.owner)[0].status_code == 404, "made for somebody else"
    assert fetched(desk, export, desk.cast.supervisor)[0].status_code == 403
    with activate(desk.organization):
        day = timezone.localdate()
        asking.ask_pack(member=desk.cast.owner, since=day, until=day)
        with pytest.raises(CannotDo, match="already"):
            asking.ask_pack(member=desk.cast.admin, since=day, until=day)
        events = AuditEvent.objects.filter(object_id=str(export.pk)).order_by("sequence")
        assert [one.event for one in events] == ["export:asked", "export:made"]
        DataExport.objects.update(ready_at=timezone.now() - timedelta(days=7))
    assert fetched(desk, export)[0].status_code == 404


def test_a_worker_that_dies_leaves_it_to_the_next_who_begins_anew(desk, year, monkeypatch):
    reads = sections.Section.read
    monkeypatch.setattr(sections.Section, "read", lambda *_: (_ for _ in ()).throw(OSError("gone")))
    with activate(desk.organization):
        day = timezone.localdate()
        export = asking.ask_pack(member=desk.cast.admin, since=day, until=day)
    with pytest.raises(OSError, match="gone"):
        running.go_on(desk.organization.pk)
    monkeypatch.setattr(sections.Section, "read", reads)
    assert running.go_on(desk.organization.pk) == 1
    with activate(desk.organization):
        fresh = DataExport.objects.get(pk=export.pk)
        assert (fresh.state, fresh.done) == ("ready", fresh.total)


def test_an_empty_organization_and_ten_years_are_a_pack_too(desk, tmp_path, monkeypatch):
    monkeypatch.setattr(sections, "BATCH", 2)
    checked(desk, now_day(desk) - timedelta(days=3000), holds=5)
    _answer, content = fetched(desk, made(desk, days=3650))
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.read("review_checks.csv").count(b"\r\n") == 6, "pieces of two lose no row of the same moment"
    assert "Signed and unaltered" in verified(saved(tmp_path, content))


def test_the_list_asks_again_while_one_is_made_also_when_the_proof_is_no_longer_fresh(desk):
    with activate(desk.organization):
        day = timezone.localdate()
        asking.ask_pack(member=desk.cast.admin, since=day, until=day)
    admin, asks_again = desk.as_(desk.cast.admin), f'hx-get="{reverse("evidence_packs")}"'
    assert asks_again in admin.get(reverse("evidence")).content.decode()
    admin = signed_in(admin, desk.cast.admin, minutes_ago=30)
    assert admin.get(reverse("evidence")).status_code == 302
    assert asks_again in admin.get(reverse("evidence_packs")).content.decode()
    assert running.go_on(desk.organization.pk) == 1
    list_alone = admin.get(reverse("evidence_packs")).content.decode()
    assert "Fetch the ZIP" in list_alone
    assert asks_again not in list_alone


def test_days_that_make_no_sense_are_refused_on_the_page(desk, settings):
    page, day = reverse("evidence"), now_day(desk)
    admin = desk.as_(desk.cast.admin)
    assert "No pack yet" in admin.get(page).content.decode()
    for since, until in (
        (day, day - timedelta(days=1)),
        (day, day + timedelta(days=2)),
        ("2001-01-01", day),
        ("x", ""),
    ):
        assert admin.post(page, {"since": since, "until": until}).status_code == 422
    settings.AUDIT_SIGNING_KEY = b""
    refused = admin.post(page, {"since": day, "until": day})
    assert "AUDIT_SIGNING_KEY" in refused.content.decode()
    with activate(desk.organization):
        assert not DataExport.objects.exists()
