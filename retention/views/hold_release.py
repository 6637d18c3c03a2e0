"""Letting a hold go: one asks, another confirms."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from retention.forms.hold_forms import ReasonForm
from retention.holds import reading, releasing
from retention.holds.cannot_hold import CannotHold
from retention.models import Hold
from retention.views.holds import hold_context

_FORM = ["GET", "HEAD", "POST"]


@requires(Permission.HOLDS_READ, Permission.HOLDS_MANAGE)
@fresh
@require_http_methods(_FORM)
def ask_release(request: MemberRequest, hold_id: UUID) -> HttpResponse:
    """Ask for the release with a reason, or (`act=withdraw`) take the request back."""
    member, found = request.member, reading.access_hold(request.member, hold_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if request.POST.get("act") == "withdraw":
            words = _("Taken back. It stays on hold.")
            done = _tried(form, lambda: releasing.withdraw(member=member, hold=found))
        else:
            words = _("Asked. Somebody else has 14 days to confirm.")
            reason = form.cleaned_data["reason"]
            done = _tried(form, lambda: releasing.ask(member=member, hold=found, reason=reason))
        if done:
            messages.success(request, words)
            return redirect("hold", found.pk)
    return _page(request, found, form, "retention/holds/ask_release.html")


@requires(Permission.HOLDS_READ, Permission.HOLDS_RELEASE)
@fresh
@require_http_methods(_FORM)
def answer_release(request: MemberRequest, hold_id: UUID) -> HttpResponse:
    """Confirm what a colleague asked for, or (`act=refuse`) keep it on hold."""
    member, found = request.member, reading.access_hold(request.member, hold_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if request.POST.get("act") == "confirm":
            words = _("Released. The rules count again for what it covered.")
            done = _tried(form, lambda: releasing.confirm(member=member, hold=found, reason=reason))
        else:
            words = _("It stays on hold.")
            done = _tried(form, lambda: releasing.refuse(member=member, hold=found, reason=reason))
        if done:
            messages.success(request, words)
            return redirect("hold", found.pk)
    return _page(request, found, form, "retention/holds/answer_release.html")


def _page(request: MemberRequest, found: Hold, form: ReasonForm, template: str) -> HttpResponse:
    context = {
        **hold_context(request, found),
        "form": form,
        "others": releasing.others_who_confirm(request.member),
    }
    return render(request, template, context, status=422 if form.errors else 200)


def _tried(form: ReasonForm, act: Callable[[], None]) -> bool:
    try:
        act()
    except CannotHold as why:
        form.add_error(None, str(why))
        return False
    return True
