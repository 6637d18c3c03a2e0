"""Settings > Sending limits > Carriers, as a browser sees it: brands, campaigns, lines, what is left of a day."""

import pytest
from django.test import Client
from django.utils import timezone

from tenancy.isolation import activate
from tests.cast import signed_in
from tests.texting.conftest import far_end
from tests.texting.desk import desk, make_line
from texting.limits.carriers.days import day_of, next_day
from texting.models import Brand, Campaign, CampaignPace, Line, LineKey, OutboxEntry, SendingCount

__all__ = ["desk", "far_end"]

PAGE = "/settings/limits/carriers/"
BRAND = {"name": "Harbor Dental LLC", "registry_id": "BN0123", "tier": "low"}
CAMPAIGN = {"name": "Reminders", "registry_id": "CM0123", "message_class": "low_volume"}


@pytest.fixture
def admin(desk) -> Client:
    return desk.as_(desk.cast.admin)


def words(response) -> str:
    return response.content.decode()


def brand_of(desk, admin, **fields) -> Brand:
    admin.post(f"{PAGE}add/", {**BRAND, **fields})
    with activate(desk.organization):
        return Brand.objects.get()


def use_up(desk, brand: Brand, segments: int) -> None:
    with activate(desk.organization):
        SendingCount.objects.create(
            kind="brand", key=brand.pk.bytes, begins_at=day_of(timezone.now()), segments=segments, texts=segments
        )


def test_the_first_brand_is_asked_for_with_a_reason(admin):
    assert "No brand yet" in words(admin.get(PAGE))


def test_an_admin_writes_down_what_the_carriers_granted(desk, admin):
    brand = brand_of(desk, admin)
    assert (brand.daily_segments, brand.tier) == (2_000, "low")
    chosen = {**CAMPAIGN, "lines": [str(desk.line.pk), str(desk.billing_line.pk)]}
    answer = admin.post(f"{PAGE}{brand.pk}/campaigns/add/", chosen, follow=True)
    page = words(answer)
    assert "75 segments or 50 texts with pictures a minute" in page
    assert "Main line" in page
    assert "0 of 2,000" in page
    with activate(desk.organization):
        campaign = Campaign.objects.get()
        assert set(campaign.lines.all()) == {desk.line, desk.billing_line}
    pace = CampaignPace.objects.get()
    assert set(LineKey.objects.filter(campaign_id=pace.pk).values_list("line_id", flat=True)) == {
        desk.line.pk,
        desk.billing_line.pk,
    }
    assert pace.segment_seconds * 75 == pytest.approx(60 + pace.burst_seconds)
    line = words(admin.get(f"/settings/lines/{desk.line.pk}/"))
    assert "Campaign Reminders of Harbor Dental LLC" in line

    admin.post(f"{PAGE}campaigns/{campaign.pk}/", {**CAMPAIGN, "message_class": "score_50", "lines": []})
    assert not LineKey.objects.filter(campaign_id=pace.pk).exists()
    pace.refresh_from_db()
    assert pace.segment_seconds == pytest.approx(61 / 2_400)
    admin.post(f"{PAGE}campaigns/{campaign.pk}/remove/")
    admin.post(f"{PAGE}{brand.pk}/remove/")
    with activate(desk.organization):
        assert not Brand.objects.exists()
        assert Line.objects.filter(campaign=None).count() == 2
    assert not CampaignPace.objects.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "required"),
        ({"name": "x" * 61}, "at most 60"),
        ({"tier": "huge"}, "Select a valid choice"),
        ({"tier": "other"}, "Type the figure"),
        ({"tier": "other", "daily_segments": "0"}, "greater than or equal to 1"),
        ({"tier": "other", "daily_segments": "99999999999999999999"}, "less than or equal"),
        ({"tier": "other", "daily_segments": "many"}, "whole number"),
        ({"name": "a\x00b"}, "Null characters"),
    ],
)
def test_nonsense_is_answered_beside_its_field_and_changes_nothing(desk, admin, fields, said):
    assert said in words(admin.post(f"{PAGE}add/", {**BRAND, **fields}))
    with activate(desk.organization):
        assert not Brand.objects.exists()


def test_names_are_there_once_and_a_line_has_one_campaign(desk, admin):
    brand = brand_of(desk, admin)
    assert "This name is taken" in words(admin.post(f"{PAGE}add/", BRAND))
    lines = {"lines": [str(desk.line.pk)]}
    admin.post(f"{PAGE}{brand.pk}/campaigns/add/", {**CAMPAIGN, **lines})
    again = admin.post(f"{PAGE}{brand.pk}/campaigns/add/", {**CAMPAIGN, **lines, "name": "Another"})
    assert "Select a valid choice" in words(again), "a line of another campaign is not offered"
    foreign = admin.post(
        f"{PAGE}{brand.pk}/campaigns/add/", {**CAMPAIGN, "name": "X", "lines": [str(desk.other_line.pk)]}
    )
    assert "Select a valid choice" in words(foreign)
    with activate(desk.organization):
        assert Campaign.objects.count() == 1
    assert "has campaigns" in words(admin.post(f"{PAGE}{brand.pk}/remove/", follow=True))


def test_outsiders_find_nothing(desk, admin):
    brand = brand_of(desk, admin)
    admin.post(f"{PAGE}{brand.pk}/campaigns/add/", CAMPAIGN)
    with activate(desk.organization):
        campaign = Campaign.objects.get()
    outsider = signed_in(Client(), desk.cast.outsider)
    for path in (f"{brand.pk}/", f"{brand.pk}/campaigns/add/", f"campaigns/{campaign.pk}/"):
        assert outsider.get(PAGE + path).status_code == 404
    for path in (f"{brand.pk}/remove/", f"campaigns/{campaign.pk}/remove/"):
        assert outsider.post(PAGE + path).status_code == 404
    assert "Harbor" not in words(outsider.get(PAGE))
    assert desk.as_(desk.cast.agent).get(PAGE).status_code == 403
    stale = signed_in(Client(), desk.cast.admin, minutes_ago=30)
    assert stale.post(f"{PAGE}add/", {**BRAND, "name": "Y"}).status_code == 302
    with activate(desk.organization):
        assert Brand.objects.count() == 1


@pytest.mark.parametrize(
    ("used", "said"),
    [(1_599, ""), (1_600, "Nearly used up"), (1_800, "Bulk waits"), (2_000, "take no more of Harbor Dental LLC today")],
)
def test_a_day_that_runs_out_is_said_in_time(desk, admin, used, said):
    use_up(desk, brand_of(desk, admin), used)
    page = words(admin.get(PAGE))
    assert f"{used:,} of 2,000" in page
    for other in ("Nearly used up", "Bulk waits", "take no more of"):
        assert (other in page) is (bool(said) and other in said)


@pytest.mark.parametrize(
    ("used", "said"),
    [
        (1_599, ""),
        (1_600, "Harbor Dental LLC has used 80 % of today at the carriers"),
        (1_800, "Bulk texts of Harbor Dental LLC wait for tomorrow"),
        (2_000, "The carriers take no more of Harbor Dental LLC today"),
    ],
)
def test_the_lines_page_says_once_what_all_lines_of_a_brand_are_up_against(desk, admin, used, said):
    brand = brand_of(desk, admin)
    chosen = {**CAMPAIGN, "lines": [str(desk.line.pk), str(desk.billing_line.pk)]}
    admin.post(f"{PAGE}{brand.pk}/campaigns/add/", chosen)
    use_up(desk, brand, used)
    page = words(admin.get("/settings/lines/"))
    assert page.count("Harbor Dental LLC") == (1 if said else 0)
    assert said in page


def test_the_people_of_a_line_see_that_its_texts_wait_and_others_do_not(desk, admin, far_end):
    brand = brand_of(desk, admin)
    admin.post(f"{PAGE}{brand.pk}/campaigns/add/", {**CAMPAIGN, "lines": [str(desk.line.pk)]})
    desk.answer(desk.hear(), "Hi")
    use_up(desk, brand, 2_000)
    OutboxEntry.objects.update(due_at=next_day(day_of(timezone.now())))
    shown = words(desk.as_(desk.cast.agent).get("/attention/"))
    assert "take no more of Harbor Dental LLC today" in shown
    assert "1 text waits." in shown
    assert "Harbor Dental LLC" not in words(signed_in(Client(), desk.cast.outsider).get("/attention/"))


def test_the_page_costs_the_same_for_one_brand_and_for_many(desk, admin, django_assert_max_num_queries):
    brand = brand_of(desk, admin)
    lines = [make_line(desk.organization, f"L{n}", f"+1212555021{n}", "Billing") for n in range(8)]
    with activate(desk.organization):
        for n, line in enumerate(lines):
            more = Brand.objects.create(name=f"B{n}", tier="low", daily_segments=5)
            fields = {"message_class": "other", "segments_a_minute": 5, "pictures_a_minute": 5}
            line.campaign = Campaign.objects.create(brand=more if n % 2 else brand, name=f"C{n}", **fields)
            line.save()
    with django_assert_max_num_queries(40):
        assert "C7" in words(admin.get(PAGE))
