"""The rules themselves: from where an organization stands to the reasons against one text. Nothing is read here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.formats import number_format
from django.utils.translation import gettext_noop as mark

from tenancy.said import gettext as say
from tenancy.said import moment, together
from texting.gate import Reason, Verdict
from texting.limits.bounds import ANSWERS_AN_HOUR, Limited
from texting.limits.destinations import NOWHERE, Destination
from texting.limits.prices import MICROS, prices
from texting.limits.region_names import NEVER, SATELLITE, name_of
from texting.limits.regions import SHARED, UNKNOWN
from texting.limits.standing import DAY, HOUR, Kind, Place, Standing, Used
from texting.purposes import PRIVATE, TERMS, Purpose

REPLIES = frozenset({Purpose.REPLY}) | PRIVATE
OWED = frozenset(purpose for purpose, terms in TERMS.items() if terms.owed)


@dataclass(frozen=True)
class Text:
    """What the rules need to know of a text. `heard`: the customer has written in this conversation.

    `counted`: it is not counted now (it has been, or will be later), so only where it goes is asked. `single`: it is
    none of the many texts of an announcement.
    """

    contact_id: UUID
    author_id: UUID | None
    destination: Destination
    purpose: Purpose
    segments: int
    heard: bool
    counted: bool = False
    single: bool = True

    @property
    def cost(self) -> Used:
        """What it adds to each of its counts."""
        return Used(1, self.segments, prices().price_of(self.destination.region, self.segments))

    @property
    def keys(self) -> list[bytes]:
        """Whose counts matter to it."""
        member = [self.author_id.bytes] if self.author_id else []
        return [self.contact_id.bytes, *member, self.destination.prefix_index]

    def answers_customer(self, here: Standing) -> bool:
        """Whether the customer's own text asked for this one; blocks of numbers are not stopped for it."""
        is_thanks = self.purpose is Purpose.POLL and self.single and self.heard
        return self.purpose in OWED or is_thanks or (self.purpose in REPLIES and self.wrote(here))

    def wrote(self, here: Standing) -> bool:
        """Whether the customer has ever written to us."""
        return self.heard or self.contact_id in here.wrote

    def places(self, here: Standing) -> list[Place]:
        """The counts that it counts in. The answer to STOP has a rule of its own, which lets it go once."""
        contact = self.contact_id.bytes
        if self.purpose is Purpose.OPT_OUT_ANSWER:
            return [DAY]
        if self.purpose in OWED:
            return [DAY, (Kind.ANSWERS, contact)]
        found: list[Place] = [DAY, HOUR, (Kind.NUMBER, contact)]
        if self.author_id is not None:
            found.append((Kind.MEMBER, self.author_id.bytes))
        if not self.answers_customer(here):
            found.append((Kind.PREFIX, self.destination.prefix_index))
        return found


class Tally:
    """What has been used, with the texts of a group that were allowed a moment ago."""

    def __init__(self, here: Standing) -> None:
        self.here = here
        self._added: dict[Place, Used] = {}

    def of(self, place: Place) -> Used:
        """The count of a place."""
        return self.here.of(place) + self._added.get(place, Used())

    def add(self, text: Text) -> None:
        """Another text goes."""
        for place in text.places(self.here):
            self._added[place] = self._added.get(place, Used()) + text.cost


def objections(text: Text, tally: Tally) -> list[Reason]:
    """Every reason against the text now; none when it may go, and then it is in the tally."""
    reasons = list(_destination(text, tally.here))
    if reasons or text.counted:
        return reasons
    reasons = list(_answers(text, tally)) if text.purpose in OWED else [*_ceilings(text, tally), *_rates(text, tally)]
    if not reasons:
        tally.add(text)
    return reasons


def _destination(text: Text, here: Standing) -> Iterator[Reason]:
    to = text.destination
    never = NEVER.get(to.kind) or (SATELLITE if to.region == SHARED else None)
    if never is not None:
        yield Reason(
            rule="destination.kind",
            verdict=Verdict.REFUSE,
            text=say(never),
            what_to_do=say("Ask the customer for a mobile number."),
            evidence={"kind": to.kind.value},
        )
    elif to.region == NOWHERE:
        yield Reason(
            rule="destination.ended",
            verdict=Verdict.REFUSE,
            text=say("This customer was erased: nobody can read their number any more."),
            what_to_do=say("When they text you, they are a new customer and can be answered."),
        )
    elif to.region == UNKNOWN and not text.wrote(here):
        yield Reason(
            rule="destination.unknown",
            verdict=Verdict.REFUSE,
            text=say("Nobody knows which country this number belongs to."),
            what_to_do=say("Check its digits, or wait until the customer texts you."),
        )
    elif to.region not in here.countries and to.region != UNKNOWN and text.purpose not in OWED:
        words = {"country": name_of(to.region)}
        yield Reason(
            rule="country",
            verdict=Verdict.REFUSE,
            text=say("This number is from %(country)s, and texts to that country are not allowed.") % words,
            what_to_do=say("An admin can add it under Settings > Sending limits. Until then, call or e-mail."),
            evidence={"region": to.region},
        )
    elif to.prefix_index in here.stopped and not text.answers_customer(here):
        yield Reason(
            rule="prefix.stopped",
            verdict=Verdict.REFUSE,
            text=say("Texts to this block of numbers are stopped, because they looked like abuse."),
            what_to_do=say(
                "An admin can read why and lift it under Settings > Sending limits. You can answer as soon as they "
                "text you."
            ),
        )


def _ceilings(text: Text, tally: Tally) -> Iterator[Reason]:
    here, after = tally.here, tally.of(DAY) + text.cost
    act = say("An admin can raise it for today under Settings > Sending limits.")
    if after.segments > here.segments_a_day:
        words = say("Today's ceiling of %(most)s segments is used up.") % {"most": _figure(here.segments_a_day)}
        yield _mark("ceiling.texts", words, here.next_day, here, act)
    if after.micros > here.micros_a_day:
        most = {"amount": _figure(here.micros_a_day / MICROS, 2), "currency": prices().currency}
        words = say("Today's ceiling of %(amount)s %(currency)s is used up.") % most
        yield _mark("ceiling.money", words, here.next_day, here, act)


_HOURLY = {
    Kind.NUMBER: (
        Limited.NUMBER,
        mark("This customer has got %(number)s texts within the hour, which is the most."),
    ),
    Kind.MEMBER: (Limited.MEMBER, mark("You have sent %(number)s texts within the hour, which is the most.")),
    Kind.PREFIX: (
        Limited.PREFIX,
        mark("%(number)s texts went to this block of numbers within the hour, which is the most."),
    ),
    Kind.ORGANIZATION: (
        Limited.ORGANIZATION,
        mark("Your organization has sent %(number)s texts within the hour, which is the most."),
    ),
}


def _rates(text: Text, tally: Tally) -> Iterator[Reason]:
    here, places = tally.here, dict.fromkeys(text.places(tally.here))
    for kind, (limited, words) in _HOURLY.items():
        most = here.rates[limited]
        if any(place[0] == kind and tally.of(place).texts >= most for place in places):
            rule = f"rate.{limited.value.removesuffix('_hour')}"
            said = say(words) % {"number": _figure(most)}
            yield _mark(rule, said, here.next_hour, here, say("Call instead if it cannot wait."))


def _answers(text: Text, tally: Tally) -> Iterator[Reason]:
    """Two machines must not talk to each other for ever."""
    here, place = tally.here, (Kind.ANSWERS, text.contact_id.bytes)
    if place in text.places(here) and tally.of(place).texts >= ANSWERS_AN_HOUR:
        words = say("This number was answered often enough within the hour.")
        yield _mark("rate.answers", words, here.next_hour, here, "")


def _figure(number: float, decimals: int = 0) -> str:
    return number_format(number, decimals, use_l10n=True, force_grouping=True)


def _mark(rule: str, words: str, at: datetime, here: Standing, act: str) -> Reason:
    local, today = at.astimezone(here.zone), here.now.astimezone(here.zone).date()
    when = moment(local, "H:i" if local.date() == today else "D j M, H:i")
    what_to_do = together(say("It is possible again from %(when)s.") % {"when": when}, act)
    verdict = Verdict.REFUSE
    return Reason(rule=rule, verdict=verdict, text=words, what_to_do=what_to_do, again_at=at, in_general=words)
