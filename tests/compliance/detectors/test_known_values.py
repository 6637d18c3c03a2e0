"""Published test values: what is one is found, what only looks like one is not."""

import pytest

from compliance.detectors import scan


def kinds(text: str) -> set[str]:
    return {finding.type for finding in scan(text)}


@pytest.mark.parametrize(
    "number",
    [
        "4111111111111111", "4242424242424242", "4012888888881881", "5555555555554444", "5105105105105100",
        "2223003122003222", "2223000048400011", "378282246310005", "371449635398431", "378734493671000",
        "6011111111111117", "6011000990139424", "30569309025904", "38520000023237", "36227206271667",
        "3530111333300000", "3566002020360505", "6200000000000005", "6205500000000000004", "6759649826438453",
    ],
)  # fmt: skip
def test_a_card_number_is_found_without_any_word_beside_it(number: str) -> None:
    (finding,) = scan(f"ok {number} thanks")

    assert finding.type == "PAYMENT_CARD"
    assert (finding.start, finding.end) == (3, 3 + len(number))
    assert finding.last_four == number[-4:]


@pytest.mark.parametrize("number", ["4222222222222", "3056930009020004", "5019717010103742"])
def test_a_card_number_of_a_rare_length_is_found_beside_a_word_for_cards(number: str) -> None:
    assert kinds(f"my card is {number}") == {"PAYMENT_CARD"}


@pytest.mark.parametrize(
    "number", ["4111111111111112", "4012888888881882", "1234567890123456", "0000000000000000", "4444444444444444"]
)
def test_a_number_that_fails_the_check_digit_or_the_issuers_is_none(number: str) -> None:
    assert kinds(f"my card is {number}") <= {"BANK_ACCOUNT"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ssn 078-05-1120", "US_SSN"),
        ("my social is 219-09-9999", "US_SSN"),
        ("123-45-6789", "US_SSN"),
        ("900-70-0000", "US_ITIN"),
        ("912-90-3456", "US_ITIN"),
        ("912-50-3456", "US_ITIN"),
        ("routing 110000000", "ROUTING_NUMBER"),
        ("aba 021000021", "ROUTING_NUMBER"),
        ("rtn: 111000025", "ROUTING_NUMBER"),
        ("account 000123456789", "BANK_ACCOUNT"),
        ("GB82WEST12345698765432", "IBAN"),
        ("GB29 NWBK 6016 1331 9268 19", "IBAN"),
        ("DE89370400440532013000", "IBAN"),
        ("fr14 2004 1010 0505 0001 3m02 606", "IBAN"),
        ("NL91ABNA0417164300", "IBAN"),
        ("NO9386011117947", "IBAN"),
        ("MT84MALT011000012345MTLCAST001S", "IBAN"),
        ("nhs no 9434765919", "MEDICAL_ID"),
        ("NHS 999 000 0018", "MEDICAL_ID"),
        ("AB123456C", "GOVERNMENT_ID"),
        ("my SIN is 130 692 544", "GOVERNMENT_ID"),
        ("sin 123 456 782", "GOVERNMENT_ID"),
        ("1EG4-TE5-MK73", "MEDICAL_ID"),
        ("medicare 1EG4TE5MK73", "MEDICAL_ID"),
        ("passport L898902C3", "GOVERNMENT_ID"),
        ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "GOVERNMENT_ID"),
        ("licence MORGA657054SM9IJ", "GOVERNMENT_ID"),
    ],
)
def test_a_published_number_is_what_it_is(text: str, kind: str) -> None:
    assert kinds(text) == {kind}


@pytest.mark.parametrize(
    "text",
    [
        "000-12-3456", "666-12-3456", "900-12-3456", "987-66-4321", "123-00-6789", "123-45-0000", "912-93-3456",
        "912-66-3456", "GB00WEST12345698765432", "nhs 4857773456", "QQ123456C", "sin 123 456 789", "1SG4-TE5-MK73",
        "0EG4-TE5-MK73", "npi 1234567893", "123456789", "021000021",
    ],
)  # fmt: skip
def test_a_number_out_of_range_or_without_its_word_is_nothing(text: str) -> None:
    assert scan(text) == ()


@pytest.mark.parametrize("number", ["078-05-1120", "219-09-9999", "123-45-6789"])
def test_a_number_known_to_be_nobodys_is_found_and_says_so(number: str) -> None:
    (finding,) = scan(f"ssn {number}")

    assert finding.placeholder
    assert not scan("ssn 529-43-1187")[0].placeholder
