"""The dialog in the composer, the thread, the list and what is pressed there."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.texting.desk import Desk, desk
from tests.texting.scheduled.planned import BODY, due, fresh, plan, ring
from texting.fields import defining, writing
from texting.fields.kinds import Kind
from texting.models import ScheduledText, TextSeries
from texting.scheduled import reading

__all__ = ["desk"]

NEW_YORK = ZoneInfo("America/New_York")
HTMX = {"HX-Request": "true"}


def ask(desk: Desk, conversation, member=None, **fields):
    address = reverse("send_later", args=[conversation.pk])
    return desk.as_(member or desk.cast.agent).post(
        address, {"body": BODY, "message_id": str(new_id()), **fields}, headers=HTMX
    )


def wall(days: int, hour: int, minute: int = 0) -> str:
    day = timezone.now().astimezone(NEW_YORK) + timedelta(days=days)
    return f"{day:%Y-%m-%d}T{hour:02}:{minute:02}"


def test_a_member_chooses_a_time_by_the_customers_clock_and_reads_how_it_is_known(desk):
    conversation = desk.hear("Hello")
    dialog = desk.as_(desk.cast.agent).get(reverse("send_later", args=[conversation.pk]), headers=HTMX)
    page = dialog.content.decode()
    assert "Tomorrow, 9:00 am" in page
    assert "by their number" in page
    answer = ask(desk, conversation, choice="other", wall=wall(3, 10, 30), zone="America/New_York")
    assert answer.status_code == 200, answer.content.decode()
    assert "Scheduled for" in answer["HX-Trigger"]
    assert "is-scheduled" in answer.content.decode()  # the thread has it at once
    with activate(desk.organization):
        row = ScheduledText.objects.get()
    assert f"{row.send_at.astimezone(NEW_YORK):%Y-%m-%dT%H:%M}" == wall(3, 10, 30)
    assert row.zone_from == "number"


def test_what_cannot_be_is_said_in_the_dialog_and_nothing_is_lost(desk):
    conversation = desk.hear("Hello")
    year = timezone.now().year + 1
    spring = next(
        day
        for day in (datetime(year, 3, number, 2, 30) for number in range(8, 15))  # the second Sunday of March
        if day.weekday() == 6
    )
    if spring - datetime.now() > timedelta(days=365):
        spring = None
    wrong = {
        "Choose a date": {"choice": "other", "wall": ""},
        "as the field shows it": {"choice": "other", "wall": "soon"},
        "passed": {"choice": "other", "wall": "2020-01-01T09:00"},
        "year ahead": {"choice": "other", "wall": "9999-12-31T23:59"},
        "one of these times": {"choice": "yesterday"},
        "outside their hours": {"choice": "other", "wall": wall(2, 23)},
    } | ({"skip this time": {"choice": "other", "wall": f"{spring:%Y-%m-%dT%H:%M}"}} if spring else {})
    for said, fields in wrong.items():
        answer = ask(desk, conversation, zone="America/New_York", **fields)
        assert answer.status_code == 422, said
        assert said in answer.content.decode(), said
        assert "send-later" in answer.content.decode()
    assert ask(desk, conversation, body="", choice="other", wall=wall(2, 12), zone="").status_code == 422
    with activate(desk.organization):
        assert not ScheduledText.objects.exists()
    kept = ask(desk, conversation, choice="other", wall=wall(2, 23), zone="America/New_York", outside_hours="wait")
    assert kept.status_code == 200


def test_each_button_does_what_it_says_for_whoever_may(desk):
    row = plan(desk, desk.hear("Hello", name="Grace"))
    browser = desk.as_(desk.cast.agent)

    def press(name: str) -> str:
        answer = browser.post(reverse(name, args=[row.pk]), headers=HTMX)
        assert answer.status_code == 204, name
        assert "conversation-changed" in answer["HX-Trigger"]
        return fresh(desk, row).state

    assert [press(f"{name}_scheduled") for name in ("pause", "resume", "cancel", "restore")] == [
        *("paused", "waiting", "canceled", "waiting")
    ]
    dialog = browser.get(reverse("edit_scheduled", args=[row.pk]), headers=HTMX).content.decode()
    assert BODY in dialog
    fields = {"body": "At noon", "choice": "other", "wall": wall(2, 12), "zone": "America/New_York"}
    stale = browser.post(reverse("edit_scheduled", args=[row.pk]), {**fields, "revision": "0"}, headers=HTMX)
    assert stale.status_code == 422
    assert "changed it meanwhile" in stale.content.decode()
    assert "At noon" in stale.content.decode()
    revision = str(fresh(desk, row).revision)
    assert (
        browser.post(
            reverse("edit_scheduled", args=[row.pk]), {**fields, "revision": revision}, headers=HTMX
        ).status_code
        == 204
    )
    assert fresh(desk, row).body == "At noon"
    for member in (desk.cast.outsider, desk.cast.auditor):
        assert desk.as_(member).post(reverse("cancel_scheduled", args=[row.pk])).status_code in {403, 404}
    assert press("send_scheduled_now") in {"sent", "waiting"}  # at night nothing leaves that was not asked for


def test_the_list_shows_what_did_not_leave_with_the_reason_counts_it_and_can_be_narrowed(desk):
    conversation = desk.hear("Hello", name="Grace")
    row = plan(desk, conversation)
    mine, page = desk.as_(desk.cast.agent), "/scheduled/"
    assert BODY in mine.get(page).content.decode()
    owner = desk.as_(desk.cast.owner)
    assert BODY in owner.get(page, {"by": str(desk.cast.agent.pk)}).content.decode()
    assert BODY not in owner.get(page, {"line": str(desk.billing_line.pk)}).content.decode()
    assert BODY not in desk.as_(desk.cast.outsider).get(page).content.decode()
    due(desk, row, ago=timedelta(hours=5))
    ring(desk)
    stopped = mine.get(page, {"state": "stopped"}).content.decode()
    assert "Its time had passed" in stopped
    assert "Its time had passed" in mine.get(reverse("conversation", args=[conversation.pk])).content.decode()
    file = b"".join(mine.get("/scheduled/csv/", {"state": "stopped"}).streaming_content).decode()
    assert "Its time had passed" in file
    assert BODY not in file
    mine.post(reverse("put_away_scheduled", args=[row.pk]), headers=HTMX)
    assert "Its time had passed" not in mine.get(reverse("conversation", args=[conversation.pk])).content.decode()
    for nonsense in ({"state": "nonsense"}, {"line": "x", "by": "y"}, {"page": "999999999999999"}):
        assert mine.get(page, nonsense).status_code == 200


@pytest.mark.parametrize("state", ["", "over"])
def test_the_file_has_all_of_them_once_in_their_order(desk, monkeypatch, state):
    monkeypatch.setattr(reading, "A_PIECE", 2)
    rows = [plan(desk, desk.hear(number=f"+1212555019{at}")) for at in range(5)]
    with activate(desk.organization):
        same = timezone.now() + timedelta(days=1)  # two that leave at one moment
        ScheduledText.objects.filter(pk__in=[rows[1].pk, rows[2].pk]).update(send_at=same)
        if state:
            ScheduledText.objects.update(state="canceled", ended_at=timezone.now())
        order = ["-send_at", "-id"] if state else ["send_at", "id"]
        ids = [str(pk) for pk in ScheduledText.objects.order_by(*order).values_list("pk", flat=True)]
    answer = desk.as_(desk.cast.agent).get("/scheduled/csv/", {"state": state})
    file = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert [line.partition(",")[0] for line in file.splitlines()[1:]] == ids


def test_a_text_is_repeated_from_the_dialog_and_its_series_is_changed_paused_and_canceled_on_its_page(desk):
    conversation, member = desk.hear("Hello"), desk.as_(desk.cast.agent)
    first = {"choice": "other", "wall": wall(3, 10), "zone": "America/New_York", "outside_hours": "send"}
    wrong = ask(desk, conversation, **first, repeat="week", gap="0")
    assert wrong.status_code == 422
    assert "error-summary" in wrong.content.decode()
    answer = ask(desk, conversation, **first, repeat="week", weekdays=["0", "3"], times="4")
    assert answer.status_code == 200, answer.content.decode()
    assert "It repeats: Every week on Monday, Thursday at 10:00 am, 4 times." in answer["HX-Trigger"]
    assert "Repeats</a>" in answer.content.decode()
    with activate(desk.organization):
        series = TextSeries.objects.get()
    listed = member.get(reverse("scheduled"), {"state": "repeating"}).content.decode()
    assert "Every week on Monday, Thursday at 10:00 am, 4 times" in listed
    assert BODY in listed
    address = reverse("series", args=[series.pk])
    assert "What became of each" in member.get(address).content.decode()
    edit = reverse("edit_series", args=[series.pk])
    assert 'value="10:00"' in member.get(edit, headers=HTMX).content.decode()
    data = {"revision": "0", "repeat": "month", "gap": "2", "month_day": "last", "at": "18:30", "body": "Other words"}
    assert member.post(edit, {**data, "at": ""}, headers=HTMX).status_code == 422
    assert member.post(edit, data, headers=HTMX).status_code == 204
    assert "changed it meanwhile" in member.post(edit, data, headers=HTMX).content.decode()
    page = member.get(address).content.decode()
    assert "Every 2 months on the last day at 6:30 pm" in page
    assert "Other words" in page
    for act, words in (("pause", "When resumed, next:"), ("resume", "Next:"), ("cancel", "Repeat it again")):
        assert member.post(reverse(f"{act}_series", args=[series.pk])).status_code == 302
        assert words in member.get(address).content.decode()
    assert member.post(reverse("restore_series", args=[series.pk]), headers=HTMX).status_code == 204
    assert desk.as_(desk.cast.auditor).post(reverse("cancel_series", args=[series.pk])).status_code == 403


def test_a_text_goes_by_a_date_of_the_contact_from_the_dialog(desk):
    conversation, member = desk.hear("Hello"), desk.as_(desk.cast.agent)
    with activate(desk.organization):
        field = defining.add_field(member=desk.cast.admin, name="Next visit", kind=Kind.DATE)
        value = f"{timezone.now() + timedelta(days=9):%Y-%m-%d}"
        writing.set_values(member=desk.cast.admin, contact=conversation.contact, typed={field.pk: value})
    dialog = member.get(reverse("send_later", args=[conversation.pk]), headers=HTMX).content.decode()
    assert "Next visit (" in dialog
    by_date = {"choice": "by_date", "number": "2", "side": "before", "date_field": str(field.pk)}
    wrong = ask(desk, conversation, **by_date, unit="hours")
    assert wrong.status_code == 422
    assert "count in days or weeks" in wrong.content.decode()
    answer = ask(desk, conversation, **by_date, unit="days")
    assert answer.status_code == 200, answer.content.decode()
    listed = member.get(reverse("scheduled")).content.decode()
    assert "2 days before Next visit, at 9:00 am" in listed
