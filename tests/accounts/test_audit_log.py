"""Reading the audit log: page, filters, state of the chain, export."""

import csv
import io
import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from accounts import audit_reading, deactivation
from accounts.audit_reading import Filter
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.audit_verification import sign_news
from tenancy.encryption import day_scope
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.cast import signed_in


def record(cast, count=1, **fields):
    fields = {"event": AuditKind.NOTE_ADDED, "actor": cast.agent, "object": cast.front_desk} | fields
    with activate(cast.organization):
        for number in range(count):
            audit.record(**fields, number=number)


def export(client, query="") -> list[list[str]]:
    answer = client.get(f"/settings/audit/export/{query}")
    assert answer.status_code == 200, answer.status_code
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def rows(cast, **wanted):
    with activate(cast.organization):
        return audit_reading.page(cast.supervisor, Filter(**wanted), before=None).rows


def test_the_newest_event_stands_first_with_its_person_and_details(cast, client):
    record(cast, 3)
    page = signed_in(client, cast.supervisor).get("/settings/audit/")
    first = page.context["page"].rows[0]
    assert (first.sequence, first.actor, first.label) == (3, "Amelia Okafor", "Note added")
    assert first.details == {"number": 2}
    assert "Amelia Okafor" in page.content.decode()


def test_the_pager_walks_to_the_first_event_and_misses_none(cast, client):
    record(cast, audit_reading.PAGE * 2 + 7)
    signed_in(client, cast.supervisor)
    seen, query = [], ""
    while True:
        page = client.get(f"/settings/audit/?{query}")
        seen += [row.sequence for row in page.context["page"].rows]
        if page.context["page"].before is None:
            break
        query = page.context["older"]
    assert seen == list(range(audit_reading.PAGE * 2 + 7, 0, -1))


def test_a_kind_of_object_is_told_in_words():
    assert audit_reading.object_words("compliance.checkrun") == "check run"
    assert audit_reading.object_words("gone.thing") == "thing"
    assert audit_reading.object_words("nothing") == "nothing"


def test_filters_find_person_kind_object_day_and_words(cast):
    record(cast)
    record(cast, actor=cast.admin, event=AuditKind.MEMBER_DEACTIVATED, object=cast.leaver, address="198.51.100.7")
    assert [row.actor for row in rows(cast, actor=cast.admin.pk)] == ["Ada Lindqvist"]
    assert [row.event for row in rows(cast, event="note:added")] == ["note:added"]
    assert [row.object_id for row in rows(cast, object_id=str(cast.leaver.pk))] == [str(cast.leaver.pk)]
    assert len(rows(cast, object_type="accounts.team")) == 1
    for words in ("deactiv", "198.51", str(cast.leaver.pk)[10:], "membership", "Member deactivated"):
        assert [row.event for row in rows(cast, text=words)] == ["member:deactivated"], words
    assert rows(cast, text="100%") == []


def test_days_are_days_of_the_organization(cast):
    """Whatever the hour is now, in one of these two zones the day is another one than in UTC."""
    record(cast)
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        cast.supervisor.organization.time_zone = zone
        with activate(cast.organization):
            local = AuditEvent.objects.get().at.astimezone(ZoneInfo(zone)).date()
        assert len(rows(cast, since=local, until=local)) == 1
        assert rows(cast, since=local + timedelta(days=1)) == []
        assert rows(cast, until=local - timedelta(days=1)) == []


def test_a_filter_that_makes_no_sense_is_left_out_and_said(cast, client):
    record(cast)
    page = signed_in(client, cast.supervisor).get("/settings/audit/?since=yesterday&actor=nobody&before=x")
    assert page.status_code == 200
    assert len(page.context["page"].rows) == 1


def test_an_empty_result_says_what_to_do(cast, client):
    page = signed_in(client, cast.supervisor).get("/settings/audit/?text=zebra").content.decode()
    assert "Nothing like that is in the log" in page
    assert "Show everything" in page


def test_the_page_says_up_to_where_the_log_is_signed(cast, client):
    record(cast, 4)
    assert (
        "No checkpoint has been signed yet"
        in signed_in(client, cast.supervisor).get("/settings/audit/").content.decode()
    )
    with activate(cast.organization):
        sign_news()
    record(cast, 2)
    page = client.get("/settings/audit/").content.decode()
    assert "Signed up to event 4" in page
    assert "2 newer events wait" in page


def test_checking_the_whole_chain_reports_what_it_saw(cast, client):
    record(cast, 5)
    with activate(cast.organization):
        sign_news()
    signed_in(client, cast.supervisor)
    part = client.post("/settings/audit/check/", headers={"HX-Request": "true"}).content.decode()
    assert "Every one of 5 events" in part
    assert "<html" not in part
    assert "Every one of 5 events" in client.post("/settings/audit/check/").content.decode()


def test_a_destroyed_detail_is_shown_as_destroyed(cast, client):
    record(cast)
    with activate(cast.organization):
        assert destroy_keys("audit", day_scope(timezone.now().date()), reason="test")
    page = signed_in(client, cast.supervisor).get("/settings/audit/")
    [row] = [row for row in page.context["page"].rows if row.event == "note:added"]
    assert row.details is None
    assert "Destroyed with their key" in page.content.decode()


def test_the_export_holds_every_event_and_is_itself_recorded(cast, client):
    record(cast, audit_reading.EXPORT_CHUNK + 3)
    head, *lines = export(signed_in(client, cast.admin))
    assert head[:3] == ["number", "time (UTC)", "person"]
    assert [int(line[0]) for line in lines] == list(range(audit_reading.EXPORT_CHUNK + 3, 0, -1))
    assert json.loads(lines[-1][8]) == {"number": 0}
    with activate(cast.organization):
        last = AuditEvent.objects.latest("sequence")
        assert (last.event, last.actor_id) == ("audit:exported", cast.admin.pk)
        assert json.loads(last.details)["upto"] == audit_reading.EXPORT_CHUNK + 3


def test_the_export_follows_the_filters(cast, client):
    record(cast, 2)
    record(cast, actor=cast.admin, event=AuditKind.LINE_CHANGED)
    lines = export(signed_in(client, cast.admin), "?event=line:changed")
    assert [line[4] for line in lines[1:]] == ["line:changed"]


def test_a_name_that_is_a_formula_is_only_text_in_the_export(cast, client):
    cast.agent.user.name = '=HYPERLINK("http://evil.example","x")'
    cast.agent.user.save()
    record(cast)
    line = export(signed_in(client, cast.admin))[1]
    assert line[2] == '\'=HYPERLINK("http://evil.example","x")'


def test_exporting_asks_again_who_is_there(cast, client):
    assert (
        signed_in(client, cast.admin, minutes_ago=30).get("/settings/audit/export/")["Location"].startswith("/confirm/")
    )


def test_reading_the_log_is_not_exporting_it(cast, client):
    signed_in(client, cast.supervisor)
    page = client.get("/settings/audit/")
    assert page.status_code == 200
    assert "/settings/audit/export/" not in page.content.decode()
    assert client.get("/settings/audit/export/").status_code == 403


def test_an_export_stops_when_the_member_is_deactivated_meanwhile(cast):
    record(cast, audit_reading.EXPORT_CHUNK + 3)
    chunks = audit_reading.all_rows(cast.admin, Filter(), upto=10_000)
    assert len(next(chunks)) == audit_reading.EXPORT_CHUNK
    with activate(cast.organization):
        deactivation.deactivate(actor=cast.owner, member=cast.admin)
    with pytest.raises(StopIteration):
        next(chunks)


def test_another_organization_sees_only_its_own_log(cast):
    record(cast, 3)
    page = signed_in(Client(), cast.outsider).get("/settings/audit/")
    assert page.context["page"].rows == []
    assert export(signed_in(Client(), cast.outsider), f"?actor={cast.agent.pk}")[1:] == []
