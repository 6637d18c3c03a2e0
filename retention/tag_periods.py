"""A tag that has a period of its own keeps what is said with its customers, so it does not come off by the way."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from retention.choices import Choices
from retention.models import RetentionPolicy
from texting.models import Tag


def why_kept(member: Membership, tag: Tag, *, from_everybody: bool) -> str:
    """For `TEXTING_TAG_GUARDS`: why the tag must not be removed (`from_everybody`), nor taken off by this member."""
    if not RetentionPolicy.objects.filter(tag=tag).exists():
        return ""
    now, choices = timezone.now(), Choices.load()
    if all(row.tag_id != tag.pk for row in (*choices.holding(now).values(), *choices.waiting(now))):
        return ""
    if from_everybody:
        return _("This tag has a period of its own. Let it follow the organization in Settings > Retention first.")
    if member.may(Permission.RETENTION_MANAGE):
        return ""
    return _("This tag decides how long texts are kept. Whoever manages retention can take it off.")
