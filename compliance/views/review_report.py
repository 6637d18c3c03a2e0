"""Reports > Reviews: how much was drawn and reviewed, how it was judged; and how well reviewers agree."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.csv_cells import short_csv_file
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from compliance.reviewing import calibrating
from compliance.reviewing.report import Group, Report, report
from compliance.reviewing.showing import drawn_rows, is_blind
from compliance.views.period_asked import asked, choices
from compliance.views.review_tabs import tabs
from tenancy import audit
from tenancy.audit import AuditKind

COLUMNS = (
    *("of", "name", "conversations", "drawn", "reviewed", "set aside", "failing", "score %"),
    *("answers", "yes", "no", "does not apply", "mean"),
)
_READ = (Permission.CONVERSATIONS_READ, Permission.REPORTS_READ, Permission.REVIEWS_WRITE)
_MOST_DIFFERENT = 25


@requires(*_READ)
@require_safe
def review_report(request: MemberRequest) -> HttpResponse:
    """A plot over the period and tables by team, agent and question."""
    days, period = asked(request)
    shown = report(request.member, period, drawn=_("Drawn"), reviewed=_("Reviewed"))
    context = {
        "form": days,
        "period": period,
        "usual": choices(period),
        "report": shown,
        "labels": [date_format(bucket, "j M") for bucket in shown.buckets],
        "groups": [(_("By team"), _("Team"), shown.teams), (_("By agent"), _("Agent"), shown.agents)],
        "query": f"since={period.first}&until={period.last}",
    }
    return render(request, "compliance/reviews/report.html", context, status=422 if days.errors else 200)


@requires(*_READ)
@fresh
@require_safe
def export_reviews(request: MemberRequest) -> HttpResponse:
    """The tables as CSV (RFC 4180, UTF-8). Itself in the log."""
    _form, period = asked(request)
    shown = report(request.member, period, drawn="", reviewed="")
    days = {"since": str(period.first), "until": str(period.last)}
    audit.record(event=AuditKind.REVIEWS_EXPORTED, actor=request.member, filters=days)
    name = f"reviews-{request.member.organization.slug}-{period.first}-{period.last}"
    return short_csv_file(name, COLUMNS, _rows(shown))


@requires(Permission.CONVERSATIONS_READ, Permission.REVIEWS_MANAGE)
@require_safe
def reviewers_compared(request: MemberRequest) -> HttpResponse:
    """How well two reviewers agree, question by question; and where they differ most."""
    days, period = asked(request, usual_days=90)
    found = calibrating.compare(request.member, period)
    most = found.differing[:_MOST_DIFFERENT]
    drawn = {row.id: row for row in drawn_rows(request.member, [one.drawn for one in most], blind=is_blind())}
    context = {
        "tabs": tabs(request.member, "reviewers_compared"),
        "form": days,
        "period": period,
        "usual": choices(period),
        "found": found,
        "rows": [(one, drawn[one.drawn.pk]) for one in most],
    }
    return render(request, "compliance/reviews/compared.html", context, status=422 if days.errors else 200)


def _rows(shown: Report) -> list[tuple[object, ...]]:
    groups = (("all", [shown.everybody]), ("team", shown.teams), ("agent", shown.agents))
    rows = [(of, *_cells(group)) for of, some in groups for group in some]
    for one in shown.questions:
        mean = "" if one.mean is None else one.mean
        name = f"{one.scorecard}: {one.question.text}"
        rows.append(("question", name, *("",) * 6, one.answers, one.yes, one.no, one.not_asked, mean))
    return rows


def _cells(group: Group) -> tuple[object, ...]:
    counts = (group.conversations, group.drawn, group.reviewed, group.set_aside, group.failing)
    return (group.name, *counts, "" if group.score is None else group.score, *("",) * 5)
