"""Values that a word farther off seemed to take away or to give, each beside a text that only looks so."""

import pytest

from compliance.detectors import scan


def found(text: str) -> list[tuple[str, str]]:
    return [(finding.type, text[finding.start : finding.end]) for finding in scan(text.split("|"), direction="in")]


@pytest.mark.parametrize(
    ("told", "kind", "value", "harmless"),
    [
        (
            "keep my room please 4024 0071 5593 2808",
            "PAYMENT_CARD",
            "4024 0071 5593 2808",
            "room 4024 0071 5593 2808",
        ),
        ("DOB11231978", "DATE_OF_BIRTH", "11231978", "DOC11231978"),
        ("my dob for the rx pickup 02.28.61", "DATE_OF_BIRTH", "02.28.61", "my rx pickup is on 02.28.61"),
        ("902214 is what they texted me", "CREDENTIAL", "902214", "902214 is what they billed me"),
        ("the code is 606303", "CREDENTIAL", "606303", "the rack code is 606303"),
        ("for my icloud use Biscuit88x", "CREDENTIAL", "Biscuit88x", "for my cake use Biscuit88x"),
        ("my ssn is 418-22-7043", "US_SSN", "418-22-7043", "see form 418-22-7043-C"),
        ("zelle to my account 4471902265", "BANK_ACCOUNT", "4471902265", "zelle to 312-555-0148"),
        ("we have 52 hundred saved for a house", "FINANCIAL_INFO", "52 hundred", "a house of 52 hundred sq ft"),
        ("celiac here, is the fryer shared", "HEALTH_INFO", "celiac", "celiac friendly menu?"),
        ("kidneys are bad, on dialysis mon wed fri", "HEALTH_INFO", "on dialysis", "the dialysis unit closes at 5"),
    ],
)
def test_what_is_told_is_found_and_what_only_looks_so_is_not(told: str, kind: str, value: str, harmless: str) -> None:
    assert found(told) == [(kind, value)]
    assert not found(harmless)
