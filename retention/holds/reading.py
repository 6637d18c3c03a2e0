"""Holds as pages show them, to members who may see holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Membership, Team
from accounts.permissions import Permission, require
from retention.holds.clock import REMIND_BEFORE
from retention.holds.freezing import holds_on
from retention.holds.releasing import TO_CONFIRM
from retention.models import Hold, HoldEvent, HoldScope
from tenancy.encryption import prefetch
from texting.models import Contact, Conversation, Tag
from texting.queries.seeing import customer

TABS = ("open", "waiting", "released")
_STATES = {
    "open": (Hold.State.OPEN, Hold.State.RELEASING),
    "waiting": (Hold.State.RELEASING,),
    "released": (Hold.State.RELEASED,),
}


@dataclass(frozen=True)
class ShownHold:
    """A hold with its words. `scopes`: what it covers, a line each. `confirm_until`: of a request that is open."""

    hold: Hold
    scopes: tuple[str, ...]
    is_over: bool
    is_near: bool
    confirm_until: object = None

    @property
    def label(self) -> str:
        """Its state in a word or two."""
        return (
            _("Needs a decision")
            if self.is_over and self.hold.state == Hold.State.OPEN
            else str(self.hold.get_state_display())
        )

    @property
    def tone(self) -> str:
        """Of the badge."""
        if self.hold.state == Hold.State.RELEASED:
            return "neutral"
        return "warning" if self.is_over or self.hold.state == Hold.State.RELEASING else "info"

    @property
    def icon(self) -> str:
        """Of the badge."""
        icons = {Hold.State.OPEN: "lock", Hold.State.RELEASING: "hourglass", Hold.State.RELEASED: "lock-open"}
        return icons[Hold.State(self.hold.state)]


@dataclass(frozen=True)
class ShownEvent:
    """One line of a hold's history."""

    label: str
    who: str
    at: object
    words: str


def shown_holds(member: Membership, tab: str, text: str = "") -> list[ShownHold]:
    """The holds of a tab, those that need a decision first. `text` is looked for in what is shown.

    Holds are few (each is placed by hand), so words are compared after they were opened. Raises MissingPermission.
    """
    require(member, Permission.HOLDS_READ)
    rows = Hold.objects.filter(state__in=_STATES.get(tab, _STATES["open"])).order_by("-placed_at", "-pk")
    found = list(rows.select_related("owner__user", "placed_by__user").prefetch_related("scopes"))
    prefetch(found)
    shown = _with_words(member, found)
    wanted = " ".join(text.split()).casefold()
    if wanted:
        shown = [one for one in shown if wanted in _searched(one)]
    return sorted(shown, key=lambda one: not one.is_over)


def access_hold(member: Membership, hold_id: UUID) -> Hold:
    """One hold of the member's organization. Raises Http404, MissingPermission."""
    require(member, Permission.HOLDS_READ)
    people = ("owner__user", "placed_by__user", "release_asked_by__user", "released_by__user")
    found = Hold.objects.filter(pk=hold_id).select_related(*people).prefetch_related("scopes").first()
    if found is None:
        raise Http404
    return found


def shown_hold(member: Membership, hold: Hold) -> ShownHold:
    """The hold with its words."""
    return _with_words(member, [hold])[0]


def history(hold: Hold) -> list[ShownEvent]:
    """What happened to it, the newest first."""
    rows = list(HoldEvent.objects.filter(hold=hold).select_related("actor__user").order_by("-pk"))
    prefetch(rows)
    by_itself = _("By itself")
    return [
        ShownEvent(str(row.get_kind_display()), row.actor.user.name if row.actor else by_itself, row.at, row.words)
        for row in rows
    ]


def matters_on(member: Membership, row: Contact | Conversation) -> list[Hold]:
    """Holds that cover a conversation or a contact, for whoever may see holds; nothing for all others."""
    return holds_on(row) if member.may(Permission.HOLDS_READ) else []


def holds_waiting(member: Membership) -> int:
    """How many holds wait for this member to confirm a release, or for a decision because their day is over."""
    live = Hold.objects.exclude(state=Hold.State.RELEASED)
    over = (
        Q(expires_on__lte=timezone.localdate(), state=Hold.State.OPEN)
        if member.may(Permission.HOLDS_MANAGE)
        else Q(pk__in=[])
    )
    asked = Q(state=Hold.State.RELEASING) & ~Q(release_asked_by=member)
    return live.filter(over | asked if member.may(Permission.HOLDS_RELEASE) else over).count()


def reason_asked(hold: Hold) -> str:
    """Why the release is asked for now."""
    row = HoldEvent.objects.filter(hold=hold, kind=HoldEvent.Kind.ASKED).order_by("-pk").first()
    return row.words if row else ""


def describe(member: Membership, scopes: Sequence[HoldScope]) -> list[str]:
    """What scopes cover, in words: "•••• 0181, Front desk, 1 Jan 2026 to 31 Mar 2026"."""
    ids = {scope.contact_id for scope in scopes if scope.contact_id}
    contacts = Contact.objects.in_bulk(ids)
    prefetch(list(contacts.values()))
    names = {team.pk: team.name for team in Team.objects.filter(pk__in={one.team_id for one in scopes if one.team_id})}
    names |= {tag.pk: tag.name for tag in Tag.objects.filter(pk__in={one.tag_id for one in scopes if one.tag_id})}
    talks = Conversation.objects.select_related("contact").in_bulk(
        {one.conversation_id for one in scopes if one.conversation_id}
    )
    return [_words(member, scope, contacts, talks, names) for scope in scopes]


def _with_words(member: Membership, holds: Sequence[Hold]) -> list[ShownHold]:
    today = timezone.localdate()
    scopes = {hold.pk: sorted(hold.scopes.all(), key=lambda one: one.pk) for hold in holds}
    flat = [scope for hold in holds for scope in scopes[hold.pk]]
    words = dict(zip((scope.pk for scope in flat), describe(member, flat), strict=True))
    return [
        ShownHold(
            hold,
            tuple(words[scope.pk] for scope in scopes[hold.pk]),
            is_over=_days_left(hold, today, timedelta()),
            is_near=_days_left(hold, today, REMIND_BEFORE),
            confirm_until=hold.release_asked_at + TO_CONFIRM if hold.release_asked_at else None,
        )
        for hold in holds
    ]


def _days_left(hold: Hold, today: date, within: timedelta) -> bool:
    live = hold.state != Hold.State.RELEASED
    return live and hold.expires_on is not None and hold.expires_on <= today + within


def _words(
    member: Membership,
    scope: HoldScope,
    contacts: dict[UUID, Contact],
    talks: dict[UUID, Conversation],
    names: dict[UUID, str],
) -> str:
    parts = []
    if scope.number_index is not None:
        parts.append(_("Number %(number)s") % {"number": scope.number_masked})
    if scope.contact_id:
        contact = contacts.get(scope.contact_id)
        parts.append(customer(member, contact, in_list=True).name if contact else _("A contact that is gone"))
    if scope.conversation_id:
        talk = talks.get(scope.conversation_id)
        parts.append(
            _("One conversation of %(who)s") % {"who": customer(member, talk.contact, in_list=True).name}
            if talk
            else _("A conversation that is gone")
        )
    if scope.team_id:
        parts.append(_("Team %(name)s") % {"name": names.get(scope.team_id, _("that is gone"))})
    if scope.tag_id:
        parts.append(_("Tag %(name)s") % {"name": names.get(scope.tag_id, _("that is gone"))})
    if days := _days(scope):
        parts.append(days)
    return ", ".join(parts)


def _days(scope: HoldScope) -> str:
    since = date_format(scope.since, "j M Y") if scope.since else ""
    until = date_format(scope.until, "j M Y") if scope.until else ""
    if since and until:
        return _("%(since)s to %(until)s") % {"since": since, "until": until}
    if since:
        return _("from %(since)s") % {"since": since}
    return _("until %(until)s") % {"until": until} if until else ""


def _searched(one: ShownHold) -> str:
    return " ".join((one.hold.matter, one.hold.owner.user.name, *one.scopes)).casefold()
