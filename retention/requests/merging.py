"""`settings.TEXTING_MERGE_GUARDS`: contacts are not merged or parted while an erasure of one of them runs.

One that waits for a second person stands in nobody's way: a stranger's number has to be taken off in time, and who
agrees is shown whose numbers these are then (`erasing.asking.changed`).
"""

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _

from retention.holds.freezing import live_scopes
from retention.holds.placing import meet
from retention.lock import deleting_lock
from retention.models import Erasure

State = Erasure.State


def refused(contact_ids: Collection[UUID]) -> str:
    """Why not, or "". An erasure that runs has written down whose contacts it ends: no others and no fewer."""
    deleting_lock()
    meet(live_scopes())  # whom a hold covers now it covers when they are parted
    wanted = {str(pk) for pk in contact_ids}
    running = Erasure.objects.filter(state=State.RUNNING).values_list("contact_ids", flat=True)
    if any(wanted & set(ids) for ids in running):
        return _("One of them is to be erased at their request. Wait until that is over.")
    return ""
