"""An admin resets the sign-in of somebody who also works elsewhere: asked, agreed to by each other organization, done.

Nobody learns which the other organizations are, nor who asks: an admin is told to talk to the person, who knows. Only
when all have agreed is anything taken away, so no organization can put a person out of another one by asking.

Each function makes organizations active itself, one after the other.
"""

import logging
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import invitations, mail, notices
from accounts.agreements import agreement_of, new_code, open_request, places_elsewhere, waits
from accounts.factors import telling
from accounts.models import Membership, RecoveryAgreement, RecoveryRequest, User
from accounts.permissions import Permission
from accounts.roles import require_over
from tenancy import audit, rates
from tenancy.isolation import activate

LIFE = timedelta(days=7)
ASKED_A_DAY = 3
log = logging.getLogger("parley.accounts")


class AskedAlready(Exception):
    """It is being asked, here or in another organization of the person."""


class AskedTooOften(Exception):
    """ASKED_A_DAY times within a day: the other organizations are not to be worn down."""


class StillWaiting(Exception):
    """Not every organization of the person has agreed."""


class NothingAsked(Exception):
    """There is nothing to agree to any more."""


def ask(*, actor: Membership, member: Membership) -> None:
    """Ask the person's other organizations. Nothing is taken away yet; the person is told.

    Raises AskedAlready, AskedTooOften, and what `invitations.require_reset` raises.
    """
    with activate(actor.organization):
        invitations.require_reset(actor, member)
        if not rates.spend(f"recovery:{member.user_id}", limit=ASKED_A_DAY, per_seconds=86_400).allowed:
            raise AskedTooOften
        RecoveryRequest.objects.filter(user=member.user_id, expires_at__lte=timezone.now()).delete()
        try:
            with transaction.atomic():
                RecoveryRequest.objects.create(
                    user_id=member.user_id, membership=member, asked_by=actor, expires_at=timezone.now() + LIFE
                )
        except IntegrityError:
            raise AskedAlready from None
        audit.record(event=audit.AuditKind.SIGN_IN_RESET_ASKED, actor=actor, object=member)
        telling.reset_was_asked(member, by=actor.user.name)
    for place in places_elsewhere(member).select_related("user", "organization"):
        with activate(place.organization):
            audit.record(event=audit.AuditKind.SIGN_IN_RESET_ASKED, object=place, elsewhere=True)
            words: dict[str, str | int] = {"name": place.user.name, "days": LIFE.days}
            notices.tell(Permission.PEOPLE_RESET, mail.MailKind.RECOVERY_ASKED, route="people", words=words)
    log.info("recovery_asked member=%s", member.pk)


def agree(*, actor: Membership, member: Membership) -> str:
    """This organization agrees; the code that the actor hands to the person. Needs the organization active.

    Agreeing again makes another code. Raises NothingAsked, and what `invitations.require_reset` raises.
    """
    request = _asked_elsewhere(actor, member)
    code, hashed = new_code()
    said = {"agreed_by": actor, "code_hash": hashed, "agreed_at": timezone.now()}
    RecoveryAgreement.objects.update_or_create(request=request, membership=member, defaults=said)
    audit.record(event=audit.AuditKind.SIGN_IN_RESET_AGREED, actor=actor, object=member)
    if not waits(request):
        telling.reset_was_agreed(request.asked_by, about=member.user.name)
    return code


def refuse(*, actor: Membership, member: Membership) -> None:
    """This organization does not agree: what was asked ends, for all. Raises as `agree`. Needs it active."""
    request = _asked_elsewhere(actor, member)
    RecoveryRequest.objects.filter(pk=request.pk).delete()
    audit.record(event=audit.AuditKind.SIGN_IN_RESET_REFUSED, actor=actor, object=member)


def take_back(*, actor: Membership, member: Membership) -> None:
    """The organization that asked no longer does; a link that came of it ends too. Needs it active."""
    require_over(actor, member, Permission.PEOPLE_RESET)
    if RecoveryRequest.objects.filter(membership=member).delete()[0]:
        audit.record(event=audit.AuditKind.SIGN_IN_RESET_REFUSED, actor=actor, object=member, taken_back=True)


def carry_out(*, actor: Membership, member: Membership) -> str:
    """All have agreed: password and factors go, every session ends. The token of the link that the actor hands over;
    it takes the codes that the others handed over.

    Raises NothingAsked, StillWaiting, and what `invitations.require_reset` raises.
    """
    with activate(actor.organization):
        invitations.require_reset(actor, member)
        User.objects.select_for_update(no_key=True).get(pk=member.user_id)  # first, as whoever uses the link up does
        rows = RecoveryRequest.objects.select_for_update().filter(membership=member, expires_at__gt=timezone.now())
        request = rows.first()
        if request is None:
            raise NothingAsked
        if waits(request):
            raise StillWaiting
        RecoveryRequest.objects.filter(pk=request.pk).update(expires_at=timezone.now() + invitations.LINK_LIFE)
        token = invitations.reset_agreed(actor=actor, member=member, request=request)
    for place in places_elsewhere(member).select_related("organization"):
        with activate(place.organization):
            audit.record(event=audit.AuditKind.SIGN_IN_RESET, object=place, elsewhere=True)
    return token


def _asked_elsewhere(actor: Membership, member: Membership) -> RecoveryRequest:
    invitations.require_reset(actor, member, suspended=True)
    request = open_request(member)
    if request is None or request.membership_id == member.pk:
        raise NothingAsked
    locked = RecoveryRequest.objects.select_for_update().filter(pk=request.pk).first()
    if locked is None:
        raise NothingAsked
    return request


def stage(member: Membership) -> str:
    """What the person's page says: "" (nothing is asked), `waits`, `agreed` (all have), of what this organization asks;
    `asked`, `said` (this one has agreed), of what another one asks.
    """
    request = open_request(member)
    if request is None:
        return ""
    if request.membership_id == member.pk:
        return "waits" if waits(request) else "agreed"
    return "said" if agreement_of(request, member) else "asked"
