"""Settings > Purges: what ended in which night, with its certificate; and a purge by hand, its plan shown first."""

import json
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from retention import certificates, remains
from retention.models import Purge
from retention.purging import reading, running, tasks
from retention.purging.running import CannotPurge


@requires(Permission.RETENTION_MANAGE)
@require_safe
def purges(request: MemberRequest) -> HttpResponse:
    """The list."""
    number = request.GET.get("page", "")
    number = number if number.isascii() and number.isdigit() and len(number) <= reading.LONGEST_NUMBER else "1"
    page = reading.list_of(request.member, int(number))
    open_one = next((purge for purge in page if purge.state in running.OPEN), None)
    context = {"page": page, "latest": reading.latest_night(request.member), "open_one": open_one}
    return render(request, "retention/purges.html", context)


@requires(Permission.RETENTION_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def purge_now(request: MemberRequest) -> HttpResponse:
    """What would end now; then it ends, or a second person is asked."""
    error = ""
    if request.method == "POST":
        try:
            purge = running.ask(member=request.member)
        except CannotPurge as refused:
            error = str(refused)
        else:
            if purge.state == Purge.State.ASKED:
                messages.info(request, _("It is large, so a second person has to agree."))
            else:
                tasks.ring(request.member.organization_id)
                messages.success(request, _("It has begun."))
            return redirect("purge", purge.pk)
    plan = running.plan(timezone.now())
    context = {
        "error": error,
        "counted": reading.counted(plan.rows),
        "texts": plan.texts,
        "is_empty": plan.is_empty,
        "days": len({due.day for due in plan.dues}),
        "needs_second": plan.texts > running.ALONE,
        "alone": running.ALONE,
    }
    return render(request, "retention/purge_now.html", context, status=409 if error else 200)


@requires(Permission.RETENTION_MANAGE)
@require_safe
def purge(request: MemberRequest, purge_id: UUID) -> HttpResponse:
    """One, with its days and its certificate."""
    shown = reading.one(request.member, purge_id)
    may_agree = shown.purge.state == Purge.State.ASKED and shown.purge.asked_by_id != request.member.pk
    said = json.loads(shown.purge.certificate) if shown.purge.certificate else {}
    context = {
        "shown": shown,
        "may_agree": may_agree,
        "remains": [remains.WORDS[label] for label in said.get("remains", ())],
        "waits_for_carriers": bool(said and said["carriers"]["waiting"]),
        "is_late": bool(said) and not shown.purge.is_final and certificates.is_late(shown.purge.ended_at),
        "keys_destroyed_at": parse_datetime(said.get("keys_destroyed_at", "")),
        "keys_written_over_at": parse_datetime(said.get("keys_written_over_at", "")),
    }
    return render(request, "retention/purge.html", context)


@requires(Permission.RETENTION_MANAGE)
@fresh
@require_POST
def agree_to_purge(request: MemberRequest, purge_id: UUID) -> HttpResponse:
    """The second person says yes."""
    shown = reading.one(request.member, purge_id)
    try:
        running.agree(member=request.member, purge=shown.purge)
    except CannotPurge as refused:
        messages.error(request, str(refused))
    else:
        tasks.ring(request.member.organization_id)
        messages.success(request, _("It has begun."))
    return redirect("purge", purge_id)


@requires(Permission.RETENTION_MANAGE)
@require_POST
def call_off_purge(request: MemberRequest, purge_id: UUID) -> HttpResponse:
    """Nothing ends."""
    shown = reading.one(request.member, purge_id)
    try:
        running.call_off(member=request.member, purge=shown.purge)
    except CannotPurge as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("It was called off. Nothing has ended."))
    return redirect("purges")


@requires(Permission.RETENTION_MANAGE)
@require_safe
def certificate_json(request: MemberRequest, purge_id: UUID) -> HttpResponse:
    """The signed certificate, as `verify_certificate` reads it."""
    return _file(reading.one(request.member, purge_id).purge, "json", "application/json")


@requires(Permission.RETENTION_MANAGE)
@require_safe
def certificate_pdf(request: MemberRequest, purge_id: UUID) -> HttpResponse:
    """The same for paper."""
    return _file(reading.one(request.member, purge_id).purge, "pdf", "application/pdf")


def _file(purge: Purge, form: str, kind: str) -> HttpResponse:
    if not purge.certificate:
        raise Http404
    if form == "pdf":
        from retention.certificate_paper import as_pdf  # a large library, for whoever asks for paper

        body = as_pdf(purge)
    else:
        body = purge.certificate.encode()
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="purge-{purge.at:%Y-%m-%d}-{str(purge.pk)[-6:]}.{form}"'
    return response
