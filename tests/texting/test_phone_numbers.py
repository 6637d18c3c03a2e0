"""Numbers as people type them."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from texting.number_words import why
from texting.phone_numbers import BadNumber, PhoneKind, PhoneNumber, display, from_provider, mask, parse


@pytest.mark.parametrize(
    "typed",
    [
        "+14155550123",
        "4155550123",
        "(415) 555-0123",
        " 415.555.0123 ",
        "1-415-555-0123",
        "415\u2011555\u20110123",
        "\u202a+1\u00a0415 555 0123\u202c",
        "\uff0b１４１５５５５０１２３",
        "٤١٥ ٥٥٥ ٠١٢٣",
    ],
)
def test_one_number_in_many_writings(typed: str) -> None:
    assert parse(typed) == PhoneNumber("+14155550123", "US", PhoneKind.MOBILE_OR_LANDLINE)


@pytest.mark.parametrize(
    ("typed", "home", "expected"),
    [
        ("020 7946 0018", "GB", PhoneNumber("+442079460018", "GB", PhoneKind.LANDLINE)),
        ("07911 123456", "GB", PhoneNumber("+447911123456", "GG", PhoneKind.MOBILE)),
        ("+49 1511 2345678", "US", PhoneNumber("+4915112345678", "DE", PhoneKind.MOBILE)),
        ("604 555 0123", "US", PhoneNumber("+16045550123", "CA", PhoneKind.MOBILE_OR_LANDLINE)),
        ("800 234 5678", "US", PhoneNumber("+18002345678", "US", PhoneKind.TOLL_FREE)),
        ("900 234 5678", "US", PhoneNumber("+19002345678", "US", PhoneKind.PREMIUM)),
    ],
)
def test_a_number_belongs_to_a_region_and_a_kind(typed: str, home: str, expected: PhoneNumber) -> None:
    assert parse(typed, home) == expected


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter a phone number."),
        (" \u200b ", "Enter a phone number."),
        ("4" * 5000, "This is too long for a phone number."),
        ("1-800-FLOWERS", "A phone number has no letters. Type its digits."),
        ("call me", "A phone number has no letters. Type its digits."),
        ("415 555 0123 ext. 9", "A text cannot reach an extension. Enter the direct number."),
        ("4155550123x42", "A text cannot reach an extension. Enter the direct number."),
        ("+1 415 555 0123;ext=5", "A text cannot reach an extension. Enter the direct number."),
        ("22395", "This is a short code. Enter a full phone number with its area code."),
        ("911", "This is a short code. Enter a full phone number with its area code."),
        ("555-0123", "The area code is missing. Enter all ten digits."),
        ("+999 1234 5678", "This country code does not exist. Check the digits after the +."),
        ("+1 415 555 0123 4567 8901", "This phone number has too many digits."),
        ("0", "This phone number is too short. Enter it with its area code."),
        ("+", "This is not a phone number. Use digits, spaces, dashes and a leading + only."),
        ("415²555³0123", "This is not a phone number. Use digits, spaces, dashes and a leading + only."),
        ("4155550123 😀", "This is not a phone number. Use digits, spaces, dashes and a leading + only."),
        ("+1+4155550123", "This is not a phone number. Use digits, spaces, dashes and a leading + only."),
    ],
)
def test_what_cannot_be_texted_is_refused_with_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(BadNumber) as refusal:
        parse(typed)
    assert str(refusal.value) == sentence
    assert why(refusal.value) == sentence
    with translation.override("es"):
        assert why(refusal.value) not in {"", sentence}


@pytest.mark.parametrize("typed", ["415 155 0123", "(000) 555-0123", "+1 415 555 012", "+1 415 555 01234"])
def test_a_number_that_cannot_exist_is_refused(typed: str) -> None:
    with pytest.raises(BadNumber, match="does not exist"):
        parse(typed)


@given(st.text(max_size=80))
def test_any_input_is_a_number_or_a_refusal_without_its_digits(typed: str) -> None:
    result: PhoneNumber | str
    try:
        result = parse(typed)
    except BadNumber as refusal:
        result = str(refusal)
    if isinstance(result, PhoneNumber):
        assert result.e164.isascii()
        assert parse(result.e164) == result
    else:
        assert not any(character.isdigit() for character in result)


@given(st.from_regex(r"\+1[2-9][0-9]{2}[2-9][0-9]{6}", fullmatch=True))
def test_a_mask_shows_four_digits_at_most(e164: str) -> None:
    assert mask(e164) == f"+1 *** *** {e164[-4:]}"


@pytest.mark.parametrize(
    ("e164", "masked"),
    [("+442079460018", "+44 *** *** 0018"), ("+2905123", "+290 *** *** 23"), ("4155550123", "***"), ("", "***")],
)
def test_a_mask_never_shows_most_of_a_number(e164: str, masked: str) -> None:
    assert mask(e164) == masked


def test_a_number_is_shown_the_way_people_at_home_write_it() -> None:
    assert display("+14155550123") == "(415) 555-0123"
    assert display("+442079460018") == "+44 20 7946 0018"
    assert display("+442079460018", "GB") == "020 7946 0018"
    assert display("+14155550123", "GB") == "+1 415-555-0123"
    assert display("not a number") == "not a number"


def test_a_providers_number_is_taken_even_from_a_range_nobody_knows_yet() -> None:
    assert from_provider("+19995550100").e164 == "+19995550100"
    assert from_provider("+14155550123") == parse("415 555 0123")


@pytest.mark.parametrize(
    "sender", ["22395", "ACME", "anonymous", "", "+0123456789", "+1415555012345678", "+١٤١٥٥٥٥٠١٢٣"]
)
def test_a_sender_that_cannot_be_answered_is_refused(sender: str) -> None:
    with pytest.raises(BadNumber, match=r"cannot be answered|country code"):
        from_provider(sender)


def test_a_mexican_mobile_number_is_one_number_with_and_without_its_old_1() -> None:
    new = parse("+52 55 1234 5678")
    assert parse("+52 1 55 1234 5678") == from_provider("+5215512345678") == from_provider(new.e164) == new
    assert new.e164 == "+525512345678"
