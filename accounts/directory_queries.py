"""What the directory page may know: never a token, only how it begins."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q
from django.http import Http404
from django.utils import timezone

from accounts.models import Directory, DirectoryGroup, DirectoryPerson, DirectoryToken, Membership


@dataclass(frozen=True)
class ShownToken:
    """One token. `ends_at` is in the past for one that has ended."""

    id: UUID
    shown: str
    made_by: str
    created_at: datetime
    ends_at: datetime
    last_used_at: datetime | None
    last_used_address: str
    works: bool


@dataclass(frozen=True)
class ShownDirectory:
    """The organization's directory: how many people it sent, and the groups with what they give."""

    tokens: tuple[ShownToken, ...]
    people: int
    active: int
    groups: tuple[DirectoryGroup, ...]

    @property
    def works(self) -> bool:
        """Whether any token opens something."""
        return any(token.works for token in self.tokens)


def directory(member: Membership) -> ShownDirectory | None:
    """What was connected; None before the first token."""
    found = Directory.objects.filter(membership__organization=member.organization_id).first()
    if found is None:
        return None
    now = timezone.now()
    sent = DirectoryPerson.objects.filter(removed_at__isnull=True)
    groups = DirectoryGroup.objects.select_related("role", "team")
    here = Count("members", filter=Q(members__person__removed_at__isnull=True))
    return ShownDirectory(
        tokens=tuple(_token(row, now) for row in found.tokens.select_related("made_by__user")),
        people=sent.count(),
        active=sent.filter(active=True).count(),
        groups=tuple(groups.annotate(people=here).order_by("name")),
    )


def access_token(member: Membership, token_id: UUID) -> DirectoryToken:
    """A token of the member's organization. Raises Http404 for everything else."""
    tokens = DirectoryToken.objects.select_related("directory__membership__user")
    found = tokens.filter(pk=token_id, directory__membership__organization=member.organization_id).first()
    if found is None:
        raise Http404
    return found


def access_group(member: Membership, group_id: UUID) -> DirectoryGroup:
    """A group of the member's organization. Raises Http404 for everything else."""
    found = DirectoryGroup.objects.select_related("role", "team").filter(pk=group_id).first()
    if found is None:
        raise Http404
    return found


def _token(row: DirectoryToken, now: datetime) -> ShownToken:
    return ShownToken(
        id=row.pk,
        shown=row.shown,
        made_by=row.made_by.user.name,
        created_at=row.created_at,
        ends_at=row.ends_at,
        last_used_at=row.last_used_at,
        last_used_address=row.last_used_address or "",
        works=row.ends_at > now,
    )
