"""The composer's picker: choose a template, fill in what only a person knows, and it stands in the box."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from compliance.forms.value_forms import ValuesForm
from compliance.message_templates import filling, picking
from compliance.message_templates.checking import LANGUAGES
from compliance.message_templates.placeholders import Unfilled, fill_partly
from compliance.message_templates.reach import OF_TEMPLATES
from texting import queries
from texting.models import Conversation


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_safe
def pick(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """The dialog with everything that may be used in this conversation."""
    conversation = queries.access_conversation(request.member, conversation_id)
    return _picker(request, conversation)


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_POST
def take(request: MemberRequest, conversation_id: UUID, version_id: UUID) -> HttpResponse:
    """The text; before that the dialog that asks for what is still open in it."""
    conversation = queries.access_conversation(request.member, conversation_id)
    try:
        version = picking.version_for(request.member, conversation, version_id)
    except Http404:  # somebody archived it, or published another version, while the list was open
        return _picker(request, conversation, problem=_("That template has changed meanwhile. Choose again."))
    language = filling.language_for(version, request.POST.get("language", ""))
    known = filling.known_for(request.member, conversation.contact, conversation.line, [version], language)
    names = filling.to_ask(version, language, known)
    form = ValuesForm(request.POST if "filled" in request.POST or not names else None, names=names)
    context = {"conversation": conversation, "version": version, "language": language, "form": form}
    context |= {"body": fill_partly(version.bodies[language], known), "language_word": LANGUAGES[language]}
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "compliance/templates/_fill.html", context, status=status)
    try:
        filled = filling.filled(version, language, known=known, given=form.values)
    except Unfilled as missing:
        form.refuse(missing.why)
        return render(request, "compliance/templates/_fill.html", context, status=422)
    return render(request, "compliance/templates/_taken.html", {"filled": filled})


def _picker(request: MemberRequest, conversation: Conversation, problem: str = "") -> HttpResponse:
    language = request.GET.get("language") or picking.language_of(conversation.contact)
    choices = picking.choices(request.member, conversation, language)
    context = {
        "conversation": conversation,
        "choices": choices,
        "language": language,
        "languages": [("", _("As each template begins")), *LANGUAGES.items()],
        "problem": problem,
        "may_write": any(request.member.may(one) for one in OF_TEMPLATES),
    }
    return render(request, "compliance/templates/_pick.html", context)
