"""Customers' pages in the customer's language: chosen on the page, else that of their agreement, else the browser's."""

import re

import pytest
from django.test import Client

from compliance.ledger import consent
from compliance.models import ConsentEvent
from tenancy.isolation import activate
from tests.portal.payments.office import make_office
from tests.portal.sent import Sent
from texting.models import Message
from texting.purposes import Purpose

GREETING = {
    "en": "sent you a private message",
    "es": "le envió un mensaje privado",
    "fr": "vous a envoyé un message privé",
}


def spoken(page: str) -> str:
    """The language that a page says it is in."""
    return page.partition('<html lang="')[2].partition('"')[0]


def agreed(organization, contact, language: str) -> None:
    """The customer has agreed to texts, in this language."""
    with activate(organization):
        evidence = consent.Evidence(source=ConsentEvent.Source.AGENT, words="yes", language=language)
        consent.give(contact, kind=ConsentEvent.Kind.EXPRESS, evidence=evidence)


@pytest.mark.parametrize(
    ("agreement", "browser", "chosen", "language"),
    [
        ("", "", "", "en"),
        ("", "fr-CA,fr;q=0.9,en;q=0.5", "", "fr"),
        ("", "de,es;q=0.5", "", "es"),
        ("es", "fr", "", "es"),
        ("es", "fr", "?lang=en", "en"),
        ("", "fr", "?lang=xx", "fr"),
        ("", "", "?lang=fr&lang=es", "es"),
        ("", "", "?lang=" + "fr" * 2000, "en"),
    ],
)
def test_a_private_page_speaks_as_was_chosen_agreed_or_asked_for(sent, agreement, browser, chosen, language):
    if agreement:
        agreed(sent.desk.organization, sent.conversation.contact, agreement)
    page = Client().get(f"/s/{sent.code}{chosen}", headers={"Accept-Language": browser}).content.decode()
    assert spoken(page) == language
    assert GREETING[language] in page
    offered = re.findall(r'href="([^"]*)" lang="(\w\w)"', page)
    assert offered == [(f"/s/{sent.code}?lang={each}", each) for each in ("en", "es", "fr")]


def test_a_choice_goes_on_through_code_answer_and_error(sent: Sent):
    customer = Client()
    page = customer.get(f"/s/{sent.code}?lang=fr").content.decode()
    assert f'action="/s/{sent.code}/code?lang=fr"' in page
    asked = customer.post(f"/s/{sent.code}/code?lang=fr")
    assert asked["Location"] == f"/s/{sent.code}?step=code&lang=fr"
    assert "est votre code" in sent.texted(Purpose.PRIVATE_CODE)[-1]
    wrong = customer.post(f"/s/{sent.code}/open?lang=fr", {"code": "12", "half": sent.fragment})
    assert (wrong.status_code, spoken(wrong.content.decode())) == (422, "fr")
    assert "Ce n&#x27;est pas complet." in wrong.content.decode()
    right = {"code": sent.texted_code(), "half": sent.fragment}
    opened = customer.post(f"/s/{sent.code}/open?lang=fr", right)
    assert opened["Location"] == f"/s/{sent.code}/message?lang=fr"
    message = customer.get(opened["Location"]).content.decode()
    assert "Votre réponse" in message
    assert f'href="/s/{sent.code}/message?lang=es"' in message
    proof = re.findall(r'name="proof" value="(\w+)"', message)[0]
    answered = customer.post(f"/s/{sent.code}/answer?lang=fr", {"proof": proof, "body": "Merci"})
    assert answered["Location"].endswith("?sent=1&lang=fr")
    with activate(sent.desk.organization):
        kept = Message.objects.filter(direction=Message.Direction.IN).latest("created_at")
        assert kept.body == "Answered on the private page"  # members read it, whatever the customer speaks


def test_payment_page_and_texts_speak_the_customers_language_not_the_members(cast):
    office = make_office(cast)
    agreed(cast.organization, office.conversation.contact, "es")
    cast.agent.user.language = "en"
    asked = office.ask()
    with activate(cast.organization):
        texts = list(Message.objects.order_by("created_at").values_list("pk", flat=True))
        said = Message.objects.get(pk=texts[-1]).body
    assert "le ha enviado una solicitud de pago" in said
    path = f"/p/{office.code(asked)}"
    page = Client().get(path, headers={"Accept-Language": "en"}).content.decode()
    assert spoken(page) == "es"
    assert "Pagar $45.00" in page
    french = Client().get(f"{path}?lang=fr").content.decode()
    assert "Payer $45,00" in french
    assert f'action="{path}/pay?lang=fr"' in french
    office.paid(asked)
    assert "Gracias" in Client().get(path).content.decode()
    assert Client().get(f"{path}x?lang=fr").status_code == 404
