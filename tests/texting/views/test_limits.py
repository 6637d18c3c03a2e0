"""Settings > Sending limits, as a browser sees it."""

import pytest
from django.test import Client
from django.utils import timezone

from tenancy.isolation import activate
from tests.cast import Cast, make_cast, signed_in
from texting import threads
from texting.limits import alarms
from texting.models import AllowedCountry, LimitChange, SendingCount, SendingLimits, SendingStop
from texting.phone_numbers import from_provider

WHY = "A recall that every patient must hear of"
PAGES = ("", "countries/", "alarms/", "rates/")


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


def admin(cast: Cast, **fields) -> Client:
    return signed_in(Client(), cast.admin, **fields)


def words(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_each_page_is_shown_before_anything_was_sent(cast, page):
    response = admin(cast).get(f"/settings/limits/{page}")
    assert response.status_code == 200
    assert "Sending limits" in words(response)


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_closed_to_who_may_not_manage_the_organization(cast, page):
    assert signed_in(Client(), cast.agent).get(f"/settings/limits/{page}").status_code == 403


def test_what_was_used_is_shown_with_a_warning_when_little_is_left(cast):
    with activate(cast.organization):
        day = timezone.now().astimezone(timezone.zoneinfo.ZoneInfo("America/New_York"))
        begins_at = day.replace(hour=0, minute=0, second=0, microsecond=0)
        SendingCount.objects.create(kind="day", begins_at=begins_at, segments=41, texts=41, micros=600_000)
    shown = words(admin(cast).get("/settings/limits/"))
    assert "41 of 50" in shown
    assert "nearly used up" in shown
    assert 'class="plot' in shown


def test_an_admin_raises_the_ceiling_for_today(cast):
    response = admin(cast).post("/settings/limits/raise/", {"segments": "120", "reason": WHY}, follow=True)
    assert "Raised until midnight" in words(response)
    assert "50 → 120" in words(response)
    with activate(cast.organization):
        assert SendingLimits.objects.get().raised_segments == 120


@pytest.mark.parametrize("segments", ["", "many", "-5", "1e3", "٣٣", "9" * 40, "\x00", "200.5"])
def test_nonsense_is_answered_with_a_sentence_and_changes_nothing(cast, segments):
    response = admin(cast).post("/settings/limits/raise/", {"segments": segments, "reason": WHY}, follow=True)
    assert "Enter a whole number" in words(response)
    with activate(cast.organization):
        assert not LimitChange.objects.exists()


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("raise/", {"segments": "120", "reason": WHY}),
        ("countries/add/", {"region": "JM"}),
        ("rates/save/", {"number_hour": "100"}),
    ],
)
def test_what_lets_more_out_takes_a_fresh_second_factor(cast, path, data):
    response = admin(cast, minutes_ago=30).post(f"/settings/limits/{path}", data)
    assert response.status_code == 302
    assert "/confirm/" in response["Location"]
    with activate(cast.organization):
        assert not LimitChange.objects.exists()
        assert not AllowedCountry.objects.exists()


def test_a_country_is_searched_added_and_removed(cast):
    browser = admin(cast)
    found = browser.get("/settings/limits/countries/?q=jam", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="found")
    assert "Jamaica" in words(found)
    assert "<html" not in words(found)
    added = browser.post("/settings/limits/countries/add/", {"region": "JM"}, follow=True)
    assert "Texts to Jamaica may be sent now." in words(added)
    removed = browser.post("/settings/limits/countries/remove/", {"region": "JM"}, follow=True)
    assert "refused from now on" in words(removed)
    with activate(cast.organization):
        assert [row.what for row in LimitChange.objects.order_by("id")] == ["country_added", "country_removed"]


@pytest.mark.parametrize("words_typed", ["<script>alert(1)</script>", "\x00", "x" * 5000, "ß", "   "])
def test_odd_searches_find_nothing(cast, words_typed):
    response = admin(cast).get("/settings/limits/countries/", {"q": words_typed})
    assert response.status_code == 200
    assert "<script>alert" not in words(response)


def test_the_other_organization_sees_none_of_it(cast):
    admin(cast).post("/settings/limits/countries/add/", {"region": "NO"})
    assert "Norway" in words(admin(cast).get("/settings/limits/countries/"))
    assert "Norway" not in words(signed_in(Client(), cast.outsider).get("/settings/limits/countries/"))


def alarm(cast) -> SendingStop:
    with activate(cast.organization):
        contact = threads.contact_for(from_provider("+14155550123"))
        alarms.stop(contact, alarms.Rule.SEQUENCE, {"in sequence": 9, "allowed": 7})
        return SendingStop.objects.get()


def test_an_alarm_is_shown_with_its_evidence_and_lifted_with_a_reason(cast):
    stop = alarm(cast)
    browser = admin(cast)
    shown = words(browser.get("/settings/limits/alarms/"))
    assert "Numbers that follow one another" in shown
    assert "In sequence: 9" in shown
    assert "0123" not in shown
    silent = browser.post(f"/settings/limits/alarms/{stop.pk}/lift/", {"reason": ""}, follow=True)
    assert "Say in a few words why" in words(silent)
    lifted = browser.post(f"/settings/limits/alarms/{stop.pk}/lift/", {"reason": WHY}, follow=True)
    assert "Nothing is stopped" in words(lifted)
    assert WHY in words(lifted)


def test_another_organizations_alarm_is_not_lifted(cast):
    stop = alarm(cast)
    for data in ({"reason": WHY}, {}):
        response = signed_in(Client(), cast.outsider).post(f"/settings/limits/alarms/{stop.pk}/lift/", data)
        assert response.status_code == 404
    with activate(cast.organization):
        assert SendingStop.objects.get().lifted_at is None


def test_rates_are_saved_and_those_out_of_bounds_are_named(cast):
    usual = {"number_hour": "5", "member_hour": "1", "prefix_hour": "100", "new_numbers_hour": "60"}
    response = admin(cast).post("/settings/limits/rates/save/", {**usual, "organization_hour": "1,000"}, follow=True)
    assert "By one person: Choose a number between 10 and 2,000." in words(response)
    with activate(cast.organization):
        row = SendingLimits.objects.get()
        assert (row.number_hour, row.member_hour, row.prefix_hour) == (5, None, None)


def test_a_ceiling_is_lowered(cast):
    response = admin(cast).post("/settings/limits/lower/", {"segments": "10", "reason": WHY}, follow=True)
    assert "The ceiling is 10 segments a day now." in words(response)
    again = admin(cast).post("/settings/limits/lower/", {"segments": "40", "reason": WHY}, follow=True)
    assert "grows with use" in words(again)
