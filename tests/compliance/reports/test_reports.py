"""Reports > Permission: counts of a period that agree with the ledger, of one's own organization, and no customer."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import time_machine
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.message_templates.filling import mark_of
from compliance.models import ConsentEvent, FormCount, OptInForm, Program
from compliance.opt_in import opting_in
from compliance.reports import counting
from compliance.reports.periods import Period, last_month, last_week, newest
from tenancy.isolation import activate
from tests.compliance.templates_of import published
from tests.kept import kept_upon
from tests.revealers import with_rights
from tests.texting.desk import FIRST, SECOND, desk
from texting import sending
from texting.models import Message
from texting.purposes import Purpose
from texting.statuses import MessageStatus

__all__ = ["desk"]

PAGE, FILE = "/reports/permission/", "/reports/permission/csv/"
THIRD = "+12125550183"


def period_of(desk, days=30):
    zone = desk.organization.time_zone
    return newest(days, today=timezone.now().astimezone(ZoneInfo(zone)).date(), zone=zone)


def count(desk, **more):
    with activate(desk.organization):
        return counting.count(period_of(desk, **more))


def program_of(desk, name="Offers", team=None):
    return Program.objects.create(
        name=name, scope="marketing", frequency="Monthly", team=team, made_by=desk.cast.owner, made_at=timezone.now()
    )


def joins(desk, number, program, source=ConsentEvent.Source.FORM):
    contact = desk.hear(number=number).contact
    with activate(desk.organization):
        opting_in.opt_in(contact=contact, line=desk.line, program=program, evidence=Evidence(source=source))
    return contact


@kept_upon("desk")
def busy(desk):
    """Three people opt in, two by a form and one by a keyword; one of them is texted and stops."""
    with activate(desk.organization):
        program = program_of(desk)
    for number, source in ((FIRST, "form"), (SECOND, "form"), (THIRD, "keyword")):
        joins(desk, number, program, ConsentEvent.Source(source))
    desk.answer(desk.hear(number=FIRST), "See you then")
    desk.hear("STOP", number=FIRST)
    with activate(desk.organization):  # all left when they were written, before the STOP
        left = Message.objects.filter(direction="out").exclude(purpose=Purpose.OPT_OUT_ANSWER)
        left.update(status=MessageStatus.DELIVERED, sent_at=F("created_at"))
    return desk


def test_opt_ins_and_opt_outs_are_counted_by_day_source_program_and_team(busy):
    ledger = count(busy).ledger
    assert (ledger.joined, ledger.left, ledger.net) == (3, 1, 2), "that somebody wrote to us is no opt-in"
    assert [(one.name, one.opt_ins, one.ended) for one in ledger.by_source] == [
        ("A web form", 2, 1),
        ("A keyword texted to us", 1, 0),
    ]
    assert [(one.name, one.opt_ins, one.ended, one.lost) for one in ledger.by_program] == [("Offers", 3, 1, 33.3)]
    assert [(one.name, one.opt_ins) for one in ledger.by_team] == [("", 3)]
    assert [(one.name, one.opt_ins, one.ended) for one in ledger.by_line] == [("Main line", 3, 1)]


def test_what_was_taken_back_is_not_counted_on_its_day_nor_as_ended(busy):
    with activate(busy.organization):
        for event in ConsentEvent.objects.filter(action="given").exclude(kind="reply"):
            consent.retract_all([event], actor=None)
    ledger = count(busy).ledger
    assert (ledger.opt_ins, ledger.left) == ({}, 1)
    assert (ledger.by_source, ledger.by_program, ledger.by_team, ledger.by_line) == ([], [], [], [])


def test_a_year_is_counted_from_an_index_that_holds_all_that_is_asked_of_an_entry():
    """A look into the table for each of a million entries, or asking each for its day, takes longer than the rest."""
    indexes = {index.name: {*index.fields, *index.include} for index in ConsentEvent._meta.indexes}
    columns = {field.attname: field.name for field in ConsentEvent._meta.concrete_fields}
    for statement, name in (
        (counting.COUNTED, "compliance_consent_by_time"),
        (counting.ENDED, "compliance_consent_gone"),
    ):
        first = re.search(r"SELECT [^()]*(?:count|max)\(.*?GROUP BY [\w, ]+", statement, re.DOTALL)
        assert first
        asked = {columns[word] for word in re.findall(r"\w+", first[0]) if word in columns}
        partial = {"action"} if name.endswith("gone") else set()
        assert "recorded_at" in asked
        assert asked <= indexes[name] | partial, name
        assert "TIME ZONE" not in statement


def test_confirmations_and_the_text_before_an_opt_out_are_counted(busy):
    report = count(busy)
    (offers,) = report.confirmed
    assert (offers.begun, offers.given, offers.confirmed, offers.rate) == (3, 3, 3, 100.0)
    assert report.confirmed_in_all.begun == 3
    assert [(one.name, one.texts, one.opt_outs) for one in report.by_purpose] == [("reply", 1, 1)]
    assert [(one.name, one.opt_outs) for one in report.by_author] == [("Amelia Okafor", 1)]


def test_a_text_that_left_after_an_opt_out_is_the_time_to_honor(busy):
    assert (count(busy).honored.opt_outs, count(busy).honored.texted_after) == (1, 0), "its confirmation is none"
    with activate(busy.organization):
        stopped = ConsentEvent.objects.get(action="withdrawn").recorded_at
        Message.objects.filter(purpose=Purpose.REPLY, direction="out").update(sent_at=stopped + timedelta(seconds=40))
    honored = count(busy).honored
    assert (honored.texted_after, honored.longest) == (1, 40.0)


def test_the_days_are_those_of_the_organization(desk):
    desk.organization.time_zone = "Pacific/Auckland"
    desk.organization.save()
    with time_machine.travel(datetime(2026, 3, 9, 13, tzinfo=UTC), tick=False):
        with activate(desk.organization):
            program = program_of(desk)
        joins(desk, FIRST, program)
    with activate(desk.organization):
        there = Period(date(2026, 3, 10), date(2026, 3, 10), "Pacific/Auckland")
        assert counting.ledger(there).opt_ins == {date(2026, 3, 10): 1}
        assert counting.ledger(there.before).joined == 0


def test_the_funnel_of_forms_never_widens(desk):
    with activate(desk.organization):
        form = OptInForm.objects.create(
            name="Join",
            line=desk.line,
            languages=["en"],
            made_by=desk.cast.owner,
            made_at=timezone.now(),
            changed_at=timezone.now(),
        )
        for step, number in (("viewed", 10), ("begun", 4), ("submitted", 3), ("confirmed", 5)):
            FormCount.objects.create(form=form, day=period_of(desk).last, step=step, count=number)
    assert [number for _name, number in count(desk).forms] == [10, 4, 3, 3]


def test_the_page_and_the_file_say_the_same_and_name_no_customer(busy):
    page = busy.as_(busy.cast.auditor).get(PAGE)
    text = page.content.decode()
    assert page.status_code == 200
    for said in ("Offers", "A web form", "Opt-ins and opt-outs", "33.3", "Amelia Okafor"):
        assert said in text, said
    answer = busy.as_(busy.cast.auditor).get(FILE)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert ["by program", "Offers", "opt_ins", "3"] in rows
    assert ["by line", "Main line", "opt_ins", "3"] in rows
    assert sum(int(row[3]) for row in rows if row[0] == "by day" and row[2] == "opt_outs") == 1
    for hidden in (FIRST, "0181", "555"):
        assert hidden not in answer.content.decode()


def test_a_quiet_period_and_days_that_make_no_sense(desk):
    browser = desk.as_(desk.cast.owner)
    assert "Nothing in these days" in browser.get(PAGE).content.decode()
    assert "Nothing in these days" in browser.get(PAGE + "?days=365").content.decode()
    for query in ("since=2026-02-30&until=x", "since=2026-03-02&until=2026-03-01", "since=2020-01-01&until=2026-01-01"):
        assert browser.get(f"{PAGE}?{query}").status_code == 422
        assert browser.get(f"{FILE}?{query}").status_code == 200
    assert browser.get(PAGE + "?since=0001-01-01&until=0001-01-02").status_code == 422
    assert browser.get(PAGE + "?since=9999-12-30&until=9999-12-31").status_code == 422
    assert browser.get(PAGE + "?days=%00").status_code == 200


def test_an_agent_reads_no_reports_and_another_organization_counts_its_own(busy):
    assert busy.as_(busy.cast.agent).get(PAGE).status_code == 403
    assert busy.as_(busy.cast.agent).get(FILE).status_code == 403
    assert "Nothing in these days" in busy.as_(busy.cast.outsider).get(PAGE).content.decode()
    assert busy.as_(with_rights(busy.cast)).get(PAGE).status_code == 200, "counts are no customers"


def test_the_number_of_statements_does_not_grow(busy):
    def statements():
        with (
            activate(busy.organization),
            CaptureQueriesContext(
                connection,
            ) as seen,
        ):
            counting.count(period_of(busy))
        return len(seen)

    before = statements()
    with activate(busy.organization):
        more = [program_of(busy, f"Program {number}") for number in range(4)]
    for number, program in enumerate(more):
        joins(busy, f"+1212555019{number}", program)
    assert statements() == before


def test_plots_are_cut_by_day_week_and_month():
    def cuts(days):
        return Period(date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=days - 1), "UTC").buckets()

    assert (len(cuts(30)), len(cuts(90)), len(cuts(365))) == (30, 14, 12)
    year = Period(date(2026, 1, 15), date(2026, 12, 31), "UTC")
    assert year.fold({date(2026, 1, 20): 2, date(2026, 2, 1): 3}, year.buckets())[:2] == [2, 3]
    assert last_week(date(2026, 11, 26), "UTC") == Period(date(2026, 11, 16), date(2026, 11, 22), "UTC")
    assert last_month(date(2026, 3, 31), "UTC") == Period(date(2026, 2, 1), date(2026, 2, 28), "UTC")


def test_opt_outs_count_for_the_template_of_the_last_text_before_them(desk):
    with activate(desk.organization):
        version = published(desk.cast.supervisor, "Hello")
    for number in (FIRST, SECOND):
        talk = desk.hear(number=number)
        with activate(desk.organization):
            origin = mark_of(version.pk, "en", "Hello") if number == FIRST else ""
            sending.send_text(conversation=talk, body="Hello there", author=desk.cast.agent, origin=origin)
    desk.hear("STOP", number=FIRST)
    with activate(desk.organization):
        left = Message.objects.filter(direction="out").exclude(purpose=Purpose.OPT_OUT_ANSWER)
        left.update(status=MessageStatus.DELIVERED, sent_at=F("created_at"))
    report = count(desk)
    assert {(one.name, one.texts, one.opt_outs) for one in report.by_template} == {("Hello", 1, 1), ("", 1, 0)}
    assert [(one.texts, one.opt_outs) for one in report.by_purpose] == [(2, 1)], "the others count as before"
    page = desk.as_(desk.cast.supervisor)
    assert "Without a template" in page.get(PAGE).content.decode()
    assert '"after a text, by template",Hello,opt_outs,1' in page.get(FILE).content.decode()
