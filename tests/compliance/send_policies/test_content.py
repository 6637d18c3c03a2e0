"""What must not be sent by text is refused whoever sends it, and what the product owes the customer still leaves."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.detectors import scan
from compliance.screening.outbound import found_in
from compliance.send_policies.content import SensitiveContent
from portal import links
from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.permitting import agree_to_everything
from tests.texting.desk import SECOND, Desk, desk
from texting import sending
from texting.gate import Draft
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


@pytest.mark.parametrize(
    ("before", "then", "kind"),
    [
        (["Card on file 4111 1111"], "1111 1111", "payment_card"),
        (["Card on file 4111 1111", "Let me look that up, please wait", "1111"], "1111", "payment_card"),
        (["Your password is"], "correcthorse", "credential"),
        (["Four one one one one one one one, that is the card"], "one one one one one one one one", "payment_card"),
        (["SSN on file 536-22"], "8761", "us_ssn"),
        (["The card is 4111 1111 1111", "see you at 5"], "1111", "payment_card"),
        (["4111 1111", "see you at 5", "1111", "or at 6"], "1111", "payment_card"),
        (["4111 1111 1111", "call 212 555 0199 for more"], "1111", "payment_card"),
    ],
)
def test_the_end_of_a_value_that_was_begun_just_before_is_refused(desk, before, then, kind):
    conversation = desk.hear("Hello")
    for text in before:
        desk.answer(conversation, text)
    with activate(desk.organization), pytest.raises(sending.Refused) as refused:
        sending.send_text(conversation=conversation, body=then, author=desk.cast.agent)
    assert [one.rule for one in refused.value.outcome.objections] == [f"content.{kind}"]
    assert desk.answer(conversation, "See you tomorrow at 10:30").status == "queued"


@pytest.mark.parametrize("apart", ["time", "customer", "announcement"])
def test_a_value_is_not_put_together_from_texts_that_do_not_belong_together(desk, apart):
    conversation = desk.hear("Hello")
    first = desk.answer(conversation, "Card on file 4111 1111")
    with activate(desk.organization):  # one that waits is not of another time
        Message.objects.filter(pk=first.pk).update(status="sent", sent_at=timezone.now())
    later = timezone.now() + (timedelta(minutes=16) if apart == "time" else timedelta())
    announcement = new_id() if apart == "announcement" else None
    if apart == "customer":
        conversation = desk.hear("Hello", number=SECOND)
    with activate(desk.organization), time_machine.travel(later):
        draft = Draft(conversation, "1111 1111", Purpose.REPLY, desk.cast.agent, announcement_id=announcement)
        assert not found_in(draft)
        assert bool(found_in(replace(draft, announcement_id=None))) == (apart == "announcement")


@pytest.mark.parametrize(
    ("before", "then"),
    [
        ("I reset your PIN, you can log in now.", "Your appointment is at 1530 on Friday"),
        ("We never ask for your CVV", "You are number 250 in line for today"),
        ("Your order is 83947261", "See you on Friday at 1530 then"),
        ("The cost is $411, due 11/11", "Call 212 555 0199 when you are here"),
    ],
)
def test_a_sentence_of_ours_is_not_refused_for_a_word_before_it(desk, before, then):
    conversation = desk.hear("Hello")
    desk.answer(conversation, before)
    assert desk.answer(conversation, then).status == "queued"


def test_a_code_behind_a_card_of_before_is_refused_amid_a_sentence(desk):
    conversation = desk.hear("Hello")
    desk.answer(conversation, "We have your card [card ••••1111]")
    with pytest.raises(sending.Refused):
        desk.answer(conversation, "exp 12/27 250 is what we have noted here for you")


def test_the_other_half_over_another_line_is_refused(desk):
    desk.answer(desk.hear("Hello"), "The card is 4111 1111 1111")
    other = desk.hear("Hello", line=desk.billing_line)
    with pytest.raises(sending.Refused):
        desk.answer(other, "1111")


@pytest.mark.parametrize("became", ["waits", "canceled", "failed", "left"])
def test_halves_that_wait_for_the_morning_leave_together_and_are_read_so(desk, became):
    conversation = desk.hear("Hello")
    first = desk.answer(conversation, "Your card is 4111 1111 1111")
    now = timezone.now()
    states = {
        "waits": {"held_until": now + timedelta(hours=10)},
        "canceled": {"status": "canceled"},
        "failed": {"status": "failed"},
        "left": {"status": "sent", "held_until": now + timedelta(minutes=5), "sent_at": now + timedelta(minutes=6)},
    }
    with activate(desk.organization):
        Message.objects.filter(pk=first.pk).update(**states[became])
        draft = Draft(conversation, "1111", Purpose.REPLY, desk.cast.agent)
        with time_machine.travel(now + timedelta(minutes=16 if became in ("waits", "left") else 1)):
            assert bool(found_in(draft)) == (became in ("waits", "left"))
        with time_machine.travel(now + timedelta(minutes=22)):
            assert bool(found_in(draft)) == (became == "waits")


def test_our_own_codes_and_a_value_of_before_say_nothing_against_what_follows(desk):
    conversation = desk.hear("Hello")
    with activate(desk.organization):
        sending.send_text(
            conversation=conversation, body="Your code is 482913", author=None, purpose=Purpose.PRIVATE_CODE
        )
    assert desk.answer(conversation, "Use door 4").status == "queued"


@pytest.mark.parametrize(
    ("body", "asked"), [("See you then", 0), ("One moment please", 0), ("Thank you!", 0), ("See you at 10", 1)]
)
def test_what_was_sent_before_is_looked_up_once_and_only_where_a_text_could_complete_it(desk, body, asked):
    places = [desk.hear("Hello"), desk.hear("Hello", number=SECOND)]
    for place in places:
        desk.answer(place, "Good morning")
    with activate(desk.organization):
        drafts = [Draft(place, body, Purpose.REPLY, desk.cast.agent) for place in places]
        SensitiveContent().judge_all(drafts)
        with CaptureQueriesContext(connection) as queries:
            SensitiveContent().judge_all(drafts)
    assert len(queries) == asked


def stored_link(organization, monkeypatch, code: str = "password-is-hunter2hun") -> str:
    """A link whose random letters look like a secret."""
    monkeypatch.setattr(links.secrets, "token_urlsafe", lambda _: code)
    with activate(organization):
        return links.make_link(links.Kind.PAYMENT, new_id()).address


def test_our_own_links_are_no_secrets(desk: Desk, monkeypatch) -> None:
    conversation = desk.hear("Hello")
    link = stored_link(desk.organization, monkeypatch)
    assert scan(f"Pay here: {link}", direction="out")

    assert desk.answer(conversation, f"Pay here: {link}").status == "queued"
    for more in (", password: hunter2hunter", "#4111111111111111-12_27"):
        with pytest.raises(sending.Refused):
            desk.answer(conversation, f"Pay here: {link}{more}")


@pytest.mark.parametrize("whose", ["nobody", "another organization", "another kind"])
def test_what_only_looks_like_a_link_of_ours_is_read(desk: Desk, monkeypatch, whose: str) -> None:
    code = "4111111111111111-12_27"
    link = f"{settings.PUBLIC_BASE_URL}/p/{code}"
    if whose == "another organization":
        assert stored_link(desk.cast.other_organization, monkeypatch, code) == link
    elif whose == "another kind":
        link = stored_link(desk.organization, monkeypatch, code).replace("/p/", "/s/")
    with pytest.raises(sending.Refused) as refused:
        desk.answer(desk.hear("Hello"), f"Pay here: {link}")
    assert [one.rule for one in refused.value.outcome.objections] == ["content.payment_card"]
