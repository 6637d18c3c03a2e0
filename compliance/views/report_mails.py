"""Reports > By e-mail: who gets the figures on permission, and how often."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import MemberRequest, Permission, requires
from compliance.forms import ReportMailForm
from compliance.reports import mailing


@requires(Permission.REPORTS_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def report_mails(request: MemberRequest) -> HttpResponse:
    """One line a person; oneself, and everybody for whoever manages people."""
    manages = request.member.may(Permission.PEOPLE_MANAGE)
    if request.method == "POST":
        form = ReportMailForm(request.POST)
        if not form.is_valid():
            raise Http404
        said = form.cleaned_data
        if not mailing.choose(actor=request.member, member_id=said["member"], every=said["every"]):
            raise Http404
        messages.success(request, _("Saved.") if said["every"] else _("No more mails."))
        return redirect("report_mails")
    readers = [one for one in mailing.readers(request.member) if manages or one.id == request.member.pk]
    rows = [
        (one, ReportMailForm(initial={"member": one.id, "every": one.every}, auto_id=f"{one.id}-%s")) for one in readers
    ]
    return render(request, "compliance/report_mails.html", {"rows": rows, "manages": manages})
