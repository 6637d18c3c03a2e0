"""The rates there are: what each is by default and between what an admin may set it. Plain values: no Django.

The defaults are ours. A person writes at most a few texts a minute; a block of seven digits holds 10,000 numbers in
North America, so a business that texts a hundred strangers there in an hour is rare, and a program that does is not.
"""

from dataclasses import dataclass
from enum import StrEnum


class Limited(StrEnum):
    """What is limited; also the names of the columns of `SendingLimits`."""

    ORGANIZATION = "organization_hour"
    MEMBER = "member_hour"
    NUMBER = "number_hour"
    PREFIX = "prefix_hour"
    NEW_NUMBERS = "new_numbers_hour"


@dataclass(frozen=True)
class Bound:
    """Texts an hour: the default, and the least and most that an admin may set."""

    usual: int
    least: int
    most: int


BOUNDS = {
    Limited.ORGANIZATION: Bound(1_000, 50, 100_000),
    Limited.MEMBER: Bound(200, 10, 2_000),
    Limited.NUMBER: Bound(30, 3, 120),
    Limited.PREFIX: Bound(100, 10, 1_000),
    Limited.NEW_NUMBERS: Bound(60, 10, 500),
}
ANSWERS_AN_HOUR = 10  # automatic answers to one number: two machines must not talk to each other for ever
SEQUENCE = 8  # numbers that follow one another, texted for the first time within an hour
FEWEST_JUDGED = 20  # codes or first texts of a block, before the share that had an effect says anything
LEAST_SHARE = 0.2  # of them that was used, delivered or answered
GROWS_AT = 0.5  # share of the ceiling that was used on a day, so that the next day's doubles
NEAR = 0.8  # share of a ceiling from which admins are told
RAISE_TIMES = 4  # an admin's raise for a day: at most so many times the ceiling
