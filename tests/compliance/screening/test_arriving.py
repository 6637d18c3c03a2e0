"""A customer's card, code, number or password is masked before the first write, on every screen, and at the carrier."""

import json
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connections

from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import AnswerSettings, ConsentEvent, Finding
from compliance.screening import arriving
from compliance.screening.answering import safe_way
from compliance.screening.masking import screen
from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.texting.desk import FIRST, SECOND, Desk, busy_desk, desk
from texting import live, receiving
from texting.inbound_steps import Arrival
from texting.models import CarrierCopy, Line, Message
from texting.providers import base
from texting.purposes import Purpose

__all__ = ["busy_desk", "desk"]

CARD = "4111 1111 1111 1111"


def bodies(desk: Desk, direction: str = "in") -> list[str]:
    with activate(desk.organization):
        return [one.body for one in Message.objects.filter(direction=direction).order_by("created_at", "id")]


def findings(desk: Desk) -> list[Finding]:
    with activate(desk.organization):
        return list(Finding.objects.order_by("found_at", "id"))


def test_a_card_is_never_stored_and_the_customer_is_told_the_safe_way(desk: Desk) -> None:
    conversation = desk.hear(f"Charge my visa {CARD} please")

    assert bodies(desk) == ["Charge my visa [card ••••1111] please"]
    assert "4111" not in conversation.preview
    [found] = findings(desk)
    assert (found.type, found.was_removed, found.masked) == ("PAYMENT_CARD", True, "[card ••••1111]")
    assert found.digest is not None
    assert "4111" not in json.dumps(found.reasons)
    with activate(desk.organization):
        [answer] = Message.objects.filter(purpose=Purpose.SAFE_WAY_ANSWER)
        [copy] = CarrierCopy.objects.all()
    assert "Harbor Dental: for your safety we removed card details" in answer.body
    assert copy.message_id == found.message_id


def test_the_ledger_keeps_no_card_either(desk: Desk) -> None:
    desk.hear(f"STOP. and my card {CARD} cvv 123 was charged")
    desk.hear(f"how do I unsubscribe {CARD}")

    with activate(desk.organization):
        words = " ".join(event.words for event in ConsentEvent.objects.all())
    assert "4111" not in words


@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [
        (
            "stop texting me, you charged my card 4111 1111 1111",
            "1111",
            "stop texting me, you charged my card [number]",
        ),
        (
            "1111",
            "stop texting me, you charged my card 4111 1111 1111",
            "stop texting me, you charged my card [number]",
        ),
        ("stop texting me, my card is four one one one", "1111 1111 1111", "stop texting me, my card is [number]"),
    ],
)
def test_the_ledger_keeps_no_part_of_a_card_that_came_in_pieces(desk: Desk, first: str, then: str, kept: str) -> None:
    desk.hear(first)
    desk.hear(then)

    with activate(desk.organization):
        assert [one.words for one in ConsentEvent.objects.filter(action="withdrawn")] == [kept]


def test_the_same_value_is_known_again_without_being_kept(desk: Desk) -> None:
    desk.hear("my card number 4111111111111111")
    desk.hear("my card number 4111-1111-1111-1111")
    desk.hear("my card number 5555 5555 5555 4444")

    first, second, third = findings(desk)
    assert bytes(first.digest) == bytes(second.digest) != bytes(third.digest)


def test_a_card_in_several_texts_is_masked_in_all_and_open_screens_hear_of_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    monkeypatch.setattr(live, "publish", lambda **event: told.append(event))
    desk.hear("Here is my credit card number")
    desk.hear("4111 1111")
    desk.hear("1111 1111")

    first, second, third = bodies(desk)
    assert first == "Here is my credit card number"
    assert "4111" not in second
    assert "1111 1111" not in third
    with activate(desk.organization):
        assert CarrierCopy.objects.count() == 2
        earlier = Message.objects.order_by("created_at", "id")[1]
    assert live.LiveKind.STATUS in {event["kind"] for event in told if event.get("message") == earlier.pk}


def test_a_value_that_goes_on_after_the_conversation_was_resolved_is_masked_in_both(desk: Desk) -> None:
    first = desk.hear("my card is 4111 1111")
    desk.resolve(first)
    desk.hear("1111 1111")

    one, two = bodies(desk)
    assert "4111" not in one
    assert "1111 1111" not in two
    with activate(desk.organization):
        assert "4111" not in desk.fresh(first).preview
        assert CarrierCopy.objects.count() == 2


def test_a_value_that_goes_on_at_another_line_is_masked_in_both(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    first = desk.hear("my card is 4111 1111")
    monkeypatch.setattr(live, "publish", lambda **event: told.append(event))
    desk.hear("1111 1111", line=desk.billing_line)

    one, two = bodies(desk)
    assert "4111" not in one
    assert "1111 1111" not in two
    assert "4111" not in desk.fresh(first).preview
    heard = {event["kind"] for event in told if event.get("conversation") == first.pk}
    assert {live.LiveKind.STATUS, live.LiveKind.CONVERSATION} <= heard


def test_somebody_elses_number_completes_nothing(desk: Desk) -> None:
    desk.hear("my card is 4111 1111")
    desk.hear("1111 1111", number=SECOND)

    assert bodies(desk) == ["my card is 4111 1111", "1111 1111"]


def test_a_preview_of_a_later_text_stays(desk: Desk) -> None:
    first = desk.hear("my card is 4111 1111")
    desk.hear("is that all?")
    desk.hear("1111 1111", line=desk.billing_line)

    assert "4111" not in bodies(desk)[0]
    assert desk.fresh(first).preview == "is that all?"


def test_the_answer_to_our_question_for_a_code_is_masked(desk: Desk) -> None:
    conversation = desk.hear("Hello")
    desk.answer(conversation, "What is the security code on the back?")
    desk.hear("837")

    assert bodies(desk)[-1] == "[card security code]"
    assert [one.type for one in findings(desk)] == ["CARD_SECURITY"]


def test_the_code_after_the_card_is_masked_in_texts_of_its_own(desk: Desk) -> None:
    desk.hear(f"my card {CARD}")
    desk.hear("12/27")
    desk.hear("837")

    assert bodies(desk)[0] == "my card [card ••••1111]"
    assert "12/27" not in bodies(desk)[1]
    assert "837" not in bodies(desk)[2]


def test_the_customer_is_told_once_a_day(desk: Desk) -> None:
    for _ in range(3):
        conversation = desk.hear(f"card {CARD}")

    with activate(desk.organization):
        told = Message.objects.get(purpose=Purpose.SAFE_WAY_ANSWER)
        for hours, again in ((23, False), (25, True)):
            at = told.created_at + timedelta(hours=hours)
            arrival = Arrival(desk.line, conversation.contact, conversation, new_id(), at, at, "")
            assert bool(safe_way(arrival, screen(f"card {CARD}"))) == again


@pytest.mark.parametrize(
    ("language", "kept", "said"),
    [
        ("", {"phone": "+12065550177"}, "To pay safely: (206) 555-0177"),
        ("es", {"phone": "+12065550177"}, "Para pagar de forma segura: (206) 555-0177"),
        ("fr", {"web": "https://harbor.example/pay"}, "Pour payer en sécurité: https://harbor.example/pay"),
        ("es", {"email": "pay@harbor.example"}, "le ofreceremos una forma segura de pagar."),
        ("fr", {}, "nous vous proposerons un moyen sûr de payer."),
    ],
)
def test_the_safe_way_is_named_in_the_customers_language(desk: Desk, language: str, kept, said: str) -> None:
    contact = desk.hear("Hello").contact
    with activate(desk.organization):
        AnswerSettings.objects.create(**kept)
        if language:
            evidence = Evidence(
                source=ConsentEvent.Source.API, quality=ConsentEvent.Quality.COMPLETE, language=language
            )
            consent.give(contact, kind=ConsentEvent.Kind("express"), evidence=evidence)
    desk.hear(f"card {CARD}")
    with activate(desk.organization):
        body = Message.objects.get(purpose=Purpose.SAFE_WAY_ANSWER).body
    assert body.endswith(said)
    assert "1111" not in body


def test_who_has_opted_out_is_masked_and_gets_no_answer(desk: Desk) -> None:
    desk.hear("STOP")
    desk.hear(f"card {CARD}")

    assert bodies(desk)[-1] == "card [card ••••1111]"
    with activate(desk.organization):
        assert not Message.objects.filter(purpose=Purpose.SAFE_WAY_ANSWER).exists()


def test_health_is_noted_and_stays(desk: Desk) -> None:
    desk.hear("I was diagnosed with diabetes last week")

    assert bodies(desk) == ["I was diagnosed with diabetes last week"]
    [found] = findings(desk)
    assert (found.type, found.was_removed, found.digest) == ("HEALTH_INFO", False, None)


def test_findings_of_one_organization_are_walled_off(desk: Desk) -> None:
    desk.hear(f"card {CARD}")

    with activate(desk.cast.other_organization):
        assert not Finding.objects.exists()
        assert not CarrierCopy.objects.exists()


def test_texts_without_digits_cost_no_further_statement(desk: Desk, django_assert_max_num_queries) -> None:
    desk.hear("Hello")
    with django_assert_max_num_queries(16):
        desk.hear("Thank you, see you then")


def test_nothing_of_the_card_is_in_any_row_sealed_or_not(desk: Desk) -> None:
    desk.hear("visa 4111111111111111 cvv 837. STOP", name="Maria Ruiz")
    desk.hear("how do I unsubscribe, my card is 4111111111111111")

    read = []
    with activate(desk.organization):
        for model in (
            model for label in ("texting", "compliance") for model in apps.get_app_config(label).get_models()
        ):
            for row in model._default_manager.all():
                read += [str(getattr(row, field.attname)) for field in model._meta.fields]
    assert "visa [card ••••1111] cvv [card security code]. STOP" in read  # sealed columns were opened
    assert [value for value in read if "41111111" in value] == []


class _Barrier:
    """Two workers meet behind the masking of their texts, or wait in vain for a second."""

    def __init__(self) -> None:
        self._both = threading.Barrier(2)

    def wait(self) -> None:
        with suppress(threading.BrokenBarrierError):
            self._both.wait(timeout=1.5)


@pytest.mark.parametrize("texts", [("my card is 4111 1111 1111", "1111"), ("1111", "my card is 4111 1111 1111")])
def test_two_lines_that_hear_the_halves_at_once_mask_both(
    busy_desk: Desk, monkeypatch: pytest.MonkeyPatch, texts: tuple[str, str]
) -> None:
    desk, barrier, take = busy_desk, _Barrier(), arriving.Masking.take
    busy_desk.hear("Hello")
    busy_desk.hear("Hello", line=desk.billing_line)
    failed = []

    def taking(self: arriving.Masking, arrivals: Sequence[Arrival]) -> None:
        take(self, arrivals)
        barrier.wait()

    def hear(body: str, line: Line) -> None:
        try:
            with activate(desk.organization):
                receiving.receive(line, base.Inbound(f"{line.pk}", FIRST, line.number, body, f"{line.pk}"))
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    monkeypatch.setattr(arriving.Masking, "take", taking)
    workers = [
        threading.Thread(target=hear, args=pair) for pair in zip(texts, (desk.line, desk.billing_line), strict=True)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)

    assert failed == []
    with activate(desk.organization):
        stored = [one.body.replace("••••1111", "") for one in Message.objects.filter(direction="in")]
    assert [body for body in stored if "1111" in body] == []
