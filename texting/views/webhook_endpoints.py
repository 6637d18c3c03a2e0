"""Settings > Webhooks: the list of endpoints; add, change, switch, remove."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from accounts.views.answers import form_page
from texting.outgoing_webhooks import managing, reading
from texting.outgoing_webhooks.forms import EndpointForm
from texting.outgoing_webhooks.kinds import OFFERED


@requires(Permission.WEBHOOKS_MANAGE)
@require_safe
def endpoints(request: MemberRequest) -> HttpResponse:
    """Every endpoint, with its state."""
    shown = [(row, reading.host_of(row)) for row in reading.endpoints(request.member)]
    context = {"endpoints": shown, "full": len(shown) >= managing.MOST_ENDPOINTS, "most": managing.MOST_ENDPOINTS}
    return render(request, "texting/webhooks/endpoints.html", context)


@requires(Permission.WEBHOOKS_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: MemberRequest) -> HttpResponse:
    """Add one; its secret is shown next."""
    everything = {"kinds": [kind.value for kind in OFFERED]}
    form = EndpointForm(request.POST if request.method == "POST" else None, initial=everything)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, "texting/webhooks/edit.html", form)
    try:
        made = managing.add(member=request.member, **form.cleaned_data)
    except managing.NotPossible as refused:
        form.add_error(None, str(refused))
        return form_page(request, "texting/webhooks/edit.html", form)
    messages.success(request, _("Added. Give this secret to your server, then send a test event."))
    return redirect("webhook_secret", endpoint_id=made.pk)


@requires(Permission.WEBHOOKS_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Change address, description and events."""
    row = reading.endpoint(request.member, endpoint_id)
    now = {"url": row.url, "description": row.description, "kinds": row.kinds}
    form = EndpointForm(request.POST if request.method == "POST" else None, initial=now)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, "texting/webhooks/edit.html", form, endpoint=row)
    had_content = row.with_content
    managing.change(member=request.member, endpoint=row, **form.cleaned_data)
    if had_content and not row.with_content:
        messages.warning(request, _("Saved. It is another server, so it gets ids only until you allow content anew."))
    else:
        messages.success(request, _("Saved. It counts from the next event on."))
    return redirect("webhook", endpoint_id=row.pk)


@requires(Permission.WEBHOOKS_MANAGE)
@require_POST
def enable(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Call it again."""
    managing.enable(member=request.member, endpoint=reading.endpoint(request.member, endpoint_id))
    messages.success(request, _("Enabled. Replay below what it has missed."))
    return redirect("webhook", endpoint_id=endpoint_id)


@requires(Permission.WEBHOOKS_MANAGE)
@require_POST
def disable(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Call it no more."""
    managing.disable(member=request.member, endpoint=reading.endpoint(request.member, endpoint_id))
    messages.success(request, _("Switched off. Nothing is sent and nothing is kept for it."))
    return redirect("webhook", endpoint_id=endpoint_id)


@requires(Permission.WEBHOOKS_MANAGE)
@fresh
@require_POST
def remove(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """End it for good."""
    managing.remove(member=request.member, endpoint=reading.endpoint(request.member, endpoint_id))
    messages.success(request, _("Removed."))
    return redirect("webhooks")
