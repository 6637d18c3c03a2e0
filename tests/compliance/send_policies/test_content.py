"""What must not be sent by text is refused whoever sends it, and what the product owes the customer still leaves."""

import pytest
from django.conf import settings

from compliance.detectors import scan
from tenancy.isolation import activate
from tests.permitting import agree_to_everything
from tests.texting.desk import Desk, desk
from texting import sending
from texting.models import Decision, Message
from texting.purposes import Purpose

__all__ = ["desk"]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("We charged 4111 1111 1111 1111 as agreed", "content.payment_card"),
        ("Your biopsy came back positive for melanoma", "content.health_info"),
        ("Your password is hunter2hunter", "content.credential"),
        ("SSN on file: 536-22-8761", "content.us_ssn"),
        ("See https://harbor.example/pay?card=4111111111111111", "content.payment_card"),
    ],
)
@pytest.mark.parametrize("purpose", [Purpose.REPLY, Purpose.BULK, Purpose.APPOINTMENT])
def test_it_is_refused_and_no_value_is_kept(desk: Desk, body: str, rule: str, purpose: Purpose) -> None:
    conversation = desk.hear("Hello")
    with activate(desk.organization):
        agree_to_everything(conversation.contact)
        with pytest.raises(sending.Refused) as refused:
            sending.send_text(conversation=conversation, body=body, author=desk.cast.agent, purpose=purpose)
        [reason] = [one for one in refused.value.outcome.objections if one.rule.startswith("content.")]
        assert reason.rule == rule
        assert reason.what_to_do
        assert not Message.objects.filter(direction="out").exists()
        kept = str([decision.reasons for decision in Decision.objects.all()])
    assert "4111" not in kept + reason.text
    assert "8761" not in kept + reason.text


@pytest.mark.parametrize(
    "body",
    [
        "Your appointment is on 12/05 at 10:30",
        "Your results are ready in the portal",
        "Order 83947261 has shipped, tracking 1Z999AA10123456784",
    ],
)
def test_what_may_be_sent_leaves(desk: Desk, body: str) -> None:
    conversation = desk.hear("Hello")

    assert desk.answer(conversation, body).status == "queued"


def test_our_own_links_are_no_secrets(desk: Desk) -> None:
    conversation = desk.hear("Hello")
    link = f"{settings.PUBLIC_BASE_URL}/p/password-is-hunter2hun"
    assert scan(f"Pay here: {link}", direction="out")

    assert desk.answer(conversation, f"Pay here: {link}").status == "queued"
    with pytest.raises(sending.Refused):
        desk.answer(conversation, f"Pay here: {link}, password: hunter2hunter")
