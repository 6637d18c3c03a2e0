"""Rules that act with a leaver's rights: they are off until a colleague saves them as theirs."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.leaving.steps import Item, Leaving, LeavingStep, Tried
from accounts.models import Membership
from compliance.models import Automation
from tenancy import audit
from tenancy.audit import AuditKind


class Automations(LeavingStep):
    """None acts in the leaver's name. Rows are locked, so a worker is either before this or after it."""

    name = "automations"
    title = _("Automations")
    closes = ("compliance.Automation",)
    why = _("They are switched off until a colleague reads them over and switches them on as theirs.")

    def preview(self, member: Membership) -> int:
        return _acting(member).count()

    def end(self, leaving: Leaving) -> list[Item]:
        rows = list(_acting(leaving.member).select_for_update(of=("self",), no_key=True).order_by("pk"))
        for row in rows:
            row.is_on, row.why = False, Automation.Why.LEFT
            row.save(update_fields=["is_on", "why"])
            audit.record(event=AuditKind.AUTOMATION_SWITCHED, actor=leaving.actor, object=row, on=False, leaving=True)
        return [Item(str(row.pk), row.name, clue=str(row.pk)) for row in rows]

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        """Whether any would still act in their name."""
        return Tried(len(items), _acting(member).count())


def _acting(member: Membership) -> QuerySet[Automation]:
    return Automation.objects.filter(owner=member, is_on=True)
