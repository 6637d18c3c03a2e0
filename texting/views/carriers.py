"""Settings > Sending limits > Carriers: brands with their day, campaigns with their minute and their lines."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from accounts.views.answers import form_page
from texting.carrier_forms import BrandForm, CampaignForm
from texting.limits.carriers import changing, showing
from texting.limits.carriers.presets import OTHER
from texting.limits.changing import NotPossible
from texting.models import Brand, Campaign, Line
from texting.views.limits import limits_page

BRAND, CAMPAIGN = "texting/limits/brand.html", "texting/limits/campaign.html"


@requires(Permission.LIMITS_MANAGE)
@require_safe
def carriers(request: MemberRequest) -> HttpResponse:
    """Every brand: today's use, campaigns, lines."""
    context = {"brands": showing.brands(request.member), "free": showing.free_lines(request.member)}
    return limits_page(request, "carriers", context)


@requires(Permission.LIMITS_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def add_brand(request: MemberRequest) -> HttpResponse:
    """A new brand."""
    form = BrandForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            changing.add_brand(member=request.member, settings=form.settings())
        except NotPossible as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Added. What is left: its campaigns, with their lines."))
            return redirect("carriers")
    return form_page(request, BRAND, form, brand=None)


@requires(Permission.LIMITS_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def brand(request: MemberRequest, brand_id: UUID) -> HttpResponse:
    """One brand; a POST changes it."""
    shown = showing.brand(request.member, brand_id)
    form = BrandForm(request.POST if request.method == "POST" else None, initial=_initial(shown))
    if form.is_bound and form.is_valid():
        try:
            changing.change_brand(member=request.member, brand_id=brand_id, settings=form.settings())
        except NotPossible as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("carriers")
    return form_page(request, BRAND, form, brand=shown, removable=not shown.campaigns.exists())


@requires(Permission.LIMITS_MANAGE)
@fresh
@require_POST
def remove_brand(request: MemberRequest, brand_id: UUID) -> HttpResponse:
    """A brand without campaigns goes."""
    try:
        changing.remove_brand(member=request.member, brand_id=brand_id)
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect("carrier_brand", brand_id=brand_id)
    messages.success(request, _("Removed."))
    return redirect("carriers")


@requires(Permission.LIMITS_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def add_campaign(request: MemberRequest, brand_id: UUID) -> HttpResponse:
    """A new campaign of a brand."""
    owner = showing.brand(request.member, brand_id)
    form = CampaignForm(
        request.POST if request.method == "POST" else None, lines=Line.objects.filter(campaign=None).order_by("name")
    )
    if form.is_bound and form.is_valid():
        try:
            changing.add_campaign(
                member=request.member, brand_id=brand_id, settings=form.settings(), lines=form.chosen_lines()
            )
        except NotPossible as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Added. Its lines keep its pace from now on."))
            return redirect("carriers")
    return form_page(request, CAMPAIGN, form, campaign=None, brand=owner)


@requires(Permission.LIMITS_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def campaign(request: MemberRequest, campaign_id: UUID) -> HttpResponse:
    """One campaign; a POST changes it."""
    shown = showing.campaign(request.member, campaign_id)
    lines = Line.objects.filter(campaign__in=[shown.pk]) | Line.objects.filter(campaign=None)
    form = CampaignForm(
        request.POST if request.method == "POST" else None, lines=lines.order_by("name"), initial=_initial(shown)
    )
    if form.is_bound and form.is_valid():
        try:
            changing.change_campaign(
                member=request.member, campaign_id=campaign_id, settings=form.settings(), lines=form.chosen_lines()
            )
        except NotPossible as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("carriers")
    return form_page(request, CAMPAIGN, form, campaign=shown, brand=shown.brand)


@requires(Permission.LIMITS_MANAGE)
@fresh
@require_POST
def remove_campaign(request: MemberRequest, campaign_id: UUID) -> HttpResponse:
    """A campaign goes; its lines stay."""
    changing.remove_campaign(member=request.member, campaign_id=campaign_id)
    messages.success(request, _("Removed. Its lines keep their own paces."))
    return redirect("carriers")


def _initial(row: Brand | Campaign) -> dict[str, object]:
    shown: dict[str, object] = {"name": row.name, "registry_id": row.registry_id}
    if isinstance(row, Brand):
        figures: dict[str, object] = {"daily_segments": row.daily_segments}
        chosen, shown["tier"] = row.tier, row.tier
    else:
        figures = {"segments_a_minute": row.segments_a_minute, "pictures_a_minute": row.pictures_a_minute}
        chosen, shown["message_class"] = row.message_class, row.message_class
        shown["lines"] = [str(pk) for pk in row.lines.values_list("pk", flat=True)]
    return shown | figures if chosen == OTHER else shown  # a preset's figures stand beside its name
