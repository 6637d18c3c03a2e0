"""Settings > Sending limits: today's use, countries, alarms, rates, and what was changed."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from texting.limits import changing, showing
from texting.limits.bounds import Limited
from texting.limits.changing import NotPossible

LONGEST_NUMBER = 9  # digits


@requires(Permission.LIMITS_MANAGE)
@require_safe
def use(request: MemberRequest) -> HttpResponse:
    """Today's ceilings and what is left of them; two weeks as plots; the history."""
    labels, segments, money = showing.days(request.member)
    context = {
        "today": showing.today(),
        "most": changing.most_for_today(),
        "labels": labels,
        "segments": [(_("Segments"), segments)],
        "money": [(_("Money"), money)],
        "sent_before": any(segments),
        "history": showing.history(request.member),
    }
    return limits_page(request, "use", context)


@requires(Permission.LIMITS_MANAGE)
@require_safe
def countries(request: MemberRequest) -> HttpResponse:
    """Where texts may go; a search for more."""
    words = request.GET.get("q", "").replace("\x00", "")[:60]
    found = {"found": showing.found_countries(words), "words": words}
    if request.htmx and request.htmx.target == "found":
        return render(request, "texting/limits/_found.html", found)
    return limits_page(request, "countries", {"countries": showing.countries(request.member), **found})


@requires(Permission.LIMITS_MANAGE)
@require_safe
def alarms(request: MemberRequest) -> HttpResponse:
    """What is stopped, why, and what was lifted."""
    stopped, lifted = showing.alarms(request.member)
    return limits_page(request, "alarms", {"stopped": stopped, "lifted": lifted})


@requires(Permission.LIMITS_MANAGE)
@require_safe
def rates(request: MemberRequest) -> HttpResponse:
    """Limits of an hour."""
    return limits_page(request, "rates", {"rates": showing.rates(request.member)})


@requires(Permission.LIMITS_MANAGE)
@fresh
@require_POST
def raise_today(request: MemberRequest) -> HttpResponse:
    """Raise today's ceiling."""
    try:
        segments, reason = _number(request, "segments"), request.POST.get("reason", "")
        changing.raise_for_today(member=request.member, segments=segments, reason=reason)
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Raised until midnight. Texts that were refused can be sent again."))
    return redirect("limits")


@requires(Permission.LIMITS_MANAGE)
@require_POST
def lower(request: MemberRequest) -> HttpResponse:
    """Set a lower ceiling for every day."""
    try:
        segments, reason = _number(request, "segments"), request.POST.get("reason", "")
        changing.set_ceiling(member=request.member, segments=segments, reason=reason)
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The ceiling is %(segments)s segments a day now.") % {"segments": f"{segments:,}"})
    return redirect("limits")


@requires(Permission.LIMITS_MANAGE)
@fresh
@require_POST
def add_country(request: MemberRequest) -> HttpResponse:
    """Allow texts to one more country."""
    try:
        name = changing.add_country(member=request.member, region=request.POST.get("region", "")[:3])
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Texts to %(country)s may be sent now.") % {"country": name})
    return redirect("limits_countries")


@requires(Permission.LIMITS_MANAGE)
@require_POST
def remove_country(request: MemberRequest) -> HttpResponse:
    """Take a country off the list."""
    try:
        name = changing.remove_country(member=request.member, region=request.POST.get("region", "")[:3])
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Texts to %(country)s are refused from now on.") % {"country": name})
    return redirect("limits_countries")


@requires(Permission.LIMITS_MANAGE)
@fresh
@require_POST
def lift(request: MemberRequest, stop_id: UUID) -> HttpResponse:
    """Lift an alarm."""
    try:
        changing.lift_stop(member=request.member, stop_id=stop_id, reason=request.POST.get("reason", ""))
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Lifted. Texts to these numbers may be sent again."))
    return redirect("limits_alarms")


@requires(Permission.LIMITS_MANAGE)
@fresh
@require_POST
def set_rates(request: MemberRequest) -> HttpResponse:
    """Save the limits of an hour; those that cannot be are named."""
    changed = 0
    for row in showing.rates(request.member):
        try:
            texts = _number(request, row.name)
            changed += changing.set_rate(member=request.member, limited=Limited(row.name), texts=texts)
        except NotPossible as error:
            messages.error(request, f"{row.label}: {error}")
    if changed:
        messages.success(request, _("Saved."))
    return redirect("limits_rates")


def _number(request: MemberRequest, name: str) -> int:
    """A whole number of the form. Raises NotPossible."""
    digits = request.POST.get(name, "").strip().replace(",", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER):
        raise NotPossible(_("Enter a whole number."))
    return int(digits)


def limits_page(request: MemberRequest, tab: str, context: dict[str, object]) -> HttpResponse:
    """A page with the tabs; its template is named for its tab."""
    names = {
        "use": _("Use"),
        "carriers": _("Carriers"),
        "countries": _("Countries"),
        "alarms": _("Alarms"),
        "rates": pgettext("how fast", "Rates"),
    }
    routes = {"use": "limits", "carriers": "carriers"}
    stopped = showing.open_alarms(request.member)
    tabs = [
        (
            names[one],
            reverse(routes.get(one, f"limits_{one}")),
            one == tab,
            str(stopped or "") if one == "alarms" else "",
        )
        for one in names
    ]
    return render(request, f"texting/limits/{tab}.html", {"tabs": tabs, **context})
