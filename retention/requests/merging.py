"""`settings.TEXTING_MERGE_GUARDS`: contacts are not merged or parted while an erasure of one of them is under way."""

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _

from retention.holds.freezing import live_scopes
from retention.holds.placing import meet
from retention.lock import deleting_lock
from retention.models import Erasure

State = Erasure.State


def refused(contact_ids: Collection[UUID]) -> str:
    """Why not, or "". An erasure has written down whose contacts it ends, and must end no others and no fewer."""
    deleting_lock()
    meet(live_scopes())  # whom a hold covers now it covers when they are parted
    wanted = {str(pk) for pk in contact_ids}
    running = Erasure.objects.filter(state__in=[State.ASKED, State.RUNNING]).values_list("contact_ids", flat=True)
    if any(wanted & set(ids) for ids in running):
        return _("One of them is to be erased at their request. Wait until that is over.")
    return ""
