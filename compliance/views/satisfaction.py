"""Settings > Satisfaction: which teams ask. Reports > Satisfaction: what customers said."""

from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.csv_cells import short_csv_file
from accounts.models import Team
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from compliance.reports.periods import Period
from compliance.satisfaction import counting, listing, rules
from compliance.satisfaction.asking import QUESTIONS
from compliance.satisfaction.counting import Report, Score
from compliance.satisfaction.rules import CannotAsk
from compliance.views.period_asked import asked, choices
from compliance.work.whose import offered
from tenancy import audit
from tenancy.audit import AuditKind

COLUMNS = ("table", "name", "asked", "answered", "mean", "1", "2", "3", "4", "5")


@requires(Permission.TEAMS_MANAGE)
@require_safe
def satisfaction(request: MemberRequest) -> HttpResponse:
    """Every team, whether it asks, and how often."""
    context = {"rows": rules.all_rules(), "question": QUESTIONS["en"], "most": rules.MOST_DAYS}
    return render(request, "compliance/satisfaction/settings.html", context)


@requires(Permission.TEAMS_MANAGE)
@require_POST
def change(request: MemberRequest, team_id: UUID) -> HttpResponse:
    """One team's."""
    team = get_object_or_404(Team, pk=team_id)
    typed = request.POST.get("days", "").strip()
    days = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 0
    is_on = request.POST.get("ask") == "yes"
    try:
        rules.change(member=request.member, team=team, is_on=is_on, days=days)
    except CannotAsk as error:
        messages.error(request, str(error))
    else:
        words = _("Customers of %(team)s are asked.") if is_on else _("Customers of %(team)s are not asked.")
        messages.success(request, words % {"team": team.name})
    return redirect("satisfaction")


@requires(Permission.REPORTS_READ)
@require_safe
def report(request: MemberRequest) -> HttpResponse:
    """Scores by team and by member, over time."""
    form, period = asked(request)
    found = counting.count(period, offered(request.member).whose())
    score, number = _number(request, "score", 5), _number(request, "page", 1_000_000)
    page = listing.scores(request.member, period, score=score, number=number or 1)
    context = {
        "form": form,
        "period": period,
        "usual": choices(period),
        "report": found,
        "labels": [date_format(step, "j M") for step in found.steps],
        "series": list(found.over_time),
        "score_labels": ["1", "2", "3", "4", "5"],
        "scores": [(_("Customers"), list(found.whole.given))],
        "query": f"since={period.first}&until={period.last}",
        "may_set": request.member.may(Permission.TEAMS_MANAGE),
        "score": score,
        "page": page,
        "given": listing.shown(request.member, page),
        "tabs": _tabs(period, score),
    }
    return render(request, "compliance/satisfaction/report.html", context, status=422 if form.errors else 200)


def _tabs(period: Period, score: int | None) -> list[tuple[str, str, bool]]:
    """Which scores are listed."""
    here = f"?since={period.first}&until={period.last}"
    return [
        (str(one) if one else _("All"), f"{here}&score={one}#given" if one else f"{here}#given", score == one)
        for one in (None, 1, 2, 3, 4, 5)
    ]


def _number(request: MemberRequest, name: str, most: int) -> int | None:
    typed = request.GET.get(name, "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 8 else 0
    return number if 1 <= number <= most else None


@requires(Permission.REPORTS_READ)
@fresh
@require_safe
def report_csv(request: MemberRequest) -> HttpResponse:
    """The figures of the page as CSV; no customer stands in it. Itself in the log."""
    _form, period = asked(request)
    days = {"since": str(period.first), "until": str(period.last)}
    audit.record(event=AuditKind.SATISFACTION_EXPORTED, actor=request.member, filters=days)
    name = f"satisfaction-{request.member.organization.slug}-{period.first}-{period.last}"
    return short_csv_file(name, COLUMNS, _lines(counting.count(period, offered(request.member).whose()), period))


def _lines(found: Report, period: Period) -> Iterator[tuple[object, ...]]:
    yield _line("all", found.whole)
    yield from (_line("by team", one) for one in found.teams)
    yield from (_line("by member", one) for one in found.members)
    for name, means in found.over_time:
        for step, mean in zip(found.steps, means, strict=True):
            yield (f"from {step}", name, "", "", "" if mean is None else mean, "", "", "", "", "")


def _line(table: str, one: Score) -> tuple[object, ...]:
    return (table, one.name, one.asked, one.answered, "" if one.mean is None else one.mean, *one.given)
