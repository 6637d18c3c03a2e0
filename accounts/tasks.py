"""What the clock starts here."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from accounts import sign_in_history
from accounts.access_reviewing import remind
from accounts.api.repeating import forget_old
from accounts.factors.remembering import LONGEST
from accounts.mail import delivering
from accounts.models import (
    CodeMailbox,
    CodePhone,
    Invitation,
    MailedLink,
    RecoveryRequest,
    RememberedDevice,
    SentCode,
    SignInEvent,
    TotpDevice,
)
from accounts.saml import domain_watch, refreshing
from accounts.saml.forgetting import forget_ended_sso
from accounts.sessions import SessionStore
from tenancy.background import each_organization

logger = logging.getLogger(__name__)

KEEP_ATTEMPTS = timedelta(days=90)
KEEP_SET_UPS = timedelta(days=1)
KEEP_CODES = timedelta(days=2)  # limits look back a day


@shared_task
def forget_what_ended() -> dict[str, int]:
    """Delete ended sessions and links, attempts to sign in that are too old to matter, set-ups that nobody finished,
    codes that were sent, browsers that were remembered for long enough.

    Nothing of it counted any more; returns how many of each there were. Running it twice does no harm.
    """
    now = timezone.now()
    counts = {
        "sessions": SessionStore.forget_ended(),
        "invitations": Invitation.objects.filter(expires_at__lte=now).delete()[0],
        "recoveries": RecoveryRequest.objects.filter(expires_at__lte=now).delete()[0],
        "links": MailedLink.objects.filter(expires_at__lte=now).delete()[0],
        "attempts": SignInEvent.objects.filter(at__lte=now - KEEP_ATTEMPTS).delete()[0],
        "history": sign_in_history.forget_many(),
        "set_ups": sum(
            model.objects.filter(confirmed=False, created_at__lte=now - KEEP_SET_UPS).delete()[0]
            for model in (TotpDevice, CodePhone, CodeMailbox)
        ),
        "codes": SentCode.objects.filter(sent_at__lte=now - KEEP_CODES).delete()[0],
        "devices": RememberedDevice.objects.filter(created_at__lte=now - LONGEST).delete()[0],
    }
    counts["mails"] = delivering.forget_old()
    counts["sso"] = each_organization("forget single sign-on", forget_ended_sso).items
    counts["answers"] = each_organization("forget answers", forget_old).items
    logger.info("forgot %s", counts)
    return counts


@shared_task
def look_after_sso() -> dict[str, int]:
    """Fetch providers' metadata again and look proved domains up again, each once a day; how many of each."""
    counts = {"metadata": refreshing.refresh_due(), "domains": domain_watch.look_again()}
    logger.info("looked after single sign-on %s", counts)
    return counts


@shared_task
def remind_of_reviews() -> int:
    """Mail those who may review access when a review is due. Returns how many mails; twice a day is once."""
    return each_organization("remind of access reviews", remind).items
