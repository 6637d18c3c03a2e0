"""The preview says for each night what a purge ends in it, whatever was chosen and whatever keeps rows."""

import random
import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from django.db.models import F, Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Team
from config.embedded.postgres import SUPERUSER
from retention import guards
from retention.choices import Choices
from retention.due import lanes
from retention.foreseeing import Stays, foresee
from retention.keeping import doomed, doomed_before, kept
from retention.kinds import Kind
from retention.models import RetentionPolicy
from retention.nights import nights
from retention.purging.nights import begins
from retention.subjects import SUBJECTS
from tenancy.isolation import activate
from texting.models import Contact, Conversation, Line, Message

KINDS = (Kind.CONTACTS, Kind.CONVERSATIONS, Kind.BODIES, Kind.ATTACHMENTS)
ZONE, NIGHTS = "America/New_York", 6
PERIODS = (31, 45, 90, 365, 731, 1900)


def keep_inbound(subject):
    return Q(direction=Message.Direction.IN) if subject.model == "texting.Message" else None


def keep_open(subject):
    rows = Conversation.objects.filter(status=Conversation.Status.OPEN)
    if subject.model == "texting.Contact":
        return Q(pk__in=rows.values("contact_id"))
    return Q(**{f"{subject.conversation}__in": rows.values("pk")}) if subject.conversation else None


def purged(kind: Kind, choices: Choices, ahead) -> list[int]:
    """How many rows a purge of each night ends; those of earlier nights are gone."""
    counts, gone = [], set()
    for night in ahead:
        rows = {(lane.subject.model, pk) for lane in lanes(kind, night, choices) for pk in _pks(doomed(lane, night))}
        counts.append(len(rows - gone))
        gone |= rows
    return counts


def slowly(lane, ahead):
    """The oldest row that ends, and what stays for each reason: row by row, by the purge's own questions."""
    cutoff = lane.cutoff(ahead[-1])
    oldest = min((at for _, at in _rows(doomed_before(lane, cutoff), lane)), default=None)
    stays = []
    for reason in kept(lane.subject) if cutoff else []:
        if rows := set(_rows(lane.before(cutoff).filter(reason.condition), lane)):
            stays.append(Stays(reason.keeper, len(rows), min(at for _, at in rows)))
    return oldest, stays


def _rows(rows, lane):
    return rows.annotate(counts_from=F(lane.subject.since)).values_list("pk", "counts_from")


def _pks(rows):
    return rows.values_list("pk", flat=True)


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_it_counts_what_the_purge_of_each_night_asks_for(scene, settings, seed):
    dice, now = random.Random(seed), timezone.now()  # noqa: S311
    settings.RETENTION_KEEPERS = [f"{__name__}.keep_inbound", f"{__name__}.keep_open"][: seed % 3]
    with activate(scene.organization):
        other = Team.objects.create(name="Billing")
        first = scene.hear("Hello")
        lines = [first.line, Line.objects.create(**_copy(first.line, other))]
        _texts(dice, lines, now)
        _choices(dice, now, [None, None, other, first.line.team])
        choices = Choices.load()
        if seed % 2:
            also = {"days": dice.choice([31, 60, 300]), "set_at": now, "starts_at": now + timedelta(3)}
            choices = choices.with_also(RetentionPolicy(kind="bodies", **also))
        ahead = nights(scene.organization.pk, ZONE, now, NIGHTS)
        ended = 0
        for kind in KINDS:
            seen = foresee(choices, zone=ZONE, at=now, kinds=[kind], until=ahead[-1])
            shown = seen.by_night([kind])
            assert shown == purged(kind, choices, ahead), kind
            for one in seen.of(kind):
                assert (one.oldest, list(one.stays)) == slowly(one.lane, ahead), kind
            ended += sum(count > 0 for count in shown[1:])
        assert ended, "something ends in a later night"


def _copy(line: Line, team: Team) -> dict[str, object]:
    return {"name": "Second", "number": "+12125550188", "provider": line.provider, "team": team}


def _texts(dice, lines: list[Line], now) -> None:
    """Texts in sixteen conversations on the lines of two teams, near the ends of periods."""

    def about() -> datetime:
        age = dice.choice([*PERIODS, 1096, 1827]) - dice.randrange(-3, NIGHTS)
        return now - timedelta(days=age, seconds=dice.randrange(86_400))

    for number in range(16):
        contact = Contact.objects.create(number="+1", number_index=number.to_bytes(16, "big"), number_masked="x")
        Contact.objects.filter(pk=contact.pk).update(created_at=about())
        is_open, ended = number % 4 == 0, about()
        conversation = Conversation.objects.create(
            contact=contact,
            line=dice.choice(lines),
            status="open" if is_open else "resolved",
            opened_at=ended,
            resolved_at=None if is_open else ended,
            last_activity_at=ended,
        )
        theirs = {"conversation": conversation, "contact": contact, "line": conversation.line}
        Message.objects.bulk_create(
            Message(**theirs, direction="in", body="Hello", status="received", created_at=about()) for _ in range(3)
        )


def _choices(dice, now, teams) -> None:
    for team in teams:
        for kind in KINDS[1:] if team else KINDS:
            days = dice.choice([None, *PERIODS])
            starts = now + timedelta(days=dice.choice([-9, -9, 2, 4]))
            follows = days is None and dice.random() < 0.5
            RetentionPolicy.objects.create(
                kind=kind, team=team, days=days, follows=follows, set_at=now - timedelta(9), starts_at=starts
            )


def test_what_stays_is_told_with_its_reason_and_is_not_counted(scene, settings):
    settings.RETENTION_KEEPERS = [f"{__name__}.keep_inbound"]
    with activate(scene.organization):
        said = scene.hear("Hello")
        RetentionPolicy.objects.create(kind="bodies", days=30, set_at=timezone.now())
        at = timezone.now() + timedelta(days=31)
        shown = foresee(Choices.load(), zone="UTC", at=at, kinds=[Kind.BODIES])
        texts = next(one for one in shown.of(Kind.BODIES) if one.lane.subject.model == "texting.Message")
        assert (texts.total, texts.oldest) == (0, None)
        assert [(one.keeper, one.count, one.oldest) for one in texts.stays] == [
            (f"{__name__}.keep_inbound", 1, said.created_at)
        ]
        assert shown.by_night() == [0] * 90


def test_nights_are_when_the_purge_begins_also_when_the_clocks_change():
    organization, zone = UUID(int=7), "America/New_York"
    found = nights(organization, zone, datetime(2026, 3, 6, 12, tzinfo=UTC), 4)
    assert found == [begins(organization, date(2026, 3, day), zone) for day in (7, 8, 9, 10)]
    assert len({one.time() for one in found}) == 1
    assert nights(organization, zone, found[0], 1) == [found[1]]


_OF_TEXTS = """
SELECT oid, relpages, reltuples, relallvisible FROM pg_class WHERE oid = 'texting_message'::regclass
    OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'texting_message'::regclass)
"""
_AS = "UPDATE pg_class SET relpages = %s, reltuples = %s, relallvisible = %s WHERE oid = %s"


@pytest.fixture
def many(scene):
    """The planner takes the few texts of a test for a million, all of which it can see, and ten of them as unsettled.

    Of a few rows each index costs the same, and which one is chosen depends on what autovacuum knows by then.
    """
    settings = connection.settings_dict
    with psycopg.connect(host=settings["HOST"], dbname=settings["NAME"], user=SUPERUSER, autocommit=True) as server:
        before = server.execute(_OF_TEXTS).fetchall()
        for oid, *_ in before:
            (name,) = server.execute("SELECT relname FROM pg_class WHERE oid = %s", [oid]).fetchone()
            server.execute(_AS, [2, 10 if name == "texting_message_unsettled" else 1_000_000, 1_000_000, oid])
        with activate(scene.organization):
            scene.hear("Hello")
        yield
        for oid, *known in before:
            server.execute(_AS, [*known, oid])


@pytest.fixture
def plans(scene, many):
    """`plans(what)`: how PostgreSQL reads texts for the statements that `what` makes, where it must use an index."""

    def look(what) -> list[str]:
        with activate(scene.organization), connection.cursor() as cursor:
            with CaptureQueriesContext(connection) as asked:
                what()
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
            found = []
            for each in asked:
                if "spans" in each["sql"] and "texting_message" in each["sql"]:
                    cursor.execute("EXPLAIN " + each["sql"].replace("%", "%%"))
                    found.append("\n".join(line for (line,) in cursor.fetchall()))
        return found

    return look


def test_texts_are_counted_a_span_of_an_index_a_night_and_no_row_of_one_is_read(scene, plans):
    with activate(scene.organization):
        RetentionPolicy.objects.create(kind="bodies", days=30, set_at=timezone.now())
    at = timezone.now() + timedelta(days=31)
    due, _kept = plans(lambda: foresee(Choices.load(), zone="UTC", at=at, kinds=[Kind.BODIES]))  # both by spans
    assert "Index Only Scan using texting_message_speaking" in due
    (within,) = [line for line in due.splitlines() if "created_at >= spans.low" in line]
    assert re.search(r"Index Cond: .*created_at < spans\.high", within), "a span is a filter"


@pytest.mark.usefixtures("many")
def test_what_waits_to_be_sent_is_found_by_the_few_that_do(scene):
    with activate(scene.organization), connection.cursor() as cursor:
        text = next(subject for subject in SUBJECTS[Kind.BODIES] if subject.model == "texting.Message")
        rows = Message.objects.filter(guards.unsettled(text), created_at__lt=timezone.now()).order_by()
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        assert "texting_message_unsettled" in rows.explain()
