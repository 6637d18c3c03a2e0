"""The phone at which a leaver was rung is forgotten; a call that is under way puts nobody through any more."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from accounts.leaving.steps import Item, Leaving, LeavingStep, Tried
from accounts.models import Membership
from compliance.models import CallingNumber


class CallingNumbers(LeavingStep):
    """Their number for calls to customers."""

    name = "calling_numbers"
    title = _("Their phone number for calls")
    why = _("It is forgotten; no customer is called through it.")
    closes = ("compliance.CallingNumber",)

    def preview(self, member: Membership) -> int:
        return CallingNumber.objects.filter(member=member).count()

    def end(self, leaving: Leaving) -> list[Item]:
        rows = CallingNumber.objects.filter(member=leaving.member)
        ended = [str(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)]
        rows.delete()
        return [Item(pk, clue=pk) for pk in ended]

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        """Whether it is still known."""
        return Tried(len(items), CallingNumber.objects.filter(member=member).count())
