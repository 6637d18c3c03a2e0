"""What texting adds to the list that leads an owner through the set-up."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.setting_up import SetupStep
from texting.models import Line


class FirstLine(SetupStep):
    """A number to text from."""

    title = _("Connect a line")
    why = _("The number that your customers text. Bring the one you have, or try the simulated one first.")
    act = _("Connect a line")
    route = "choose_provider"
    permission = Permission.LINES_MANAGE

    def is_done(self, member: Membership) -> bool:
        return Line.objects.filter(sends_codes=False).exists()  # one for codes only answers nobody
