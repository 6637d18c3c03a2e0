"""Settings > Reviews: which conversations are drawn, with a preview of what that would have drawn."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Team
from accounts.permissions import MemberRequest, Permission, requires
from compliance.forms.sampling_forms import RatesForm, TeamRatesForm
from compliance.models import TeamSampling
from compliance.reviewing import changing_rules
from compliance.reviewing.changing_rules import PREVIEW_DAYS

_FORM = ["GET", "HEAD", "POST"]


def tabs(current: str) -> list[tuple[str, str, bool, str]]:
    """Of the pages that set reviews up."""
    pages = (("review_settings", _("What is drawn")), ("scorecards", _("Scorecards")))
    return [(label, reverse(route), route == current, "") for route, label in pages]


@requires(Permission.REVIEWS_MANAGE)
@require_http_methods(_FORM)
def review_settings(request: MemberRequest) -> HttpResponse:
    """The rates. `act=preview` shows what those on the page would have drawn, and keeps nothing."""
    now = changing_rules.wanted_now()
    form = RatesForm(request.POST if request.method == "POST" else None, wanted=now)
    preview = None
    if request.method != "POST":
        preview = changing_rules.preview(now)
    elif form.is_valid() and request.POST.get("act") == "preview":
        preview = changing_rules.preview(form.wanted)
    elif form.is_valid():
        if changing_rules.change(member=request.member, wanted=form.wanted):
            messages.success(request, _("Saved. It counts for what is resolved from now on."))
        return redirect("review_settings")
    own = dict(TeamSampling.objects.values_list("team_id", "rates"))
    context = {
        "form": form,
        "preview": preview,
        "days": PREVIEW_DAYS,
        "teams": [(team, len(own.get(team.pk, {}))) for team in Team.objects.order_by("name", "pk")],
        "settings_tabs": tabs("review_settings"),
    }
    status = 422 if form.errors else 200
    return render(request, "compliance/reviews/settings/rates.html", context, status=status)


@requires(Permission.REVIEWS_MANAGE)
@require_http_methods(_FORM)
def team_sampling(request: MemberRequest, team_id: UUID) -> HttpResponse:
    """The rates of one team."""
    team = changing_rules.team_of(team_id)
    if team is None:
        raise Http404
    now = changing_rules.wanted_now()
    row = TeamSampling.objects.filter(team=team).first()
    rates: dict[str, int] = row.rates if row else {}
    form = TeamRatesForm(request.POST if request.method == "POST" else None, rates=rates, usual=now.rates)
    preview = None
    if request.method != "POST":
        preview = changing_rules.preview(now, team=team.pk)
    elif form.is_valid() and request.POST.get("act") == "preview":
        preview = changing_rules.preview(now, team=team.pk, team_rates=form.rates)
    elif form.is_valid():
        if changing_rules.change_team(member=request.member, team=team, rates=form.rates):
            messages.success(request, _("Saved. It counts for what is resolved from now on."))
        return redirect("review_settings")
    context = {
        "form": form,
        "team": team,
        "preview": preview,
        "days": PREVIEW_DAYS,
        "settings_tabs": tabs("review_settings"),
    }
    status = 422 if form.errors else 200
    return render(request, "compliance/reviews/settings/team.html", context, status=status)
