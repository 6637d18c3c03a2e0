"""How long an announcement takes: what each of its bounds lets leave, and which of them is the slowest.

The pace of the line and of its campaign; texts an hour, altogether and to one block of numbers; the day's ceilings of
segments and of money; the brand's day at the carriers. What this hour and day have used already is not to be had any
more. Hours in which nothing may leave come on top: they differ by reader.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Max, QuerySet, Sum
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from texting.limits.bounds import Limited
from texting.limits.carriers.days import FOR_BULK, brand_of, day_of
from texting.limits.prices import MICROS, prices
from texting.limits.standing import DAY, HOUR, standing
from texting.models import Announcement, AnnouncementRecipient, Message, SendingCount
from texting.statuses import MessageStatus

_DAY = timedelta(days=1).total_seconds()
_HOUR = 3_600.0
_MOST = 3_650  # days: it never ends
_FEW = 5_000  # of whom it is asked while it runs how many are of one block
RowState = AnnouncementRecipient.State


@dataclass(frozen=True)
class Load:
    """What is to leave. `block`: how many customers are in the largest block of numbers."""

    people: int
    segments: int
    micros: int
    block: int = 0


@dataclass(frozen=True)
class Lasting:
    """`seconds` from the first text to the last, and in words what sets the pace. `days`: on how many days it goes;
    `left`: what is to be had of today, in words, where a day is too little.
    """

    seconds: float
    pace: str
    days: int = 1
    left: str = ""


def load_of(rows: QuerySet[AnnouncementRecipient], *, blocks: bool = True) -> Load:
    """Of these recipients, as they were checked."""
    sums = rows.aggregate(people=Count("id"), segments=Sum("segments"), micros=Sum("price_micros"))
    people, block = sums["people"], 0
    if blocks and people > standing().rates[Limited.PREFIX]:
        counts = rows.order_by().exclude(contact__prefix_index=None).values("contact__prefix_index")
        block = counts.annotate(n=Count("id")).order_by("-n").values_list("n", flat=True).first() or 0
    return Load(people, sums["segments"] or 0, sums["micros"] or 0, block)


def lasting(row: Announcement, load: Load) -> Lasting:
    """The slowest of its bounds, from now on."""
    return max(_bounds(row, load), key=lambda one: one.seconds)


def _bounds(row: Announcement, load: Load) -> Iterator[Lasting]:
    here, line = standing(), row.line
    pace = line.texts_per_second
    words = ngettext(
        "The pace of the line: %(n)s segment a second",
        "The pace of the line: %(n)s segments a second",
        1 if pace == 1 else 2,
    )
    yield Lasting(load.segments / max(pace, 0.01), words % {"n": f"{pace:g}"})
    if line.campaign is not None:
        words = _("The pace of the line's campaign: %(n)s segments a minute")
        a_minute = line.campaign.segments_a_minute
        yield Lasting(60.0 * load.segments / a_minute, words % {"n": _figure(a_minute)})
    for limited, used, people, words in (
        (Limited.ORGANIZATION, here.of(HOUR).texts, load.people, _("Your limit of %(n)s texts an hour")),
        (Limited.PREFIX, 0, load.block, _("Your limit of %(n)s texts an hour to one block of numbers")),
    ):
        rate = here.rates[limited]
        yield Lasting(_HOUR * _more(people, used, rate), words % {"n": _figure(rate)})
    today = here.of(DAY)
    money = {"amount": _figure(here.micros_a_day / MICROS, 2), "currency": prices().currency}
    yield _days(
        _more(load.segments, today.segments, here.segments_a_day),
        _("Your ceiling of %(n)s segments a day") % {"n": _figure(here.segments_a_day)},
        _left(here.segments_a_day, today.segments),
    )
    left = max(here.micros_a_day - today.micros, 0) / MICROS
    yield _days(
        _more(load.micros, today.micros, here.micros_a_day),
        _("Your ceiling of %(amount)s %(currency)s a day") % money,
        _("Left of it today: %(amount)s %(currency)s") % {**money, "amount": _figure(left, 2)},
    )
    brand = brand_of(line)
    if brand is not None:
        most = int((brand.daily_segments or 0) * FOR_BULK)
        counts = SendingCount.objects.filter(
            kind=SendingCount.Kind.BRAND, key=brand.pk.bytes, begins_at=day_of(timezone.now())
        )
        used = counts.values_list("segments", flat=True).first() or 0
        words = _("What the carriers take of this brand: %(n)s segments a day, as answers come first")
        yield _days(_more(load.segments, used, most), words % {"n": _figure(most)}, _left(most, used))


def _more(amount: int, used: int, rate: int) -> int:
    """How many windows more than the present one, of which something is used."""
    over = amount - max(rate - used, 0)
    return min(-(-over // max(rate, 1)), _MOST) if amount and over > 0 else 0


def _days(more: int, words: str, left: str) -> Lasting:
    return Lasting(_DAY * more, words, more + 1, left)


def _left(most: int, used: int) -> str:
    return _("Left of it today: %(n)s") % {"n": _figure(max(most - used, 0))}


def time_left(row: Announcement) -> str:
    """How long the rest takes; "" when nothing is left, or it does not run."""
    if row.state != Announcement.State.RUNNING:
        return ""
    rows = AnnouncementRecipient.objects.filter(announcement=row, state__in=[RowState.READY, RowState.QUEUED])
    load = load_of(rows, blocks=False)
    if not load.people:
        return ""
    if load.people <= _FEW:
        load = load_of(rows)
    seconds = max(lasting(row, load).seconds, _until_the_last_may(row, rows))
    return _("%(time)s left") % {"time": duration(seconds).lower()}


def _until_the_last_may(row: Announcement, rows: QuerySet[AnnouncementRecipient]) -> float:
    """Seconds until the hour of the last one who waits for theirs."""
    now = timezone.now()
    due = rows.filter(state=RowState.READY).aggregate(at=Max("due_at"))["at"]
    texts = Message.objects.filter(announcement=row, status=MessageStatus.QUEUED, held_until__gt=now)
    moments = [at for at in (due, texts.aggregate(at=Max("held_until"))["at"]) if at is not None]
    return max([(at - now).total_seconds() for at in moments], default=0.0)


def duration(seconds: float) -> str:
    """In words, rounded up."""
    if seconds < 60:
        return _("Less than a minute")
    minutes = -(-int(seconds) // 60)
    if minutes < 120:
        return ngettext("About %(n)d minute", "About %(n)d minutes", minutes) % {"n": minutes}
    hours = -(-minutes // 60)
    if hours < 48:
        return ngettext("About %(n)d hour", "About %(n)d hours", hours) % {"n": hours}
    days = -(-hours // 24)
    return ngettext("About %(n)d day", "About %(n)d days", days) % {"n": days}


def _figure(number: float, digits: int | None = None) -> str:
    return number_format(number, decimal_pos=digits, use_l10n=True, force_grouping=True)
