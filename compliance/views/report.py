"""Reports > Permission: figures of a period, as a page with plots and as a file."""

from collections.abc import Iterator
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.csv_cells import short_csv_file
from accounts.permissions import MemberRequest, Permission, require, requires
from accounts.step_up import fresh
from compliance.reports import counting
from compliance.reports.figures import After, Group, Report
from compliance.reports.periods import Period
from compliance.views.period_asked import asked, choices
from tenancy import audit
from tenancy.audit import AuditKind

COLUMNS = ("table", "row", "figure", "value")
_MOST_BARS = 6


@requires()
@require_safe
def reports(request: MemberRequest) -> HttpResponse:
    """The first report that the member may open."""
    if not request.member.may(Permission.REPORTS_WORK):
        require(request.member, Permission.REPORTS_READ)
        return redirect("permission_report")
    return redirect("work_report", "volumes")


@requires(Permission.REPORTS_READ)
@require_safe
def permission_report(request: MemberRequest) -> HttpResponse:
    """Growth, sources, confirmations, opt-outs, forms; each plot carries its figures as a table."""
    form, period = asked(request)
    report = counting.count(period)
    buckets = period.buckets()
    context = {
        "form": form,
        "period": period,
        "before": period.before,
        "usual": choices(period),
        "report": report,
        "labels": [date_format(bucket, "j M") for bucket in buckets],
        "growth": [
            (_("Opt-ins"), period.fold(report.ledger.opt_ins, buckets)),
            (_("Opt-outs"), period.fold(report.ledger.opt_outs, buckets)),
        ],
        "source_names": [group.name for group in report.ledger.by_source[:_MOST_BARS]],
        "source_counts": [(_("Opt-ins"), [group.opt_ins for group in report.ledger.by_source[:_MOST_BARS]])],
        "query": f"since={period.first}&until={period.last}",
    }
    return render(request, "compliance/permission_report.html", context, status=422 if form.errors else 200)


@requires(Permission.REPORTS_READ)
@fresh
@require_safe
def permission_report_csv(request: MemberRequest) -> HttpResponse:
    """Every figure of the page as CSV (RFC 4180, UTF-8), one a line. Itself in the log."""
    _form, period = asked(request)
    days = {"since": str(period.first), "until": str(period.last)}
    audit.record(event=AuditKind.PERMISSION_REPORT_EXPORTED, actor=request.member, filters=days)
    name = f"permission-{request.member.organization.slug}-{period.first}-{period.last}"
    return short_csv_file(name, COLUMNS, _lines(counting.count(period), period))


def _lines(report: Report, period: Period) -> Iterator[tuple[object, ...]]:
    days = [period.first + timedelta(days=number) for number in range(period.days)]
    for name, counted in (("opt_ins", report.ledger.opt_ins), ("opt_outs", report.ledger.opt_outs)):
        yield from (("by day", day, name, counted.get(day, 0)) for day in days)
    for table, groups in (
        ("by source", report.ledger.by_source),
        ("by program", report.ledger.by_program),
        ("by team", report.ledger.by_team),
        ("by line", report.ledger.by_line),
    ):
        for group in groups:
            yield from _of_group(table, group)
    for one in report.confirmed:
        for figure in ("begun", "given", "confirmed", "unanswered", "declined", "answered_in", "told_in"):
            yield "confirmations", one.name, figure, _cell(getattr(one, figure))
    for table, texts in (
        ("after a text, by purpose", report.by_purpose),
        ("after a text, by author", report.by_author),
        ("after a text, by template", report.by_template),
    ):
        for text in texts:
            yield from _of_texts(table, text)
    for figure in ("opt_outs", "texted_after", "longest", "most"):
        yield "time to honor", "seconds, but for counts", figure, _cell(getattr(report.honored, figure))
    for name, number in report.forms:
        yield "forms", name, "people", number


def _of_group(table: str, group: Group) -> Iterator[tuple[object, ...]]:
    yield table, group.name, "opt_ins", group.opt_ins
    yield table, group.name, "opted_out_since", group.ended


def _of_texts(table: str, text: After) -> Iterator[tuple[object, ...]]:
    yield table, text.name, "texts", text.texts
    yield table, text.name, "opt_outs", text.opt_outs


def _cell(value: float | None) -> object:
    return "" if value is None else round(value, 1)
