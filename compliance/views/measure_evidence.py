"""The rows behind a figure of the register: as a page, and as a file."""

from itertools import islice

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.csv_cells import csv_file
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from compliance.measures.evidence.figures import MOST, MOST_SHOWN, Evidence
from compliance.measures.evidence.kinds import kinds
from compliance.views.measure_tabs import tabs
from compliance.views.measures import USUAL_DAYS
from compliance.views.period_asked import asked, choices
from tenancy import audit
from tenancy.audit import AuditKind


@requires(Permission.MEASURES_READ)
@require_safe
def measure_evidence(request: MemberRequest, evidence_key: str) -> HttpResponse:
    """What was counted; first what is not as wanted. Ids and times: a customer is named on their own page only."""
    kind = _found(evidence_key)
    form, period = asked(request, usual_days=USUAL_DAYS)
    missed = request.GET.get("show") != "all"
    figure = kind.figure(period)
    rows = list(islice(kind.rows(period, request.member, missed=missed), MOST_SHOWN))
    query = f"since={period.first}&until={period.last}"
    context = {
        "tabs": tabs("measures"),
        "kind": kind,
        "figure": figure,
        "rows": rows,
        "missed": missed,
        "most": MOST_SHOWN,
        "cap": MOST,
        "shown_tabs": [
            (_("Not as wanted"), f"?{query}", missed, figure.missed),
            (_("All"), f"?{query}&show=all", not missed, figure.whole),
        ],
        "form": form,
        "period": period,
        "usual": choices(period),
        "query": query,
    }
    return render(request, "compliance/measures/evidence.html", context, status=422 if form.errors else 200)


@requires(Permission.MEASURES_READ)
@fresh
@require_safe
def evidence_csv(request: MemberRequest, evidence_key: str) -> StreamingHttpResponse:
    """Every row that was counted (RFC 4180, UTF-8). Itself in the log."""
    kind = _found(evidence_key)
    _form, period = asked(request, usual_days=USUAL_DAYS)
    audit.record(
        event=AuditKind.EVIDENCE_EXPORTED,
        actor=request.member,
        evidence=kind.key,
        since=period.first,
        until=period.last,
    )
    name = f"{kind.key}-{request.member.organization.slug}-{period.first}-{period.last}"
    columns = ["as wanted", *(str(column) for column in kind.columns)]
    rows = kind.rows(period, request.member, missed=False)
    cells = [
        ["yes" if row.is_good else "no", *row.cells] for row in rows
    ]  # here: the answer leaves after the transaction
    return csv_file(name, columns, [cells])


def _found(key: str) -> Evidence:
    kind = kinds().get(key)
    if kind is None:
        raise Http404
    return kind
