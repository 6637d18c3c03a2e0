"""Writing an e-mail to the customer of an escalation, and the words that such e-mails begin with."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from compliance.escalations import reading
from compliance.escalations.cannot_act import CannotAct
from compliance.escalations.switch_texts import LANGUAGES
from compliance.forms.letter_forms import LetterForm, LetterTextForm
from compliance.other_channels.mail import addresses, screening, texts, writing
from compliance.views.escalation_acts import done
from compliance.views.escalation_settings import settings_page, tried
from texting import queries

_ACT = (Permission.CONVERSATIONS_READ, Permission.ESCALATIONS_HANDLE, Permission.MESSAGES_SEND)
_FORM = ["GET", "HEAD", "POST"]


@requires(*_ACT)
@require_http_methods(_FORM)
def write(request: MemberRequest, escalation_id: UUID) -> HttpResponse:
    """The dialog with the ready words in a language (`?language=es`), and sending it."""
    member = request.member
    found = reading.access_escalation(member, escalation_id)
    conversation = queries.access_conversation(member, found.conversation_id)
    words = texts.wording(request.GET.get("language", "en"))
    subject, body = texts.filled(words, member)
    row = addresses.known(conversation.contact)
    address, sees = addresses.address_of(row), queries.sees(member, conversation.contact_id)
    initial = {"to": address if sees else "", "subject": subject, "body": body}
    form = LetterForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        wanted = writing.Wanted(data["to"], data["subject"], data["body"], data["press"], looked=data["looked"])
        try:
            writing.send(member=member, escalation=found, conversation=conversation, wanted=wanted)
        except CannotAct as reason:
            form.add_error(None, str(reason))
        else:
            return done(request, found, _("It is on its way. The clock has stopped."))
    context = {
        "form": form,
        "escalation": found,
        "languages": [(code, name, code == words.language) for code, name in LANGUAGES.items()],
        "known": "" if sees else addresses.shown(member, conversation.contact, address),
        "bounced_at": row.bounced_at if row else None,
        "asks": form.is_bound and _warns(form),
        "replies": texts.replies_are_read(),
    }
    return render(request, "compliance/escalations/_mail.html", context, status=422 if form.is_bound else 200)


@requires(Permission.ESCALATIONS_MANAGE)
@require_safe
def all_texts(request: MemberRequest) -> HttpResponse:
    """The words of each language."""
    rows = [(LANGUAGES[one.language], one) for one in texts.wordings()]
    return settings_page(request, "letters", {"rows": rows})


@requires(Permission.ESCALATIONS_MANAGE)
@require_http_methods(_FORM)
def text(request: MemberRequest, language: str) -> HttpResponse:
    """Change the words of one language."""
    if language not in LANGUAGES:
        raise Http404
    now = texts.wording(language)
    initial = {"subject": now.subject, "body": now.body}
    form = LetterTextForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and tried(
        form, lambda: texts.change(member=request.member, language=language, **form.cleaned_data)
    ):
        messages.success(request, _("Saved."))
        return redirect("escalation_letters")
    context = {"form": form, "language": LANGUAGES[language], "now": now}
    return settings_page(request, "letters", context, template="letter")


def _warns(form: LetterForm) -> bool:
    """Whether the words may be something that somebody has to look at."""
    data = form.cleaned_data
    return bool(screening.look(f"{data.get('subject', '')}\n{data.get('body', '')}").warning)
