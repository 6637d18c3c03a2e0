"""The same things told in other words, each beside a text that only sounds so."""

import pytest

from compliance.detectors import scan

CARD = "4111 1111 1111 1111"


def types(text: str, direction: str = "in") -> list[tuple[str, str]]:
    return [
        (finding.type, text[finding.start : finding.end])
        for finding in scan(text, direction="out" if direction == "out" else "in")
    ]


@pytest.mark.parametrize(
    ("told", "value", "harmless"),
    [
        ("I have asthma so can I bring my dog", "asthma", "my dog has asthma"),
        ("coach, tyler has epilepsy", "epilepsy", "which clinic has epilepsy"),
        ("migraine again, cant make the 10am", "migraine", "migraine again? we have a talk at 10am"),
        ("my eczema is back", "eczema", "the eczema cream is back in stock"),
        ("my son is type 1", "type 1", "my car is type 1 charger only"),
        ("soy esquizofrenica", "esquizofrenica", "me encanta, soy adicta"),
        ("su presion esta alta", "su presion esta alta", "la presion del agua esta alta"),
    ],
)
def test_an_illness_is_told_by_who_has_it_or_stays_away_for_it(told: str, value: str, harmless: str) -> None:
    assert types(told) == [("HEALTH_INFO", value)]
    assert not types(harmless)


@pytest.mark.parametrize(
    ("told", "harmless"),
    [
        ("No signs of fracture were found.", "No problem was found."),
        ("Please stop taking the naproxen before Monday.", "Please stop the delivery of naproxen samples."),
        ("You were exposed to measles at the clinic.", "If you were exposed to measles, call the clinic."),
    ],
)
def test_a_business_tells_what_is_not_there_what_to_take_and_who_was_near(told: str, harmless: str) -> None:
    assert [kind for kind, _ in types(told, "out")] == ["HEALTH_INFO"]
    assert not types(harmless, "out")


@pytest.mark.parametrize(
    ("told", "harmless"),
    [
        ("I only make 15 an hour", "i make 20 cupcakes an hour"),
        ("behind 3 months on my mortgage", "behind 3 months on the deck"),
        ("i filed chapter 7", "read chapter 7"),
        ("my credit card debt is 9k, dti 43%", "the sale is 43%"),
        ("i owe 9,000 on my car loan", "i owe my sister 20 bucks"),
    ],
)
def test_money_is_told_without_its_usual_words(told: str, harmless: str) -> None:
    assert {kind for kind, _ in types(told)} == {"FINANCIAL_INFO"}
    assert not types(harmless)


def test_an_account_may_be_spoken_digit_by_digit() -> None:
    spoken = "one eight five nine two one eight eight one"
    assert types(f"bank account number {spoken}") == [("BANK_ACCOUNT", spoken)]
    assert not types("one or two of us at five, six or seven")


def test_of_two_numbers_at_a_bank_the_check_digit_says_which_is_which() -> None:
    found = types("direct deposit plz: 021000021 / 16090740024 (routing/acct)")
    assert found == [("ROUTING_NUMBER", "021000021"), ("BANK_ACCOUNT", "16090740024")]


def test_a_second_value_is_somebody_elses() -> None:
    assert len(types("nació el 4/4/2010 y su hermana 9/9/2013")) == 2
    assert len(types("nació el 4/4/2010 y la fiesta es 9/9/2026")) == 1


def test_the_end_of_a_card_may_be_spoken_and_its_code_glued() -> None:
    assert types(f"card {CARD}, expires august twenty nine")[1:] == [("CARD_SECURITY", "august twenty nine")]
    assert types(f"card {CARD}, expires six twenty eight")[1:] == [("CARD_SECURITY", "six twenty eight")]
    assert types("card 4111111111111111exp1128cvv814")[1:] == [("CARD_SECURITY", "1128"), ("CARD_SECURITY", "814")]
    assert len(types(f"card {CARD}, see you august twenty nine")) == 1


@pytest.mark.parametrize(
    ("told", "harmless"),
    [
        ("75852 is your Hopscotch code", "75852 is your pickup code"),
        ("root / c0balt-Frog", "root / beer"),
        ("recovery code wVYi-BVVJ-PTnC", "recovery code never-came-through"),
        ("the six digits 291397", "the six dogs 291397"),
    ],
)
def test_codes_and_passwords_are_told_without_their_usual_words(told: str, harmless: str) -> None:
    assert [kind for kind, _ in types(told, "out")] == ["CREDENTIAL"]
    assert not types(harmless, "out")


def test_the_licence_of_a_trade_is_public_and_a_drivers_is_not() -> None:
    assert not types("Electrical contractor, Lic# PL-00448812, bonded and insured", "out")
    assert types("Your license L374270538970 was verified", "out")


def test_a_sentence_with_a_spoken_card_is_no_iban() -> None:
    spoken = "four nine seven nine one five eight six one one eight four seven six nine five"
    assert types(f"my card number is {spoken} and the expiration is later") == [("PAYMENT_CARD", spoken)]
