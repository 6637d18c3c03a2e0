"""Somebody leaves their desk: the browser asks, then signs them out, and what they were writing is there afterwards."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import AccessRules, Session
from tests.cast import PASSPHRASE

from .browser import MakePerson, needs_browser, shoot
from .simulated_office import Office

pytestmark = [pytest.mark.browser, needs_browser]

IDLE = timedelta(seconds=8)  # the warning then comes after four
DRAFT = "See you at ten, bring"


def test_whoever_leaves_is_warned_then_signed_out_and_finds_their_draft_again(
    office: Office, someone: MakePerson
) -> None:
    AccessRules.objects.create(organization=office.organization, idle=IDLE, longest=timedelta(hours=12))
    conversation = office.hear("Can I come at ten?")
    agent = someone().let_in(office.agent)
    page = agent.opens(f"/inbox/c/{conversation.pk}/")
    with page.expect_response(lambda answer: "draft" in answer.url and answer.ok):
        page.get_by_label("Message", exact=True).fill(DRAFT)
    warning = page.get_by_role("alertdialog", name="Still there?")
    expect(warning).to_be_visible()
    shoot(page, "idle-warning")
    page.get_by_role("button", name="Stay signed in").click()
    expect(warning).to_be_hidden()
    expect(page.get_by_label("Message", exact=True)).to_have_value(DRAFT)

    mine = Session.objects.filter(membership=office.agent)
    assert mine.exists()
    mine.update(last_seen_at=timezone.now() - IDLE)
    page.wait_for_url("**/sign-in/**")
    page.get_by_label("E-mail").fill(office.agent.user.email)
    page.get_by_label("Password", exact=True).fill(PASSPHRASE)
    page.get_by_role("button", name="Sign in").first.click()
    page.wait_for_url(f"**/inbox/c/{conversation.pk}/")
    expect(page.get_by_label("Message", exact=True)).to_have_value(DRAFT)
