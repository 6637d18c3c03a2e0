"""The part of a line's page that sends a test text and follows it to the phone."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from accounts.views.answers import wait_sentence
from compliance.forms.permission_forms import TestTextForm
from compliance.test_texts import send_test_text
from tenancy import rates
from texting.explained import explain
from texting.models import Line, Message
from texting.sending import BadText, Refused
from texting.statuses import FINAL, ErrorKind, MessageStatus

FORM = "compliance/_test_text.html"
AN_HOUR = 10


@requires(Permission.LINES_MANAGE, Permission.MESSAGES_SEND, Permission.CONSENT_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def test_text(request: MemberRequest, line_id: UUID) -> HttpResponse:
    """The form, and sending."""
    line = Line.objects.filter(pk=line_id).first()
    if line is None:
        raise Http404
    posted = request.POST if request.method == "POST" else None
    form = TestTextForm(posted, region=request.member.organization.country)
    if posted is None or not form.is_valid():
        return _form(request, line, form)
    name = f"lines/test/{request.member.pk}"
    allowance = rates.spend(name, limit=AN_HOUR, per_seconds=3600, burst=AN_HOUR, when_away=rates.WhenAway.SMALL_BUDGET)
    if not allowance.allowed:
        form.add_error(None, wait_sentence(int(allowance.retry_after or 3600) + 1))
        return _form(request, line, form)
    try:
        message = send_test_text(member=request.member, line=line, number=form.cleaned_data["number"])
    except BadText as error:
        form.add_error(None, str(error))
        return _form(request, line, form)
    except Refused as refused:
        return _form(request, line, form, reasons=refused.outcome.objections)
    return _progress(request, line_id, message)


@requires(Permission.LINES_MANAGE, Permission.MESSAGES_SEND, Permission.CONSENT_RECORD)
@require_safe
def test_text_status(request: MemberRequest, line_id: UUID, message_id: UUID) -> HttpResponse:
    """How far it is; asks again by itself until that is final."""
    message = Message.objects.filter(pk=message_id, line_id=line_id).first()
    if message is None:
        raise Http404
    return _progress(request, line_id, message)


def _form(request: MemberRequest, line: Line, form: TestTextForm, reasons: tuple[object, ...] = ()) -> HttpResponse:
    status = 422 if form.errors or reasons else 200
    return render(request, FORM, {"form": form, "line": line, "objections": reasons}, status=status)


def _progress(request: MemberRequest, line_id: UUID, message: Message) -> HttpResponse:
    status = MessageStatus(message.status)
    error = ErrorKind(message.error_kind) if message.error_kind else None
    context = {
        "line_id": line_id,
        "message": message,
        "words": explain(status, error, message.provider_code, message.attention),
        "is_final": status in FINAL,
        "arrived": status in {MessageStatus.DELIVERED, MessageStatus.READ},
        "failed": status in {MessageStatus.FAILED, MessageStatus.UNDELIVERED, MessageStatus.CANCELED},
    }
    return render(request, "compliance/_test_text_status.html", context)
