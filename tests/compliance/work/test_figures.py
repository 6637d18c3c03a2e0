"""Figures of the daily work say what the rows say, whoever has counted them, and add up however they are split."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from accounts.models import Membership, Team, TeamMember, User
from accounts.permissions import Permission
from compliance.models import StepCount, TextCount
from compliance.reports.periods import Period
from compliance.tasks import count_days
from compliance.views.work_report import SHEETS
from compliance.work import scale
from compliance.work.reading import View, waiting
from compliance.work.whose import offered
from tenancy.isolation import activate
from tests.compliance.measures.evidence_rows import Side, contact, entry, text
from tests.revealers import with_rights
from tests.texting.desk import desk
from texting import counted_days, lines, threads
from texting.models import Conversation, CountedDay, Message, Turn

__all__ = ["desk"]

ZONE = "America/New_York"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FIRST, LAST = date(2026, 10, 28), date(2026, 11, 20)  # the clock goes back on 1 November
WHOLE = Period(FIRST, LAST, ZONE)


@pytest.fixture
def at_work(desk):
    desk.organization.time_zone = ZONE
    desk.organization.save()
    with activate(desk.organization):
        yield desk


def wrote(desk, person, at, line=None):
    place = threads.open_conversation(person, line or desk.line, at=at)
    Conversation.objects.filter(pk=place.pk).update(last_inbound_at=at)
    made = {"contact": person, "line": place.line, "direction": "in", "body": "Hi", "status": "received"}
    Message.objects.create(conversation=place, created_at=at, **made)
    return place


def resolved(place, at, actor, kind="resolved", through=""):
    Conversation.objects.filter(pk=place.pk).update(
        status="open" if kind == "reopened" else "resolved", resolved_at=None if kind == "reopened" else at
    )
    made = {"contact": place.contact, "kind": kind, "actor": actor, "through": through, "created_at": at}
    Turn.objects.create(conversation=place, **made)


def by_chance(desk, seed: int, number: int = 14) -> None:
    """Conversations on two lines, with answers by people, by nobody, by a program; some resolved, some reopened."""
    by = random.Random(seed)  # noqa: S311 - histories, not secrets
    machine = Membership.objects.create(
        organization=desk.organization,
        user=User.objects.create(email="m@x.example"),
        is_machine=True,
    )
    begin = datetime(2026, 10, 28, 5, tzinfo=UTC)
    for _ in range(number):
        person, line = contact(), by.choice([desk.line, desk.billing_line])
        at = begin + timedelta(hours=by.uniform(0, 500))
        place = None
        for _ in range(by.randint(1, 6)):
            at = min(at + timedelta(minutes=by.choice([0.5, 4, 90, 1500])), NOW - timedelta(hours=2))
            what = by.random()
            if what < 0.5:
                place = wrote(desk, person, at, line)
            else:
                author = by.choice([desk.cast.agent, desk.cast.second_agent, None, machine])
                status = by.choice(["sent", "delivered", "undelivered", "failed", "canceled"])
                left = None if status in ("failed", "canceled") else at
                price = {
                    "price_micros": by.randint(1, 9),
                    "segments": by.randint(1, 3),
                    "unicode_extra": by.randint(0, 1),
                }
                row = text(
                    Side(desk.cast.owner, line), at, to=person, author=author, status=status, sent_at=left, **price
                )
                place = row.conversation
        if place and by.random() < 0.7:
            kind, through = by.choice([("resolved", ""), ("resolved", "Tidy"), ("settled", "A poll")])
            resolved(place, at, by.choice([desk.cast.agent, desk.cast.second_agent]), kind=kind, through=through)
            if by.random() < 0.3:
                resolved(place, at + timedelta(minutes=10), desk.cast.agent, kind="reopened")
                resolved(place, at + timedelta(minutes=40), desk.cast.agent)


def by_hand(desk) -> tuple[Counter, Counter, int]:
    """The same in plain Python: texts by (day, hour, line, author, what), steps by (day, line, member, kind)."""
    zone = ZoneInfo(ZONE)
    texts, steps, wait = Counter(), Counter(), 0
    machines = set(Membership.objects.filter(is_machine=True).values_list("pk", flat=True))
    for one in Message.objects.all():
        at = one.created_at.astimezone(zone)
        texts[
            at.date(), at.hour, one.line_id, one.author_id, one.direction if one.direction == "in" else one.status
        ] += 1
    for place in Conversation.objects.all():
        rows = sorted(place.messages.all(), key=lambda one: one.created_at)
        steps[place.opened_at.astimezone(zone).date(), place.line_id, None, "opened"] += 1
        asked = next((one.created_at for one in rows if one.direction == "in"), None)
        people = [r for r in rows if r.author_id and r.author_id not in machines and r.sent_at]
        answer = next((r for r in people if asked and r.created_at > asked), None)
        if answer:
            steps[answer.created_at.astimezone(zone).date(), place.line_id, answer.author_id, "answered"] += 1
        elif asked and place.status == "open":
            wait += 1
        began = place.opened_at
        for turn in sorted(place.turns.all(), key=lambda one: one.created_at):
            day, who = turn.created_at.astimezone(zone).date(), None if turn.through else turn.actor_id
            steps[day, place.line_id, who, "resolved" if turn.kind == "settled" else turn.kind] += 1
            within = [r for r in rows if began <= r.created_at <= turn.created_at]
            if turn.kind == "reopened":
                began = turn.created_at
            elif (
                turn.kind == "resolved"
                and any(r.direction == "in" for r in within)
                and not any(r in people for r in within)
            ):
                steps[day, place.line_id, who, "unanswered"] += 1
    return texts, steps, wait


def whole(desk, period=WHOLE, member=None) -> View:
    return View(period, offered(member or desk.cast.supervisor).whose())


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize("seed", [1, 2])
def test_figures_are_what_rows_say_counted_or_not(at_work, seed):
    by_chance(at_work, seed)
    texts, steps, wait = by_hand(at_work)
    assert waiting(whole(at_work).whose) == wait

    def check():
        view = whole(at_work)
        sets = (("day", "hour", "line_id", "member_id"), ("line_id",), ("member_id",), ("weekday", "hour"), ())
        cells, *parts, ((_all, total),) = [one.items() for one in view.texts(*sets)]
        for (day, hour, line, author), one in cells:
            mine = {what: n for (*key, what), n in texts.items() if key == [day, hour, line, author]}
            wanted = (mine.get("in", 0), mine.get("delivered", 0), mine.get("sent", 0), mine.get("canceled", 0))
            assert (one.came, one.delivered, one.open, one.canceled) == wanted
            assert one.failed == mine.get("undelivered", 0) + mine.get("failed", 0)
        for part in parts:
            assert sum(one.all for _key, one in part) == total.all == sum(texts.values())
            assert sum(one.micros for _key, one in part) == total.micros > 0
        found = view.steps(("day", "line_id", "member_id"), ())
        counted = {(*key, kind): n for key, one in found[0].items() for kind, n in one.numbers.items()}
        assert counted == dict(steps)
        assert sum(found[1][()].numbers.values()) == sum(steps.values())
        assert found[1][()].answered.number == sum(n for key, n in steps.items() if key[-1] == "answered")
        return view.texts(*sets), view.steps(("day", "line_id", "member_id"), ("hour",), ())

    before = check()
    days = count_days()
    assert days == CountedDay.objects.count() > 10
    assert TextCount.objects.exists()
    assert StepCount.objects.exists()
    assert check() == before
    assert count_days() == 0


@time_machine.travel(NOW, tick=False)
def test_a_late_report_is_counted_at_once_and_once(at_work):
    row = text(Side(at_work.cast.owner, at_work.line), NOW - timedelta(days=9), status="sent")
    count_days()
    kept = CountedDay.objects.count()
    Message.objects.filter(pk=row.pk).update(status="delivered")
    counted_days.touch([row.created_at])
    assert CountedDay.objects.count() == kept - 1
    for _ in range(2):
        (total,) = whole(at_work).texts(())
        assert (total[()].delivered, total[()].open) == (1, 0)
        count_days()
    assert CountedDay.objects.count() == kept


@time_machine.travel(NOW, tick=False)
def test_days_are_counted_anew_when_a_line_gets_another_team_and_its_hours(at_work):
    text(Side(at_work.cast.owner, at_work.line), NOW - timedelta(days=9))
    count_days()
    line = at_work.line
    same = lines.Settings(line.name, line.team, line.texts_per_second, line.carrier_answers_keywords)
    for settings, is_kept in ((same, True), (replace(same, team=at_work.billing_line.team), False)):
        lines.change(actor=at_work.cast.owner, line_id=line.pk, settings=settings)
        assert CountedDay.objects.exists() is is_kept


@time_machine.travel(NOW, tick=False)
def test_answers_take_business_time_and_hours_are_those_on_the_wall(at_work):
    """A text on Friday at 16:58 answered on Monday at 9:03: five minutes, two of them on Friday."""
    person = contact()
    wrote(at_work, person, datetime(2026, 11, 6, 21, 58, tzinfo=UTC))
    side = Side(at_work.cast.owner, at_work.line)
    text(side, datetime(2026, 11, 6, 22, 5, tzinfo=UTC), to=person, author=None, purpose="help_answer")
    text(side, datetime(2026, 11, 9, 14, 3, tzinfo=UTC), to=person, author=at_work.cast.agent)
    wrote(at_work, contact(), datetime(2026, 11, 1, 5, 30, tzinfo=UTC))  # 1:30 in summer time
    wrote(at_work, contact(), datetime(2026, 11, 1, 6, 30, tzinfo=UTC))  # 1:30 again
    texts, steps = whole(at_work).texts(("weekday", "hour"))[0], whole(at_work).steps(())[0][()]
    assert texts[6, 1].came == 2
    assert texts[4, 16].came == 1
    assert steps.answered.business == {scale.step_of(timedelta(minutes=5)): 1}
    assert steps.answered.part(5) == 100
    assert steps.answered.clock_median() > 3000
    week = Period(date(2026, 11, 2), date(2026, 11, 8), ZONE)
    assert whole(at_work, week).steps(())[0][()].answered.number == 0, "it counts on the day it was written"


@time_machine.travel(NOW, tick=False)
def test_everybody_sees_what_they_may(at_work):
    side, other = Side(at_work.cast.owner, at_work.line), Side(at_work.cast.owner, at_work.billing_line)
    for author, where in ((at_work.cast.agent, side), (at_work.cast.second_agent, side), (at_work.cast.agent, other)):
        text(where, NOW - timedelta(days=8), author=author)
    for _ in range(2):
        assert whole(at_work).texts(())[0][()].out == 3
        assert whole(at_work, member=at_work.cast.agent).texts(())[0][()].out == 2, "their own, wherever"
        own = whole(at_work, member=at_work.cast.agent).texts(("member_id",))[0]
        assert set(own) == {(at_work.cast.agent.pk,)}
        count_days()


def test_percentiles_of_the_scale_are_near_and_goals_exact():
    by = random.Random(3)  # noqa: S311 - times, not secrets
    times = [by.lognormvariate(3, 1.5) for _ in range(2000)]
    counts = Counter(scale.step_of(timedelta(minutes=one)) for one in times)
    for share in (0.5, 0.9):
        exact = sorted(times)[int(share * len(times))]
        assert abs(scale.percentile(counts, share) - exact) < exact / 6
    for goal in scale.GOALS:
        assert scale.within(counts, goal) == sum(one <= goal for one in times)
    halves = Counter(scale.step_of(timedelta(minutes=one)) for one in times[::2])
    halves.update(scale.step_of(timedelta(minutes=one)) for one in times[1::2])
    assert halves == counts
    assert scale.percentile({}, 0.5) is None


PAGE = "/reports/work/"


@time_machine.travel(NOW, tick=False)
def test_every_sheet_is_a_page_and_a_file(at_work):
    by_chance(at_work, 5, 6)
    browser = at_work.as_(at_work.cast.supervisor)
    for sheet in SHEETS:
        page = browser.get(f"{PAGE}{sheet}/?by=member&against=year&goal=15")
        assert page.status_code == 200
        assert not page.context["sheet"].is_empty or sheet == "opt-outs"
        for table in page.context["sheet"].tables[:1]:
            file = browser.get(f"{PAGE}{sheet}/csv/?by=member&goal=15&table={table.key}")
            lines = file.content.decode().splitlines()
            assert len(lines) == 1 + len(table.rows) * (len(table.head) - 1)
    for wrong in ("since=2026-13-01", "since=2026-11-09&until=2026-11-01", "team=x", "by=customer", "goal=7"):
        assert browser.get(f"{PAGE}answers/?{wrong}").status_code == 422
    assert browser.get(f"{PAGE}nothing/").status_code == 404


@time_machine.travel(NOW, tick=False)
def test_an_agent_sees_their_own_figures_and_no_colleague(at_work):
    by_chance(at_work, 5, 6)
    browser = at_work.as_(at_work.cast.agent)
    page = browser.get(PAGE + "volumes/")
    assert "These are your own figures" in page.content.decode()
    assert at_work.cast.second_agent.user.name not in page.content.decode()
    assert browser.get(PAGE + "opt-outs/").status_code == 404
    asked = browser.get(f"{PAGE}volumes/?one={at_work.cast.second_agent.pk}")
    assert asked.context["sheet"].figures == page.context["sheet"].figures


@time_machine.travel(NOW, tick=False)
def test_colleagues_of_one_name_have_a_row_each(at_work):
    second = at_work.cast.second_agent
    second.user.name = at_work.cast.agent.user.name
    second.user.save(update_fields=["name"])
    side = Side(at_work.cast.owner, at_work.line)
    for author in (at_work.cast.agent, second, second):
        text(side, NOW - timedelta(days=8), author=author)
    page = at_work.as_(at_work.cast.supervisor).get(f"{PAGE}volumes/?by=member")
    [table] = page.context["sheet"].tables
    wrote = {row.name: row.values[1] for row in table.rows if row.values[1]}
    assert wrote == {f"{one.user.name} ({one.user.email})": n for one, n in ((at_work.cast.agent, 1), (second, 2))}
    assert page.content.decode().count(f"({second.user.email})") >= 2, "the choice names them as well"
    assert all(row.link for row in table.rows if row.name in wrote)


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize("asked", ["", "one"])
def test_opt_outs_are_a_share_of_all_texts_of_the_same_lines(at_work, asked):
    """Whatever of the texts their reader sees, or whoever's work they look at."""
    person, at = contact(), NOW - timedelta(days=8)
    for _ in range(4):
        text(Side(at_work.cast.owner, at_work.line), at, to=person, author=at_work.cast.agent)
    entry(person, "withdrawn", at + timedelta(hours=1), line=at_work.line)
    reader = with_rights(at_work.cast, frozenset({Permission.REPORTS_READ, Permission.REPORTS_WORK}))
    TeamMember.objects.filter(membership=reader, team=at_work.line.team).delete()
    Team.objects.filter(pk=at_work.line.team_id).update(visibility=Team.Visibility.TEAM)
    query = f"?one={reader.pk}" if asked else ""
    page = at_work.as_(at_work.cast.owner if asked else reader).get(f"{PAGE}opt-outs/{query}")
    table = next(one for one in page.context["sheet"].tables if one.key == "after purpose")
    assert [list(row.values) for row in table.rows] == [[4, 1, 25.0]]


@time_machine.travel(NOW, tick=False)
def test_one_text_is_one_text(at_work):
    text(Side(at_work.cast.owner, at_work.line), NOW - timedelta(days=8), author=at_work.cast.agent)
    page = at_work.as_(at_work.cast.supervisor).get(f"{PAGE}volumes/").content.decode()
    assert ":00: 1 text" in page
    assert ":00: 1 texts" not in page
