"""Settings > Automatic answers: what HELP, STOP and START are answered, and what they say about the organization."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import MemberRequest, Permission, requires
from compliance.forms.answer_forms import AnswerForm
from compliance.opt_out import answers, changing_answers
from texting.phone_numbers import display


@requires(Permission.ORGANIZATION_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def automatic_answers(request: MemberRequest) -> HttpResponse:
    """The form above, every answer as it is sent now below."""
    settings, region = answers.settings_now(), request.member.organization.country
    initial = {name: getattr(settings, name) for name in changing_answers.FIELDS}
    initial["phone"] = display(settings.phone, region) if settings.phone else ""
    form = AnswerForm(request.POST if request.method == "POST" else None, initial=initial, region=region)
    if form.is_valid():
        changing_answers.change(member=request.member, values=form.cleaned_data)
        messages.success(request, _("Saved. Customers get these answers from now on."))
        return redirect("automatic_answers")
    context = {"form": form, "answers": changing_answers.shown(settings)}
    return render(request, "compliance/automatic_answers.html", context, status=422 if form.is_bound else 200)
