"""Where an organization stands before a text: its limits, what it has used, what is stopped. One statement reads all,
for one text as for a group, and the transaction keeps the answer until something is counted or changed.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from tenancy import arrays
from tenancy.isolation import current_organization_id, kept_until_commit
from texting.limits.bounds import BOUNDS, Limited
from texting.models import SendingCount
from texting.models.limits import FIRST_MICROS, FIRST_SEGMENTS, USUAL_MOST_SEGMENTS

Kind = SendingCount.Kind
Place = tuple[Kind, bytes]
"""One count: its kind, and whose it is (as `SendingCount.key`)."""

DAY: Place = (Kind.DAY, b"")
HOUR: Place = (Kind.ORGANIZATION, b"")


@dataclass(frozen=True)
class Used:
    """What one window holds, or what texts add to it."""

    texts: int = 0
    segments: int = 0
    micros: int = 0

    def __add__(self, other: "Used") -> "Used":
        return Used(self.texts + other.texts, self.segments + other.segments, self.micros + other.micros)


@dataclass(frozen=True)
class Standing:
    """An organization at one moment. `day` begins at its own midnight.

    `used` has the counts that were asked for; `wrote` those of the contacts asked for who have written to us.
    """

    country: str
    zone: ZoneInfo
    now: datetime
    day: datetime
    next_day: datetime
    segments_a_day: int
    micros_a_day: int
    usual_segments: int
    usual_micros: int
    most_segments: int
    rates: Mapping[Limited, int]
    countries: frozenset[str]
    stopped: frozenset[bytes]
    used: Mapping[Place, Used] = field(default_factory=dict)
    wrote: frozenset[UUID] = frozenset()

    @property
    def hour(self) -> datetime:
        """When the current hour began."""
        return self.now.replace(minute=0, second=0, microsecond=0)

    @property
    def next_hour(self) -> datetime:
        """When the counts of an hour begin anew."""
        return self.hour + timedelta(hours=1)

    def of(self, place: Place) -> Used:
        """The count of that place; nothing when there is none."""
        return self.used.get(place, Used())


@dataclass(frozen=True)
class Asked:
    """Whose counts matter besides the organization's own; `unheard`: contacts of whom it matters whether they wrote."""

    keys: frozenset[bytes] = frozenset()
    unheard: frozenset[UUID] = frozenset()


class _Kept:
    """What the running transaction has read."""

    def __init__(self) -> None:
        self.asked = Asked()
        self.standing: Standing | None = None


_READ = """
SELECT o.country, o.time_zone,
    date_trunc('day', %(now)s AT TIME ZONE o.time_zone) AT TIME ZONE o.time_zone AS day,
    (date_trunc('day', %(now)s AT TIME ZONE o.time_zone) + interval '1 day') AT TIME ZONE o.time_zone AS next_day,
    l.daily_segments, l.daily_micros, l.most_segments, l.raised_on, l.raised_segments, l.raised_micros,
    l.organization_hour, l.member_hour, l.number_hour, l.prefix_hour, l.new_numbers_hour,
    ARRAY(SELECT region::text FROM texting_allowedcountry WHERE organization_id = o.id) AS countries,
    ARRAY(SELECT prefix_index FROM texting_sendingstop WHERE organization_id = o.id AND lifted_at IS NULL) AS stopped,
    (SELECT jsonb_agg(jsonb_build_array(c.kind, encode(c.key, 'hex'), c.texts, c.segments, c.micros))
        FROM texting_sendingcount c
        WHERE c.organization_id = o.id AND (
            c.kind = 'day' AND c.key = ''::bytea
                AND c.begins_at = date_trunc('day', %(now)s AT TIME ZONE o.time_zone) AT TIME ZONE o.time_zone
            OR c.kind = 'organization' AND c.key = ''::bytea AND c.begins_at = %(hour)s
            OR c.kind IN ('member', 'number', 'answers', 'prefix') AND c.key = ANY(%(keys)s::bytea[])
                AND c.begins_at = %(hour)s)) AS used,
    ARRAY(SELECT u FROM unnest(%(unheard)s::uuid[]) AS u WHERE EXISTS (SELECT 1 FROM texting_message m
        WHERE m.organization_id = o.id AND m.contact_id = u AND m.direction = 'in')) AS wrote
FROM tenancy_organization o LEFT JOIN texting_sendinglimits l ON l.organization_id = o.id
WHERE o.id = %(organization)s
"""


def standing(*, keys: Iterable[bytes] = (), unheard: Iterable[UUID] = ()) -> Standing:
    """The active organization's standing, with the counts of these keys."""
    kept, asked = kept_until_commit(_Kept), Asked(frozenset(keys), frozenset(unheard))
    known = kept.standing is not None and asked.keys <= kept.asked.keys and asked.unheard <= kept.asked.unheard
    if kept.standing is None or not known:
        kept.asked, kept.standing = asked, _read(asked)
    return kept.standing


def forget() -> None:
    """Something was changed or counted: the next question reads anew."""
    kept_until_commit(_Kept).standing = None


def _read(asked: Asked) -> Standing:
    now = timezone.now()
    values: dict[str, Any] = {
        "now": now,
        "hour": now.replace(minute=0, second=0, microsecond=0),
        "organization": current_organization_id(),
        "keys": arrays.octets(asked.keys),
        "unheard": arrays.uuids(asked.unheard),
    }
    with connection.cursor() as cursor:
        cursor.execute(_READ, values)
        names = [column.name for column in cursor.description or ()]
        row = dict(zip(names, cursor.fetchone(), strict=True))
    return _made(row, now)


def _made(row: dict[str, Any], now: datetime) -> Standing:
    zone = ZoneInfo(row["time_zone"])
    segments, micros = _or(row["daily_segments"], FIRST_SEGMENTS), _or(row["daily_micros"], FIRST_MICROS)
    plain = Standing(
        country=row["country"],
        zone=zone,
        now=now,
        day=row["day"],
        next_day=row["next_day"],
        segments_a_day=segments,
        micros_a_day=micros,
        usual_segments=segments,
        usual_micros=micros,
        most_segments=_or(row["most_segments"], USUAL_MOST_SEGMENTS),
        rates={limited: _or(row[limited.value], BOUNDS[limited].usual) for limited in Limited},
        countries=frozenset([row["country"], *row["countries"]]),
        stopped=frozenset(bytes(index) for index in row["stopped"]),
        used={
            (Kind(kind), bytes.fromhex(key)): Used(*counts) for kind, key, *counts in json.loads(row["used"] or "[]")
        },
        wrote=frozenset(row["wrote"]),
    )
    if row["raised_on"] != row["day"].astimezone(zone).date():
        return plain
    return replace(
        plain,
        segments_a_day=max(segments, row["raised_segments"]),
        micros_a_day=max(micros, row["raised_micros"]),
    )


def _or(value: int | None, usual: int) -> int:
    return usual if value is None else value
