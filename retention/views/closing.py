"""Settings > Records > End the organization: asking, agreeing, taking it back, the export of everything."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from retention.closing import asking
from retention.exporting.asking import ask_everything
from retention.exporting.ends import with_ends
from retention.holds.freezing import live_scopes
from retention.models import DataExport
from retention.requests.cannot_do import CannotDo


@requires(Permission.ORGANIZATION_END)
@require_safe
def closing(request: MemberRequest) -> HttpResponse:
    """How it stands."""
    return _page(request, "")


@requires(Permission.ORGANIZATION_END)
@fresh
@require_POST
def ask_closing(request: MemberRequest) -> HttpResponse:
    """An owner wants it to end: the name is typed."""
    try:
        asking.ask(member=request.member, typed=request.POST.get("name", "")[:200])
    except CannotDo as refused:
        return _page(request, str(refused))
    messages.info(request, _("Noted. You can take it back below."))
    return redirect("closing")


@requires(Permission.ORGANIZATION_END)
@fresh
@require_POST
def agree_to_closing(request: MemberRequest) -> HttpResponse:
    """A second owner says yes."""
    return _done(request, lambda: asking.agree(member=request.member), _("Agreed. Nothing is sent from now on."))


@requires(Permission.ORGANIZATION_END)
@fresh
@require_POST
def take_back_closing(request: MemberRequest) -> HttpResponse:
    """It goes on as before."""
    said = _("Taken back. Lines that were switched off by it send again.")
    return _done(request, lambda: asking.take_back(member=request.member), said)


@requires(Permission.ORGANIZATION_END)
@fresh
@require_POST
def export_everything(request: MemberRequest) -> HttpResponse:
    """A worker makes one file of everything; this owner alone fetches it."""
    said = _("It is being made. You get a mail when it is ready, and only you can fetch it.")
    return _done(request, lambda: ask_everything(member=request.member), said)


def _done(request: MemberRequest, act: Callable[[], object], said: str) -> HttpResponse:
    try:
        act()
    except CannotDo as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return redirect("closing")


def _page(request: MemberRequest, error: str) -> HttpResponse:
    found = asking.current()
    copies = DataExport.objects.select_related("recipient__user").filter(request=None, kind=DataExport.Kind.COPY)
    context = {
        "closing": found,
        "error": error,
        "others": asking.other_owners(request.member),
        "may_agree": found is not None and found.state == "asked" and found.asked_by_id != request.member.pk,
        "holds": live_scopes().values("hold").distinct().count(),
        "copies": with_ends(copies),
        "me": request.member.pk,
        "may_copy": not copies.filter(state=DataExport.State.MAKING).exists(),
    }
    return render(request, "retention/closing/closing.html", context, status=422 if error else 200)
