"""Opening an action, adding to one what came up again, and editing it."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.mail import MailKind
from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.actions import places, rates
from compliance.actions.cannot_act import CannotAct
from compliance.actions.counting import count_and_keep
from compliance.actions.origins import Origin
from compliance.actions.owners import able_owners, tell_owner
from compliance.actions.places import EVERYWHERE, Place
from compliance.actions.states import locked, note
from compliance.actions.windows import today, window_before
from compliance.models import Action, ActionEvent, ActionMeasurement, ActionOrigin
from compliance.models.action import LONGEST_LINK, LONGEST_TITLE, LONGEST_WORDS
from tenancy import audit
from tenancy.audit import AuditKind

WINDOWS = (7, 14, 28, 56, 91)
LEAST_TITLE = 3
LONGEST_TERM = timedelta(days=731)
MOST_ORIGINS = 200
PLACE = ("team_id", "line_id", "agent_id")


@dataclass(frozen=True)
class Wanted:
    """What is said of an action. `rate` "" with `target` None: nothing is measured. `window`: days, one of WINDOWS."""

    title: str
    words: str
    owner_id: UUID
    due_on: date
    change: str
    link: str = ""
    rate: str = ""
    target: float | None = None
    window: int = 28
    place: Place = EVERYWHERE


def open_action(*, member: Membership, action_id: UUID, wanted: Wanted, origin: Origin | None) -> Action:
    """Open one; twice with one id is one. The rate is measured as it is now, so that it outlives a purge.

    Raises CannotAct, MissingPermission.
    """
    require(member, Permission.ACTIONS_MANAGE)
    if there := Action.objects.filter(pk=action_id).first():
        return there
    clean, now = _checked(member, wanted), timezone.now()
    made = Action(pk=action_id, opened_by=member, opened_at=now, **_columns(clean))
    made.save(force_insert=True)
    if origin is not None:
        _link(made, origin, member)
    note(made, ActionEvent.Kind.OPENED, member)
    if clean.rate:
        zone = member.organization.time_zone
        count_and_keep(made, ActionMeasurement.Kind.OPENED, window_before(today(zone), clean.window, zone), turn=0)
    audit.record(
        event=AuditKind.ACTION_OPENED,
        actor=member,
        object=made,
        owner=clean.owner_id,
        due_on=clean.due_on,
        rate=clean.rate,
        target=str(clean.target) if clean.rate else "",
        origin=origin.text if origin else "",
    )
    if made.owner_id != member.pk:
        tell_owner(made, MailKind.ACTION_YOURS)
    return made


def add_origin(*, member: Membership, action: Action, origin: Origin) -> None:
    """The same came up again: it belongs to this action. Twice is once. Raises CannotAct for one that is over."""
    require(member, Permission.ACTIONS_MANAGE)
    live = locked(action)
    if live.state == Action.State.DROPPED:
        raise CannotAct(_("This action was dropped. Open it again first, or open a new one."))
    if live.origins.count() >= MOST_ORIGINS:
        raise CannotAct(_("This action has as many beginnings as one can have. Open a new one."))
    if _link(live, origin, member):
        note(live, ActionEvent.Kind.LINKED, member, {"origin": origin.text})
        audit.record(event=AuditKind.ACTION_LINKED, actor=member, object=live, origin=origin.text)


def edit(*, member: Membership, action: Action, wanted: Wanted) -> None:
    """Say something else of it. What is measured can be changed until the change is made; then it stays as it was.

    Raises CannotAct, MissingPermission.
    """
    require(member, Permission.ACTIONS_MANAGE)
    live = locked(action)
    clean = _checked(member, wanted, before=live)
    after = _columns(clean)
    if live.changed_on is not None:
        for name in ("rate", "window", *PLACE):
            if getattr(live, name) != after[name]:
                raise CannotAct(
                    _("The change is made: what is measured stays as it was. Open a new action for another.")
                )
    changed = [name for name, value in after.items() if getattr(live, name) != value]
    if not changed:
        return
    told = live.owner_id
    for name, value in after.items():
        setattr(live, name, value)
    if "due_on" in changed or "owner_id" in changed:
        live.told_for = None
    live.save()
    if {"rate", "window", *PLACE} & set(changed) and live.rate:
        zone = member.organization.time_zone
        ends = today(zone)
        if not live.measurements.filter(turn=0, until=ends - timedelta(days=1)).exists():
            count_and_keep(live, ActionMeasurement.Kind.OPENED, window_before(ends, live.window, zone), turn=0)
    note(live, ActionEvent.Kind.EDITED, member, {"fields": changed})
    audit.record(event=AuditKind.ACTION_EDITED, actor=member, object=live, fields=changed, owner=live.owner_id)
    if live.owner_id not in (told, member.pk):
        tell_owner(live, MailKind.ACTION_YOURS)


def _checked(member: Membership, wanted: Wanted, before: Action | None = None) -> Wanted:
    title, words = (one.replace("\x00", "").strip() for one in (wanted.title, wanted.words))
    if not LEAST_TITLE <= len(title) <= LONGEST_TITLE or len(words) > LONGEST_WORDS:
        raise CannotAct(_("Say in a few words what is to become better."))
    if not able_owners().filter(pk=wanted.owner_id).exists():
        raise CannotAct(_("Choose an owner who may see actions."))
    day = today(member.organization.time_zone)
    is_same_day = before is not None and before.due_on == wanted.due_on
    if not is_same_day and not day <= wanted.due_on <= day + LONGEST_TERM:
        raise CannotAct(_("Choose a day from today to two years from now."))
    if wanted.change not in Action.Change.values or wanted.window not in WINDOWS:
        raise CannotAct(_("Choose what changes, and for how many days it is measured."))
    is_same_place = before is not None and places.place_of_action(before) == wanted.place
    offered = [*places.choices(member), *places.agent_choices(member)]
    if not is_same_place and wanted.place.key not in {key for key, _name in offered}:
        raise CannotAct(_("Choose a team, line or colleague whose conversations you read."))
    rate = rates.rate(wanted.rate) if wanted.rate else None
    if wanted.rate and rate is None:
        raise CannotAct(_("Choose a rate from the list."))
    if rate and not rate.narrows and wanted.place.key:
        raise CannotAct(_("This figure is counted for the whole organization only. Choose that, or another rate."))
    if rate and not rate.of_agents and wanted.place.agent_id:
        raise CannotAct(
            _("This rate is not counted for one colleague: several have a part in it. Choose a team, or another.")
        )
    if rate and (wanted.target is None or not 0 <= wanted.target <= rate.unit.scale):
        raise CannotAct(_("Say which value the rate should come down to."))
    return Wanted(
        title=title,
        words=words,
        owner_id=wanted.owner_id,
        due_on=wanted.due_on,
        change=wanted.change,
        link=_path(wanted.link),
        rate=wanted.rate,
        target=wanted.target if rate else None,
        window=wanted.window,
        place=wanted.place,
    )


def _columns(wanted: Wanted) -> dict[str, object]:
    kept = {name: getattr(wanted, name) for name in vars(wanted) if name != "place"}
    return {**kept, **{name: getattr(wanted.place, name) for name in PLACE}}


def _path(link: str) -> str:
    """A page of the product as a path. Raises CannotAct for anything else: links lead nowhere outside."""
    text = link.strip().removeprefix(settings.PUBLIC_BASE_URL.rstrip("/"))
    if not text:
        return ""
    path = text.partition("#")[0].partition("?")[0]
    try:
        if not path.startswith("/") or len(text) > LONGEST_LINK:
            raise Resolver404
        resolve(path)
    except Resolver404:
        raise CannotAct(_("Copy the address of a page of this product, such as that of a template.")) from None
    return path


def _link(action: Action, origin: Origin, member: Membership) -> bool:
    _row, made = ActionOrigin.objects.get_or_create(
        action=action,
        kind=origin.kind,
        ref=origin.ref,
        key=origin.key,
        defaults={
            "conversation_id": origin.conversation_id,
            "label": origin.label[:250],
            "added_by": member,
            "added_at": timezone.now(),
        },
    )
    return made
