"""Tags as pages and answers show them: labels of the organization's own, which are masked for nobody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q
from django.db.models.functions import Lower

from texting.models import ContactTag, Tag
from texting.queries.access import NotYours


@dataclass(frozen=True)
class ShownTag:
    """`contacts`: how many have it, where that was counted."""

    id: UUID
    name: str
    colour: str
    contacts: int = 0


def all_tags(*, counted: bool = False) -> list[ShownTag]:
    """The active organization's tags by name."""
    rows = Tag.objects.order_by(Lower("name"))
    if counted:
        people = Count("contact_tags", filter=Q(contact_tags__contact__merged_into=None))
        return [ShownTag(tag.pk, tag.name, tag.colour, tag.number) for tag in rows.annotate(number=people)]
    return [_shown(tag) for tag in rows]


def tags_of(contact_ids: Iterable[UUID]) -> Mapping[UUID, tuple[ShownTag, ...]]:
    """The tags of these contacts by name, by contact; one statement."""
    found: dict[UUID, list[ShownTag]] = {}
    rows = ContactTag.objects.filter(contact_id__in=list(contact_ids)).select_related("tag")
    for row in rows.order_by(Lower("tag__name")):
        found.setdefault(row.contact_id, []).append(_shown(row.tag))
    return {contact: tuple(tags) for contact, tags in found.items()}


def access_tag(tag_id: UUID) -> Tag:
    """A tag of the active organization. Raises NotYours."""
    found = Tag.objects.filter(pk=tag_id).first()
    if found is None:
        raise NotYours
    return found


def _shown(tag: Tag) -> ShownTag:
    return ShownTag(tag.pk, tag.name, tag.colour)
