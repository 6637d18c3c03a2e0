"""The doors that close when somebody leaves: an ordered list that each part of the product adds its own to.

A step names one kind of thing that lets a member in or acts for them. The list is `ACCOUNTS_DEACTIVATION_STEPS`;
tests/architecture/test_leaving.py fails when a model holds a secret or a grant of a member and no step closes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import ClassVar

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from accounts.models import Membership

TO_TAKER = "taker"
"""What they kept for themselves goes to whoever takes their conversations."""


@dataclass(frozen=True)
class Leaving:
    """Who leaves, who ends it, and to whom open work goes (None: back to its team).

    `own_to`: what becomes of what they kept for themselves alone (TO_TAKER, the id of a team, or "": it is archived).
    `is_for_a_while`: they are suspended.
    """

    member: Membership
    actor: Membership
    at: datetime
    hand_to: Membership | None = None
    own_to: str = ""
    is_for_a_while: bool = False


@dataclass(frozen=True)
class Item:
    """One thing that ended. `label` is for people and may be empty; `clue` is with what its door is tried again.

    A clue is never what opened the door, only its SHA-256 (hexadecimal) or an id.
    """

    id: str
    label: str = ""
    clue: str = ""


@dataclass(frozen=True)
class Tried:
    """How many things a door was tried with, and how many it let in."""

    tried: int
    open: int


class LeavingStep:
    """One kind of door. The organization is active whenever a step is asked; `end` runs in the one transaction."""

    name: ClassVar[str]
    """Stands in receipts: it is never renamed."""
    title: ClassVar[str | Promise]
    why: ClassVar[str | Promise] = ""
    """For the preview: what it means for others, if it means anything."""
    closes: ClassVar[tuple[str, ...]] = ()
    """The models (`app.Model`) whose rows opened the door, for the test that finds those which nobody closes."""

    def preview(self, member: Membership) -> int:
        """How many things would end now."""
        raise NotImplementedError

    def end(self, leaving: Leaving) -> list[Item]:
        """Close the door. Returns what ended."""
        raise NotImplementedError

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        """Try the door with what had opened it, through the look-up that the door itself uses. Changes nothing."""
        raise NotImplementedError


@cache
def steps() -> tuple[LeavingStep, ...]:
    """All of them, in the order in which they are closed."""
    return tuple(import_string(path)() for path in settings.ACCOUNTS_DEACTIVATION_STEPS)


def step_named(name: str) -> LeavingStep | None:
    """The step that a receipt speaks of; None for one of a part that this installation no longer has."""
    return next((step for step in steps() if step.name == name), None)
