"""What pages show of periods: what holds where and why, what waits, what was changed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from accounts.models import Membership, Team
from accounts.permissions import Permission, require
from retention import words
from retention.choices import Choices
from retention.due import due_at
from retention.keeping import kept
from retention.kinds import Kind
from retention.models import RetentionPolicy
from retention.nights import nights
from retention.periods import Period
from retention.spans import said
from retention.subjects import SUBJECTS
from tenancy.isolation import current_organization_id
from texting.models import ContactTag, Conversation, Tag

SHOWN = tuple(kind for kind in Kind if SUBJECTS[kind])
"""Kinds of which there are rows to end."""


@dataclass(frozen=True)
class PlaceRow:
    """What holds at one place, a team or a tag; neither: the organization. `choice`: its own; `waiting`: what will
    count.
    """

    team: Team | None
    tag: Tag | None
    period: Period
    choice: RetentionPolicy | None
    waiting: RetentionPolicy | None

    @property
    def holds(self) -> str:
        """The period in words."""
        return said(self.period.days)

    @property
    def why(self) -> str:
        """What decided it."""
        return words.why(self.period)

    @property
    def limits(self) -> str:
        """Between what one may choose."""
        return words.limits(self.period)

    @property
    def whose_id(self) -> UUID | None:
        """Of the team or tag; None: the organization."""
        whose = self.team or self.tag
        return whose.pk if whose else None

    @property
    def name(self) -> str:
        """The place in words; "" for the organization."""
        return words.place(self.team.name if self.team else "", self.tag.name if self.tag else "")

    @property
    def whose_query(self) -> str:
        """The team or tag as an address names it."""
        return str(self.whose_id or "")

    @property
    def coming(self) -> str:
        """The period that waits, in words."""
        if self.waiting is None:
            return ""
        return "" if self.waiting.follows else said(self.waiting.days)


@dataclass(frozen=True)
class KindRows:
    """One kind: the organization first, then the teams and the tags that have or will have their own."""

    kind: Kind
    words: words.KindWords
    places: tuple[PlaceRow, ...]


def overview(member: Membership) -> list[KindRows]:
    """What holds now for every kind. Four statements."""
    require(member, Permission.RETENTION_MANAGE)
    now, choices = timezone.now(), Choices.load()
    teams = {team.pk: team for team in Team.objects.all()}
    tags = {tag.pk: tag for tag in Tag.objects.all()}
    holding = choices.holding(now)
    waiting = {(Kind(row.kind), row.whose_id): row for row in choices.waiting(now)}
    found = []
    for kind in SHOWN:
        own = {whose for held, whose in (*holding, *waiting) if held is kind and whose is not None}
        named = [*_by_name(own, teams), *_by_name(own, tags)]
        places = [
            PlaceRow(
                teams.get(whose) if whose else None,
                tags.get(whose) if whose else None,
                choices.periods(now, whose if whose in teams else None, whose if whose in tags else None)[kind],
                holding.get((kind, whose)),
                waiting.get((kind, whose)),
            )
            for whose in (None, *named)
        ]
        found.append(KindRows(kind, words.KINDS[kind], tuple(places)))
    return found


def _by_name(own: Collection[UUID], known: Mapping[UUID, Any]) -> list[UUID]:
    return sorted((pk for pk in own if pk in known), key=lambda pk: str(known[pk].name).casefold())


def history(kind: Kind | None = None) -> list[RetentionPolicy]:
    """What was chosen and taken back, the newest first; at most 100."""
    rows = RetentionPolicy.objects.select_related("team", "tag", "set_by__user", "taken_back_by__user")
    return list((rows.filter(kind=kind) if kind else rows).order_by("-set_at", "-id")[:100])


@dataclass(frozen=True)
class End:
    """When something of a conversation ends. `on` None: never, or not before it is resolved. `kept`: why it stays."""

    kind: Kind
    on: datetime | None
    period: Period
    kept: tuple[str, ...]

    @property
    def title(self) -> str:
        """The name of the kind."""
        return words.title(self.kind)

    @property
    def holds(self) -> str:
        """The period in words."""
        return said(self.period.days)

    @property
    def rule(self) -> str:
        """What decided it."""
        return words.why(self.period)


def ends_of(member: Membership, conversation: Conversation) -> list[End]:
    """For the panel beside a thread: of each kind the newest row that the conversation has. A few statements."""
    now, zone = timezone.now(), member.organization.time_zone
    choices, tagged = Choices.load(), ContactTag.objects.filter(contact=conversation.contact_id)
    tagged_at = dict(tagged.values_list("tag_id", "created_at"))
    found = []
    for kind in (Kind.BODIES, Kind.ATTACHMENTS, Kind.CONVERSATIONS):
        rows_of, reasons = [], []
        for subject in SUBJECTS[kind]:
            rows = subject.rows.filter(subject.of(subject.conversation, "", conversation.pk))
            at = rows.aggregate(at=Max(subject.since))["at"]
            if at is not None:
                rows_of.append((subject, at))
                reasons += [one.keeper for one in kept(subject) if rows.filter(one.condition).exists()]
        if not rows_of:
            continue
        period = choices.period_of(kind, now, conversation.line.team_id, tagged_at)
        ends = [due_at(subject, at, period.days) for subject, at in rows_of if period.days is not None]
        on = _night(zone, max(*ends, now)) if ends else None
        found.append(End(kind, on, period, _said(reasons)))
    return found


def _night(zone: str, after: datetime) -> datetime:
    return nights(current_organization_id(), zone, after, 1)[0]


def _said(keepers: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words.keeper(one) for one in keepers))
