"""Questions that nobody has decided in time: those who may decide are mailed, once for each question."""

from django.utils import timezone

from accounts import notices
from accounts.mail import MailKind
from accounts.permissions import Permission
from compliance.models import OptOutQuestion


def remind() -> int:
    """Mail about what has become overdue in the active organization, in the running transaction. Returns how many
    mails: all that are found at once are one mail to each person.
    """
    overdue = OptOutQuestion.objects.select_for_update(skip_locked=True).filter(
        state=OptOutQuestion.State.OPEN, due_at__lte=timezone.now(), told_at=None
    )
    found = [question.pk for question in overdue]
    if not found:
        return 0
    OptOutQuestion.objects.filter(pk__in=found).update(told_at=timezone.now())
    words = {"number": len(found)}
    return notices.tell(Permission.OPT_OUTS_DECIDE, MailKind.QUESTION_OVERDUE, route="questions", words=words)
