"""A text that goes by a date of its contact: it moves with the date, ends with it, and is never sent late."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from compliance.hours import customer_place
from compliance.hours.customer_place import Place
from tenancy.encryption.key_sources import CONTACT
from tenancy.encryption.shredding import destroy_keys
from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.texting.desk import desk
from tests.texting.scheduled.planned import due, fresh, ring, sent
from texting.fields import defining, writing
from texting.fields.kinds import Kind
from texting.gate import OutsideHours
from texting.models import ContactField, FieldValue, ScheduledText
from texting.scheduled import following, planning, reading, tasks
from texting.scheduled.checking import BadTime, When
from texting.scheduled.relative import Relation, Unit
from texting.scheduled.their_clock import Zone, zones_for

__all__ = ["desk"]

BODY = "See you at your appointment."


@pytest.fixture
def visit(desk):
    """A conversation whose contact has an appointment in five days at half past two, and the field."""
    conversation = desk.hear("Hello")
    with activate(desk.organization):
        field = defining.add_field(member=desk.cast.admin, name="Appointment", kind=Kind.DATE_TIME)
    desk.visit = field
    write(desk, conversation, wall(desk, 5))
    return conversation


def wall(desk, days: int, hour: str = "14:30") -> str:
    day = timezone.now().astimezone(ZoneInfo(desk.organization.time_zone)) + timedelta(days=days)
    return f"{day:%Y-%m-%d}T{hour}"


def write(desk, conversation, value: str) -> None:
    with activate(desk.organization):
        writing.set_values(member=desk.cast.admin, contact=conversation.contact, typed={desk.visit.pk: value})


def moment(desk, value: str, **before) -> datetime:
    at = datetime.fromisoformat(value).replace(tzinfo=ZoneInfo(desk.organization.time_zone))
    return at - timedelta(**before)


def plan(desk, conversation, relation=None, **more) -> ScheduledText:
    with activate(desk.organization):
        wanted = {"message_id": new_id(), "outside_hours": OutsideHours.SEND, "member": desk.cast.agent, "body": BODY}
        said = relation or Relation(desk.visit.pk, 24, Unit.HOURS)
        return following.schedule(conversation=conversation, relation=said, **(wanted | more))


def keep_up(desk) -> int:
    with activate(desk.organization):
        return following.keep_up()


def test_it_moves_with_the_date_and_is_canceled_with_it(desk, visit):
    row = plan(desk, visit)
    assert row.send_at == moment(desk, wall(desk, 5), hours=24)
    assert keep_up(desk) == 0
    write(desk, visit, wall(desk, 9, "09:00"))
    assert tasks.keep_up_scheduled()["moved"] == 1
    moved = fresh(desk, row)
    assert moved.send_at == moved.look_at == moment(desk, wall(desk, 9, "09:00"), hours=24)
    assert keep_up(desk) == 0
    write(desk, visit, "")
    keep_up(desk)
    assert (fresh(desk, row).state, fresh(desk, row).why) == ("canceled", "date")
    assert sent(desk) == []


@pytest.mark.parametrize(
    "relation",
    [
        lambda pk: Relation(pk, 24, Unit.HOURS),
        lambda pk: Relation(pk, 1, Unit.DAYS),
        lambda pk: Relation(pk, 2, Unit.DAYS, at=time(9)),
    ],
)
def test_one_whose_words_say_the_old_date_waits_for_a_person_and_then_leaves_by_the_new_one(desk, visit, relation):
    day = datetime.fromisoformat(wall(desk, 5))
    row = plan(desk, visit, relation(desk.visit.pk), body=f"See you on {day:%A}, {day:%b} {day.day}.")
    other = plan(desk, visit, relation(desk.visit.pk))
    write(desk, visit, wall(desk, 9, "09:00"))
    keep_up(desk)
    stopped, moved = fresh(desk, row), fresh(desk, other)
    assert (stopped.state, stopped.why, moved.state) == ("stopped", "moved", "waiting")
    assert stopped.send_at == moved.send_at
    with activate(desk.organization):
        [said] = [one.why for one in reading.upcoming(desk.cast.agent, visit) if one.id == row.pk]
        assert "says the old one" in said
        when = When(stopped.send_at, Zone(stopped.zone, stopped.zone_from), OutsideHours.SEND)
        planning.change(member=desk.cast.agent, row=row, revision=stopped.revision, body=BODY, when=when)
    write(desk, visit, wall(desk, 8, "09:00"))
    keep_up(desk)
    again = fresh(desk, row)
    assert (again.state, again.field_id) == ("waiting", desk.visit.pk)
    assert again.send_at == fresh(desk, other).send_at < moved.send_at


def test_a_time_that_moved_within_its_day_is_noticed_although_the_text_would_leave_when_it_would_have(desk, visit):
    relation = Relation(desk.visit.pk, 1, Unit.DAYS, at=time(9))
    row = plan(desk, visit, relation, body="See you tomorrow at 2:30 pm.")
    other = plan(desk, visit, relation, body="See you tomorrow.")
    write(desk, visit, wall(desk, 5, "16:00"))
    keep_up(desk)
    assert (fresh(desk, row).state, fresh(desk, row).why) == ("stopped", "moved")
    assert (fresh(desk, other).state, fresh(desk, other).send_at) == ("waiting", other.send_at)


def test_a_clock_that_is_another_one_moves_a_text_and_stops_none(desk, visit):
    row = plan(desk, visit, Relation(desk.visit.pk, 1, Unit.DAYS, at=time(9)), body="We are here from 8 am to 5 pm.")
    with activate(desk.organization):
        place = Place(time_zone="America/Los_Angeles")
        customer_place.set_place(member=desk.cast.admin, contact=visit.contact, place=place)
    assert keep_up(desk) == 1
    moved = fresh(desk, row)
    assert (moved.state, moved.send_at > row.send_at) == ("waiting", True)
    write(desk, visit, wall(desk, 5, "16:00"))
    keep_up(desk)
    assert fresh(desk, row).state == "stopped"


def test_that_it_leaves_outside_their_hours_was_said_of_the_first_moment(desk, visit):
    row = plan(desk, visit, Relation(desk.visit.pk, 2, Unit.HOURS), outside_hours=OutsideHours.SEND)
    write(desk, visit, wall(desk, 9, "05:00"))
    keep_up(desk)
    moved = fresh(desk, row)
    assert moved.send_at != row.send_at
    assert moved.outside_hours == "wait"


@pytest.mark.parametrize("choice", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:00-05:00"])
def test_a_moment_that_no_clock_can_show_is_refused(desk, choice):
    conversation = desk.hear("Hello")
    given = {"body": "Hi", "choice": choice, "message_id": str(new_id()), "zone": ""}
    assert desk.as_(desk.cast.agent).post(reverse("send_later", args=[conversation.pk]), given).status_code == 422


def test_a_text_that_is_due_is_looked_at_again_before_it_leaves(desk, visit):
    row = plan(desk, visit)
    due(desk, row)
    assert ring(desk) == 1
    assert fresh(desk, row).send_at == moment(desk, wall(desk, 5), hours=24)  # that was not its time
    write(desk, visit, "")
    due(desk, row)
    ring(desk)
    assert fresh(desk, row).state == "canceled"
    assert sent(desk) == []


def test_when_the_date_moves_so_that_its_moment_has_passed_it_is_sent_a_little_late_or_not_at_all(desk, visit):
    row = plan(desk, visit)
    here = timezone.now().astimezone(ZoneInfo(desk.organization.time_zone))
    write(desk, visit, f"{here + timedelta(hours=21):%Y-%m-%dT%H:%M}")  # 24 hours before it was three hours ago
    keep_up(desk)
    assert ring(desk) == 1
    assert fresh(desk, row).state == "sent"
    write(desk, visit, wall(desk, 5))
    late = plan(desk, visit)
    write(desk, visit, f"{here + timedelta(hours=19):%Y-%m-%dT%H:%M}")
    keep_up(desk)
    ring(desk)
    assert (fresh(desk, late).state, fresh(desk, late).why) == ("stopped", "late")
    assert len(sent(desk)) == 1


def test_a_merge_or_an_erasure_that_changes_the_value_is_noticed_too(desk, visit):
    row = plan(desk, visit)
    with activate(desk.organization):
        value = FieldValue.objects.get(contact=visit.contact)
        before = value.changed_at
        value.value, value.changed_at = wall(desk, 7), before - timedelta(days=9)  # as a merge writes an older one
        value.save()
    keep_up(desk)
    assert fresh(desk, row).send_at == moment(desk, wall(desk, 7), hours=24)
    with activate(desk.organization):
        destroy_keys(CONTACT, str(visit.contact_id), reason="asked to be forgotten")
        FieldValue.objects.filter(contact=visit.contact).delete()
    keep_up(desk)
    assert fresh(desk, row).state == "canceled"


def test_an_archived_field_ends_it_and_a_time_of_its_own_lets_go_of_the_date(desk, visit):
    row, free = plan(desk, visit), plan(desk, visit)
    with activate(desk.organization):
        zone = zones_for(desk.cast.agent, visit.contact)[0]
        own = When(timezone.now() + timedelta(days=1), zone, OutsideHours.SEND)
        planning.change(member=desk.cast.agent, row=free, revision=0, when=own)
        ContactField.objects.update(archived_at=timezone.now())
    write_nothing = keep_up(desk)
    assert write_nothing == 0  # the value is the same; it is asked again when it would leave
    due(desk, row)
    ring(desk)
    assert fresh(desk, row).state == "canceled"
    assert (fresh(desk, free).state, fresh(desk, free).field_id) == ("waiting", None)


def test_the_moment_is_by_their_clock_where_a_time_of_day_is_said(desk, visit):
    with activate(desk.organization):
        visit.contact.time_zone = "Europe/Berlin"
        visit.contact.save(update_fields=["time_zone"])
    row = plan(desk, visit, Relation(desk.visit.pk, 2, Unit.DAYS, at=time(9)))
    assert f"{row.send_at.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}" == "09:00"
    assert row.zone == "Europe/Berlin"


def test_who_does_not_see_the_date_does_not_read_how_far_from_it_the_text_leaves(desk, visit):
    plan(desk, visit)
    with activate(desk.organization):
        said = [[row.goes_by for row in told(desk.cast.auditor, visit)] for told in (reading.upcoming, _listed)]
        assert said == [["by a date of theirs"], ["by a date of theirs"]], "they see the field, and not the customer"
        assert [row.goes_by for row in reading.upcoming(desk.cast.agent, visit)] == ["24 hours before Appointment"]
        desk.visit.rights.all().delete()
        assert [row.goes_by for row in reading.upcoming(desk.cast.agent, visit)] == ["by a date of theirs"]


def _listed(member, _conversation):
    return reading.listed(member, reading.Wanted())[1]


def test_a_date_that_is_not_written_or_not_seen_or_long_past_is_refused(desk, visit):
    other = desk.hear("Hello", number="+12125550184")
    with pytest.raises(BadTime, match="Nothing is written in Appointment"):
        plan(desk, other)
    with pytest.raises(BadTime, match="You do not see this date"):
        plan(desk, visit, Relation(new_id(), 1, Unit.HOURS))
    with pytest.raises(BadTime, match="That time has passed"):
        plan(desk, visit, Relation(desk.visit.pk, 300, Unit.HOURS))
    with pytest.raises(BadTime, match="from 0"):
        plan(desk, visit, Relation(desk.visit.pk, -1, Unit.HOURS))
    with activate(desk.organization):
        desk.visit.rights.all().delete()
    with pytest.raises(BadTime, match="You do not see this date"):
        plan(desk, visit)
    with activate(desk.organization):
        assert not ScheduledText.objects.exists()
