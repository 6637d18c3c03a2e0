"""Putting files into the composer, describing them, taking them out again."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import MemberRequest, Permission, requires
from accounts.views.answers import wait_sentence
from tenancy import rates
from tenancy.isolation import activate
from texting import queries
from texting.attachments import uploading
from texting.attachments.binding import BadFiles
from texting.attachments.kinds import MOST_BYTES, Reason
from texting.attachments.wording import reason_sentence, size_words
from texting.views.frames import find

PLAIN = "text/plain; charset=utf-8"
UPLOADS_A_MINUTE = 40  # four texts with all the files that one carries; each costs drawing and scanning


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND, calls_out=True)
@require_POST
def attach(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """One chosen file. The answer is its chip for the composer; 422 or 429 with a sentence when it cannot go."""
    organization, member = request.member.organization, request.member
    with activate(organization):
        found = find(request, conversation_id)
    file = request.FILES.get("file")
    allowance = rates.spend(f"attachments/{member.pk}", limit=UPLOADS_A_MINUTE, per_seconds=60)
    if not allowance.allowed:
        answer = HttpResponse(wait_sentence(int(allowance.retry_after or 60) + 1), content_type=PLAIN, status=429)
        answer["Retry-After"] = str(int(allowance.retry_after or 60) + 1)
        return answer
    try:
        if file is None:
            raise BadFiles(_("No file came through. One of at most 25 MB does."))
        if file.size is None or file.size > MOST_BYTES:
            raise BadFiles(reason_sentence(Reason.TOO_LARGE))
        with activate(organization):
            room = uploading.room_in(member=member, conversation=found)
        looked = uploading.look_into(file.read(), name=file.name or "", room=room)
        with activate(organization):
            kept = uploading.keep(member=member, conversation=found, looked=looked)
            return _chip(request, conversation_id, kept.pk, smaller=kept.size * 5 < kept.original_size * 4)
    except BadFiles as error:
        return HttpResponse(str(error), content_type=PLAIN, status=422)


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_POST
def take_out(request: MemberRequest, conversation_id: UUID, unsent_id: UUID) -> HttpResponse:
    """Remove one from the composer."""
    found = find(request, conversation_id)
    file = queries.access_unsent(request.member, found, unsent_id)
    uploading.take_out(member=request.member, attachment=file)
    return HttpResponse(status=204)


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_POST
def describe(request: MemberRequest, conversation_id: UUID, unsent_id: UUID) -> HttpResponse:
    """Say what a picture shows."""
    found = find(request, conversation_id)
    file = queries.access_unsent(request.member, found, unsent_id)
    uploading.describe(member=request.member, attachment=file, alt=request.POST.get("alt", ""))
    return HttpResponse(status=204)


def _chip(request: MemberRequest, conversation_id: UUID, file_id: UUID, *, smaller: bool) -> HttpResponse:
    found = find(request, conversation_id)
    row = queries.access_unsent(request.member, found, file_id)
    context = {"file": queries.shown_file(request.member, row), "conversation": found}
    if smaller:
        context["was"] = size_words(row.original_size)
    return render(request, "texting/_unsent_file.html", context)
