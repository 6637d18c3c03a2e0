"""Writes down what set rules off, in the running transaction, and wakes a worker when it has committed.

An organization without rules pays one statement for each batch of texts and nothing else.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from compliance.automations.kinds import MOST_DEPTH
from compliance.models import Automation, AutomationTrigger
from tenancy.automatic import acting
from tenancy.bulk_reads import read_rows
from tenancy.isolation import current_organization_id

log = logging.getLogger("parley.automations")

_RULES = """
    SELECT * FROM compliance_automation AS rule
    WHERE organization_id = %s AND is_on AND removed_at IS NULL AND NOT EXISTS
        (SELECT 1 FROM compliance_automationsoff AS off WHERE off.organization_id = rule.organization_id)
    ORDER BY place, id
"""


def rules_on() -> list[Automation]:
    """The rules that act at present, in their order; none while all are switched off, or too deep in others' work."""
    return [] if depth() > MOST_DEPTH else read_rows(Automation, _RULES)


def depth() -> int:
    """Of what is written down now."""
    rule = acting()
    return rule.depth + 1 if rule else 0


def trigger(
    key: str, rules: Sequence[Automation], *, contact_id: UUID, at: datetime, due: datetime | None = None, **about: Any
) -> AutomationTrigger:
    """A row to be written; `about` are its columns of ids. `at`: when it happened, `due`: not looked at before."""
    return AutomationTrigger(
        key=key,
        rules=[str(one.pk) for one in rules],
        contact_id=contact_id,
        depth=depth(),
        happened_at=at,
        look_at=due or at,
        **about,
    )


def write(rows: Sequence[AutomationTrigger]) -> None:
    """Those that are known already stay as they are. A worker is woken if any may be due."""
    if not rows:
        return
    AutomationTrigger.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    ring(current_organization_id())


def ring(organization_id: UUID) -> None:
    """Wake a worker after the running transaction. A bell that is lost costs time only: the sweep finds the rows."""
    from compliance.automations.tasks import work_on_automations  # the edge imports this module

    wire = (str(organization_id),)

    def now() -> None:
        work_on_automations.apply_async(args=wire)

    transaction.on_commit(now, robust=True)
