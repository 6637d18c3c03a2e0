"""An admin sets single sign-on up with a real provider, tries it, switches it on; a colleague comes in by it."""

from pathlib import Path

from playwright.sync_api import Page, expect

from accounts.models import SsoDoor
from config.embedded.stack import free_port

from .browser import MakePerson, needs_browser
from .real_provider import RealProvider, needs_xmlsec, served
from .simulated_office import Office

pytestmark = needs_browser


def at_the_provider(page: Page, who: str) -> None:
    """Say who one is, and come back."""
    page.get_by_label("Who").fill(who)
    page.get_by_role("button", name="Go").click()


def test_single_sign_on_from_the_first_page_to_the_inbox(office: Office, someone: MakePerson, tmp_path: Path) -> None:
    needs_xmlsec()
    admin = someone().let_in(office.owner).tab("/settings/sso/")
    ours = admin.locator("#sso-entity").inner_text()
    port = free_port()
    provider = RealProvider(tmp_path, port, ours)
    admin.get_by_role("link", name="Describe your provider").first.click()
    admin.get_by_label("Or the metadata itself").fill(provider.metadata)
    admin.get_by_role("button", name="Take it over").click()
    expect(admin.get_by_text("The provider is described.")).to_be_visible()
    provider.knows(admin.request.get(ours).text())

    admin.get_by_role("link", name="Domains").click()
    admin.get_by_label("Domain", exact=True).fill(f"{office.mark}.example")
    admin.get_by_role("button", name="Add").click()
    admin.get_by_role("button", name="Check").click()
    expect(admin.get_by_text(f"{office.mark}.example is proved.")).to_be_visible()
    admin.get_by_role("link", name="Options").click()
    admin.get_by_label("Role of new members without a mapping").select_option(label="Agent")
    admin.get_by_role("button", name="Save").click()

    with served(provider, port):
        admin.get_by_role("link", name="Provider", exact=True).click()
        admin.get_by_role("button", name="Try it").click()
        at_the_provider(admin, f"nina@{office.mark}.example")
        expect(admin.get_by_text("It works")).to_be_visible()
        expect(admin.get_by_text("A new member")).to_be_visible()
        admin.goto("/settings/sso/")
        admin.get_by_role("button", name="Switch on").click()
        expect(admin.get_by_text("Single sign-on is on.")).to_be_visible()

        provider.takes_posts_only()
        provider.knows(admin.request.get(ours).text())
        admin.get_by_role("link", name="Take new metadata").click()
        admin.get_by_label("Or the metadata itself").fill(provider.metadata)
        admin.get_by_role("button", name="Take it over").click()
        expect(admin.get_by_text("The provider is described.")).to_be_visible()

        newcomer = someone().tab("/sign-in/")
        newcomer.get_by_role("link", name="Sign in with single sign-on").click()
        newcomer.get_by_label("E-mail at work").fill(f"nina@{office.mark}.example")
        newcomer.get_by_role("button", name="Continue").click()
        at_the_provider(newcomer, f"nina@{office.mark}.example")
        expect(newcomer.get_by_role("heading", name="Inbox")).to_be_visible()

        stranger = someone().tab(f"/sso/{SsoDoor.objects.get(organization=office.organization).slug}/")
        at_the_provider(stranger, "mallory@elsewhere.example")
        expect(stranger.get_by_role("heading", name="You were not signed in")).to_be_visible()
        reference = stranger.locator("strong").inner_text()
    admin.goto("/settings/sso/log/")
    row = admin.get_by_role("listitem").filter(has_text=reference)
    expect(row).to_contain_text("has not proved to be its own")
