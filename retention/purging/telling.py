"""Whoever manages retention hears once of what a purge could not do, not each night anew."""

from accounts import notices
from accounts.mail import MailKind
from accounts.mail.writing import day_in_words
from accounts.permissions import Permission
from retention.kinds import Kind
from retention.models import PurgeStep
from retention.words import title


def tell_of_trouble(step: PurgeStep) -> None:
    """Mail them, unless an earlier purge had the same trouble with the same day; in the running transaction."""
    same = PurgeStep.objects.filter(kind=step.kind, key_kind=step.key_kind, day=step.day, tries__gt=step.tries - 1)
    if same.exclude(pk=step.pk).exists():
        return
    day = day_in_words(step.day, "j M Y") if step.day else "-"
    notices.tell(
        Permission.RETENTION_MANAGE,
        MailKind.PURGE_STUCK,
        route="purges",
        words={"kind": title(Kind(step.kind)), "day": day, "error": step.failure},
    )
