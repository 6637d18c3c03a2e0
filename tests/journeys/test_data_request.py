"""A person asks for their data and its end: a member hands out the copy, erases, and the certificate is there."""

import io
import zipfile

from playwright.sync_api import expect

from retention.erasing import running as erasing
from retention.exporting import running as exporting
from tenancy.isolation import activate
from texting import conversations
from texting.models import Message

from .browser import MakePerson, needs_browser, shoot
from .simulated_office import Office

pytestmark = needs_browser


def test_a_request_is_opened_answered_with_a_copy_and_erased(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("About my crown", which=1)
    with activate(office.organization):
        conversations.mark_read(member=office.owner, conversation=conversation)
        conversations.resolve(member=office.owner, conversation=conversation)
    owner = someone().let_in(office.owner).page
    owner.goto("/settings/requests/")
    owner.get_by_role("link", name="New request").click()
    owner.get_by_label("Phone number").fill(office.number(1))
    owner.get_by_label("What they ask for").select_option("both")
    owner.get_by_label("How they proved").select_option("wrote")
    owner.get_by_role("button", name="Open request").click()
    expect(owner.get_by_role("table", name="What is held")).to_contain_text("Texts")
    owner.get_by_role("button", name="Make a copy").click()
    exporting.go_on(office.organization.pk)  # unless a worker of the office is at it already
    expect(owner.get_by_role("link", name="Fetch the ZIP")).to_be_visible()
    shoot(owner, "data-request")
    with owner.expect_download() as download:
        owner.get_by_role("link", name="Fetch the ZIP").click()
    page = zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())).read("index.html").decode()
    assert "About my crown" in page

    owner.get_by_role("link", name="Erase").click()
    owner.get_by_role("button", name="Erase for good").click()
    shoot(owner, "data-request-erase")
    owner.locator("#confirm").get_by_role("button", name="Erase for good").click()
    erasing.go_on(office.organization.pk)
    expect(owner.locator("main")).to_contain_text("Certificate")
    owner.reload()
    expect(owner.get_by_role("heading", level=1)).to_have_text("Erased number")
    with activate(office.organization):
        assert Message.objects.get(conversation=conversation).body is None
