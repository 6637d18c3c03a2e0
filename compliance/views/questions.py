"""Perhaps stop: texts that might ask us to stop, and wrong numbers; a member decides each."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.permissions import MemberRequest, Permission, requires
from compliance.forms.permission_forms import KeepForm
from compliance.models import OptOutQuestion
from compliance.opt_out import detaching, opt_out_questions, reading_questions
from compliance.opt_out.opt_out_questions import CannotDecide


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def questions(request: MemberRequest) -> HttpResponse:
    """Those that wait, or those that were answered; the page fetches itself anew."""
    member = request.member
    decided = request.GET.get("state") == "decided"
    address = reverse("questions")
    waiting = reading_questions.question_count(member)
    context = {
        "rows": reading_questions.decided_questions(member) if decided else reading_questions.open_questions(member),
        "decided": decided,
        "most": reading_questions.SHOWN,
        "may_export": member.may(Permission.OPT_OUTS_DECIDE),
        "tabs": [
            (_("To decide"), address, not decided, str(waiting or "")),
            (_("Decided"), f"{address}?state=decided", decided, ""),
        ],
    }
    return render(request, "compliance/questions.html", context)


@requires(Permission.CONVERSATIONS_READ, Permission.OPT_OUTS_DECIDE)
@require_POST
def stop(request: MemberRequest, question_id: UUID) -> HttpResponse:
    """They asked to stop, or the number is a stranger's."""
    question = reading_questions.access_question(request.member, question_id)
    try:
        sent = opt_out_questions.stop(member=request.member, question=question)
    except CannotDecide as reason:
        return _done(request, question, str(reason), tone="warning")
    sentence = _("They get no more texts. One text confirms it.") if sent else _("They get no more texts.")
    return _done(request, question, sentence)


@requires(Permission.CONVERSATIONS_READ, Permission.OPT_OUTS_DECIDE)
@require_POST
def put_back(request: MemberRequest, question_id: UUID) -> HttpResponse:
    """It was our customer's number after all: their name stands at it again."""
    question = reading_questions.access_question(request.member, question_id)
    try:
        detaching.put_back(member=request.member, question=question)
    except CannotDecide as reason:
        return _done(request, question, str(reason), tone="warning")
    return _done(request, question, _("Their name stands at the number again. The opt-out stays."))


@requires(Permission.CONVERSATIONS_READ, Permission.OPT_OUTS_DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: MemberRequest, question_id: UUID) -> HttpResponse:
    """The dialog that asks why it was no wish to stop, and writing it down."""
    question = reading_questions.access_question(request.member, question_id)
    form = KeepForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            opt_out_questions.keep(member=request.member, question=question, reason=form.cleaned_data["reason"])
        except CannotDecide as reason:
            return _done(request, question, str(reason), tone="warning")
        return _done(request, question, _("Texts go on."))
    context = {"form": form, "question": question, "is_wrong_number": question.kind == OptOutQuestion.Kind.WRONG_NUMBER}
    return render(request, "compliance/_keep.html", context, status=422 if form.is_bound else 200)


def _done(request: MemberRequest, question: OptOutQuestion, sentence: str, *, tone: str = "success") -> HttpResponse:
    """Say so and fetch list and thread anew; without scripts, the list."""
    if not request.htmx:
        (messages.success if tone == "success" else messages.warning)(request, sentence)
        return redirect("questions")
    response = HttpResponse(status=204)
    trigger_client_event(response, "toast", {"text": sentence, "tone": tone})
    trigger_client_event(response, "conversation-changed", {"conversation": str(question.conversation_id)})
    trigger_client_event(response, "live:attention")
    return trigger_client_event(response, "close-sheet")
