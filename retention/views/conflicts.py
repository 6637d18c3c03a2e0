"""Settings > Retention: where two rules disagree, a person decides which one goes first."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from retention import words
from retention.conflicts import deciding
from retention.conflicts.reading import disagreements, past_decisions
from retention.forms.conflict_forms import DecisionForm
from retention.kinds import Kind
from retention.models import ConflictDecision
from retention.reading import SHOWN


@requires(Permission.RETENTION_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def decide_period_rules(request: MemberRequest, retention_kind: str) -> HttpResponse:
    """Which rules they are, what is hidden by them, what was decided; a POST decides."""
    if retention_kind not in SHOWN:
        raise Http404
    kind = Kind(retention_kind)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        outcome = ConflictDecision.Outcome(form.cleaned_data["outcome"])
        try:
            deciding.decide(member=request.member, kind=kind, outcome=outcome, because=form.cleaned_data["because"])
        except deciding.CannotDecide as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, _("Decided. You can take it back here."))
            return redirect("decide_period_rules", kind)
    context = {
        "words": words.KINDS[kind],
        "one": next((one for one in disagreements(request.member) if one.kind is kind), None),
        "form": form,
        "history": past_decisions(kind),
    }
    return render(request, "retention/decide.html", context, status=422 if form.errors else 200)


@requires(Permission.RETENTION_MANAGE)
@fresh
@require_POST
def take_back_period_decision(request: MemberRequest, decision_id: UUID) -> HttpResponse:
    """As if it had not been decided: hidden until somebody decides anew."""
    row = get_object_or_404(ConflictDecision, pk=decision_id)
    try:
        deciding.take_back(member=request.member, decision_id=row.pk)
    except deciding.CannotDecide as why:
        messages.error(request, str(why))
    else:
        messages.success(request, _("Taken back. It is hidden until somebody decides."))
    return redirect("decide_period_rules", row.kind)
