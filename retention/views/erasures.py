"""Erasing the number of a request: what would end and what stops it, the second person, the certificate."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from retention.erasing import asking, tasks
from retention.erasing.stopping import stops
from retention.models import Erasure, SubjectRequest
from retention.requests import reading
from retention.requests.cannot_do import CannotDo
from retention.requests.parts import Who, find


@requires(Permission.SUBJECT_REQUESTS_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def erase_subject(request: MemberRequest, subject_id: UUID) -> HttpResponse:
    """What would end, and what stops it; then it ends, or a second person is asked."""
    found = reading.access(request.member, subject_id)
    error = ""
    if request.method == "POST":
        try:
            seen = request.POST.get("seen", "")
            erasure = asking.ask(member=request.member, request=found, seen=seen)
        except CannotDo as refused:
            error = str(refused)
        else:
            if erasure.state == Erasure.State.ASKED:
                messages.info(request, _("It is large, so a second person has to agree."))
            else:
                tasks.ring(request.member.organization_id)
                messages.success(request, _("It has begun. What is erased cannot be brought back."))
            return redirect("subject_request", found.pk)
    who = Who.of(found.number_index)
    parts = [] if found.erased_at else find(who)
    texts = sum(one.number for one in parts if one.part.model == "texting.Message")
    context = {
        "shown": reading.shown(request.member, found),
        "error": error,
        "numbers": asking.numbers_of(who),
        "mark": asking.mark_of(who),
        "found": parts,
        "stops": [] if found.erased_at else stops(who, timezone.now()),
        "may_ask": found.state == SubjectRequest.State.OPEN and found.kind in asking.TO_ERASE,
        "needs_second": texts > asking.ALONE,
        "alone": asking.ALONE,
    }
    return render(request, "retention/requests/erase.html", context, status=409 if error else 200)


@requires(Permission.SUBJECT_REQUESTS_MANAGE)
@fresh
@require_POST
def agree_to_erasure(request: MemberRequest, subject_id: UUID) -> HttpResponse:
    """The second person says yes."""
    found = reading.access(request.member, subject_id)
    try:
        asking.agree(member=request.member, erasure=_waiting(found), seen=request.POST.get("seen", ""))
    except CannotDo as refused:
        messages.error(request, str(refused))
    else:
        tasks.ring(request.member.organization_id)
        messages.success(request, _("It has begun. What is erased cannot be brought back."))
    return redirect("subject_request", found.pk)


@requires(Permission.SUBJECT_REQUESTS_MANAGE)
@require_POST
def call_off_erasure(request: MemberRequest, subject_id: UUID) -> HttpResponse:
    """Nothing is erased."""
    found = reading.access(request.member, subject_id)
    try:
        asking.call_off(member=request.member, erasure=_waiting(found))
    except CannotDo as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("It was called off. Nothing was erased."))
    return redirect("subject_request", found.pk)


@requires(Permission.SUBJECT_REQUESTS_MANAGE)
@require_safe
def erasure_json(request: MemberRequest, subject_id: UUID) -> HttpResponse:
    """The signed certificate, as `verify_certificate` reads it."""
    erasure = _certified(reading.access(request.member, subject_id))
    return _file(erasure, erasure.certificate.encode(), "json", "application/json")


@requires(Permission.SUBJECT_REQUESTS_MANAGE)
@require_safe
def erasure_pdf(request: MemberRequest, subject_id: UUID) -> HttpResponse:
    """The same for paper."""
    from retention.erasing.paper import as_pdf  # a large library, for whoever asks for paper

    erasure = _certified(reading.access(request.member, subject_id))
    return _file(erasure, as_pdf(erasure), "pdf", "application/pdf")


def _waiting(found: SubjectRequest) -> Erasure:
    """The erasure that waits. Raises CannotDo."""
    erasure = Erasure.objects.filter(request=found, state=Erasure.State.ASKED).first()
    if erasure is None:
        raise CannotDo(_("It does not wait for a second person any more."))
    return erasure


def _certified(found: SubjectRequest) -> Erasure:
    erasure = Erasure.objects.select_related("organization").filter(request=found).exclude(certificate="").first()
    if erasure is None:
        raise Http404
    return erasure


def _file(erasure: Erasure, body: bytes, form: str, kind: str) -> HttpResponse:
    response = HttpResponse(body, content_type=kind)
    name = f"erasure-{erasure.at:%Y-%m-%d}-{str(erasure.pk)[-6:]}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
