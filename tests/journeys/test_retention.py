"""An admin shortens how long words are kept, sees what that would end, means it, and takes it back."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from retention.models import DataExport, RetentionPolicy
from tenancy.isolation import activate
from tests.retention.asked import pack_for
from texting import receiving
from texting.models import Conversation, Line, Message
from texting.providers.base import Inbound

from .browser import MakePerson, needs_browser
from .simulated_office import Office

pytestmark = needs_browser


def test_an_admin_shortens_a_period_sees_what_ends_and_takes_it_back(office: Office, someone: MakePerson) -> None:
    with activate(office.organization):
        line = Line.objects.first()
        assert line is not None
        receiving.receive(line, Inbound("in-old", "+12125550181", line.number, "See you at ten", "in-old"))
        long_ago = timezone.now() - timedelta(days=200)
        Message.objects.update(created_at=long_ago)
        Conversation.objects.update(status="resolved", resolved_at=long_ago)
    page = someone().let_in(office.owner).page
    page.goto("/settings/retention/")
    words = page.get_by_role("row").filter(has_text="Words of texts").first
    expect(words).to_contain_text("2 years")
    words.get_by_role("link", name="Change").click()
    page.get_by_label("How many").fill("90")
    page.get_by_label("Days, months or years").select_option("days")
    page.get_by_role("button", name="See what it does").click()
    effect = page.locator("#effect")
    expect(effect).to_contain_text("This would end")
    expect(effect).to_contain_text("texts")
    effect.get_by_label("to say that you mean it").fill("90 days")
    effect.get_by_role("button", name="Shorten the period").click()
    expect(words).to_contain_text("90 days waits")
    words.get_by_role("button", name="Take back").click()
    expect(words).not_to_contain_text("waits")
    with activate(office.organization):
        assert RetentionPolicy.objects.get().taken_back_by_id == office.owner.pk


def test_an_owner_keeps_files_longer_and_not_longer_than_the_bounds(office: Office, someone: MakePerson) -> None:
    """A pack of eight days ago is closed; with a longer period it can be fetched, until the purge would have come."""
    with activate(office.organization):
        DataExport.objects.filter(pk=pack_for(office.owner).pk).update(ready_at=timezone.now() - timedelta(days=8))
    page = someone().let_in(office.owner).page
    page.goto("/settings/evidence/")
    expect(page.locator("main")).to_contain_text("Its days are over")
    expect(page.get_by_role("link", name="Fetch the ZIP")).to_have_count(0)
    page.goto("/settings/retention/")
    exports = page.get_by_role("row").filter(has_text="Exports").first
    expect(exports).to_contain_text("7 days")
    expect(exports).to_contain_text("1 day to 30 days")
    exports.get_by_role("link", name="Change").click()
    page.get_by_label("How many").fill("31")
    page.get_by_role("button", name="See what it does").click()
    expect(page.locator("main")).to_contain_text("At most 30 days. Bound of the product: a file that was fetched")
    page.get_by_label("How many").fill("30")
    page.get_by_role("button", name="See what it does").click()
    expect(page.locator("#effect")).to_contain_text("It counts at once")
    page.get_by_role("button", name="Save").click()
    expect(exports).to_contain_text("30 days")
    page.goto("/settings/evidence/")
    with page.expect_download() as fetching:
        page.get_by_role("link", name="Fetch the ZIP").click()
    assert fetching.value.suggested_filename.startswith("evidence-")
