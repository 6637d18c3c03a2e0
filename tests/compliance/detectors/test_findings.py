"""Cards, codes, birth dates and statements as people write them, and what a finding says about itself."""

import pytest

from compliance.detectors import RULE_VERSION, Finding, Reason, mask, scan

CARD = "4556737586899855"


def found(text: str, direction: str = "in") -> list[tuple[str, str]]:
    findings = scan(text, direction="out" if direction == "out" else "in")
    return [(finding.type, text[finding.start : finding.end]) for finding in findings]


@pytest.mark.parametrize(
    "written",
    [
        "٤٥٥٦ ٧٣٧٥ ٨٦٨٩ ٩٨٥٥", "４５５６－７３７５－８６８９－９８５５", "𝟒𝟓𝟓𝟔 𝟕𝟑𝟕𝟓 𝟖𝟔𝟖𝟗 𝟗𝟖𝟓𝟓", "4556 7375 8689 9855",
        "4️⃣5️⃣5️⃣6️⃣ 7️⃣3️⃣7️⃣5️⃣ 8️⃣6️⃣8️⃣9️⃣ 9️⃣8️⃣5️⃣5️⃣", "4 5 5 6 7 3 7 5 8 6 8 9 9 8 5 5", "4.5.5.6.7.3.7.5.8.6.8.9.9.8.5.5",
        "four five five six seven three seven five eight six eight nine nine eight five five",
        "four double five six seven three seven five eight six eight double nine eight double five",
        "forty-five fifty-six seventy-three seventy-five eighty-six eighty-nine ninety-eight fifty-five",
        "cuatro cinco cinco seis siete tres siete cinco ocho seis ocho nueve nueve ocho cinco cinco",
        "4556,7375,8689,9855", "(4556)(7375)(8689)(9855)", "45567375 86899855", "455 673 758 689 985 5",
    ],
)  # fmt: skip
def test_a_card_is_found_in_any_writing(written: str) -> None:
    assert found(f"here: {written} ok?") == [("PAYMENT_CARD", written)] or found(f"here: {written} ok?") == [
        ("PAYMENT_CARD", written.strip("()"))
    ]


@pytest.mark.parametrize(
    "between",
    [
        "\x01", "\x08", "\x0c", "\x1f", "\x7f", "\xad", "\u0903", "\u115f", "\u2028", "\u2800", "\ufe0f", "\u0301",
        "\t", "\n", "\r\n", "#", " # ", "!", "'", "💳", "→", "\U0001fbff", "\ue000",
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 4])
def test_no_sign_between_its_digits_hides_a_card(between: str, size: int) -> None:
    written = between.join(CARD[start : start + size] for start in range(0, len(CARD), size))
    findings = scan(f"here {written} ok")

    assert {finding.type for finding in findings} == {"PAYMENT_CARD"}
    assert (findings[0].start, findings[-1].end) == (5, 5 + len(written))
    assert "4556" not in mask(f"here {written} ok", findings)


def test_control_characters_hide_neither_a_phrase_nor_what_it_names() -> None:
    assert found("my so\x01cial 529-43-1\x08187") == [("US_SSN", "529-43-1\x08187")]
    assert found("pass\x7fword: Hunter2!x") == [("CREDENTIAL", "Hunter2!x")]


def test_one_sign_makes_no_card_of_a_list_of_numbers() -> None:
    assert found("12#15#20#25#30#35#40#45") == []
    assert found("2024★2025★2026★2027") == []
    assert found("ids 4556#7375#8689#9854") == []


def test_letters_stand_for_digits_only_inside_a_long_row() -> None:
    assert found("4O12 8888 888l 888I") == []
    assert found("4O12 8888 8888 188l") == [("PAYMENT_CARD", "4O12 8888 8888 188l")]
    assert found("Oil 10W30 l0 liters") == []


def test_what_comes_with_a_card_is_found_beside_it() -> None:
    assert found("4556737586899855 0927 345") == [
        ("PAYMENT_CARD", "4556737586899855"),
        ("CARD_SECURITY", "0927"),
        ("CARD_SECURITY", "345"),
    ]
    assert found("room 345, back at 0927") == []


def test_a_value_in_several_texts_is_one_group() -> None:
    findings = scan(["sure its 4556 7375", "hold on", "8689 9855", "exp 09/27"])

    assert [(finding.type, finding.group) for finding in findings] == [
        ("PAYMENT_CARD", 1),
        ("PAYMENT_CARD", 1),
        ("CARD_SECURITY", None),
    ]
    assert {finding.last_four for finding in findings[:2]} == {"9855"}


@pytest.mark.parametrize(
    ("direction", "text", "expected"),
    [
        (
            "in",
            "routing and account: 021000021, 483920175",
            [("ROUTING_NUMBER", "021000021"), ("BANK_ACCOUNT", "483920175")],
        ),
        ("in", "ssn529431187", [("US_SSN", "529431187")]),
        ("in", "139 76 9131 is my social", [("US_SSN", "139 76 9131")]),
        ("in", "bcbs id ZGP 883920175", [("MEDICAL_ID", "ZGP 883920175")]),
        ("in", "geboren am 14.03.1985", [("DATE_OF_BIRTH", "14.03.1985")]),
        ("in", "my password's hunter22", [("CREDENTIAL", "hunter22")]),
        ("out", "482913 is your Birch code. Never share it.", [("CREDENTIAL", "482913")]),
        ("in", "I take insulin so need breaks", [("HEALTH_INFO", "insulin")]),
        ("out", "Your biopsy came back benign.", [("HEALTH_INFO", "biopsy came back benign")]),
        ("in", "i make 52k a year", [("FINANCIAL_INFO", "52k a year")]),
        ("out", "Embargoed: EPS $1.02", [("FINANCIAL_INFO", "eps $1.02".upper())]),
    ],
)  # fmt: skip
def test_a_phrase_says_what_a_value_is(direction: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text, direction) == expected


def test_a_finding_explains_itself_without_the_value() -> None:
    (finding,) = scan("my card is 4556 7375 8689 9855")

    assert finding == Finding(
        "PAYMENT_CARD",
        11,
        30,
        "high",
        finding.score,
        (Reason("card.brand_and_luhn", 0.6), Reason("card.usual_grouping", 0.15), Reason("card.cue", 0.3)),
        masked="[card ••••9855]",
        last_four="9855",
    )
    assert finding.score == pytest.approx(1.05)
    assert RULE_VERSION


def test_masks_show_four_digits_of_cards_and_accounts_and_nothing_of_secrets() -> None:
    text = "4556 7375 8689 9855 cvv 345, ssn 529-43-1187, password is Fluffy2019!, i have lupus"

    assert mask(text, scan(text)) == (
        "[card ••••9855] cvv [card security code], ssn [social security number ••••1187], "
        "password is [secret], i have [health information]"
    )


def test_only_what_was_found_is_masked() -> None:
    text = "i have lupus, 4556 7375 8689 9855"
    cards = [finding for finding in scan(text) if finding.type == "PAYMENT_CARD"]

    assert mask(text, cards) == "i have lupus, [card ••••9855]"
    assert mask(text, []) == text


def test_a_mask_is_never_read_as_a_number() -> None:
    assert scan("my pin is [card ••••1111], cvv [card ••••1111], code [secret]") == ()
    assert mask("cvv 4111111111111111", scan("cvv 4111111111111111")) == "cvv [card ••••1111]"


def test_an_iban_goes_on_behind_filling_words_on_the_next_lines() -> None:
    text = "iban: GB82\nthen WEST 1234\nand 5698 7654 32"

    found = [one for one in scan(text) if one.type == "IBAN"]

    assert [text[one.start : one.end] for one in found] == ["GB82", "WEST 1234", "5698 7654 32"]
    assert {one.group for one in found} == {1}
