"""Writing: what the gate would say, sending, notes, drafts."""

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from accounts.permissions import MemberRequest, Permission, requires
from tenancy.ids import new_id
from texting import conversations, queries
from texting.composing import composer
from texting.conversations import NotPossible, OriginGone
from texting.gate import OutsideHours
from texting.models import Conversation
from texting.queries import Cursor
from texting.sending import BadText, Held, Refused
from texting.views.frames import Context, chosen_filter, details_context, find, head_context


@requires(Permission.CONVERSATIONS_READ)
@require_POST
def preview(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """The permission line for what is written so far: who may be texted, what would be added, why not."""
    found = find(request, conversation_id)
    composing = composer(member=request.member, conversation=found, body=request.POST.get("body", ""))
    return render(request, "texting/_permission.html", {"composer": composing, "conversation": found})


@requires(Permission.MESSAGES_SEND)
@require_POST
def send(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """Send a text. 422 with the reasons when it may not go; what was written stays in the composer."""
    found = find(request, conversation_id)
    body = request.POST.get("body", "")
    try:
        reply = conversations.reply(
            member=request.member,
            conversation=found,
            body=body,
            message_id=message_id_of(request),
            files=files_of(request),
            outside_hours=_outside_hours(request),
            because=request.POST.get("because", "").replace("\x00", ""),
            origin=request.POST.get("origin", ""),
        )
    except OriginGone as gone:
        response = render(request, "texting/_composer_error.html", {"error": str(gone)}, status=422)
        return trigger_client_event(response, "origin-gone", {})
    except (BadText, NotPossible) as error:
        return render(request, "texting/_composer_error.html", {"error": str(error)}, status=422)
    except Held:
        response = written(request, found.pk)
        waits = _("It waits for a colleague's decision. You see above what becomes of it.")
        return trigger_client_event(response, "toast", {"text": waits, "tone": "info"})
    except Refused as refused:
        composing = composer(member=request.member, conversation=found, outcome=refused.outcome)
        return render(request, "texting/_permission.html", {"composer": composing, "conversation": found}, status=422)
    response = written(request, reply.message.conversation_id)
    if reply.message.held_until:
        waits = _("It waits and leaves by itself when their hours begin.")
        trigger_client_event(response, "toast", {"text": waits, "tone": "info"})
    elif reply.took:
        taken = _("You took this conversation.")
        trigger_client_event(response, "toast", {"text": taken, "tone": "info"})
    return response


@requires(Permission.NOTES_WRITE)
@require_POST
def note(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """Leave a note. 422 with a sentence when it is empty or too long."""
    found = find(request, conversation_id)
    body = request.POST.get("body", "")
    try:
        left = conversations.add_note(
            member=request.member, conversation=found, body=body, picked=_ids(request.POST.getlist("mentioned"))
        )
    except NotPossible as error:
        return render(request, "texting/_composer_error.html", {"error": str(error)}, status=422)
    response = written(request, found.pk)
    if (left.body or "") not in body.replace("\r\n", "\n").replace("\x00", ""):
        gap = _("What must not be kept was taken out of your note. A mask shows where.")
        trigger_client_event(response, "toast", {"text": gap, "tone": "warning"})
    return response


@requires(Permission.CONVERSATIONS_READ)
@require_POST
def draft(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """Keep what is written so far."""
    conversations.save_draft(
        member=request.member,
        conversation=find(request, conversation_id),
        body=request.POST.get("body", ""),
        is_note=request.POST.get("mode") == "note",
        origin=request.POST.get("origin", ""),
    )
    return HttpResponse(status=204)


def message_id_of(request: MemberRequest) -> UUID:
    """The id that the composer was drawn with, so that a text sent twice goes out once."""
    try:
        return UUID(request.POST.get("message_id", ""))
    except ValueError:
        return new_id()


def _outside_hours(request: MemberRequest) -> OutsideHours:
    """What the member chose when they were shown what time it is there; without a choice they are shown it."""
    try:
        return OutsideHours(request.POST.get("outside_hours", ""))
    except ValueError:
        return OutsideHours.ASK


def files_of(request: MemberRequest) -> list[UUID]:
    """The attachments that the composer shows. What is no id is none of them, and is said to be gone."""
    try:
        return [UUID(value) for value in request.POST.getlist("file")]
    except ValueError:
        return [new_id()]


def _ids(values: Iterable[str]) -> set[UUID]:
    """The ids among them; what is none was not chosen from our list."""
    found = set()
    for value in values:
        with suppress(ValueError):
            found.add(UUID(value))
    return found


def written(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """The thread's news after writing, with a fresh composer."""
    found: Conversation = queries.access_conversation(request.member, conversation_id)
    composing = composer(member=request.member, conversation=found)
    after = Cursor.read(request.POST.get("after"))
    context: Context = {
        **head_context(request, found, chosen_filter(request), composing),
        **details_context(request, found, composing),
        "thread": queries.thread_after(request.member, found, after),
        "written": True,
    }
    return render(request, "texting/_updates.html", context)
