"""What an organization does with each type of text, and which links it allows."""

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings

from compliance.content_types.kinds import ContentType
from compliance.models import ContentRules
from tenancy.isolation import current_organization_id, kept_until_commit
from tenancy.models import Organization

FORBIDDEN = "forbidden"
"""The row of what carriers carry for nobody, beside those of `ContentType`."""


class Action(StrEnum):
    """What happens to a text of a type."""

    ALLOW = "allow"
    REVIEW = "review"  # a second person decides
    STOP = "stop"


CHOICES = {
    **{type.value: tuple(Action) for type in ContentType if type is not ContentType.REPLY},
    ContentType.PROMOTION.value: (Action.REVIEW, Action.STOP),
    FORBIDDEN: (Action.REVIEW, Action.STOP),
}
"""What can be decided, by row. A reply always leaves. An offer to somebody who has not agreed to marketing, and what
carriers carry for nobody, never leaves unseen."""
USUAL = dict.fromkeys(CHOICES, Action.ALLOW) | {ContentType.PROMOTION.value: Action.REVIEW, FORBIDDEN: Action.STOP}
WAIT_HOURS = 4
"""How long a text waits when nothing was decided: as long as a reply is worth sending (`texting.purposes`)."""
LEAST_WAIT, MOST_WAIT = 1, 72


@dataclass(frozen=True)
class Decided:
    """What holds. `actions` has every row of `CHOICES`."""

    actions: dict[str, Action] = field(default_factory=lambda: dict(USUAL))
    wait_hours: int = WAIT_HOURS
    domains: tuple[str, ...] = ()
    only_https: bool = False


class _Kept:
    """Asked for once in a transaction."""

    decided: Decided | None = None


def decided() -> Decided:
    """What holds for the active organization; one statement in a transaction."""
    kept = kept_until_commit(_Kept)
    if kept.decided is None:
        row = ContentRules.objects.order_by("-made_at", "-id").first()
        kept.decided = read(row) if row else Decided()
    return kept.decided


def linked() -> frozenset[str]:
    """The only domains that texts of the active organization link: its own, with Parley's; none: any domain."""
    domains = decided().domains
    return frozenset((*domains, urlsplit(settings.PUBLIC_BASE_URL).hostname or "")) if domains else frozenset()


def forget() -> None:
    """Something was changed: the next question reads anew."""
    kept_until_commit(_Kept).decided = None


def read(row: ContentRules) -> Decided:
    """A stored version. An action that a later release does not know, or does not offer any more, is as usual."""
    actions = dict(USUAL)
    for name, action in row.actions.items():
        if action in CHOICES.get(name, ()):
            actions[name] = Action(action)
    return Decided(actions, row.wait_hours, tuple(row.domains), row.only_https)


def lock() -> None:
    """Two who change it at once do so one after the other, until the transaction ends."""
    Organization.objects.select_for_update(no_key=True).get(pk=current_organization_id())
    forget()
