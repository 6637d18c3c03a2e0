"""What is told by kinds of words and by the place of a value; each beside a harmless text that looks alike."""

import pytest

from compliance.detectors import Finding, scan


def types(text: str) -> list[tuple[str, str]]:
    return [(finding.type, cut(text, finding)) for finding in scan(text)]


def cut(text: str, finding: Finding) -> str:
    return text[finding.start : finding.end]


@pytest.mark.parametrize(
    ("told", "value", "harmless"),
    [
        ("I'm diabetic, do you carry sugar free syrup", "diabetic", "do you carry diabetic socks"),
        ("my nan's dementia got worse", "dementia", "the dementia walk is on sunday"),
        ("he broke his collarbone", "broke his collarbone", "he broke his promise"),
        ("had a stroke in spring", "had a stroke", "our dishwasher had a stroke"),
        ("been throwing up since noon", "throwing up", "throwing up a fence this weekend"),
        ("I lost the baby", "lost the baby", "I lost the baby monitor"),
    ],
)
def test_a_condition_is_told_of_somebody_and_a_figure_of_speech_is_not(told: str, value: str, harmless: str) -> None:
    assert types(told) == [("HEALTH_INFO", value)]
    assert not types(harmless)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("X-ray: stress fracture of the foot.", "X-ray: stress fracture"),
        ("Please hold the warfarin until Monday.", "warfarin"),
        ("We found two cavities on your x-ray.", "two cavities on your x-ray"),
    ],
)
def test_a_business_tells_a_finding(text: str, value: str) -> None:
    found = scan(text, direction="out")
    assert [(finding.type, cut(text, finding)) for finding in found] == [("HEALTH_INFO", value)]


def test_troubles_with_money_need_no_amount_but_a_customer() -> None:
    text = "we are in foreclosure and I filed for bankruptcy"
    assert ("FINANCIAL_INFO", "filed for bankruptcy") in types(text)
    assert not scan("Filed for bankruptcy? Call us today.", direction="out")


def test_a_sum_of_savings_is_no_account_number() -> None:
    assert not types("savings of 123456 lol")
    assert types("put it in savings 123456789") == [("BANK_ACCOUNT", "123456789")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my chase 883120457", [("BANK_ACCOUNT", "883120457")]),
        ("Monzo 040004 31926819", [("ROUTING_NUMBER", "040004"), ("BANK_ACCOUNT", "31926819")]),
        ("chase, aba 021000021", [("ROUTING_NUMBER", "021000021")]),
        ("nationwide delivery 48210021", []),
        ("chase order 88812345", []),
    ],
)
def test_the_name_of_a_bank_speaks_of_an_account_when_no_other_word_does(
    text: str, found: list[tuple[str, str]]
) -> None:
    assert types(text) == found


def test_what_follows_a_card_is_its_date_and_its_code_unless_it_is_another_day() -> None:
    card = "4111 1111 1111 1111"
    assert types(f"{card} Ana Novak 09/29 531 93401")[1:] == [("CARD_SECURITY", "09/29"), ("CARD_SECURITY", "531")]
    assert len(types(f"{card} please deliver on 12/25")) == 1


def test_a_date_and_a_code_without_the_card_are_its_own_unless_they_sell_something() -> None:
    assert types("valid until 01/30, code 289") == [("CARD_SECURITY", "01/30"), ("CARD_SECURITY", "289")]
    assert not types("10% off valid until 12/30, code 289")


def test_a_date_beside_a_social_security_number_is_a_birth() -> None:
    assert types("Ana Novak 7 June 1972, ssn 219-09-9998")[0] == ("DATE_OF_BIRTH", "7 June 1972")
    assert types("7 June 1972 was a long day. My ssn is 219-09-9998") == [("US_SSN", "219-09-9998")]


def test_a_password_stands_behind_a_mail_address() -> None:
    assert types("ana.novak@example.com / Orchid#22x") == [("CREDENTIAL", "Orchid#22x")]
    assert not types("ana.novak@example.com / 555-0100")
    assert not types("ana.novak@example.com, Order48210021")


def test_money_in_the_bank_is_told_whatever_it_is_told_for() -> None:
    assert types("I've $9811 in the bank, can I still rent it") == [("FINANCIAL_INFO", "$9811")]
    assert not types("the rent is $9811, can I pay in the bank")


@pytest.mark.parametrize(
    ("text", "found", "harmless"),
    [
        ("her dob is 2/17/1957 and his is 5 January 1947", ["2/17/1957", "5 January 1947"], "open 2/17, his is 5 pm"),
        ("security code's 518", ["518"], "the area code's 518"),
        ("Bank details Mei Larsen 91 02 53 49009056", ["91 02 53", "49009056"], "dates 91 02 53 49009056"),
        ("mastercard 5555555555554444. 11/32. 672. thanks", ["5555555555554444", "11/32", "672"], "11/32. 672. thanks"),
        ("6011111111111117 for order 79073479", ["6011111111111117"], "6011111111111117 is my order number"),
        ("the check 272185355 and the account 1232288650", ["272185355", "1232288650"], "items 272185355, 1232288650"),
        ("458 429 is what I got for the verification", ["458 429"], "458 429 is what I got for the couch"),
        ("Enter 175 261 to confirm your sign-in.", ["175 261"], "Enter 175 261 to win a sign."),
        ("I set it to Comet&902 pls try that password", ["Comet&902"], "I parked at R&D, row 9, password forgotten"),
        ("old password was Hunter#22, new one Comet1226", ["Hunter#22", "Comet1226"], "old couch gone, new one B1226"),
        ("I'm paid $23 an hour", ["$23 an hour"], "we're hiring, make up to $23 an hour"),
        ("my mortgage is 45 days past due", ["mortgage is 45 days past due"], "your invoice is 45 days past due"),
        ("Not public yet: EPS of 1.12 against 0.98", ["EPS of 1.12 against 0.98"], "release 1.12 against 0.98"),
        ("the bank says I'm negative $61", ["$61"], "the meter says negative 61"),
        ("the biopsy said melanoma", ["biopsy said melanoma"], "the sign said melanoma awareness"),
    ],
)  # fmt: skip
def test_a_value_is_told_by_what_it_is_the_second_of_or_who_says_it(text: str, found: list[str], harmless: str) -> None:
    assert [value for _, value in types(text)] == found
    assert not types(harmless)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Front desk: room 669 card 4111111111111111 did not authorize", []),
        ("front desk, unit 204, card 4111 1111 1111 1111 did not go through", []),
        ("at the back: room 512 card 4111111111111111 declined", []),
        ("room 318, card 4111111111111111, code on the back 512", ["512"]),
    ],
)
def test_the_number_of_a_room_is_no_code_of_the_card_beside_it(text: str, codes: list[str]) -> None:
    found = scan(text, direction="out")
    assert [cut(text, one) for one in found if one.type == "CARD_SECURITY"] == codes
    assert [one.type for one in found].count("PAYMENT_CARD") == 1
