"""Somebody's own templates go further: proposed to a team by whoever has them, handed on when their owner leaves.

What comes to a team is a draft that somebody who manages templates reads and publishes, since nobody else has read it
before. A colleague gets a leaver's as they are: they stay one person's own. Those of a leaver are archived otherwise,
and there again for somebody who comes back.
"""

from contextlib import suppress
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Membership, Team
from accounts.permissions import Permission, require
from compliance.content_types.kinds import ContentType
from compliance.message_templates import telling, writing
from compliance.models import MessageTemplate
from tenancy import audit
from tenancy.audit import AuditKind

MOST_PROPOSED = 10
"""Of one person that nobody has published yet."""
_TRIES = 3  # at a name that somebody else takes in the same moment


class TooManyProposed(ValueError):
    """The person has MOST_PROPOSED proposals that nobody has published or archived yet."""


class ProposedBefore(ValueError):
    """The same words are there for that team already, or the person has proposed them before."""


def propose(*, actor: Membership, template: MessageTemplate, team: Team | None) -> MessageTemplate:
    """A copy for the team (None: for every team), which waits for somebody who manages templates.

    `team` is one of `reach.teams_for`. The actor's own stays. Raises Flawed for what could not be published, NotNow
    when it is archived, ProposedBefore, TooManyProposed, TooMany, NameTaken, MissingPermission.
    """
    require(actor, Permission.TEMPLATES_OWN)
    now = writing.as_seen(actor, template, "")
    if now.owner_id != actor.pk:
        raise writing.NotNow
    writing.require_flawless(actor, now)
    _require_new(actor, now, team)
    made = _draft_for(actor, now, team)
    made.asked_by, made.asked_at, made.is_proposed = actor, timezone.now(), True
    made.save(update_fields=["asked_by", "asked_at", "is_proposed"])
    audit.record(event=AuditKind.TEMPLATE_ASKED, actor=actor, object=made)
    telling.waits(made)
    return made


def _require_new(actor: Membership, row: MessageTemplate, team: Team | None) -> None:
    """One person's proposals go one after another. Raises ProposedBefore, TooManyProposed."""
    Membership.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    shared = MessageTemplate.objects.filter(owner=None, archived_at=None)
    mine = shared.filter(made_by=actor, is_proposed=True)
    bodies = {language: row.bodies.get(language, "") for language in row.languages}
    there = shared.filter(Q(team=team) | Q(team=None) | Q(pk__in=mine.values("pk")))
    if there.filter(bodies=bodies).exists():
        raise ProposedBefore
    if mine.filter(version=0).count() >= MOST_PROPOSED:
        raise TooManyProposed


def own_of(member: Membership) -> QuerySet[MessageTemplate]:
    """The member's own ones that are in use or being written, by name."""
    return MessageTemplate.objects.filter(owner=member, archived_at=None).order_by("name", "pk")


def hand_on(
    *, actor: Membership, leaver: Membership, to: Membership | None = None, team_id: UUID | None = None
) -> list[MessageTemplate]:
    """Take the leaver's own ones out of their hands: to a colleague who may have some, to a team, or archive them.

    Returns them as they were. Nobody is refused: what a colleague or a team cannot take is archived.
    """
    rows = list(own_of(leaver).select_for_update(of=("self",), no_key=True))
    taker = to if to is not None and to.may(Permission.TEMPLATES_OWN) else None
    team = Team.objects.filter(pk=team_id).first() if team_id else None
    for row in rows:
        if taker is not None:
            _give(actor, row, taker)
            continue
        if team is not None:
            with suppress(writing.Flawed, writing.NameTaken, writing.TooMany):
                _draft_for(actor, row, team)
        _archive(actor, row)
    return rows


def _draft_for(actor: Membership, row: MessageTemplate, team: Team | None) -> MessageTemplate:
    bodies = {language: row.bodies.get(language, "") for language in row.languages}
    for left in reversed(range(_TRIES)):
        name = writing.free_name(row.name, owner=None)
        wish = writing.Wish(name, ContentType(row.type), bodies, "", team, row.library_key)
        try:
            return writing.begin(actor=actor, wish=wish)
        except writing.NameTaken:
            if not left:
                raise
    raise AssertionError


def _give(actor: Membership, row: MessageTemplate, taker: Membership) -> None:
    """Name and shortcut give way to the taker's own; what waited for approval waits no more.

    What was published keeps its words and its name: a new name is a change like any other.
    """
    theirs = MessageTemplate.objects.filter(owner=taker, archived_at=None)
    name = writing.free_name(row.name, owner=taker)
    shortcut = "" if theirs.filter(shortcut=row.shortcut).exists() else row.shortcut
    MessageTemplate.objects.filter(pk=row.pk).update(
        owner=taker,
        name=name,
        shortcut=shortcut,
        has_changes=row.has_changes or name != row.name,
        asked_by=None,
        asked_at=None,
    )
    audit.record(event=AuditKind.TEMPLATE_CHANGED, actor=actor, object=row, type=row.type, handed_to=taker.pk)


def _archive(actor: Membership, row: MessageTemplate) -> None:
    MessageTemplate.objects.filter(pk=row.pk).update(
        archived_at=timezone.now(), archived_by=actor, asked_by=None, asked_at=None
    )
    audit.record(event=AuditKind.TEMPLATE_ARCHIVED, actor=actor, object=row)
