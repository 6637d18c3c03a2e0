"""Who gets a tag that is on hold is remembered at once, so that taking it off a minute later lets nothing go."""

from collections.abc import Collection
from uuid import UUID

from retention.holds.freezing import live_scopes
from retention.holds.placing import meet


def tagged(tags: Collection[UUID]) -> None:
    """For `TEXTING_TAG_WITNESSES`. One statement where the tags are on no hold.

    It takes no lock of what deletes, as rows of contacts are locked already: until this commits the tag is on none of
    them, and afterwards a purge sees both the tag and who had it.
    """
    meet(list(live_scopes().filter(tag_id__in=tags)))
