"""Removing the words of a text: the dialog that asks why, and doing it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from accounts.permissions import MemberRequest, Permission, requires
from texting import queries
from texting.conversations import NotPossible
from texting.redacting import Why, redact
from texting.removing_forms import RemoveTextForm
from texting.views.frames import changed


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_REDACT)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: MemberRequest, message_id: UUID) -> HttpResponse:
    """The dialog, and removing. 422 with the dialog again when something keeps the text or the reason is missing."""
    message = queries.access_message(request.member, message_id)
    may_delete = request.member.may(Permission.MESSAGES_DELETE)
    form = RemoveTextForm(request.POST if request.method == "POST" else None, may_delete=may_delete)
    context = {"form": form, "message": message}
    if not form.is_valid():
        return render(request, "texting/_remove_text.html", context, status=422 if form.is_bound else 200)
    try:
        redact(
            member=request.member,
            message=message,
            why=Why(form.cleaned_data["reason"], form.cleaned_data["words"]),
            deletes=form.deletes,
        )
    except NotPossible as error:
        context = {"problem": str(error), "message": message, "form": None}
        return render(request, "texting/_remove_text.html", context, status=422)
    toast = _("The text was deleted.") if form.deletes else _("The words were removed.")
    return trigger_client_event(changed(message.conversation, toast), "close-sheet")
