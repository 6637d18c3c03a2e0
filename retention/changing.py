"""Choosing a period, after a look at what it ends, and taking the choice back.

What keeps longer counts at once. What ends sooner counts after `GRACE`, and until then it can be taken back and has
ended nothing; the other admins are mailed. Whoever would end something says the period once more.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import notices
from accounts.mail import MailKind
from accounts.mail.writing import said_later
from accounts.models import Membership, Team
from accounts.permissions import Permission, require
from accounts.setting_floors import require_strong
from retention import words
from retention.choices import GRACE, SETTING, Choices
from retention.foreseeing import Foresight, Known, foresee
from retention.kinds import Kind
from retention.lock import deleting_lock
from retention.models import RetentionPolicy
from retention.periods import WHOLE, Because, Period, longer
from retention.spans import said
from retention.subjects import SUBJECTS
from tenancy import audit
from tenancy.audit import AuditKind
from texting.models import Tag


class NotPossible(ValueError):
    """Nothing changed; the message is a sentence for the person who asked."""


class NotConfirmed(NotPossible):
    """It would end something, and nobody has said that this is meant."""


@dataclass(frozen=True)
class Effect:
    """What a choice changes. `starts_at`: when it counts. `until`: the first night in which it does.

    `period`: what holds then. `more`: rows that end by then and would not without it, by lane, of which the oldest is
    from `oldest`. `periods`: what holds then, before and after, for each kind that changes.
    """

    choice: RetentionPolicy
    period: Period
    starts_at: datetime
    until: datetime
    more: tuple[tuple[str, int], ...]
    oldest: datetime | None
    periods: tuple[tuple[Period, Period], ...]
    shortens: bool

    @property
    def total(self) -> int:
        """Rows of all lanes together."""
        return sum(count for _rows, count in self.more)

    @property
    def confirmation(self) -> str:
        """What whoever means it types: the period that then holds."""
        return said(self.period.days)


def can_have_own(kind: Kind) -> bool:
    """Whether teams may have a period of their own: whether its rows belong to conversations on a team's lines."""
    return any(subject.team for subject in SUBJECTS[kind])


def can_have_tags(kind: Kind) -> bool:
    """Whether tags may have one: whether its rows are about customers."""
    return any(subject.has_customer for subject in SUBJECTS[kind])


def effect(
    member: Membership,
    *,
    kind: Kind,
    team: UUID | None,
    tag: UUID | None = None,
    days: int | None,
    follows: bool = False,
    now: datetime | None = None,
    known: Known | None = None,
) -> Effect:
    """What the choice would do. Raises NotPossible for a period outside the limits. A few statements for each lane.

    `now` and `known`: what is counted is left there, or found, for whoever shows the nights too (`foresee`).
    """
    require(member, Permission.RETENTION_MANAGE)
    now, choices = now or timezone.now(), Choices.load()
    row = RetentionPolicy(kind=kind, team_id=team, tag_id=tag, days=days, follows=follows, set_by=member)
    row.set_at = row.starts_at = now
    if not SUBJECTS[kind] or (team is not None and not can_have_own(kind)):
        raise NotPossible(_("Teams have no period of their own for this."))
    if tag is not None and not can_have_tags(kind):
        raise NotPossible(_("Tags have no period of their own for this."))
    wanted = choices.with_also(row)
    after = _latest(wanted).periods(now, team, tag)
    if not follows and after[kind].because in (Because.SHORTEST, Because.LONGEST, Because.CONFLICT):
        raise NotPossible(words.refusal(after[kind]))
    before = choices.periods(now, team, tag)
    kinds = [kind, *(part for part in Kind if kind in _wholes(part))]
    changed = tuple((before[one], after[one]) for one in kinds if before[one].days != after[one].days)
    shortens = any(longer(old.days, new.days) for old, new in changed)
    if shortens:
        row.starts_at = now + GRACE
        wanted = choices.with_also(row)
    zone = member.organization.time_zone
    seen = [
        foresee(some, zone=zone, at=now, kinds=kinds, until=row.starts_at, with_stays=False, known=known)
        for some in (choices, wanted)
    ]
    more = _more(*seen) if shortens else ()
    oldest = min((one.oldest for one in seen[1].forecasts if one.oldest), default=None)
    return Effect(
        row, after[kind], row.starts_at, seen[1].nights[-1], more, oldest if more else None, changed, shortens
    )


def change(
    *,
    actor: Membership,
    kind: Kind,
    team: Team | None,
    tag: Tag | None = None,
    days: int | None,
    follows: bool = False,
    confirmed: bool = False,
) -> Effect:
    """Choose a period. Raises NotPossible, NotConfirmed when it would end something and nobody said so, TooWeak for
    what a profile does not allow, MissingPermission.
    """
    require(actor, Permission.RETENTION_MANAGE)
    if follows:
        require_strong(actor, SETTING)
    else:
        require_strong(actor, SETTING, **{kind.value: days})
    whose: dict[str, Any] = {"team": team.pk if team else None, "tag": tag.pk if tag else None}
    found = effect(actor, kind=kind, days=days, follows=follows, **whose)
    if _is_so(found.choice):
        raise NotPossible(_("It is so already."))
    if found.total and not confirmed:
        raise NotConfirmed(_("This ends something. Type the period to say that you mean it."))
    _save(actor, found.choice)
    if found.shortens:
        notices.tell(
            Permission.RETENTION_MANAGE,
            MailKind.RETENTION_SHORTENED,
            route="retention",
            words={
                "kind": said_later(lambda: words.title(kind)),
                "period": said_later(lambda: said(found.period.days)),
                "count": found.total,
                "by": actor.user.name,
            },
            but=actor,
        )
    return found


def follow_profile(actor: Membership, wanted: RetentionPolicy) -> None:
    """Save what a profile asks for; the profile's page has shown it (`retention.profile_switch`)."""
    require(actor, Permission.RETENTION_MANAGE)
    _save(actor, wanted)


def take_back(*, actor: Membership, policy_id: UUID) -> RetentionPolicy:
    """Withdraw a choice that does not count yet. Raises NotPossible when it counts or was withdrawn already,
    MissingPermission, RetentionPolicy.DoesNotExist.
    """
    require(actor, Permission.RETENTION_MANAGE)
    require_strong(actor, SETTING)
    row = RetentionPolicy.objects.select_for_update(of=("self",)).get(pk=policy_id)
    if row.taken_back_at is not None:
        raise NotPossible(_("Somebody has taken it back already."))
    if row.starts_at <= timezone.now():
        raise NotPossible(_("It counts already. Choose another period instead; what ended does not come back."))
    _withdraw(actor, row)
    return row


def _save(actor: Membership, row: RetentionPolicy) -> None:
    deleting_lock()  # a purge that has read the choices ends its batch first
    for waiting in _place(row).filter(starts_at__gt=row.set_at):
        _withdraw(actor, waiting)
    row.set_by = actor
    row.save(force_insert=True)
    audit.record(
        event=AuditKind.RETENTION_CHANGED,
        actor=actor,
        object=row,
        kind=row.kind,
        team=str(row.team_id or ""),
        tag=str(row.tag_id or ""),
        days="follows" if row.follows else (row.days or "never"),
        starts_at=row.starts_at.isoformat(timespec="seconds"),
    )


def _withdraw(actor: Membership, row: RetentionPolicy) -> None:
    deleting_lock()
    row.taken_back_at, row.taken_back_by = timezone.now(), actor
    row.save(update_fields=["taken_back_at", "taken_back_by"])
    audit.record(event=AuditKind.RETENTION_TAKEN_BACK, actor=actor, object=row, kind=row.kind)


def _is_so(row: RetentionPolicy) -> bool:
    """Whether the newest choice of the place is this one already."""
    newest = _place(row).order_by("-set_at", "-id").first()
    if newest is None:
        return row.follows
    return (newest.days, newest.follows) == (row.days, row.follows)


def _place(row: RetentionPolicy) -> "QuerySet[RetentionPolicy]":
    """What was chosen for the same kind and the same team or tag, and not taken back."""
    return RetentionPolicy.objects.filter(kind=row.kind, team=row.team_id, tag=row.tag_id, taken_back_at=None)


def _latest(choices: Choices) -> Choices:
    """With the maxima of profiles that start later: what is refused then is not chosen now. Without minima of those
    that were left, which are nobody's reason to refuse anything.
    """
    return Choices(choices.rows, tuple(replace(one, starts_at=None) for one in choices.limits if one.ends_at is None))


def _wholes(kind: Kind) -> tuple[Kind, ...]:
    return (WHOLE[kind], *_wholes(WHOLE[kind])) if kind in WHOLE else ()


def _more(before: Foresight, after: Foresight) -> tuple[tuple[str, int], ...]:
    """By what the rows are: how many more end."""
    counts: dict[str, int] = {}
    for sign, seen in ((-1, before), (1, after)):
        for one in seen.forecasts:
            name = words.rows_of(one.lane.subject)
            counts[name] = counts.get(name, 0) + sign * one.total
    return tuple((name, count) for name, count in counts.items() if count > 0)
