"""A text that repeats: one waits at a time, each passes the gate, and whatever is over ends the series."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts import deactivation
from accounts.models import TeamMember
from accounts.permissions import MissingPermission
from tenancy.encryption.key_sources import CONTACT
from tenancy.encryption.shredding import destroy_keys
from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.texting.desk import desk
from tests.texting.scheduled.planned import ZONE, fresh, ring, sent
from texting import queries
from texting.conversations import NotPossible
from texting.gate import OutsideHours
from texting.models import Contact, Conversation, ScheduledText, TextSeries
from texting.scheduled import planning, repeating, series, series_reading, tasks
from texting.scheduled.checking import BadTime, When
from texting.scheduled.recurring import Every, Pattern
from texting.scheduled.repeating import Repeats
from texting.scheduled.their_clock import Zone
from texting.sending import Refused

__all__ = ["desk"]

BODY = "Time for your exercises."
NEW_YORK = ZoneInfo("America/New_York")


def today() -> date:
    return timezone.now().astimezone(NEW_YORK).date()


def daily(times: int | None = None, **more) -> Repeats:
    return Repeats(Pattern(Every.DAY, time(10), today() + timedelta(days=1), **more), times)


def begin(desk, conversation, repeats=None, member=None, **more) -> TextSeries:
    with activate(desk.organization):
        wanted = {"message_id": new_id(), "outside_hours": OutsideHours.SEND, "zone": ZONE} | more
        return repeating.begin(
            member=member or desk.cast.agent, conversation=conversation, body=BODY, repeats=repeats or daily(), **wanted
        )


def act(desk, name, mine, member=None, **more):
    with activate(desk.organization):
        return getattr(repeating, name)(member=member or desk.cast.agent, series=mine, **more)


def now(desk, mine) -> TextSeries:
    with activate(desk.organization):
        return TextSeries.objects.get(pk=mine.pk)


def texts(desk, mine) -> list[ScheduledText]:
    with activate(desk.organization):
        return list(ScheduledText.objects.filter(series_id=mine.pk).order_by("occurs_on"))


def keep_up(desk) -> int:
    with activate(desk.organization):
        return series.keep_up()


def leave(desk, mine) -> ScheduledText:
    """Its text that waits is due, and the clock looks."""
    row = next(one for one in texts(desk, mine) if one.state == "waiting")
    with activate(desk.organization):
        at = timezone.now() - timedelta(minutes=1)
        ScheduledText.objects.filter(pk=row.pk).update(send_at=at, look_at=at)
    ring(desk)
    return fresh(desk, row)


def test_each_day_has_one_text_by_the_clock_on_the_wall_until_there_were_enough(desk):
    mine = begin(desk, desk.hear("Hello"), daily(3))
    assert keep_up(desk) == 0  # one waits
    for number in (1, 2, 3):
        assert leave(desk, mine).state == "sent"
        assert len(texts(desk, mine)) == number
        keep_up(desk)
        keep_up(desk)
    days = [today() + timedelta(days=one) for one in (1, 2, 3)]
    assert [one.occurs_on for one in texts(desk, mine)] == days
    assert now(desk, mine).state == "ended"
    assert len(sent(desk)) == 3
    with activate(desk.organization):
        first = begin(desk, desk.hear("Hello", number="+12125550183"))
    assert texts(desk, first)[0].send_at == datetime.combine(days[0], time(10), NEW_YORK)


def test_the_same_request_twice_begins_one_series(desk):
    conversation, message = desk.hear("Hello"), new_id()
    one, two = (begin(desk, conversation, message_id=message) for _ in range(2))
    assert one.pk == two.pk
    assert len(texts(desk, one)) == 1


def test_what_dies_before_the_commit_makes_one_text_the_next_time(desk, monkeypatch):
    mine = begin(desk, desk.hear("Hello"))
    leave(desk, mine)

    def dies(point: str) -> None:
        raise RuntimeError(point)

    with monkeypatch.context() as patch:
        patch.setattr(series, "crash_here", dies)
        with pytest.raises(RuntimeError, match="before_repeated_commit"):
            keep_up(desk)
    assert len(texts(desk, mine)) == 1
    assert tasks.keep_up_scheduled() == {"made": 1, "moved": 0, "failed": 0}
    assert tasks.keep_up_scheduled() == {"made": 0, "moved": 0, "failed": 0}
    assert [one.state for one in texts(desk, mine)] == ["sent", "waiting"]


def test_a_day_that_is_skipped_or_refused_is_said_and_the_series_goes_on_until_it_is_always_so(desk):
    mine = begin(desk, desk.hear("Hello"))
    with activate(desk.organization):
        planning.cancel(member=desk.cast.agent, row=texts(desk, mine)[0])
    keep_up(desk)
    with activate(desk.organization):
        Contact.objects.update(blocked_at=timezone.now(), blocked_for="abuse")
    for _ in range(3):
        refused = leave(desk, mine)
        assert (refused.state, refused.why) == ("stopped", "rule")
        keep_up(desk)
    assert (now(desk, mine).state, now(desk, mine).why) == ("paused", "rule")
    assert len(texts(desk, mine)) == 4
    with activate(desk.organization):
        Contact.objects.update(blocked_at=None, blocked_for="")
    act(desk, "resume", mine)
    keep_up(desk)
    assert now(desk, mine).state == "active"
    assert leave(desk, mine).state == "sent"


def test_it_is_changed_paused_resumed_canceled_and_put_back_with_its_text_that_waits(desk):
    mine = begin(desk, desk.hear("Hello"))
    [row] = texts(desk, mine)
    evening = Repeats(Pattern(Every.WEEK, time(18), today(), weekdays=(0, 3)))
    act(desk, "change", mine, desk.cast.second_agent, revision=0, repeats=evening, body="Evening exercises")
    changed = fresh(desk, row)
    assert (changed.body, changed.author_id) == ("Evening exercises", desk.cast.second_agent.pk)
    assert changed.send_at.astimezone(NEW_YORK).weekday() in {0, 3}
    assert f"{changed.send_at.astimezone(NEW_YORK):%H:%M}" == "18:00"
    with pytest.raises(NotPossible, match="changed it meanwhile"):
        act(desk, "change", mine, revision=0, repeats=daily())
    act(desk, "pause", mine)
    act(desk, "pause", mine)
    assert (fresh(desk, row).state, now(desk, mine).state) == ("paused", "paused")
    assert keep_up(desk) == 0
    act(desk, "resume", mine)
    assert fresh(desk, row).state == "waiting"
    act(desk, "cancel", mine)
    assert (fresh(desk, row).state, now(desk, mine).state) == ("canceled", "canceled")
    act(desk, "restore", mine)
    assert (fresh(desk, row).state, now(desk, mine).state) == ("waiting", "active")
    assert len(texts(desk, mine)) == 1
    with pytest.raises(MissingPermission):
        act(desk, "cancel", mine, desk.cast.auditor)


def test_a_day_whose_text_left_early_has_no_second_one(desk):
    mine = begin(desk, desk.hear("Hello"))
    first = texts(desk, mine)[0].occurs_on
    leave(desk, mine)
    keep_up(desk)
    act(desk, "change", mine, revision=0, repeats=daily(), body="Other words")
    assert [one.occurs_on for one in texts(desk, mine)] == [first, first + timedelta(days=1)]


def test_what_is_no_pattern_and_what_can_never_pass_is_refused_and_nothing_is_kept(desk):
    conversation = desk.hear("Hello")
    past = today() - timedelta(days=9)
    wrong = [
        (daily(0), "from 1"),
        (daily(gap=0), "from 1"),
        (daily(until=past), "No day is left"),
        (Repeats(Pattern(Every.WEEK, time(9), today())), "at least one day"),
        (Repeats(Pattern(Every.WEEK, time(9), today(), weekdays=(7,))), "days of the week"),
    ]
    for repeats, words in wrong:
        with pytest.raises(BadTime, match=words):
            begin(desk, conversation, repeats)
    desk.hear("STOP")
    with pytest.raises(Refused):
        begin(desk, conversation)
    with activate(desk.organization):
        assert not ScheduledText.objects.exists()
        assert not TextSeries.objects.exists()


def test_an_opt_out_ends_it_at_once(desk):
    mine = begin(desk, desk.hear("Hello"))
    desk.hear("STOP")
    assert (now(desk, mine).state, now(desk, mine).why) == ("ended", "opted_out")
    assert texts(desk, mine)[0].state == "stopped"
    assert keep_up(desk) == 0


@pytest.mark.parametrize("handed", [False, True])
def test_a_leavers_series_pauses_or_goes_to_a_colleague_who_owns_it_then(desk, handed):
    mine = begin(desk, desk.hear("Hello"))
    to = desk.cast.second_agent
    with activate(desk.organization):
        deactivation.deactivate(actor=desk.cast.owner, member=desk.cast.agent, hand_to=to if handed else None)
    assert (now(desk, mine).state, now(desk, mine).author_id) == (
        ("active", to.pk) if handed else ("paused", desk.cast.agent.pk)
    )
    if not handed:
        act(desk, "resume", mine, to)
    assert now(desk, mine).author_id == to.pk
    assert leave(desk, mine).state == "sent"
    keep_up(desk)
    assert [one.author_id for one in texts(desk, mine)] == [to.pk, to.pk]


def test_an_erased_customers_series_ends_and_a_living_one_keeps_its_conversation(desk):
    conversation = desk.hear("Hello")
    mine = begin(desk, conversation)
    with activate(desk.organization):
        ScheduledText.objects.filter(series_id=mine.pk).update(state="canceled", ended_at=timezone.now())
        destroy_keys(CONTACT, str(conversation.contact_id), reason="asked to be forgotten")
    keep_up(desk)
    assert (now(desk, mine).state, now(desk, mine).why) == ("ended", "words")


def test_the_customers_new_zone_moves_the_next_text_and_a_resolved_conversation_goes_on_in_the_new_one(desk):
    conversation = desk.hear("Hello")
    mine = begin(desk, conversation)
    desk.resolve(conversation)
    with activate(desk.organization):
        contact = Conversation.objects.get(pk=conversation.pk).contact
        contact.time_zone = "Europe/Berlin"
        contact.save(update_fields=["time_zone"])
    leave(desk, mine)
    keep_up(desk)
    row = texts(desk, mine)[-1]
    assert (row.zone, row.zone_from) == ("Europe/Berlin", "told")
    assert f"{row.send_at.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}" == "10:00"
    assert row.conversation_id != conversation.pk


def refuse_three_times(desk, mine) -> None:
    with activate(desk.organization):
        Contact.objects.update(blocked_at=timezone.now(), blocked_for="abuse")
    for _ in range(3):
        assert leave(desk, mine).state == "stopped"
        keep_up(desk)
    with activate(desk.organization):
        Contact.objects.update(blocked_at=None, blocked_for="")


def waits(desk, mine) -> list[str]:
    return [one.state for one in texts(desk, mine) if one.state == "waiting"]


def test_what_paused_itself_can_be_mended_and_sends_nothing_before_it_is_resumed(desk):
    mine = begin(desk, desk.hear("Hello"))
    refuse_three_times(desk, mine)
    act(desk, "change", mine, revision=now(desk, mine).revision, repeats=daily(), body="Other words")
    assert (now(desk, mine).state, waits(desk, mine)) == ("paused", [])
    act(desk, "resume", mine)
    assert len(waits(desk, mine)) == 1


@pytest.mark.parametrize("what", ["pause", "cancel"])
def test_a_skipped_text_that_was_taken_back_ends_with_the_series_too(desk, what):
    mine = begin(desk, desk.hear("Hello"))
    [first] = texts(desk, mine)
    with activate(desk.organization):
        planning.cancel(member=desk.cast.agent, row=first)
    keep_up(desk)
    with activate(desk.organization):
        planning.restore(member=desk.cast.agent, row=first)
    assert len(waits(desk, mine)) == 2
    act(desk, what, mine)
    assert waits(desk, mine) == []


def test_what_was_skipped_stays_skipped_when_the_series_goes_on(desk):
    mine = begin(desk, desk.hear("Hello"))
    [first] = texts(desk, mine)
    act(desk, "pause", mine)
    with activate(desk.organization):
        planning.cancel(member=desk.cast.agent, row=fresh(desk, first))
    act(desk, "resume", mine)
    assert fresh(desk, first).state == "canceled"


def test_send_it_all_the_same_is_said_of_one_hour_only(desk, time_machine):
    time_machine.move_to(datetime(2027, 6, 1, 14, tzinfo=UTC), tick=False)
    late = Repeats(Pattern(Every.DAY, time(21, 30), date(2027, 6, 1)))
    mine = begin(desk, desk.hear("Hello"), late, outside_hours=OutsideHours.SEND)
    at_night = Repeats(Pattern(Every.DAY, time(3), date(2027, 6, 1)))
    act(desk, "change", mine, revision=0, repeats=at_night)
    [row] = texts(desk, mine)
    assert (row.outside_hours, now(desk, mine).outside_hours) == ("wait", "wait")


def test_whoever_does_not_see_the_customer_reads_no_clock_of_theirs(desk):
    mine = begin(desk, desk.hear("Hello"), zone=Zone("Asia/Tokyo", ScheduledText.ZoneFrom.TOLD))
    with activate(desk.organization):
        series = series_reading.access_series(desk.cast.auditor, mine.pk)
        thread = queries.access_conversation(desk.cast.auditor, series.conversation_id)
        shown = series_reading.shown(desk.cast.auditor, series, thread, 1, in_list=False)
    assert "10:00 am" not in shown.pattern
    assert shown.pattern.rpartition("at ")[2] in shown.times[0]


def test_what_an_author_may_not_send_any_more_goes_on_as_the_colleagues_who_resumes_it(desk):
    mine = begin(desk, desk.hear("Hello"))
    with activate(desk.organization):
        TeamMember.objects.filter(membership=desk.cast.agent).delete()
    assert leave(desk, mine).state == "stopped"
    keep_up(desk)
    assert now(desk, mine).state == "paused"
    act(desk, "resume", mine, desk.cast.second_agent)
    keep_up(desk)
    assert now(desk, mine).author_id == desk.cast.second_agent.pk
    assert leave(desk, mine).state == "sent"


def test_a_series_goes_on_without_a_text_that_was_paused_by_itself_when_its_time_has_passed(desk):
    mine = begin(desk, desk.hear("Hello"))
    [row] = texts(desk, mine)
    with activate(desk.organization):
        planning.pause(member=desk.cast.agent, row=row)
    assert keep_up(desk) == 0
    with activate(desk.organization):
        ScheduledText.objects.filter(pk=row.pk).update(send_at=timezone.now() - timedelta(days=5))
    assert keep_up(desk) == 1
    assert len(waits(desk, mine)) == 1


def test_the_id_of_a_text_that_leaves_once_begins_no_series(desk):
    conversation, message = desk.hear("Hello"), new_id()
    when = When(timezone.now() + timedelta(hours=2), ZONE, OutsideHours.SEND)
    with activate(desk.organization):
        planning.schedule(member=desk.cast.agent, conversation=conversation, body=BODY, when=when, message_id=message)
    with pytest.raises(NotPossible):
        begin(desk, conversation, message_id=message)
    with activate(desk.organization):
        assert ScheduledText.objects.get().series_id is None
