"""The mail to those who may approve templates that wait. It says that and leads to the list: no name, no words.

One mail goes to each in `notices.ONE_MAIL_IN`, however often somebody asks, takes it back and asks again; what is asked
for meanwhile is mailed of when that time is over. Who has not decided is reminded after each working day, for a week.
"""

from datetime import datetime, timedelta

from django.db.models import Max
from django.utils import timezone

from accounts import notices
from accounts.mail import MailKind
from accounts.models import Membership
from accounts.permissions import Permission
from compliance.hours.business_days import after_business_days
from compliance.hours.quiet_hours import holidays_of
from compliance.message_templates.notified import NAME
from compliance.message_templates.reach import waiting_for
from compliance.models import MessageTemplate
from texting.notifications import things
from texting.notifications.choosing import is_quiet_for

REMINDED_FOR = timedelta(days=7)


def waits(template: MessageTemplate) -> None:
    """To everybody for whom it waits, in the running transaction."""
    mail_due()
    able = set(notices.holders(Permission.TEMPLATES_MANAGE).values_list("pk", flat=True))
    members = able - {template.asked_by_id, template.changed_by_id}
    things.waits(NAME, template.pk, members=members, actor=template.asked_by)


def mail_due() -> int:
    """Mail those who may approve and have not been mailed of what waits, or not for a working day. Returns how many."""
    return notices.tell_of_waiting(
        Permission.TEMPLATES_MANAGE,
        MailKind.TEMPLATE_WAITS,
        route="message_templates",
        waiting=MessageTemplate.objects.filter(asked_by__isnull=False, archived_at=None),
        newest=_newest_for,
        is_quiet=is_quiet_for,
        again=_is_reminded,
    )


def _newest_for(member: Membership) -> datetime | None:
    found: datetime | None = waiting_for(member).aggregate(newest=Max("asked_at"))["newest"]
    return found


def _is_reminded(member: Membership, newest: datetime, told: datetime) -> bool:
    organization = member.organization
    holidays = holidays_of(organization.country)
    again = after_business_days(told, 1, zone=organization.time_zone, holidays=holidays)
    return again <= timezone.now() < newest + REMINDED_FOR


def decided(template: MessageTemplate, *, by: Membership, approved: bool) -> None:
    """Lists show it as waiting no more; whoever asked learns what became of it. `template` as it was asked for."""
    outcome = things.APPROVED if approved else things.REFUSED
    things.is_over(NAME, template.pk, outcome=outcome, told=template.asked_by, actor=by)
