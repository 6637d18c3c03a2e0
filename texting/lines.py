"""What an admin does with a line: connect, change, switch, and exchange its token and its webhook address.

Token and address change in two steps: the new one counts at once, the old one goes on counting until "finish", so that
no text is lost while the provider is being told. Credentials go in and never come out.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import Membership, Team
from accounts.permissions import Permission, require
from accounts.teams import reads
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import current_organization_id
from texting import circuit, counted_days
from texting.keeping_guards import why_line_stays
from texting.models import Conversation, Line, LineKey
from texting.models.line import new_line_key
from texting.providers.base import Credentials
from texting.providers.catalog import card_of


class NumberTaken(ValueError):
    """The organization has a line with this number."""


class HasTexts(ValueError):
    """Whether a line is for sign-in codes is settled by its first text: what stands on it would be hidden, or shown."""


class StaysInTeam(ValueError):
    """In the other team its texts would end sooner; the message says which, and what to do."""


class OrganizationEnds(ValueError):
    """An owner ends the organization: no line of it sends until that is taken back."""


class OtherLineForCodes(ValueError):
    """Another line of the organization sends its codes."""


@dataclass(frozen=True)
class Settings:
    """What can be changed at any time. `texts_per_second` from 0.01 to 500."""

    name: str
    team: Team
    texts_per_second: float
    carrier_answers_keywords: bool
    sends_codes: bool = False


def new_secret() -> str:
    """For a provider whose secret is ours to make."""
    return secrets.token_urlsafe(32)


def connect(*, actor: Membership, provider: str, credentials: Credentials, number: str, settings: Settings) -> Line:
    """Add a line. `number` is E.164; the credentials were tried at the provider.

    Raises NumberTaken, OrganizationEnds: it would send until the clock looks.
    """
    require(actor, Permission.LINES_MANAGE)
    if actor.organization.closes_at is not None:
        raise OrganizationEnds
    if card_of(provider).makes_secret:
        credentials = replace(credentials, secret=new_secret())
    line = Line(number=number, provider=provider, credentials=credentials.to_json())
    _apply(line, settings)
    _one_for_codes(line)
    try:
        with transaction.atomic():
            line.save(force_insert=True)
    except IntegrityError:
        raise NumberTaken from None
    LineKey.objects.create(
        line_id=line.pk, organization_id=current_organization_id(), texts_per_second=settings.texts_per_second
    )
    audit.record(event=AuditKind.LINE_CREATED, actor=actor, object=line, provider=provider)
    return line


def change(*, actor: Membership, line_id: UUID, settings: Settings) -> Line:
    """Give the line another name, team, pace or keyword handling, or make it the one for codes.

    Another team reads all that was ever written on the line, so only who reads it themselves can give it away.
    Raises MissingPermission, HasTexts, OtherLineForCodes, StaysInTeam.
    """
    line = _locked(actor, line_id)
    if settings.team.pk != line.team_id:
        if not (reads(actor, line.team) and reads(actor, settings.team)):
            require(actor, Permission.CONVERSATIONS_READ_ALL)
        if why := why_line_stays(line.pk, settings.team.pk):
            raise StaysInTeam(why)
    before = _plain(line)
    _apply(line, settings)
    changed = sorted(name for name, value in _plain(line).items() if before[name] != value)
    if "codes" in changed:
        _one_for_codes(line)
        if Conversation.objects.filter(line=line).exists():
            raise HasTexts
    if "team" in changed:
        counted_days.forget_all()
    if changed:
        line.save(update_fields=["name", "team", "texts_per_second", "carrier_answers_keywords", "sends_codes"])
        LineKey.objects.filter(line_id=line.pk).update(texts_per_second=line.texts_per_second)
        audit.record(event=AuditKind.LINE_CHANGED, actor=actor, object=line, changed=changed)
    return line


def switch(*, actor: Membership, line_id: UUID, on: bool) -> Line:
    """A line that is off sends nothing: what waits ends at the gate. It still hears: a STOP must not be missed."""
    line = _locked(actor, line_id)
    if on and actor.organization.closes_at is not None:
        raise OrganizationEnds
    if line.is_active is not on:
        line.is_active = on
        line.save(update_fields=["is_active"])
        audit.record(event=AuditKind.LINE_CHANGED, actor=actor, object=line, changed=["on" if on else "off"])
    return line


# --- Token and address ---


def change_token(*, actor: Membership, line_id: UUID, secret: str) -> Line:
    """`secret` counts from now on; the one before it still signs webhooks until `finish_token`."""
    line = _locked(actor, line_id)
    held = Credentials.from_json(line.credentials)
    if secret != held.secret:
        _seal(line, replace(held, secret=secret, previous_secret=held.secret))
        audit.record(event=AuditKind.LINE_CHANGED, actor=actor, object=line, changed=["token"])
        circuit.resume(line.pk)
    return line


def try_again(*, actor: Membership, line_id: UUID) -> bool:
    """Let a line that stopped, because the provider refused it, go on at once. Whether it had stopped."""
    line = _locked(actor, line_id)
    went_on = circuit.resume(line.pk)
    if went_on:
        audit.record(event=AuditKind.LINE_CHANGED, actor=actor, object=line, changed=["tried again"])
    return went_on


def finish_token(*, actor: Membership, line_id: UUID) -> Line:
    """The token before the present one counts no more."""
    line = _locked(actor, line_id)
    held = Credentials.from_json(line.credentials)
    if held.previous_secret:
        _seal(line, replace(held, previous_secret=""))
        audit.record(event=AuditKind.LINE_CHANGED, actor=actor, object=line, changed=["previous token removed"])
    return line


def change_address(*, actor: Membership, line_id: UUID) -> Line:
    """A new webhook address; the one before it still answers until `finish_address`."""
    line = _locked(actor, line_id)
    key = LineKey.objects.select_for_update().get(line_id=line.pk)
    key.previous_key, key.key, key.heard_at = key.key, new_line_key(), None
    key.save(update_fields=["previous_key", "key", "heard_at"])
    audit.record(event=AuditKind.LINE_CHANGED, actor=actor, object=line, changed=["webhook address"])
    return line


def finish_address(*, actor: Membership, line_id: UUID) -> Line:
    """The address before the present one answers no more."""
    line = _locked(actor, line_id)
    if LineKey.objects.filter(line_id=line.pk, previous_key__isnull=False).update(previous_key=None):
        audit.record(event=AuditKind.LINE_CHANGED, actor=actor, object=line, changed=["previous address removed"])
    return line


def _locked(actor: Membership, line_id: UUID) -> Line:
    """The line, its row locked, for somebody who may change it. Raises Line.DoesNotExist."""
    require(actor, Permission.LINES_MANAGE)
    return Line.objects.select_for_update(of=("self",)).select_related("team").get(pk=line_id)


def _seal(line: Line, credentials: Credentials) -> None:
    line.credentials = credentials.to_json()
    line.save(update_fields=["credentials"])
    circuit.resume(line.pk)  # a line that had stopped because of the old ones goes on


def _apply(line: Line, settings: Settings) -> None:
    line.name, line.team = settings.name, settings.team
    line.texts_per_second = settings.texts_per_second
    line.carrier_answers_keywords = settings.carrier_answers_keywords
    line.sends_codes = settings.sends_codes


def _one_for_codes(line: Line) -> None:
    if line.sends_codes and Line.objects.filter(sends_codes=True).exclude(pk=line.pk).exists():
        raise OtherLineForCodes


def _plain(line: Line) -> Mapping[str, object]:
    return {
        "name": line.name,
        "team": line.team_id,
        "pace": line.texts_per_second,
        "keywords": line.carrier_answers_keywords,
        "codes": line.sends_codes,
    }
