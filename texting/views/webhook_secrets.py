"""What of an endpoint needs a fresh proof of who is there: its secrets, and content."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from accounts.views.answers import form_page
from texting.outgoing_webhooks import managing, reading
from texting.outgoing_webhooks.forms import ContentForm


@requires(Permission.WEBHOOKS_MANAGE)
@fresh
@never_cache
@require_safe
def secret(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """The secrets. Looking at them is recorded."""
    row = reading.endpoint(request.member, endpoint_id)
    secrets = managing.read_secrets(member=request.member, endpoint=row)
    context = {"endpoint": row, "host": reading.host_of(row), "secret": secrets[0], "old": secrets[1:]}
    return render(request, "texting/webhooks/secret.html", context)


@requires(Permission.WEBHOOKS_MANAGE)
@fresh
@require_POST
def change_secret(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Begin a change: both secrets sign."""
    row = reading.endpoint(request.member, endpoint_id)
    try:
        managing.change_secret(member=request.member, endpoint=row)
    except managing.NotPossible as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Both secrets sign from now on."))
    return redirect("webhook_secret", endpoint_id=endpoint_id)


@requires(Permission.WEBHOOKS_MANAGE)
@fresh
@require_POST
def end_old_secret(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Finish a change."""
    managing.end_old_secret(member=request.member, endpoint=reading.endpoint(request.member, endpoint_id))
    messages.success(request, _("The old secret signs no more."))
    return redirect("webhook_secret", endpoint_id=endpoint_id)


@requires(Permission.WEBHOOKS_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def content(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Allow texts, names and numbers, after a confirmation of its own."""
    row = reading.endpoint(request.member, endpoint_id)
    lacking = [one.label for one in managing.CONTENT_NEEDS if not request.member.may(one)]
    form = ContentForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        context = {"endpoint": row, "host": reading.host_of(row), "lacking": lacking}
        return form_page(request, "texting/webhooks/content.html", form, **context)
    managing.set_content(member=request.member, endpoint=row, allowed=True)
    messages.success(request, _("Texts, names and numbers go along from the next call on."))
    return redirect("webhook", endpoint_id=endpoint_id)


@requires(Permission.WEBHOOKS_MANAGE)
@require_POST
def stop_content(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Ids only again."""
    row = reading.endpoint(request.member, endpoint_id)
    managing.set_content(member=request.member, endpoint=row, allowed=False)
    messages.success(request, _("Only ids go along from the next call on."))
    return redirect("webhook", endpoint_id=endpoint_id)
