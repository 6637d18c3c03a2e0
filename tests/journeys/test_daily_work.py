"""Routine that answers itself, and how it went: a rule is written, tried and switched on, a score is asked for, and the
figures of both are read, in Spanish as well.
"""

import time
from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import expect

from compliance.models import SatisfactionAsk
from compliance.satisfaction import asking
from compliance.satisfaction.hearing import LEFT
from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.compliance.templates_of import published
from tests.midday import midday_zone
from tests.permitting import agree_to_everything
from texting import conversations, threads
from texting.models import Conversation, Message
from texting.phone_numbers import parse

from .browser import MakePerson, needs_browser
from .simulated_office import Office

pytestmark = needs_browser


def test_a_rule_answers_and_the_reports_say_how_it_went(office: Office, someone: MakePerson) -> None:
    with activate(office.organization):
        published(office.owner, "Opening hours", "We are open from 9 to 5.")
        contact = threads.contact_for(parse(office.number(1)))
        contact.time_zone = midday_zone()
        contact.save(update_fields=["time_zone"])
        agree_to_everything(contact)
    office.hear("Hours", which=2)
    page = someone().let_in(office.owner).tab("/settings/automations/new/keyword/")
    page.get_by_label("Name").fill("When we are open")
    page.get_by_label("Words", exact=True).fill("hours")
    page.get_by_label("Answer with a template").select_option(label="Opening hours")
    page.get_by_label("Resolve the conversation").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Dry run").click()
    page.get_by_role("button", name="Try it on the last 30 days").click()
    expect(page.get_by_text("It would have acted 1 time")).to_be_visible()
    page.goto("/settings/automations/")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("button", name="Switch off", exact=True)).to_be_visible()
    asked = office.hear("Hours?", which=1, name="Marcus Bell")
    until(lambda: status(office, asked) == "resolved")
    page.goto(office.address(asked))
    expect(page.get_by_text("We are open from 9 to 5.").first).to_be_visible()
    expect(page.get_by_text("Automation “When we are open” resolved it")).to_be_visible()
    page.goto("/settings/automations/log/")
    expect(page.get_by_role("row", name="Marcus Bell")).to_contain_text("Done")

    page.goto("/settings/satisfaction/")
    page.get_by_label("Ask").check()
    page.get_by_role("button", name="Save").click()
    served = office.hear("Do you take new patients?", which=1)
    with activate(office.organization):
        conversations.reply(member=office.agent, conversation=served, body="We do", message_id=new_id())
        conversations.mark_read(member=office.agent, conversation=served)
        conversations.resolve(member=office.agent, conversation=served)
        SatisfactionAsk.objects.update(due_at=timezone.now())
        asking.ask_due()
    until(lambda: has_left(office))
    assert office.hear("4", which=1).pk == served.pk
    page.goto("/reports/satisfaction/")
    expect(page.get_by_role("row", name="Amelia Okafor").first).to_contain_text("4.0")
    page.get_by_role("link", name="Marcus Bell").click()
    expect(page.get_by_text("How did we do?").first).to_be_visible()
    page.goto("/reports/work/volumes/?days=7&by=member")
    expect(page.get_by_role("row", name="Amelia Okafor").first).to_be_visible()

    page.goto("/settings/account/")
    page.get_by_label("Language").select_option("es")
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.goto("/reports/satisfaction/")
    expect(page.get_by_role("heading", name="Satisfacción", exact=True).last).to_be_visible()


def status(office: Office, conversation: Conversation) -> str:
    """Of a conversation, now."""
    with activate(office.organization):
        return str(Conversation.objects.get(pk=conversation.pk).status)


def has_left(office: Office) -> bool:
    """Whether the question is on its way."""
    with activate(office.organization):
        row = SatisfactionAsk.objects.get()
        return Message.objects.filter(pk=row.message_id, status__in=LEFT).exists()


def until(true: Callable[[], bool], seconds: float = 40) -> None:
    """The running system does it."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.1)
