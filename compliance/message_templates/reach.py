"""Who reaches which template: the organization's, somebody's own, and what waits for a second person.

Whoever manages templates and does not read every team's conversations manages those of their own teams and those of
everybody. One's own are nobody else's business: a colleague who manages templates sees one only while it waits for
them to approve it, and then approves it or sends it back.
"""

from collections.abc import Callable
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Membership, Team
from accounts.permissions import Permission, require_one
from compliance.models import MessageTemplate, TemplateRules

Reach = Callable[[Membership], QuerySet[MessageTemplate]]
OF_TEMPLATES = (Permission.TEMPLATES_MANAGE, Permission.TEMPLATES_OWN)
"""With one of these somebody writes templates: the organization's, or their own."""


def manageable(member: Membership) -> QuerySet[MessageTemplate]:
    """Those that this member may change. Raises MissingPermission."""
    require_one(member, *OF_TEMPLATES)
    return _rows().filter(_changeable(member))


def readable(member: Membership) -> QuerySet[MessageTemplate]:
    """Those, and colleagues' own ones that wait for approval. Raises MissingPermission."""
    require_one(member, *OF_TEMPLATES)
    waiting = Q(owner__isnull=False, asked_by__isnull=False, archived_at=None)
    if not member.may(Permission.TEMPLATES_MANAGE):
        return manageable(member)
    return _rows().filter(_changeable(member) | waiting)


def teams_for(member: Membership) -> QuerySet[Team]:
    """The teams that this member may give a template to."""
    rows = Team.objects.order_by("name")
    return rows if member.may(Permission.CONVERSATIONS_READ_ALL) else rows.filter(pk__in=member.team_ids)


def wants_second(*, own: bool) -> bool:
    """Whether somebody else has to approve what is published: of one person's own, or of the organization's."""
    return TemplateRules.objects.filter(**{"second_for_own" if own else "second_person": True}).exists()


def waiting_for(member: Membership) -> QuerySet[MessageTemplate]:
    """Those that wait for this member: others wrote them and asked."""
    if not member.may(Permission.TEMPLATES_MANAGE):
        return MessageTemplate.objects.none()
    waiting = readable(member).filter(asked_by__isnull=False, archived_at=None)
    return waiting.exclude(asked_by=member).exclude(changed_by=member)


def to_approve(member: Membership) -> int:
    """How many wait for this member."""
    return waiting_for(member).count()


def find(member: Membership, template_id: UUID) -> MessageTemplate | None:
    """One that the member may look at; None for every other."""
    return readable(member).filter(pk=template_id).first()


def _rows() -> QuerySet[MessageTemplate]:
    return MessageTemplate.objects.select_related("team", "owner__user", "changed_by__user", "asked_by__user")


def _changeable(member: Membership) -> Q:
    shared = Q(owner=None)
    if not member.may(Permission.CONVERSATIONS_READ_ALL):
        shared &= Q(team=None) | Q(team__in=member.team_ids)
    own = Q(owner=member)
    if not member.may(Permission.TEMPLATES_MANAGE):
        return own
    return shared | own if member.may(Permission.TEMPLATES_OWN) else shared
