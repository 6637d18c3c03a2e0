"""The phone at which a leaver was rung is forgotten, and whom they planned to call is nobody's."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from accounts.leaving.steps import Item, Leaving, LeavingStep, Tried
from accounts.models import Membership
from compliance.models import CallingNumber, CallTask


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


class PlannedCalls(LeavingStep):
    """They stay on the call list and are nobody's, until a colleague takes them."""

    name = "planned_calls"
    title = _("Planned calls")
    why = _("They are nobody's, and stand on the call list until a colleague takes them.")
    closes = ("compliance.CallTask",)

    def preview(self, member: Membership) -> int:
        return CallTask.objects.filter(owner=member, state=CallTask.State.OPEN).count()

    def end(self, leaving: Leaving) -> list[Item]:
        rows = CallTask.objects.filter(owner=leaving.member, state=CallTask.State.OPEN)
        ended = [str(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)]
        rows.update(owner=None)
        return [Item(pk, clue=pk) for pk in ended]

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        """Whether any of them is still theirs."""
        return Tried(len(items), self.preview(member))
