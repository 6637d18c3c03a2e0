"""What a member is told of by itself: a text that waits for them, what became of theirs, money that came and went."""

import re
from contextlib import suppress

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from portal.payments import accounts, requesting
from portal.payments.accounts import Wish
from portal.payments.requesting import Asked
from tenancy.ids import new_id
from tenancy.isolation import activate
from texting import conversations
from texting.models import Conversation, Message

from .browser import MakePerson, needs_browser, settled, stays
from .payment_rows import FACTS
from .simulated_office import Office

pytestmark = needs_browser

OFFER = "Yes! All creams are 30% off this week only. Shop now!"


def rows(page: Page) -> Locator:
    """The list of notifications."""
    return page.get_by_role("main").get_by_role("listitem")


def rail(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Main").get_by_role("link", name="For you")


def ask_for_a_look(page: Page) -> None:
    """Write the offer and send it; a page that was just opened may not hear the first of what is written."""
    composer, button = (
        page.get_by_label("Message", exact=True),
        page.get_by_role("button", name="Send for a second look"),
    )
    for _ in range(8):
        settled(page)
        composer.fill("")
        composer.fill(OFFER)
        with suppress(PlaywrightTimeout):
            button.wait_for(timeout=5_000)
            break
    button.click()


def test_who_decides_and_who_asked_are_told_and_one_mail_leads_to_all(office: Office, someone: MakePerson) -> None:
    first = office.hear("Do you have creams?", name="Marcus Bell")
    second = office.hear("And soap?", which=1, name="Nia Duarte")
    decider = office.member("supervisor", "Sam Achebe")
    decides = someone().let_in(decider).opens("/notifications/")
    expect(decides.get_by_text("Nothing yet")).to_be_visible()
    they_stay = stays(decides)
    asks = someone().let_in(office.agent)
    thread = asks.opens(office.address(first))
    for conversation in (first, second):
        thread.goto(office.address(conversation))
        asks.wait_until_live()
        ask_for_a_look(thread)
        expect(thread.locator("#thread-notices")).to_contain_text("Your text waits for a colleague")

    waits = rows(decides).filter(has_text="waits for a second person")
    expect(waits).to_have_count(2)
    expect(waits.filter(has_text="Marcus Bell")).to_contain_text("A text of Amelia Okafor waits for a second person")
    expect(rail(decides)).to_contain_text("2 waiting")
    assert they_stay(), "it came by itself"

    mailbox = someone().tab("/mailbox/")
    mails = mailbox.get_by_role("listitem").filter(has_text=decider.user.email)
    expect(mailbox.get_by_role("main")).to_contain_text(decider.user.email)
    expect(mails).to_have_count(1)
    mails.get_by_role("link").click()
    expect(mailbox.get_by_text("wrote a text that somebody else has to see")).to_be_visible()
    expect(mailbox.get_by_role("main")).not_to_contain_text("creams")
    leads_to = mailbox.get_by_role("link", name="/second-look/").get_attribute("href")

    told = asks.tab("/notifications/")
    asks.wait_until_live(told)
    decides.goto(str(leads_to))
    of_marcus = decides.get_by_role("listitem").filter(has_text="Marcus Bell")
    of_marcus.get_by_role("button", name="Approve").click()
    expect(of_marcus).to_have_count(0)
    decides.get_by_role("button", name="Do not send").click()
    decides.get_by_label("Why").fill("She never agreed to offers")
    decides.get_by_role("dialog").get_by_role("button", name="Do not send").click()
    expect(decides.get_by_text("Nothing waits")).to_be_visible()
    decides.goto("/notifications/")
    expect(decides.get_by_text("Nothing yet")).to_be_visible()

    expect(rows(told).filter(has_text="Sam Achebe approved your text")).to_contain_text("Marcus Bell")
    refused = rows(told).filter(has_text="Sam Achebe did not approve your text")
    expect(refused).to_contain_text("Nia Duarte")
    refused.get_by_role("link", name="Nia Duarte").click()
    expect(told.locator("#thread-notices")).to_contain_text("She never agreed to offers")
    mailbox.goto("/mailbox/")
    expect(mails).to_have_count(1)


def test_who_has_the_conversation_is_told_of_money_that_comes_and_goes(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("How do I pay my invoice?", name="Marcus Bell")
    with activate(office.organization):
        accounts.connect(actor=office.owner, wish=Wish("simulator"), facts=FACTS)
        conversations.assign(member=office.agent, conversation=conversation, to=office.agent.pk, was=None)
        there = Conversation.objects.select_related("contact", "line__team").get(pk=conversation.pk)
        asked = Asked(4_500, "USD", "Invoice 1001", 7, new_id())
        payment = requesting.request_payment(member=office.agent, conversation=there, asked=asked)
        body = Message.objects.filter(conversation=there, direction="out").latest("id").body
    told = someone().let_in(office.agent).opens("/notifications/")
    expect(told.get_by_text("Nothing yet")).to_be_visible()
    they_stay = stays(told)

    link = re.search(r"/p/[\w-]{22}", body or "")
    assert link is not None
    customer = someone(width="phone").tab(link.group())
    customer.get_by_role("button", name="Pay $45.00").click()
    customer.get_by_role("button", name="Pay", exact=True).click()
    expect(customer.get_by_text("Your payment has arrived")).to_be_visible()
    paid = rows(told).filter(has_text="The customer paid")
    expect(paid).to_contain_text("Marcus Bell")

    owner = someone().let_in(office.owner).tab(f"/payments/{payment.pk}/")
    owner.get_by_label("Amount").fill("20.00")
    owner.get_by_role("group", name="Why").get_by_role("radio").first.check()
    owner.get_by_role("button", name="Give it back").click()
    owner.locator("#confirm").get_by_role("button", name="Give it back").click()
    refunded = rows(told).filter(has_text="A payment was refunded")
    expect(refunded).to_contain_text("Marcus Bell")
    expect(rail(told)).to_contain_text("2 waiting")
    assert they_stay(), "both came by themselves"
    refunded.get_by_role("link", name="Marcus Bell").click()
    expect(told.get_by_role("log", name="Messages").or_(told.locator(".payment-row")).first).to_be_visible()
    told.goto("/notifications/")
    expect(paid.get_by_role("button", name="Mark as unread")).to_be_visible()
