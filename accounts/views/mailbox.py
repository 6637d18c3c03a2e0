"""The mailbox of a local system: mails that would have left the machine. Only where `settings.MAILBOX_ENABLED`."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.models import LocalMail
from accounts.permissions import public
from tenancy.encryption import prefetch

SHOWN = 50


@public
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Everything that arrived, the newest first."""
    return render(request, "accounts/mailbox/list.html", {"mails": _latest()})


@public
@require_safe
def arrived(request: HttpRequest) -> HttpResponse:
    """The rows alone, which the page fetches again every second."""
    return render(request, "accounts/mailbox/_rows.html", {"mails": _latest()})


@public
@require_safe
def one_mail(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """What one mail says, with its links."""
    mail = get_object_or_404(LocalMail, pk=mail_id)
    return render(request, "accounts/mailbox/mail.html", {"mail": mail, "paragraphs": mail.text.strip().split("\n\n")})


def _latest() -> list[LocalMail]:
    mails = list(LocalMail.objects.all()[:SHOWN])
    prefetch(mails)
    return mails
