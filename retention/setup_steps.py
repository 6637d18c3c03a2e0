"""What retention adds to the list that leads an owner through the set-up."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.setting_up import SetupStep
from retention.models import RetentionPolicy


class Periods(SetupStep):
    """Somebody chose how long at least one kind of data is kept; saving the default is a choice, too."""

    title = _("Decide how long you keep texts")
    why = _("What is gone cannot leak. Until you choose, words of texts end after 2 years.")
    act = _("Choose periods")
    route = "retention"
    permission = Permission.RETENTION_MANAGE

    def is_done(self, member: Membership) -> bool:
        return RetentionPolicy.objects.filter(taken_back_at=None).exists()
