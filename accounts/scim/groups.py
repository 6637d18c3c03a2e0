"""Groups of the company's directory, and the roles and teams that their people get.

A group gives what an admin chose for it, who had to hold it themselves. Whoever leaves a group loses what it gave,
unless another of their groups gives it too; what an admin gave by hand, beside the groups, is not told apart from that.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import (
    Directory,
    DirectoryGroup,
    DirectoryGroupMember,
    DirectoryPerson,
    Membership,
    MembershipRole,
    Role,
    Team,
    TeamMember,
)
from accounts.permissions import Permission, require
from accounts.scim.errors import invalid_value, taken
from accounts.scim.reading import GroupWish
from tenancy import audit
from tenancy.audit import AuditKind


def create(directory: Directory, wish: GroupWish) -> DirectoryGroup:
    """A new group, which gives nothing until an admin chose what. Raises ScimError."""
    try:
        with transaction.atomic():
            group = DirectoryGroup.objects.create(name=wish.name, external_id=wish.external_id)
    except IntegrityError:
        raise taken("Another group has this displayName.") from None
    audit.record(event=AuditKind.DIRECTORY_GROUP_ADDED, actor=directory.membership, object=group)
    _set_members(directory, group, wish.members or frozenset())
    return group


def replace(directory: Directory, group: DirectoryGroup, wish: GroupWish) -> None:
    """Make the group what the directory says; members that it does not mention stay. Raises ScimError."""
    if (group.name, group.external_id) != (wish.name, wish.external_id):
        group.name, group.external_id = wish.name, wish.external_id
        try:
            with transaction.atomic():
                group.save()
        except IntegrityError:
            raise taken("Another group has this displayName.") from None
        audit.record(event=AuditKind.DIRECTORY_GROUP_CHANGED, actor=directory.membership, object=group)
    if wish.members is not None:
        _set_members(directory, group, wish.members)


def remove(directory: Directory, group: DirectoryGroup) -> None:
    """The group goes, and with it what it gave."""
    _set_members(directory, group, frozenset())
    audit.record(event=AuditKind.DIRECTORY_GROUP_REMOVED, actor=directory.membership, object=group)
    group.delete()


def leave_all(directory: Directory, person: DirectoryPerson) -> None:
    """Take the person out of every group."""
    for place in DirectoryGroupMember.objects.filter(person=person).select_related("group"):
        place.delete()
        _take(directory.membership, place.group, [person])


def locked(group_id: UUID) -> DirectoryGroup | None:
    """The group, for changing: two requests about one group follow each other."""
    return DirectoryGroup.objects.select_for_update(no_key=True).filter(pk=group_id).first()


def people_in(group: DirectoryGroup) -> QuerySet[DirectoryPerson]:
    """Who is in the group."""
    return DirectoryPerson.objects.filter(groups__group=group, removed_at__isnull=True)


def choose(*, actor: Membership, group: DirectoryGroup, role: Role | None, team: Team | None) -> None:
    """What the group's people get from now on; what it gave before is taken away. True at their next request.

    Raises MissingPermission, also for a role that holds what the actor lacks.
    """
    require(actor, Permission.DIRECTORY_MANAGE, Permission.PEOPLE_MANAGE, *(role.granted if role else ()))
    if team is not None and team.pk not in actor.team_ids:
        require(actor, Permission.CONVERSATIONS_READ_ALL)
    if (group.role_id, group.team_id) == (role and role.pk, team and team.pk):
        return
    people = list(people_in(group).select_related("membership__user"))
    before = DirectoryGroup(pk=group.pk, role=group.role, team=group.team)
    group.role, group.team = role, team
    group.save(update_fields=["role", "team", "changed_at"])
    _take(actor, before, people)
    _give(actor, group, people)
    audit.record(
        event=AuditKind.DIRECTORY_GROUP_MAPPED,
        actor=actor,
        object=group,
        role=role.name if role else None,
        team=team.name if team else None,
        people=len(people),
    )


def _set_members(directory: Directory, group: DirectoryGroup, wanted: frozenset[UUID]) -> None:
    before = set(people_in(group).values_list("pk", flat=True))
    coming = list(
        DirectoryPerson.objects.filter(pk__in=wanted - before, removed_at__isnull=True).select_related(
            "membership__user"
        )
    )
    if len(coming) != len(wanted - before):
        raise invalid_value("A member of the group is not known here. Send people before groups.")
    going = list(DirectoryPerson.objects.filter(pk__in=before - wanted).select_related("membership__user"))
    if not coming and not going:
        return
    DirectoryGroupMember.objects.filter(group=group, person__in=going).delete()
    DirectoryGroupMember.objects.bulk_create(
        [DirectoryGroupMember(group=group, person=person) for person in coming], ignore_conflicts=True
    )
    _take(directory.membership, group, going)
    _give(directory.membership, group, coming)
    audit.record(
        event=AuditKind.DIRECTORY_GROUP_CHANGED,
        actor=directory.membership,
        object=group,
        came=len(coming),
        went=len(going),
    )


def _give(actor: Membership, group: DirectoryGroup, people: Iterable[DirectoryPerson]) -> None:
    for person in people:
        member = person.membership
        if group.role is not None:
            _held, came = MembershipRole.objects.get_or_create(membership=member, role=group.role)
            _note_if(came, actor, member, "role", came=group.role.name)
        if group.team is not None:
            _place, came = TeamMember.objects.get_or_create(membership=member, team=group.team)
            _note_if(came, actor, member, "teams", came=group.team.name)


def _take(actor: Membership, group: DirectoryGroup, people: Iterable[DirectoryPerson]) -> None:
    for person in people:
        member = person.membership
        others = DirectoryGroup.objects.filter(members__person=person).exclude(pk=group.pk)
        if group.role is not None and not others.filter(role=group.role).exists():
            held = MembershipRole.objects.filter(membership=member, role=group.role)
            _note_if(held.delete()[0], actor, member, "role", went=group.role.name)
        if group.team is not None and not others.filter(team=group.team).exists():
            places = TeamMember.objects.filter(membership=member, team=group.team)
            _note_if(places.delete()[0], actor, member, "teams", went=group.team.name)


def _note_if(happened: int, actor: Membership, member: Membership, what: str, **change: str) -> None:
    if not happened:
        return
    for remembered in ("permissions", "team_ids"):
        member.__dict__.pop(remembered, None)
    audit.record(event=AuditKind.MEMBER_CHANGED, actor=actor, object=member, changed=what, **change)
