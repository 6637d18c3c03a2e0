"""Members send securely, take it back, unlock it, read what the customer answered."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.permissions import MemberRequest, Permission, requires
from portal.secure import ending, reading, sending
from portal.secure.forms import SendForm
from portal.secure.sending import BadContent, Check, Wish
from portal.secure.showing import own_address
from tenancy.encryption import prefetch
from tenancy.ids import new_id
from texting.conversations import NotPossible
from texting.models import Conversation
from texting.queries import access_conversation, wording
from texting.sending import BadText, Refused


@requires(Permission.CONVERSATIONS_READ, Permission.PORTAL_SEND, Permission.MESSAGES_SEND)
@require_http_methods(["GET", "HEAD", "POST"])
def send_securely(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """The dialog, and sending what was written in it. 422 with what is wrong."""
    conversation = access_conversation(request.member, conversation_id)
    own = own_address()
    form = SendForm(request.POST or None, initial={"message_id": new_id()})
    problem = ""
    if request.method == "POST":
        try:
            if own:
                message_id = _id_in(request)
                sending.send_own_address(member=request.member, conversation=conversation, message_id=message_id)
                return _sent(conversation)
            if form.is_valid():
                _send(request, conversation, form)
                return _sent(conversation)
        except (BadContent, BadText, NotPossible) as error:
            problem = str(error)
        except Refused as refused:
            problem = " ".join(f"{one.text} {one.what_to_do}" for one in refused.outcome.objections)
    context = {"form": form, "conversation": conversation, "own": own, "problem": problem, "message_id": new_id()}
    return render(request, "portal/_send.html", context, status=422 if request.method == "POST" else 200)


@requires(Permission.CONVERSATIONS_READ, Permission.PORTAL_SEND, Permission.MESSAGES_SEND)
@require_POST
def revoke(request: MemberRequest, secure_id: UUID) -> HttpResponse:
    """Take it back. The thread draws its card anew by itself."""
    found = reading.access_secure(request.member, secure_id)
    try:
        ending.revoke(member=request.member, secure=found)
    except NotPossible as error:
        return _toast(str(error), "warning")
    return _toast(_("Taken back. Nobody can open it any more."), "success")


@requires(Permission.CONVERSATIONS_READ, Permission.PORTAL_SEND)
@require_POST
def unlock(request: MemberRequest, secure_id: UUID) -> HttpResponse:
    """Allow new answers."""
    found = reading.access_secure(request.member, secure_id)
    try:
        ending.unlock(member=request.member, secure=found)
    except NotPossible as error:
        return _toast(str(error), "warning")
    return _toast(_("Unlocked. The customer can try again."), "success")


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def read_reply(request: MemberRequest, reply_id: UUID) -> HttpResponse:
    """What the customer wrote on the page, in a dialog. Opening it is written down."""
    found = reading.read_reply(member=request.member, reply_id=reply_id)
    prefetch([found, found.contact])
    words = wording(request.member, found, contact=found.contact)
    return render(request, "portal/_reply.html", {"reply": found, "words": words})


def _send(request: MemberRequest, conversation: Conversation, form: SendForm) -> None:
    typed = form.cleaned_data
    wish = Wish(typed["content"], Check(typed["check_by"]), form.fact)
    sending.send(member=request.member, conversation=conversation, wish=wish, message_id=typed["message_id"])


def _id_in(request: MemberRequest) -> UUID:
    try:
        return UUID(request.POST.get("message_id", ""))
    except ValueError:
        return new_id()


def _sent(conversation: Conversation) -> HttpResponse:
    response = HttpResponse(status=204)
    trigger_client_event(response, "close-sheet")
    trigger_client_event(response, "text-taken")
    trigger_client_event(response, "conversation-changed", {"conversation": str(conversation.pk)})
    return trigger_client_event(response, "toast", {"text": _("The link is on its way."), "tone": "success"})


def _toast(text: str, tone: str) -> HttpResponse:
    return trigger_client_event(HttpResponse(status=204), "toast", {"text": text, "tone": tone})
