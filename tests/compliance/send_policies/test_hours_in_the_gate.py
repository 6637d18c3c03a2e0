"""Quiet hours through the gate: who waits, who may decide, and that no marketing text leaves outside a window."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.hours import quiet_hours
from compliance.hours.quiet_hours import TextClass
from compliance.hours.time_zones import whereabouts
from compliance.models import HoursRules
from compliance.send_policies import here
from compliance.send_policies.hours import MARGIN, QuietHours, where_is
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.permitting import agree_to_everything
from tests.texting.conftest import far_end, make_scene, scene
from texting import delivery, gate, sending, threads
from texting.gate import Draft, OutsideHours, Verdict
from texting.models import Contact, Conversation, Decision, Message, OutboxEntry
from texting.purposes import Purpose
from texting.sending import Refused
from texting.statuses import MessageStatus

__all__ = ["far_end", "scene"]
NEW_YORK, LOS_ANGELES = "+12125550181", "+13105550181"
NIGHT = "2026-11-25 22:30 America/New_York"  # a Wednesday


def moment(text: str) -> datetime:
    """ "2026-11-25 22:30 America/New_York" as an aware time."""
    day, clock, zone = text.split()
    return datetime.combine(datetime.fromisoformat(day), time.fromisoformat(clock), ZoneInfo(zone)).astimezone(UTC)


@pytest.fixture
def clock(monkeypatch):
    """Sets what time it is for the rule."""

    def set_it(text: str | datetime) -> datetime:
        at = moment(text) if isinstance(text, str) else text
        monkeypatch.setattr(here, "now", lambda: at)
        return at

    return set_it


def draft(purpose, number=NEW_YORK, *, stage=Decision.Stage.QUEUE, author=None, outside=OutsideHours.ASK, **known):
    contact = Contact(number=number, **known)
    conversation = Conversation(contact=contact)
    return Draft(conversation, "Hello", purpose, author, stage, outside_hours=outside)


def judged(*arguments, **more):
    [reason] = QuietHours().judge(draft(*arguments, **more)).reasons
    return reason


# --- Which texts have hours ---


@pytest.mark.parametrize(
    "purpose",
    [Purpose.CODE, Purpose.ALERT, Purpose.OPT_OUT_ANSWER, Purpose.OPT_IN_ANSWER, Purpose.HELP_ANSWER],
)
def test_codes_alerts_and_what_is_owed_have_no_hours(scene, clock, purpose):
    clock("2026-11-25 03:00 America/New_York")
    with activate(scene.organization):
        assert QuietHours().judge(draft(purpose, author=scene.agent)).reasons == ()


@pytest.mark.parametrize("stage", list(Decision.Stage))
def test_an_alert_that_a_rule_sends_waits_unless_it_answers_within_the_hour(scene, clock, stage):
    at = clock("2026-11-25 03:00 America/New_York")
    with activate(scene.organization):
        written = draft(Purpose.ALERT, stage=stage, outside=OutsideHours.WAIT)
        [reason] = QuietHours().judge(written).reasons
        opens = reason.not_before if stage == Decision.Stage.QUEUE else reason.again_at
        assert (reason.rule, opens) == ("hours.closed", moment("2026-11-25 08:00 America/New_York"))
        written.conversation.last_inbound_at = at - timedelta(minutes=59)
        assert QuietHours().judge(written).reasons == ()


@pytest.mark.parametrize(("minutes", "leaves"), [(1, True), (60, True), (61, False), (600, False)])
def test_an_answer_within_the_hour_has_no_hours(scene, clock, minutes, leaves):
    at = clock(NIGHT)
    with activate(scene.organization):
        written = draft(Purpose.REPLY)
        written.conversation.last_inbound_at = at - timedelta(minutes=minutes)
        ruling = QuietHours().judge(written)
    assert (ruling.reasons == ()) is leaves


# --- Marketing: law ---

WINDOWS = [
    # number and what else is known, local time, opens at (None: it is open), rows
    (NEW_YORK, {}, "2026-11-25 07:59 America/New_York", "2026-11-25 08:00 America/New_York"),
    (NEW_YORK, {}, "2026-11-25 08:00 America/New_York", None),
    (NEW_YORK, {}, "2026-11-25 20:45 America/New_York", None),
    (NEW_YORK, {}, "2026-11-25 20:46 America/New_York", "2026-11-26 08:00 America/New_York"),
    (NEW_YORK, {}, "2026-11-25 21:00 America/New_York", "2026-11-26 08:00 America/New_York"),
    # an Eastern number with a Pacific address: 11 am to 9 pm Eastern
    (NEW_YORK, {"state": "CA"}, "2026-11-25 10:59 America/New_York", "2026-11-25 11:00 America/New_York"),
    (NEW_YORK, {"state": "CA"}, "2026-11-25 11:00 America/New_York", None),
    (NEW_YORK, {"zip_code": "90001"}, "2026-11-25 10:00 America/New_York", "2026-11-25 11:00 America/New_York"),
    # a zone that they told replaces the zones and no state's row
    (NEW_YORK, {"time_zone": "America/Los_Angeles"}, "2026-11-25 23:30 America/New_York", None),
    ("+13055550181", {"time_zone": "America/Los_Angeles"}, "2026-11-25 19:46 America/Los_Angeles",
     "2026-11-26 08:00 America/Los_Angeles"),
    # Alabama: no Sunday, no holiday; Texas on a Sunday from noon
    ("+12055550181", {}, "2026-11-29 12:00 America/Chicago", "2026-11-30 08:00 America/Chicago"),
    ("+12055550181", {}, "2026-11-26 12:00 America/Chicago", "2026-11-27 08:00 America/Chicago"),
    ("+15125550181", {}, "2026-11-29 11:59 America/Chicago", "2026-11-29 12:00 America/Chicago"),
    # both clock changes of 2026 in New York: 8 March at 2 am, 1 November at 2 am
    (NEW_YORK, {}, "2026-03-08 01:59 America/New_York", "2026-03-08 08:00 America/New_York"),
    (NEW_YORK, {}, "2026-03-08 03:01 America/New_York", "2026-03-08 08:00 America/New_York"),
    (NEW_YORK, {}, "2026-03-07 21:00 America/New_York", "2026-03-08 08:00 America/New_York"),
    (NEW_YORK, {}, "2026-10-31 21:00 America/New_York", "2026-11-01 08:00 America/New_York"),
    (NEW_YORK, {}, "2026-11-01 01:30 America/New_York", "2026-11-01 08:00 America/New_York"),
    (NEW_YORK, {}, "2026-11-01 20:46 America/New_York", "2026-11-02 08:00 America/New_York"),
    # Arizona keeps its clock while its neighbors change theirs
    ("+16025550181", {}, "2026-07-15 07:59 America/Phoenix", "2026-07-15 08:00 America/Phoenix"),
    ("+16025550181", {"state": "CA"}, "2026-07-15 20:46 America/Phoenix", "2026-07-16 08:00 America/Phoenix"),
    ("+16025550181", {"state": "CA"}, "2026-01-14 08:30 America/Phoenix", "2026-01-14 09:00 America/Phoenix"),
    # nothing known: every zone of the country, the strictest row
    ("+18005550181", {}, "2026-11-25 14:59 America/New_York", "2026-11-25 15:00 America/New_York"),
    ("+18005550181", {}, "2026-11-25 15:00 America/New_York", None),
]  # fmt: skip


@pytest.mark.parametrize("case", WINDOWS, ids=str)
def test_a_marketing_text_waits_for_its_window(scene, clock, case):
    number, known, at, opens = case
    clock(at)
    with activate(scene.organization):
        queued = judged(Purpose.BULK, number, **known)
        leaving = judged(Purpose.BULK, number, stage=Decision.Stage.HAND_OVER, **known)
    expected = moment(opens) if opens else None
    assert (queued.verdict, queued.not_before) == (Verdict.ALLOW, expected)
    assert (leaving.verdict, leaving.again_at) == (Verdict.REFUSE if opens else Verdict.ALLOW, expected)
    assert leaving.waits is bool(opens)


def test_nobody_waves_a_marketing_text_through(scene, clock):
    clock(NIGHT)
    with activate(scene.organization):
        HoursRules.objects.create(only_warns=True)
        reason = judged(Purpose.BULK, stage=Decision.Stage.HAND_OVER, author=scene.agent, outside=OutsideHours.SEND)
    assert (reason.verdict, reason.may_insist) == (Verdict.REFUSE, False)


def test_the_decision_keeps_where_and_by_which_rows(scene, clock):
    clock(NIGHT)
    with activate(scene.organization):
        reason = judged(Purpose.BULK, state="FL")
    assert reason.version == quiet_hours.rules_version()
    assert "America/New_York Wed 22:30" in reason.evidence["local"]
    assert reason.evidence["rows"] == "US-FL, US-NY"
    assert NEW_YORK not in str(reason.evidence)


def test_zones_that_never_meet_are_for_a_person_to_decide_on(scene, clock):
    clock(NIGHT)
    with activate(scene.organization):
        reason = judged(Purpose.BULK, "+61412345678", state="NY")
        assert (reason.rule, reason.verdict, reason.not_before) == ("hours.never", Verdict.REFUSE, None)


NUMBERS = st.sampled_from(
    ["+12125550181", "+13105550181", "+13055550181", "+12055550181", "+15125550181", "+18085550181", "+18005550181",
     "+14015550181", "+12075550181", "+16055550181", "+442079460000", "+14165550181", "+12195550181"]
)  # fmt: skip
STATES = st.sampled_from(["", "", "NY", "CA", "RI", "TX", "AK", "ME", "PA", "LA", "HI"])
ZONES = st.sampled_from(["", "", "America/New_York", "Pacific/Honolulu", "Europe/London", "Australia/Adelaide"])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)).map(
    lambda at: at.replace(second=0, microsecond=0)
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.tuples(NUMBERS, STATES, ZONES), MOMENTS)
def test_whatever_the_time_no_marketing_text_leaves_outside_a_window(scene, clock, customer, at):
    number, state, zone = customer
    clock(at)
    with activate(scene.organization):
        reason = judged(Purpose.BULK, number, stage=Decision.Stage.HAND_OVER, state=state, time_zone=zone)
    where = whereabouts(number, state=state, zone=zone)

    def leaves(then: datetime) -> bool:
        found = quiet_hours.judge(where, then, TextClass.MARKETING)
        return found.is_open and found.closes_at is not None and found.closes_at - then >= MARGIN

    if reason.verdict is Verdict.ALLOW:
        assert leaves(at)
        assert reason.valid_for is not None
        assert reason.valid_for >= MARGIN
        return
    assert not leaves(at)
    if reason.again_at is None:
        assert not any(leaves(at + timedelta(minutes=30 * step)) for step in range(2 * 24 * 8))
        return
    assert leaves(reason.again_at), "what is promised holds"
    assert not leaves(reason.again_at - timedelta(minutes=1)), "and it is a beginning"
    between = range(int((reason.again_at - at) / timedelta(minutes=10)))
    assert not any(leaves(at + timedelta(minutes=10 * step)) for step in between), "no earlier one is stepped over"


# --- What people write: courtesy ---


def test_who_writes_at_night_is_told_what_time_it_is_there(scene, clock):
    clock(NIGHT)
    with activate(scene.organization):
        scene.hear("Hello")
        conversation = scene.conversation()
        conversation.last_inbound_at = here.now() - timedelta(hours=3)
        outcome = gate.ask(Draft(conversation, "Are you coming?", Purpose.REPLY, scene.agent))
    [objection] = outcome.objections
    assert (objection.rule, objection.text) == ("hours.closed", "It is 10:30 pm for them.")
    assert "8:00 am their time on Thursday" in objection.what_to_do
    assert outcome.may_insist
    assert outcome.again_at == moment("2026-11-26 08:00 America/New_York")


def test_several_places_are_told_as_a_span(scene, clock):
    clock(NIGHT)
    with activate(scene.organization):
        reason = judged(Purpose.REPLY, state="CA", author=scene.agent)
    assert reason.text == "It is between 7:30 pm and 10:30 pm where they may be."


@pytest.mark.parametrize("number", [NEW_YORK, "+13055550181"])
def test_the_courtesy_hours_know_no_states(scene, clock, number):
    clock("2026-11-29 20:59 America/New_York")  # a Sunday; Florida's row has closed at eight
    with activate(scene.organization):
        assert judged(Purpose.REPLY, number, author=scene.agent).rule == "hours.open"


def test_an_organization_may_have_its_own_hours_or_only_be_warned(scene, clock):
    clock("2026-11-25 20:30 America/New_York")
    with activate(scene.organization):
        row = HoursRules.objects.create(soft_opens=time(9), soft_closes=time(20))
        assert judged(Purpose.REPLY, author=scene.agent).verdict is Verdict.REFUSE
    with activate(scene.organization):
        row.only_warns = True
        row.save()
        warned = judged(Purpose.REPLY, author=scene.agent)
    assert (warned.verdict, warned.rule, warned.text) == (Verdict.ALLOW, "hours.warned", "It is 8:30 pm for them.")


def test_an_automated_row_that_does_not_apply_is_left_out_and_the_decision_says_so(scene, clock):
    clock("2026-11-28 12:00 America/New_York")  # a Saturday in Maine
    with activate(scene.organization):
        assert judged(Purpose.BULK, "+12075550181").not_before is not None
        HoursRules.objects.create(without=["ME"])
    with activate(scene.organization):
        reason = judged(Purpose.BULK, "+12075550181")
    assert (reason.rule, reason.evidence["rows"]) == ("hours.open", "US-ME (federal)")


def test_courtesy_hours_abroad_are_the_organizations(scene, clock):
    clock("2026-11-25 18:30 Europe/London")
    with activate(scene.organization):
        assert judged(Purpose.BULK, "+442079460000").rule == "hours.open"
        HoursRules.objects.create(courtesy={"wk": ["09:00", "18:00"], "sat": None, "sun": None})
    with activate(scene.organization):
        assert judged(Purpose.BULK, "+442079460000").not_before == moment("2026-11-26 09:00 Europe/London")


def test_other_organizations_rules_are_not_asked(scene, clock):
    other = make_scene("Northside Plumbing", "northside")
    clock(NIGHT)
    with activate(other.organization):
        HoursRules.objects.create(only_warns=True)
    with activate(scene.organization):
        assert judged(Purpose.REPLY, author=scene.agent).verdict is Verdict.REFUSE


def test_evidence_that_is_none_any_more_counts_as_nowhere_known(scene):
    with activate(scene.organization):
        found = where_is(Contact(number=NEW_YORK, time_zone="Mars/Olympus"))
    assert found.places == ("US-unknown",)


# --- On the way ---


def written(scene, purpose=Purpose.REPLY, outside=OutsideHours.ASK, body="Your shoes are ready"):
    """A text to somebody who wrote hours ago."""
    with activate(scene.organization):
        if not Contact.objects.exists():
            scene.hear("Hello")
            agree_to_everything(Contact.objects.get())
            Message.objects.filter(purpose=Purpose.OPT_IN_ANSWER).update(status=MessageStatus.DELIVERED)
            OutboxEntry.objects.all().delete()
        conversation = scene.conversation()
        Conversation.objects.update(last_inbound_at=here.now() - timedelta(hours=5))
        conversation.refresh_from_db()
        return sending.send_text(
            conversation=conversation, body=body, author=scene.agent, purpose=purpose, outside_hours=outside
        )


def test_a_refused_text_at_night_leaves_nothing_behind(scene, clock):
    clock(NIGHT)
    with pytest.raises(Refused) as refused:
        written(scene)
    assert refused.value.outcome.may_insist
    with activate(scene.organization):
        assert not Message.objects.filter(purpose=Purpose.REPLY).exists()
        assert not OutboxEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_insists_is_written_down_and_the_text_leaves(scene, far_end, clock):
    clock(NIGHT)
    message = written(scene, outside=OutsideHours.SEND)
    assert delivery.deliver_line(scene.line.pk) == 1
    assert len(far_end.ledger) == 1
    with activate(scene.organization):
        reasons = {reason["rule"]: reason for reason in message.decision.reasons}
        assert reasons["hours.insisted"]["evidence"]["insisted"] == str(scene.agent.pk)
        assert reasons["hours.insisted"]["version"] == quiet_hours.rules_version()
        event = AuditEvent.objects.get(event=AuditKind.MESSAGE_SENT_OUTSIDE_HOURS)
        assert event.actor_id == scene.agent.pk


@pytest.mark.django_db(transaction=True)
def test_a_text_that_waits_holds_up_no_other(scene, far_end, clock):
    clock(NIGHT)
    waiting = written(scene, outside=OutsideHours.WAIT)
    assert waiting.held_until == moment("2026-11-26 08:00 America/New_York")
    written(scene, outside=OutsideHours.SEND, body="We are here all night")
    with activate(scene.organization):  # the real clock may be past that morning
        OutboxEntry.objects.filter(message_id=waiting.pk).update(
            due_at=datetime(2100, 1, 1, tzinfo=UTC), held_until=datetime(2100, 1, 1, tzinfo=UTC)
        )
    assert delivery.deliver_line(scene.line.pk) == 1
    assert [sent.body.split("\n")[0] for sent in far_end.ledger] == ["We are here all night"]


@pytest.mark.parametrize("purpose", [Purpose.BULK, Purpose.APPOINTMENT])
def test_what_nobody_waits_for_is_queued_at_night_and_waits(scene, clock, purpose):
    clock(NIGHT)
    message = written(scene, purpose)
    opens = moment("2026-11-26 08:00 America/New_York")
    with activate(scene.organization):
        entry = OutboxEntry.objects.get()
        assert (message.held_until, entry.due_at, entry.held_until) == (opens, opens, opens)
        assert entry.expires_at >= opens + timedelta(hours=4), "its life begins then"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("purpose", [Purpose.BULK, Purpose.APPOINTMENT, Purpose.REPLY])
def test_a_text_that_stood_in_the_queue_until_night_waits_for_the_morning(scene, far_end, clock, purpose):
    clock("2026-11-25 14:00 America/New_York")
    message = written(scene, purpose)
    clock(NIGHT)
    assert delivery.deliver_line(scene.line.pk) == 0 or not far_end.ledger
    with activate(scene.organization):
        message.refresh_from_db()
        opens = moment("2026-11-26 08:00 America/New_York")
        assert (message.status, message.held_until) == (MessageStatus.QUEUED, opens)
        entry = OutboxEntry.objects.get()
        assert entry.expires_at > opens
        OutboxEntry.objects.update(due_at=here.now() - timedelta(days=400), held_until=None)
    clock("2026-11-26 08:00 America/New_York")
    delivery.deliver_line(scene.line.pk)
    assert len(far_end.ledger) == 1


@pytest.mark.django_db(transaction=True)
def test_the_provider_is_told_how_long_a_marketing_text_may_leave(scene, far_end, clock):
    clock("2026-11-25 20:30 America/New_York")
    written(scene, Purpose.BULK)
    delivery.deliver_line(scene.line.pk)
    assert far_end.ledger[0].valid_for == timedelta(minutes=30)


def test_what_left_a_minute_late_is_not_kept_until_morning(scene, clock):
    clock("2026-11-25 21:01 America/New_York")
    with activate(scene.organization):
        reason = judged(Purpose.REPLY, stage=Decision.Stage.HAND_OVER, author=scene.agent, outside=OutsideHours.WAIT)
    assert reason.verdict is Verdict.ALLOW


def test_a_new_customers_number_counts_as_any_other(scene, clock):
    clock(NIGHT)
    with activate(scene.organization):
        from texting.phone_numbers import from_provider

        contact = threads.contact_for(from_provider(LOS_ANGELES))
        assert where_is(contact).zones == ("America/Los_Angeles",)
