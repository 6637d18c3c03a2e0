"""The mail to those who may approve a template that waits. It says that and leads to the list: no name, no words."""

from datetime import timedelta

from django.utils import timezone

from accounts import notices
from accounts.mail import MailKind
from accounts.models import Membership
from accounts.permissions import Permission
from compliance.message_templates.notified import NAME
from compliance.message_templates.reach import waiting_for
from compliance.models import MessageTemplate
from texting.notifications import things

ONE_MAIL_IN = timedelta(minutes=15)


def waits(template: MessageTemplate) -> None:
    """To everybody for whom it waits, in the running transaction.

    Who was mailed of another one within ONE_MAIL_IN, and has not decided that one, gets no second mail: the list that
    the first one leads to has both.
    """
    since = timezone.now() - ONE_MAIL_IN

    def is_news(member: Membership) -> bool:
        theirs = dict(waiting_for(member).filter(asked_at__gte=since).values_list("pk", "asked_at"))
        return set(theirs) == {template.pk}

    notices.tell(Permission.TEMPLATES_MANAGE, MailKind.TEMPLATE_WAITS, route="message_templates", only=is_news)
    able = set(notices.holders(Permission.TEMPLATES_MANAGE).values_list("pk", flat=True))
    things.waits(
        NAME, template.pk, members=able - {template.asked_by_id, template.changed_by_id}, actor=template.asked_by
    )


def decided(template: MessageTemplate, *, by: Membership, approved: bool) -> None:
    """Lists show it as waiting no more; whoever asked learns what became of it. `template` as it was asked for."""
    outcome = things.APPROVED if approved else things.REFUSED
    things.is_over(NAME, template.pk, outcome=outcome, told=template.asked_by, actor=by)
