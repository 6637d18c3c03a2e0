"""What a report on permission says. Shares are per cent, None of nothing; spans are seconds."""

from dataclasses import dataclass
from datetime import date

Share = float | None


def share(part: int, whole: int) -> Share:
    """Per cent, with one decimal."""
    return round(100 * part / whole, 1) if whole else None


@dataclass(frozen=True)
class Group:
    """Opt-ins of a program, a source, a team or a line, and how many of those people opted out since."""

    name: str
    opt_ins: int
    ended: int

    @property
    def lost(self) -> Share:
        return share(self.ended, self.opt_ins)


@dataclass(frozen=True)
class Ledger:
    """What the ledger says of a period. By day of the organization's calendar; a person's own text is no opt-in."""

    opt_ins: dict[date, int]
    opt_outs: dict[date, int]
    by_source: list[Group]
    by_program: list[Group]
    by_team: list[Group]
    by_line: list[Group]

    @property
    def joined(self) -> int:
        return sum(self.opt_ins.values())

    @property
    def left(self) -> int:
        return sum(self.opt_outs.values())

    @property
    def net(self) -> int:
        return self.joined - self.left


@dataclass(frozen=True)
class Confirmed:
    """The opt-ins of a program that began in the period, and how far they came."""

    name: str
    begun: int
    given: int
    confirmed: int
    unanswered: int
    declined: int
    answered_in: float | None  # median from the question to YES
    told_in: float | None  # median from the permission to its confirmation

    @property
    def rate(self) -> Share:
        """Of those that began, how many were given and confirmed to the customer."""
        return share(self.confirmed, self.begun)


@dataclass(frozen=True)
class After:
    """Texts of a purpose or of an author, and opt-outs of which they were the last text within a week before."""

    name: str
    texts: int
    opt_outs: int

    @property
    def rate(self) -> Share:
        return share(self.opt_outs, self.texts)


@dataclass(frozen=True)
class Honored:
    """Opt-outs, and those after which a text still left. What the customer is owed, such as its confirmation, is none.

    `longest` and `most` (95 of 100): from what they said to the last text that left; 0 when none did.
    """

    opt_outs: int
    texted_after: int
    longest: float
    most: float


@dataclass(frozen=True)
class Report:
    """All of it. `forms`: steps of the funnel with how many are left after each."""

    ledger: Ledger
    before: Ledger
    confirmed: list[Confirmed]
    confirmed_in_all: Confirmed
    by_purpose: list[After]
    by_author: list[After]
    by_template: list[After]
    honored: Honored
    forms: list[tuple[str, int]]

    @property
    def is_empty(self) -> bool:
        return not (self.ledger.joined or self.ledger.left or self.confirmed_in_all.begun or self.by_purpose)
