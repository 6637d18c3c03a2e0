"""API keys: list, make, roll, end. A key is shown in the answer to its making and never again."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import integration_queries, integrations
from accounts.integration_forms import NewKeyForm, RollForm, end_of
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from accounts.views.answers import form_page


@requires(Permission.API_MANAGE)
@require_safe
def api_keys(request: MemberRequest) -> HttpResponse:
    """Every integration: what works first."""
    shown = integration_queries.integrations(request.member)
    unused = sum(one.is_unused for one in shown)
    return render(request, "accounts/api_keys.html", {"integrations": shown, "unused": unused})


@requires(Permission.API_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def new_api_key(request: MemberRequest) -> HttpResponse:
    """Make an integration with its first key."""
    form = NewKeyForm(request.POST if request.method == "POST" else None, member=request.member)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, "accounts/new_api_key.html", form)
    try:
        made = integrations.create(actor=request.member, wish=form.wish)
    except integrations.TooManyKeys:
        text = _("There are %(most)d integrations already. End one that is no longer used.")
        form.add_error(None, text % {"most": integrations.MOST_KEYS})
        return form_page(request, "accounts/new_api_key.html", form)
    return _show_once(request, made)


@requires(Permission.API_MANAGE)
@require_safe
def api_key(request: MemberRequest, integration_id: UUID) -> HttpResponse:
    """One integration with its keys."""
    return _integration_page(request, integration_id, RollForm())


@requires(Permission.API_MANAGE)
@fresh
@require_POST
def roll_api_key(request: MemberRequest, integration_id: UUID) -> HttpResponse:
    """A new key; the old one goes on for as long as was chosen."""
    found = integration_queries.access_integration(request.member, integration_id)
    form = RollForm(request.POST)
    if not form.is_valid():
        return _integration_page(request, integration_id, form)
    try:
        made = integrations.roll(
            actor=request.member,
            integration=found,
            overlap=timedelta(hours=int(form.cleaned_data["overlap"])),
            ends_at=end_of(form.cleaned_data["ends"]),
        )
    except integrations.Ended:
        messages.error(request, _("This integration has ended. Make a new one."))
        return redirect("api_key", integration_id=integration_id)
    return _show_once(request, made)


@requires(Permission.API_MANAGE)
@require_POST
def end_integration(request: MemberRequest, integration_id: UUID) -> HttpResponse:
    """End an integration with all of its keys, at once."""
    found = integration_queries.access_integration(request.member, integration_id)
    integrations.end(actor=request.member, integration=found)
    messages.success(request, _("%(name)s has ended. Its keys open nothing any more.") % {"name": found.membership})
    return redirect("api_keys")


@requires(Permission.API_MANAGE)
@require_POST
def end_api_key(request: MemberRequest, integration_id: UUID, key_id: UUID) -> HttpResponse:
    """End one key, at once."""
    key = integration_queries.access_key(request.member, integration_id, key_id)
    integrations.end_key(actor=request.member, key=key)
    messages.success(request, _("The key %(key)s… has ended.") % {"key": key.shown})
    return redirect("api_key", integration_id=integration_id)


def _integration_page(request: HttpRequest, integration_id: UUID, form: RollForm) -> HttpResponse:
    shown = integration_queries.integration(request.member, integration_id)  # type: ignore[attr-defined]
    return form_page(request, "accounts/api_key.html", form, integration=shown)


def _show_once(request: HttpRequest, made: integrations.Made) -> HttpResponse:
    context = {"secret": made.secret, "key": made.key, "name": made.key.integration.membership.user.name}
    return render(request, "accounts/api_key_made.html", context)
