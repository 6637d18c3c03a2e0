"""What ends when somebody leaves: no browser of theirs is woken any more."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from accounts.leaving.steps import Item, Leaving, LeavingStep, Tried
from accounts.models import Membership
from texting.models import PushDevice
from texting.notifications.push.devices import devices_of


class PushDevices(LeavingStep):
    """The addresses of their browsers at push services: deleted, so that a restored member turns push on anew."""

    name = "push_devices"
    title = _("Devices that get pushes")
    closes = ("texting.PushDevice",)

    def preview(self, member: Membership) -> int:
        return PushDevice.objects.filter(member=member).count()

    def end(self, leaving: Leaving) -> list[Item]:
        rows = list(PushDevice.objects.select_for_update().filter(member=leaving.member).order_by("pk"))
        PushDevice.objects.filter(pk__in=[row.pk for row in rows]).delete()
        return [Item(str(row.pk), row.name, str(row.pk)) for row in rows]

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        """Those that ended, and any that was turned on in the very moment in which they did: is one still called?"""
        left = {str(one.pk) for one in devices_of(member)}
        return Tried(len({item.clue for item in items} | left), len(left))
