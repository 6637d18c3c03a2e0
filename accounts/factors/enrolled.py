"""What a person has set up: for the pages that list it, and for the rules that ask whether it is enough."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Model, QuerySet, Value
from django.http import Http404

from accounts.factors.ways import Way
from accounts.models import CodeMailbox, CodePhone, Passkey, RecoveryCode, TotpDevice, User

MODELS: dict[Way, type[Model]] = {
    Way.PASSKEY: Passkey,
    Way.APP: TotpDevice,
    Way.SMS: CodePhone,
    Way.EMAIL: CodeMailbox,
}
LONGEST_NAME = 40


@dataclass(frozen=True)
class Enrolled:
    """One thing that a person can show. `detail`: the phone's masked number or the address; "" for the others."""

    id: UUID
    way: Way
    name: str
    detail: str
    created_at: datetime
    last_used_at: datetime | None


def enrolled_ways(user: User) -> frozenset[Way]:
    """The ways that the user can show now; recovery codes are not among them."""
    first, *others = [_confirmed(way, user).annotate(way=Value(way.value)).values_list("way") for way in MODELS]
    return frozenset(Way(name) for (name,) in first.union(*others))


def ways_by_user(users: Iterable[UUID]) -> dict[UUID, frozenset[Way]]:
    """`enrolled_ways` of many, by the user's id, in one statement for each way; who has nothing is left out."""
    wanted = list(users)
    found: defaultdict[UUID, set[Way]] = defaultdict(set)
    for way, model in MODELS.items():
        rows = model._default_manager.filter(user__in=wanted, confirmed=True)
        for user_id in rows.values_list("user_id", flat=True):
            found[user_id].add(way)
    return {user_id: frozenset(ways) for user_id, ways in found.items()}


def enrolled(user: User) -> list[Enrolled]:
    """Everything the user can show now, the strongest first, then the oldest."""
    return [_shown(way, row, user) for way in MODELS for row in _confirmed(way, user).order_by("created_at")]


def recovery_codes_left(user: User) -> int:
    """How many recovery codes are still good."""
    return RecoveryCode.objects.filter(user=user).count()


def rename(*, user: User, factor_id: UUID, name: str) -> None:
    """Give one of the user's own another name. Raises Http404 for what is not theirs."""
    changed = [_confirmed(way, user).filter(pk=factor_id).update(name=name[:LONGEST_NAME]) for way in MODELS]
    if not any(changed):
        raise Http404


def find(user: User, factor_id: UUID) -> Enrolled:
    """One of the user's own. Raises Http404 for what is not theirs."""
    for way in MODELS:
        row = _confirmed(way, user).filter(pk=factor_id).first()
        if row is not None:
            return _shown(way, row, user)
    raise Http404


@transaction.atomic
def remove(user: User, factor_id: UUID) -> Enrolled:
    """Take one of the user's own away; what it was. The caller ends sessions and records it. Raises Http404."""
    gone = find(user, factor_id)
    MODELS[gone.way]._default_manager.filter(pk=factor_id, user=user).delete()
    return gone


def forget_all(user: User) -> int:
    """Take everything away, recovery codes and what was only begun included; how many of them counted."""
    counted = len(enrolled(user))
    models: list[type[Model]] = [*MODELS.values(), RecoveryCode]
    for model in models:
        model._default_manager.filter(user=user).delete()
    return counted


def _confirmed(way: Way, user: User) -> QuerySet[Model]:
    return MODELS[way]._default_manager.filter(user=user, confirmed=True)


def _shown(way: Way, row: Model, user: User) -> Enrolled:
    detail = {Way.SMS: getattr(row, "number_masked", ""), Way.EMAIL: user.email}.get(way, "")
    return Enrolled(
        id=row.pk,
        way=way,
        name=getattr(row, "name", "") or way.label,
        detail=detail,
        created_at=getattr(row, "created_at"),  # noqa: B009 - django-otp has no types
        last_used_at=getattr(row, "last_used_at"),  # noqa: B009
    )
