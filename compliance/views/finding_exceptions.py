"""Reports > Findings > Exceptions: what is no finding for this organization, made from one that was judged wrong."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from compliance.findings import excepting, reading
from compliance.findings.excepting import CannotExcept
from compliance.forms.finding_forms import ExceptionForm
from compliance.models import FindingException
from texting.queries.access import NotYours


@requires(Permission.CONVERSATIONS_READ, Permission.FINDINGS_READ)
@require_safe
def exceptions(request: MemberRequest) -> HttpResponse:
    """Those that hold, and those that somebody must look at again; these come first."""
    rows = FindingException.objects.filter(ended_at=None).select_related("made_by__user").order_by("review_at", "id")
    now = timezone.now()
    context = {
        "rows": [(row, reading.kind_name(row.type), reading.words(row.rules), row.review_at <= now) for row in rows],
        "may_except": request.member.may(Permission.FINDINGS_EXCEPT),
    }
    return render(request, "compliance/findings/exceptions.html", context)


@requires(Permission.CONVERSATIONS_READ, Permission.FINDINGS_READ, Permission.FINDINGS_EXCEPT)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def make_exception(request: MemberRequest, finding_id: UUID) -> HttpResponse:
    """What it would be about, and making it. 422 when there can be none."""
    member = request.member
    finding = reading.access_finding(member, finding_id)
    form = ExceptionForm(request.POST if request.method == "POST" else None, phrases=excepting.phrases_of(finding))
    problem = ""
    try:
        excepting.check(finding)
        if form.is_valid():
            excepting.make(member=member, finding=finding, phrase=form.phrase)
            messages.success(request, _("Such findings are none from now on. Look at it again in 90 days."))
            return redirect("finding_exceptions")
    except CannotExcept as error:
        problem = str(error)
    row = reading.row_of(member, finding)
    context = {"form": form, "row": row, "problem": problem}
    status = 422 if problem or form.errors else 200
    return render(request, "compliance/findings/make_exception.html", context, status=status)


@requires(Permission.FINDINGS_READ, Permission.FINDINGS_EXCEPT)
@fresh
@require_POST
def keep_exception(request: MemberRequest, exception_id: UUID) -> HttpResponse:
    """It stays for another 90 days."""
    _known(exception_id)
    if excepting.keep(member=request.member, exception_id=exception_id):
        messages.success(request, _("It stays for another 90 days."))
    else:
        messages.warning(request, _("It was removed meanwhile."))
    return redirect("finding_exceptions")


@requires(Permission.FINDINGS_READ, Permission.FINDINGS_EXCEPT)
@require_POST
def remove_exception(request: MemberRequest, exception_id: UUID) -> HttpResponse:
    """Such findings are findings again. Closing a hole needs no fresh proof of who is there."""
    _known(exception_id)
    if excepting.remove(member=request.member, exception_id=exception_id):
        messages.success(request, _("Removed. Such findings are found again."))
    else:
        messages.warning(request, _("It was removed before."))
    return redirect("finding_exceptions")


def _known(exception_id: UUID) -> None:
    """Raises NotYours for one that never was in this organization."""
    if not FindingException.objects.filter(pk=exception_id).exists():
        raise NotYours
