"""Reports > By e-mail: who gets the figures on permission, and how often."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import MemberRequest, Permission, requires
from compliance.forms.permission_forms import ReportMailForm
from compliance.reports import mailing


@requires(Permission.REPORTS_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def report_mails(request: MemberRequest) -> HttpResponse:
    """One line a person; oneself, and everybody for whoever manages people."""
    manages = request.member.may(Permission.PEOPLE_MANAGE)
    form = ReportMailForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        if not mailing.choose(actor=request.member, member_id=said["member"], every=said["every"]):
            raise Http404
        messages.success(request, _("Saved.") if said["every"] else _("No more mails."))
        return redirect("report_mails")
    readers = [one for one in mailing.readers(request.member) if manages or one.id == request.member.pk]
    context = {"rows": [(one, _form_of(one)) for one in readers], "manages": manages, "refused": bool(form.errors)}
    return render(request, "compliance/report_mails.html", context, status=422 if form.errors else 200)


def _form_of(reader: mailing.Reader) -> ReportMailForm:
    return ReportMailForm(initial={"member": reader.id, "every": reader.every}, auto_id=f"{reader.id}-%s")
