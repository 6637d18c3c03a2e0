"""Who gets a tag that is on hold is remembered at once, so that taking it off a minute later lets nothing go."""

from collections.abc import Sequence
from uuid import UUID

from retention.holds.freezing import live_scopes
from retention.holds.placing import meet
from texting.models import Tag


def tagged(tag: Tag, contact_ids: Sequence[UUID]) -> None:
    """For `TEXTING_TAGGED_STEPS`. One statement where the tag is on no hold.

    It takes no lock of what deletes, as rows of contacts are locked already: until this commits the tag is on nobody,
    and afterwards a purge sees both the tag and who had it.
    """
    meet(list(live_scopes().filter(tag_id=tag.pk)))
