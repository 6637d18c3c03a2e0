"""Nobody calls a customer who offered a card: it is too late, a supervisor sees it, the check fails and becomes an
action, whose effect is measured on the weeks around the change."""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from time import monotonic, sleep
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.founding import add_member
from accounts.models import TeamMember
from compliance.actions import measuring
from compliance.actions.windows import today
from compliance.escalations import clock as escalation_clock
from compliance.models import Action, CheckedConversation, Escalation, EscalationStep
from compliance.review_checks import clock
from tenancy.isolation import activate
from tests.cast import person

from .browser import PATIENCE, MakePerson, needs_browser, shoot
from .simulated_office import Office

pytestmark = needs_browser


def test_an_ignored_gray_area_becomes_an_action_that_is_seen_to_help(office: Office, someone: MakePerson) -> None:
    history(office)
    conversation = office.hear("Can I just text you my card number?", name="Grace Whitfield")
    supervisor = add_member(
        organization=office.organization, user=person(f"sam@{office.mark}.example", "Sam Achebe"), role="supervisor"
    )
    with activate(office.organization):
        TeamMember.objects.create(team=office.team, membership=supervisor)
        past = timezone.now() - timedelta(minutes=1)
        EscalationStep.objects.filter(state="waiting").update(due_at=past)
        Escalation.objects.update(due_at=past)
    done_by_somebody(office, escalation_clock.act_on_due, lambda: Escalation.objects.exclude(breached_at=None).exists())
    sam = someone().let_in(supervisor).page
    sam.goto("/escalations/?view=breached")
    expect(sam.get_by_role("listitem").filter(has_text="Grace Whitfield")).to_contain_text("Too late")
    sam.goto(office.address(conversation))
    sam.get_by_role("button", name="Resolve").click()
    expect(sam.get_by_role("button", name="Reopen")).to_be_visible()
    done_by_somebody(
        office,
        clock.look_at_due,
        lambda: CheckedConversation.objects.filter(conversation_id=conversation.pk).exists(),
    )

    sam.goto("/reports/review-checks/")
    row = sam.get_by_role("listitem").filter(has_text="Grace Whitfield")
    gray = row.get_by_role("listitem").filter(has_text="Gray areas moved")
    gray.get_by_role("link", name="Open an action").click()
    expect(sam.get_by_label("The rate it should bring down")).to_have_value("check:gray")
    sam.get_by_label("What is to become better").fill("Call back within the hour")
    sam.get_by_label("Due").fill(str(timezone.localdate() + timedelta(days=7)))
    sam.get_by_label("What changes").select_option("training")
    sam.get_by_label("Target").fill("10")
    sam.get_by_label("Counted over").select_option("14")
    sam.get_by_role("button", name="Open action").click()
    expect(sam.get_by_role("heading", level=1)).to_have_text("Call back within the hour")
    expect(sam.locator("main")).to_contain_text("Review check: Gray areas moved to another channel")

    with activate(office.organization):
        changed = today(office.organization.time_zone) - timedelta(days=20)
    sam.get_by_label("In effect since").fill(str(changed))
    sam.get_by_role("button", name="It is in effect").click()
    expect(sam.locator("#effect")).to_contain_text("So far")
    done_by_somebody(office, measuring.measure_due, lambda: Action.objects.filter(state="held").exists())
    sam.reload()
    effect = sam.locator("#effect")
    expect(effect).to_contain_text("Better by more than chance")
    expect(effect.get_by_role("row").nth(1)).to_contain_text("12 of 40")
    expect(effect.get_by_role("row").nth(2)).to_contain_text("1 of 41")
    expect(sam.locator(".page-head")).to_contain_text("Held")
    shoot(sam, "action-held")
    sam.get_by_role("link", name=re.compile("Gray areas moved")).click()
    expect(sam.get_by_role("complementary", name="Contact")).to_contain_text("Call back within the hour")


def done_by_somebody(office: Office, act: Callable[[], object], is_done: Callable[[], bool]) -> None:
    """By us, or by the running system's own clock, which may have begun before us."""
    end = monotonic() + PATIENCE / 1000
    while monotonic() < end:
        with activate(office.organization):
            act()
        with activate(office.organization):
            if is_done():
                return
        sleep(0.2)
    pytest.fail("nobody did it")


def history(office: Office) -> None:
    """A month ago 12 of 40 conversations failed; since 20 days 1 of 41."""
    with activate(office.organization):
        day, zone = today(office.organization.time_zone), ZoneInfo(office.organization.time_zone)
        for ago, fails, holds in ((28, 6, 14), (24, 6, 14), (14, 0, 20), (12, 1, 20)):
            CheckedConversation.objects.bulk_create(
                CheckedConversation(
                    conversation_id=uuid4(),
                    line=office.line,
                    resolved_at=datetime.combine(day - timedelta(days=ago), time(12), zone),
                    number=1,
                    opt_in="holds",
                    opening="holds",
                    content="holds",
                    gray="fails" if number < fails else "holds",
                )
                for number in range(fails + holds)
            )
