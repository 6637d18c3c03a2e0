"""Settings > Lines: all of them with their health, and one with everything that can be done to it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from accounts.views.answers import form_page
from tenancy.isolation import activate
from texting import lines
from texting.connecting import CannotConnect
from texting.limits.carriers.showing import brands_of
from texting.line_forms import LineForm, TokenForm, initial_of, why_not_for_codes
from texting.providers.base import Credentials
from texting.queries import lines as queries
from texting.queries.attention import stopped_lines
from texting.views.connecting import ask


@requires(Permission.LINES_MANAGE)
@require_safe
def all_lines(request: MemberRequest) -> HttpResponse:
    """The list; it counts anew by itself. Above it what keeps lines from sending, and brands whose day runs out."""
    rows = queries.lines_page(request.member)
    brands = {brand.id: brand for _campaign, brand in brands_of(row.campaign_id for row in rows).values()}
    context = {
        "lines": rows,
        "stops": stopped_lines(request.member),
        "brands": [brand for brand in brands.values() if brand.is_near or brand.waiting],
        "may_manage": True,
    }
    return render(request, "texting/lines.html", context)


@requires(Permission.LINES_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def line(request: MemberRequest, line_id: UUID) -> HttpResponse:
    """One line; a POST changes its name, team, pace or keyword handling."""
    shown = queries.line_details(request.member, line_id)
    bound = request.POST if request.method == "POST" else None
    form = LineForm(bound, initial=initial_of(shown.line), card=shown.row.provider)
    if bound is not None and form.is_valid():
        try:
            lines.change(actor=request.member, line_id=line_id, settings=form.settings(form.cleaned_data["team"]))
        except (lines.HasTexts, lines.OtherLineForCodes) as refused:
            form.add_error("sends_codes", why_not_for_codes(refused))
        except lines.StaysInTeam as refused:
            form.add_error("team", str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect("line", line_id=line_id)
    campaign, brand = brands_of([shown.line.campaign_id]).get(shown.line.campaign_id or line_id, (None, None))
    context = {"line": shown, "card": shown.row.provider, "campaign": campaign, "brand": brand}
    return form_page(request, "texting/line.html", form, **context)


@requires(Permission.LINES_MANAGE)
@require_safe
def heard(request: MemberRequest, line_id: UUID) -> HttpResponse:
    """Whether the provider has called the line's address; asks again by itself until it has."""
    return render(
        request,
        "texting/_line_heard.html",
        {"line_id": line_id, "heard_at": queries.heard_at(request.member, line_id)},
    )


@requires(Permission.LINES_MANAGE)
@require_POST
def switch(request: MemberRequest, line_id: UUID) -> HttpResponse:
    """Off or on."""
    shown = queries.line_details(request.member, line_id)
    on = request.POST.get("on") == "1"
    try:
        lines.switch(actor=request.member, line_id=shown.row.id, on=on)
    except lines.OrganizationEnds:
        messages.error(request, _("An owner ends the organization, so no line sends. Any owner can take that back."))
        return redirect("line", line_id=line_id)
    if on:
        messages.success(request, _("Switched on."))
    else:
        messages.success(request, _("Switched off. Nothing leaves on this line; what customers text still arrives."))
    return redirect("line", line_id=line_id)


@requires(Permission.LINES_MANAGE)
@require_POST
def try_again(request: MemberRequest, line_id: UUID) -> HttpResponse:
    """Let a stopped line go on at once."""
    shown = queries.line_details(request.member, line_id)
    if lines.try_again(actor=request.member, line_id=shown.row.id):
        messages.success(request, _("What waits on this line is tried again now."))
    return redirect("line", line_id=line_id)


@requires(Permission.LINES_MANAGE, calls_out=True)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def change_token(request: MemberRequest, line_id: UUID) -> HttpResponse:
    """Store a new token once the provider has accepted it; the old one goes on counting until it is finished."""
    with activate(request.member.organization):
        shown = queries.line_details(request.member, line_id)
        card = shown.row.provider
        form = TokenForm(request.POST if request.method == "POST" else None, card=card)
        if request.method != "POST" or not form.is_valid():
            return form_page(request, "texting/change_token.html", form, line=shown)
        held = Credentials.from_json(shown.line.credentials)
    secret = lines.new_secret() if card.makes_secret else form.cleaned_data["secret"].strip()
    try:
        if not card.makes_secret:
            ask(request, card, Credentials(account=held.account, secret=secret), only=shown.line.number)
    except CannotConnect as error:
        form.add_error("secret", str(error))
    with activate(request.member.organization):
        if form.errors:
            return form_page(request, "texting/change_token.html", form, line=shown)
        lines.change_token(actor=request.member, line_id=line_id, secret=secret)
    messages.success(request, _("The new token counts. The one before it still signs webhooks until you finish."))
    return redirect("line", line_id=line_id)


@requires(Permission.LINES_MANAGE)
@fresh
@require_POST
def finish_token(request: MemberRequest, line_id: UUID) -> HttpResponse:
    """The old token counts no more."""
    shown = queries.line_details(request.member, line_id)
    lines.finish_token(actor=request.member, line_id=shown.row.id)
    messages.success(request, _("Only the present token counts now."))
    return redirect("line", line_id=line_id)


@requires(Permission.LINES_MANAGE)
@fresh
@require_POST
def change_address(request: MemberRequest, line_id: UUID) -> HttpResponse:
    """A new webhook address; the old one goes on answering until it is finished."""
    shown = queries.line_details(request.member, line_id)
    lines.change_address(actor=request.member, line_id=shown.row.id)
    messages.success(request, _("Copy the new address to the provider. The old one still answers until you finish."))
    return redirect("line", line_id=line_id)


@requires(Permission.LINES_MANAGE)
@fresh
@require_POST
def finish_address(request: MemberRequest, line_id: UUID) -> HttpResponse:
    """The old address answers no more."""
    shown = queries.line_details(request.member, line_id)
    lines.finish_address(actor=request.member, line_id=shown.row.id)
    messages.success(request, _("Only the present address answers now."))
    return redirect("line", line_id=line_id)
