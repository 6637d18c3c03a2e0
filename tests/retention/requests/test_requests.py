"""A member opens a request; its clock runs by the law; it is extended once, closed, and its log ends."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import OutgoingMail
from accounts.permissions import MissingPermission
from retention.models import SubjectRequest
from retention.requests import clock, opening, reading
from retention.requests.cannot_do import CannotDo
from retention.requests.deadlines import due
from tenancy.encryption import keyring
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.retention.asked import ask_request, erased_for
from tests.texting.desk import FIRST, SECOND


@pytest.mark.parametrize(
    ("law", "received", "extended", "last"),
    [
        ("gdpr", date(2026, 1, 15), False, date(2026, 2, 15)),
        ("gdpr", date(2027, 1, 31), False, date(2027, 2, 28)),
        ("gdpr", date(2026, 11, 30), True, date(2027, 2, 28)),
        ("ccpa", date(2026, 1, 1), False, date(2026, 2, 15)),
        ("ccpa", date(2026, 1, 1), True, date(2026, 4, 1)),
        ("hipaa", date(2026, 1, 1), True, date(2026, 3, 2)),
    ],
)
def test_the_last_day_is_the_laws_and_all_of_it_counts(law, received, extended, last):
    moment = due(law, received, "America/New_York", extended=extended)
    assert (moment - timedelta(seconds=1)).date() == last
    assert moment.astimezone(UTC) == datetime.combine(last + timedelta(days=1), datetime.min.time(), UTC) + timedelta(
        hours=4 if last.month == 4 else 5
    )


def test_it_is_opened_once_by_who_may_and_sees_numbers(desk):
    with activate(desk.organization):
        made = ask_request(desk.cast.admin, "(212) 555-0181")
        assert made.phone == FIRST
        wanted = opening.Wanted("both", "gdpr", "phone", FIRST, timezone.localdate())
        again = opening.open_request(member=desk.cast.admin, request_id=made.pk, wanted=wanted)
        assert again.pk == made.pk
        with pytest.raises(CannotDo, match="already"):
            ask_request(desk.cast.admin, FIRST)
        with pytest.raises(MissingPermission):
            ask_request(desk.cast.supervisor, SECOND)
        for day, says in ((timezone.localdate() + timedelta(days=1), "future"), (date(2020, 1, 1), "year")):
            with pytest.raises(CannotDo, match=says):
                ask_request(desk.cast.admin, SECOND, received_on=day)
        assert SubjectRequest.objects.count() == 1


def test_more_time_is_taken_once_with_a_reason_and_in_time(desk):
    admin = desk.cast.admin
    with activate(desk.organization):
        made = ask_request(admin, FIRST, law="ccpa")
        with pytest.raises(CannotDo, match="reason"):
            opening.extend(member=admin, request=made, because=" \x00 ")
        opening.extend(member=admin, request=made, because="Many old conversations")
        later = SubjectRequest.objects.get()
        assert timezone.localdate(later.due_at) == made.received_on + timedelta(days=91)
        with pytest.raises(CannotDo, match="once"):
            opening.extend(member=admin, request=made, because="Still many")
        late = ask_request(admin, SECOND, received_on=timezone.localdate() - timedelta(days=40))
        with pytest.raises(CannotDo, match="time is over"):
            opening.extend(member=admin, request=late, because="Forgotten")
        assert reading.shown(admin, late).label == "Too late"


def test_people_are_reminded_a_week_before_and_when_it_is_too_late_each_once(desk):
    with activate(desk.organization):
        made = ask_request(desk.cast.admin, FIRST)
        assert clock.round_of_requests() == 0
        for left, mails in ((timedelta(days=5), 1), (timedelta(days=2), 1), (-timedelta(hours=1), 2)):
            SubjectRequest.objects.filter(pk=made.pk).update(due_at=timezone.now() + left)
            clock.round_of_requests()
            clock.round_of_requests()
            addresses = OutgoingMail.objects.filter(kind="subject_request_due")
            assert addresses.count() == mails * 2, "the owner and the admin"
        opening.close(member=desk.cast.admin, request=made, state="done", outcome="Sent by post")
        with pytest.raises(CannotDo, match="closed"):
            opening.close(member=desk.cast.admin, request=made, state="refused", outcome="Not theirs")
    with activate(desk.organization):
        kinds = AuditEvent.objects.filter(object_id=str(made.pk)).order_by("sequence").values_list("event", flat=True)
        assert list(kinds) == [f"subject_request:{one}" for one in ("opened", "reminded", "reminded", "closed")]


def test_the_log_ends_after_24_months_with_its_key(desk):
    with activate(desk.organization):
        made = ask_request(desk.cast.admin, FIRST)
        opening.close(member=desk.cast.admin, request=made, state="refused", outcome="They could not prove it")
        erased_for(desk.cast.admin, made)
        ages = (timedelta(days=700), 1), (timedelta(days=735), 0)
        for age, left in ages:
            SubjectRequest.objects.update(closed_at=timezone.now() - age)
            clock.round_of_requests()
            assert SubjectRequest.objects.count() == left
        assert keyring.stored_ids(desk.organization.pk, "subject", str(made.pk)) == []
