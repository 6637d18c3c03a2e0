"""One endpoint and its log: what was delivered, what failed and why; test and replay."""

import hashlib
from datetime import datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from texting.models import WebhookEndpoint
from texting.outgoing_webhooks import managing, reading, replaying
from texting.outgoing_webhooks.forms import LogForm, ReplayForm
from texting.outgoing_webhooks.kinds import EventKind
from texting.outgoing_webhooks.words import KINDS

REPLAYED_BY_DEFAULT = timedelta(days=3)


@requires(Permission.WEBHOOKS_MANAGE)
@require_safe
def endpoint(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """The endpoint with its log, which keeps itself up to date: `seen` names what the page shows already."""
    row = reading.endpoint(request.member, endpoint_id)
    failed = reading.failed_count(row)
    rows, state = _log(request, row), f"{row.state} {row.failing_since} {bool(failed)}"
    shown, standing = _digest(rows), _digest(state)
    if request.htmx and request.GET.get("seen") == f"{shown}{standing}":
        return HttpResponse(status=204)
    since = timezone.localdate() - REPLAYED_BY_DEFAULT
    context = {
        "endpoint": row,
        "log": rows,
        "digest": f"{shown}{standing}",
        "here": f"?{_query(request)}",
        "failed": failed,
        "replay": ReplayForm(initial={"since": since}),
    }
    if request.htmx:
        moved = not request.GET.get("seen", "").endswith(standing)
        return render(request, "texting/webhooks/_news.html", context | {"moved": moved})
    context |= {
        "host": reading.host_of(row),
        "kinds": [KINDS[EventKind(kind)] for kind in row.kinds],
        "filters": LogForm(request.GET),
        "days": settings.WEBHOOK_LOG_DAYS,
    }
    return render(request, "texting/webhooks/endpoint.html", context)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _log(request: MemberRequest, row: WebhookEndpoint) -> str:
    form = LogForm(request.GET)
    form.is_valid()
    wanted = reading.Filter(**form.cleaned_data)
    page = reading.log_page(request.member, row, wanted, before=_id(request.GET.get("before", "")))
    query = {name: value for name, value in form.cleaned_data.items() if value}
    context = {
        "endpoint": row,
        "page": page,
        "filtered": bool(query),
        "newest": f"?{urlencode(query)}",
        "older": f"?{urlencode({**query, 'before': page.before})}" if page.before else "",
        "is_newest": not request.GET.get("before"),
    }
    return render_to_string("texting/webhooks/_rows.html", context, request)


def _query(request: MemberRequest) -> str:
    return urlencode({name: value for name, value in request.GET.items() if name in {"state", "kind", "before"}})


@requires(Permission.WEBHOOKS_MANAGE)
@require_safe
def delivery(request: MemberRequest, endpoint_id: UUID, delivery_id: UUID) -> HttpResponse:
    """One delivery: what was sent, and every attempt."""
    shown = reading.whole(request.member, endpoint_id, delivery_id)
    context = {"shown": shown, "endpoint": shown.row.delivery.endpoint, "delivery": shown.row.delivery}
    return render(request, "texting/webhooks/delivery.html", context)


@requires(Permission.WEBHOOKS_MANAGE)
@require_POST
def send_test(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Send a test event."""
    row = reading.endpoint(request.member, endpoint_id)
    try:
        managing.send_test(member=request.member, endpoint=row)
    except managing.NotPossible as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("A test event is on its way. Watch the log."))
    return redirect("webhook", endpoint_id=endpoint_id)


@requires(Permission.WEBHOOKS_MANAGE)
@require_POST
def replay(request: MemberRequest, endpoint_id: UUID, delivery_id: UUID) -> HttpResponse:
    """Make one delivery again."""
    shown = reading.whole(request.member, endpoint_id, delivery_id)
    try:
        replaying.replay(member=request.member, delivery=shown.row.delivery)
    except managing.NotPossible as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("It is sent again now, with the same id."))
    return redirect("webhook", endpoint_id=endpoint_id)


@requires(Permission.WEBHOOKS_MANAGE)
@require_POST
def replay_failed(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Make all failed deliveries since a day again."""
    row = reading.endpoint(request.member, endpoint_id)
    form = ReplayForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a day from which on failed deliveries are sent again."))
        return redirect("webhook", endpoint_id=endpoint_id)
    since = timezone.make_aware(datetime.combine(form.cleaned_data["since"], time.min))
    try:
        count, left = replaying.replay_failed(member=request.member, endpoint=row, since=since)
    except managing.NotPossible as refused:
        messages.error(request, str(refused))
    else:
        _tell(request, count, left)
    return redirect("webhook", endpoint_id=endpoint_id)


def _tell(request: MemberRequest, count: int, left: int) -> None:
    if not count:
        messages.info(request, _("Nothing has failed since that day."))
        return
    text = ngettext("%(count)d delivery is sent again.", "%(count)d deliveries are sent again.", count)
    text = text % {"count": count}
    if left:
        text += " " + ngettext("%(count)d is left: press once more.", "%(count)d are left: press once more.", left) % {
            "count": left
        }
    messages.success(request, text)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
