"""Settings > Measures > Questions: what the organization is, and how that changed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.permissions import MemberRequest, Permission, requires
from accounts.views.answers import form_page
from compliance.forms.measure_forms import AnswersForm
from compliance.measures import answering
from compliance.measures.answers import Answers
from compliance.measures.catalogue.table import MEASURES, VERSION
from compliance.views.measure_tabs import tabs

PAGE = "compliance/measures/answers.html"


@requires(Permission.MEASURES_READ, Permission.MEASURES_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def measure_answers(request: MemberRequest) -> HttpResponse:
    """The questions with the answers that count, and all earlier ones. A POST shows first what would follow; with
    `act=save` it counts.
    """
    row = answering.newest()
    form = AnswersForm.of(Answers.from_json(row.answers) if row else None, request.POST or None)
    follows: list[tuple[object, str]] | None = None
    if request.method == "POST" and form.is_valid():
        if request.POST.get("act") == "save":
            return _save(request, form.answers)
        reasons = [(one.title, one.because(form.answers)) for one in MEASURES.values()]
        follows = [(title, because) for title, because in reasons if because]
    context = {"tabs": tabs("measure_answers"), "history": answering.history(), "follows": follows, "version": VERSION}
    return form_page(request, PAGE, form, **context)


def _save(request: MemberRequest, answers: Answers) -> HttpResponse:
    told = answering.answer(actor=request.member, answers=answers)
    number = len(told.row.applies)
    text = ngettext("%(number)d measure applies.", "%(number)d measures apply.", number) % {"number": number}
    if told.went:
        text += " " + _("No longer: %(titles)s.") % {"titles": ", ".join(told.went)}
    messages.success(request, text)
    return redirect("measures")
