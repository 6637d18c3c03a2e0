"""Settings > Retention: what holds for each kind and why, choosing a period, taking a choice back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Team
from accounts.permissions import MemberRequest, Permission, requires
from accounts.setting_floors import TooWeak
from accounts.step_up import fresh
from retention import changing, reading, words
from retention.conflicts.reading import disagreements
from retention.forms.period_forms import PeriodForm, typed
from retention.kinds import Kind
from retention.models import RetentionPolicy
from retention.spans import said, typed_as
from texting.models import Tag


@requires(Permission.RETENTION_MANAGE)
@require_safe
def retention(request: MemberRequest) -> HttpResponse:
    """The table of kinds, with the teams that have a period of their own, and the history."""
    now = timezone.now()
    kinds = reading.overview(request.member)
    context = {
        "tabs": tabs("retention"),
        "kinds": kinds,
        "conflicts": disagreements(request.member),
        "history": [(row, words.title(Kind(row.kind)), _state(row, now)) for row in reading.history()],
    }
    return render(request, "retention/periods.html", context)


@requires(Permission.RETENTION_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def change_period(request: MemberRequest, retention_kind: str) -> HttpResponse:
    """A period as typed (`keep`, `number`, `unit`; `team`: a team or tag) and what it would do; a POST chooses it."""
    if retention_kind not in reading.SHOWN:
        raise Http404
    kind = Kind(retention_kind)
    asked = request.POST if request.method == "POST" else request.GET
    places = {row.whose_id: row for row in _places(request, kind)}
    if "keep" not in asked:
        named = asked.get("team", "")
        row = next((one for pk, one in places.items() if str(pk or "") == named), places[None])
        form = PeriodForm(kind=kind, initial={"team": named, **typed(row.period.wanted.days)})
        return _page(request, kind, form)
    form = PeriodForm(asked, kind=kind)
    if not form.is_valid():
        return _page(request, kind, form)
    _kind, whose, days, follows = form.wanted
    days = _fitting(days, places.get(whose, places[None]).period.longest)
    wanted: dict[str, Any] = {"kind": kind, "days": days, "follows": follows}
    tag = Tag.objects.filter(pk=whose).first() if whose else None
    team = Team.objects.filter(pk=whose).first() if whose and tag is None else None
    try:
        effect = changing.effect(request.member, team=team.pk if team else None, tag=tag.pk if tag else None, **wanted)
        if request.method != "POST":
            return _page(request, kind, form, effect=effect)
        confirmed = _says(request.POST.get("confirm", ""), effect.confirmation)
        done = changing.change(actor=request.member, team=team, tag=tag, confirmed=confirmed, **wanted)
    except changing.NotConfirmed:
        problem = _("Type “%(period)s” to say that you mean it.") % {"period": effect.confirmation}
        return _page(request, kind, form, effect=effect, problem=problem)
    except (changing.NotPossible, TooWeak) as error:
        form.add_error("number" if days is not None else "keep", str(error))
        return _page(request, kind, form)
    if done.shortens:
        day = date_format(timezone.localtime(done.starts_at), "j F")
        text = _("Saved. It counts from %(day)s on; until then you can take it back here.") % {"day": day}
    else:
        text = _("Saved. It counts at once.")
    messages.success(request, text)
    return redirect("retention")


@requires(Permission.RETENTION_MANAGE)
@fresh
@require_POST
def take_back_period(request: MemberRequest, choice_id: UUID) -> HttpResponse:
    """Withdraw a choice before it counts."""
    get_object_or_404(RetentionPolicy, pk=choice_id)
    try:
        row = changing.take_back(actor=request.member, policy_id=choice_id)
    except changing.NotPossible as error:
        messages.error(request, str(error))
    else:
        text = _("Taken back. %(kind)s: nothing has ended by it.") % {"kind": words.title(Kind(row.kind))}
        messages.success(request, text)
    return redirect("retention")


def tabs(active: str) -> list[tuple[str, str, bool]]:
    """The pages about periods."""
    pages = ((_("Periods"), "retention"), (_("Next 90 nights"), "retention_nights"))
    return [(label, reverse(route), route == active) for label, route in pages]


def _places(request: MemberRequest, kind: Kind) -> tuple[reading.PlaceRow, ...]:
    return next(one.places for one in reading.overview(request.member) if one.kind is kind)


def _fitting(days: int | None, longest: int | None) -> int | None:
    """A maximum of two years has fewer leap days than two years that somebody types."""
    if days is None or longest is None:
        return days
    return longest if typed_as(days) == typed_as(longest) else days


def _says(typed_words: str, period: str) -> bool:
    return " ".join(typed_words.split()).casefold() == period.casefold()


def _state(row: RetentionPolicy, now: Any) -> str:
    if row.taken_back_at:
        return _("taken back")
    return _("waits") if row.starts_at > now else ""


def _page(
    request: MemberRequest,
    kind: Kind,
    form: PeriodForm,
    *,
    effect: changing.Effect | None = None,
    problem: str = "",
) -> HttpResponse:
    context: dict[str, Any] = {
        "kind": kind,
        "words": words.KINDS[kind],
        "form": form,
        "places": _places(request, kind),
        "has_places": changing.can_have_own(kind) or changing.can_have_tags(kind),
        "effect": effect,
        "problem": problem,
        "history": [(row, words.title(kind), _state(row, timezone.now())) for row in reading.history(kind)[:20]],
    }
    if effect is not None:
        context |= {
            "query": form.query,
            "sent": [(name, value) for name, value in form.data.items() if name in form.fields],
            "changes": [
                (words.title(new.kind), said(old.days), said(new.days), words.why(new)) for old, new in effect.periods
            ],
        }
    return render(request, "retention/change.html", context, status=422 if form.errors or problem else 200)
