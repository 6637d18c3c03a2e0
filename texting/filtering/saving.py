"""Filters under a name: keeping, changing, deleting and finding them.

What was saved is asked again with the rights of whoever uses it. A filter that asks for something that a member may
not ask (a field hidden from them, values while they see contacts masked) is not there for them: neither listed nor
opened, since its name alone might tell what is hidden.
"""

import json
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Team
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import prefetch
from tenancy.isolation import current_organization_id
from texting.fields.kinds import one_line
from texting.filtering import asking
from texting.filtering.conditions import TAG, Filter, read
from texting.kept_words import kept
from texting.models import SavedFilter
from texting.models.saved_filter import LONGEST_FILTER
from texting.queries.access import NotYours

MOST_FILTERS = 50  # of one member, and as many that are shared
Shared = SavedFilter.Shared


class BadFilter(ValueError):
    """It is not saved; the message is one sentence for the person who asked."""


@dataclass(frozen=True)
class ShownFilter:
    """A saved filter that the member may use. `with_whom`: "" for their own, else a team's name or "Everybody"."""

    id: UUID
    name: str
    wish: Filter
    with_whom: str
    may_change: bool


@dataclass(frozen=True)
class Sharing:
    """With whom: nobody, a team of the member's, or everybody."""

    shared: Shared = Shared.NOBODY
    team: Team | None = None


def save(
    *, member: Membership, name: str, wish: Filter, sharing: Sharing = Sharing(), before: SavedFilter | None = None
) -> SavedFilter:
    """Keep a filter, or change one that is there. Raises BadFilter; NotYours; MissingPermission for sharing."""
    require(member, Permission.CONTACTS_READ)
    fields = asking.require(member, wish)
    if before is not None and not _may_change(member, before):
        raise NotYours
    _require_sharing(member, sharing, before)
    name = one_line(name)
    if not name or len(name) > LONGEST_FILTER:
        raise BadFilter(_("A filter needs a name of at most %(most)d characters.") % {"most": LONGEST_FILTER})
    if not wish.conditions:
        raise BadFilter(_("Add a condition first; without one it is the list of everybody."))
    for one in wish.conditions:
        said = f"{fields[pk].name}: {one.value}" if (pk := one.field_id) else ""
        if one.about != TAG and kept(said) != said:
            raise BadFilter(_("This looks like a card, social security or secret number, which must not be kept here."))
    _refuse_too_many(member, sharing, before)
    row = before or SavedFilter(made_by=member)
    row.name, row.shared, row.team = name, sharing.shared, sharing.team
    row.conditions, row.changed_at = json.dumps(wish.as_json()), timezone.now()
    row.save(force_insert=before is None)
    kind = AuditKind.FILTER_CHANGED if before else AuditKind.FILTER_SAVED
    audit.record(event=kind, actor=member, object=row, shared=row.shared, fields=sorted(map(str, wish.field_ids)))
    return row


def delete(*, member: Membership, row: SavedFilter) -> None:
    """For good. Raises NotYours."""
    if not _may_change(member, row):
        raise NotYours
    audit.record(event=AuditKind.FILTER_DELETED, actor=member, object=row, shared=row.shared)
    row.delete()


def saved_for(member: Membership) -> list[ShownFilter]:
    """The filters that the member may use now, their own first, then by name."""
    found = [shown for row in _opened(_reachable(member)) if (shown := _shown(member, row))]
    return sorted(found, key=lambda one: bool(one.with_whom))


def access_saved(member: Membership, filter_id: UUID) -> SavedFilter:
    """One that the member may use now. Raises NotYours."""
    rows = _opened(_reachable(member).filter(pk=filter_id))
    if not rows or _shown(member, rows[0]) is None:
        raise NotYours
    return rows[0]


def wish_of(row: SavedFilter) -> Filter:
    """What it asks."""
    return read(json.loads(row.conditions))


def follow_tag(tag: UUID, into: UUID) -> None:
    """For `TEXTING_TAG_FOLLOWERS`: filters that ask for a tag which is merged away ask for the other one."""
    for row in _opened(SavedFilter.objects.select_for_update(of=("self",), no_key=True).order_by("pk")):
        wish = wish_of(row)
        if tag in wish.tag_ids:
            row.conditions = json.dumps(wish.with_tag(tag, into).as_json())
            row.save(update_fields=["conditions"])


def shown_filter(member: Membership, row: SavedFilter) -> ShownFilter:
    """One as pages show it. Raises NotYours."""
    if (shown := _shown(member, row)) is None:
        raise NotYours
    return shown


def _shown(member: Membership, row: SavedFilter) -> ShownFilter | None:
    wish = wish_of(row)
    if not asking.may_ask(member, wish):
        return None
    with_whom = row.team.name if row.team else _("Everybody") if row.shared == Shared.ALL else ""
    return ShownFilter(row.pk, row.name, wish, with_whom, _may_change(member, row))


def _reachable(member: Membership) -> QuerySet[SavedFilter]:
    if not member.may(Permission.CONTACTS_READ):
        return SavedFilter.objects.none()
    mine = Q(shared=Shared.NOBODY, made_by=member)
    theirs = Q(shared=Shared.ALL) | Q(shared=Shared.TEAM, team_id__in=member.team_ids)
    if member.may(Permission.FILTERS_SHARE):
        theirs |= Q(shared=Shared.TEAM, made_by=member)
    return SavedFilter.objects.filter(mine | theirs).select_related("team").order_by(Lower("name"), "pk")


def _opened(rows: QuerySet[SavedFilter]) -> list[SavedFilter]:
    found = list(rows)
    prefetch(found)
    return found


def _may_change(member: Membership, row: SavedFilter) -> bool:
    """Their own private one; a shared one with the right to share, because it changes what colleagues see."""
    if row.shared == Shared.NOBODY:
        return row.made_by_id == member.pk
    return member.may(Permission.FILTERS_SHARE)


def _require_sharing(member: Membership, sharing: Sharing, before: SavedFilter | None) -> None:
    if sharing.shared == Shared.NOBODY:
        if before is not None and before.made_by_id != member.pk:
            raise BadFilter(_("Only who made it can keep it for themselves."))
        return
    require(member, Permission.FILTERS_SHARE)
    if sharing.team is not None and sharing.team.pk not in member.team_ids:
        already = before is not None and before.team_id == sharing.team.pk
        if not already:
            raise BadFilter(_("Share it with a team that you belong to, or with everybody."))


def _refuse_too_many(member: Membership, sharing: Sharing, before: SavedFilter | None) -> None:
    with connection.cursor() as cursor:
        lock = f"filters {current_organization_id()}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [lock])
    is_private = sharing.shared == Shared.NOBODY
    rows = SavedFilter.objects.filter(shared=Shared.NOBODY, made_by=member)
    if not is_private:
        rows = SavedFilter.objects.exclude(shared=Shared.NOBODY)
    if before is not None:
        rows = rows.exclude(pk=before.pk)
    if rows.count() >= MOST_FILTERS:
        raise BadFilter(_("There are %(most)d filters already. Delete some first.") % {"most": MOST_FILTERS})
