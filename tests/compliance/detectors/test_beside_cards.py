"""Dates and codes beside a card's number, beside its mask from an earlier text, and beside the name of its end."""

import pytest

from compliance.detectors import mask, scan

CARD = "4111 1111 1111 1111"
MASK = "[card ••••1111]"


def security(texts: str | list[str]) -> list[str]:
    text = texts if isinstance(texts, str) else "\n".join(texts)
    return [text[one.start : one.end] for one in scan(texts) if one.type == "CARD_SECURITY"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{CARD} 837 12/27 zip 02139", ["837", "12/27"]),
        (f"{CARD}, then 837, then 1227", ["837", "1227"]),
        (f"{CARD} then 1227 then 837 then 94110", ["1227", "837"]),
        (f"💳 {CARD} 📅 12/27 🔒 837", ["12/27", "837"]),
        (f"{CARD} for the copay, 12/27 837", ["12/27", "837"]),
        (f"{CARD} pin is 8832", ["8832"]),
        (f"{CARD} cvv 837 or 887", ["837", "887"]),
        (f"{CARD} for the party on 12/27 250 guests", []),
        (f"{CARD} 300 now and 12/27 the rest", []),
        (f"{CARD} unit 837, move in 12/27", []),
        (f"{CARD} $837 12/27", []),
    ],
)
def test_a_code_may_stand_before_the_date_and_after_other_marks(text: str, found: list[str]) -> None:
    assert security(text) == found


def test_a_code_right_beside_a_card_is_sure_enough_to_be_masked() -> None:
    text = f"{CARD} 837"
    [code] = [one for one in scan(text) if one.type == "CARD_SECURITY"]
    assert code.confidence == "medium"


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ([f"visa {MASK}", "12/27", "123"], ["12/27", "123"]),
        ([MASK, "837"], ["837"]),
        ([MASK, "[card security code]", "837"], ["837"]),
        ([f"{MASK} thats my card", "837 12/27 thx"], ["837", "12/27"]),
        ([MASK, "12/27 837"], ["12/27", "837"]),
        ([MASK], []),
        ([MASK, "200 people"], []),
        ([MASK, "ok", "200"], []),
        ([MASK, "2027"], []),
        (["[bank account ••••1111]", "837"], []),
        (["837", MASK], []),
        ([f"{MASK} for order 837"], []),
    ],
)
def test_a_masked_card_counts_before_a_text_of_a_date_or_a_code(texts: list[str], found: list[str]) -> None:
    assert security(texts) == found
    text = "\n".join(texts)
    masked = mask(text, scan(texts))
    assert not scan(masked)
    assert mask(masked, scan(masked)) == masked
    assert text.count(MASK) == masked.count(MASK)


def test_a_card_known_by_its_end_has_a_new_date_and_code() -> None:
    assert security("same mc ending 3381 but the date changed to 12/30 and code 477") == ["12/30", "477"]
    assert not security("the card ending 3381 was charged 12/30 for order 477")
    assert not scan("mc ending 3381, date 12/30 and code 477", direction="out")
