"""Secrets, births and codes told by other signs than their names, and what only looks so."""

import pytest

from compliance.detectors import scan


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mail creds: shop_bot / n4Lt!83rlo", ["CREDENTIAL:n4Lt!83rlo"]),
        ("u: tbanks4 p: Copper_71x", ["CREDENTIAL:Copper_71x"]),
        ("pw is Fern_2020 sorry no its Fern_2031", ["CREDENTIAL:Fern_2020", "CREDENTIAL:Fern_2031"]),
        ("security word for phone banking is juniper", ["CREDENTIAL:juniper"]),
        ("otp 7731 04", ["CREDENTIAL:7731 04"]),
        ("pay 71220963 s/c 11-04-72 please", ["BANK_ACCOUNT:71220963", "ROUTING_NUMBER:11-04-72"]),
        ("acct 4471\n80215 thats my bank acct", ["BANK_ACCOUNT:4471", "BANK_ACCOUNT:80215"]),
        ("b. 17/03/1988, name Orla", ["DATE_OF_BIRTH:17/03/1988"]),
        ("Ida 03/14/1975, Ben 08/30/1978 (dobs)", ["DATE_OF_BIRTH:03/14/1975", "DATE_OF_BIRTH:08/30/1978"]),
        ("the back says 718", ["CARD_SECURITY:718"]),
        ("exp 0830", ["CARD_SECURITY:0830"]),
        ("3 digit: 415\nexp: 6/29", ["CARD_SECURITY:415", "CARD_SECURITY:6/29"]),
        ("dads social for the medicaid form 413 55 3746", ["US_SSN:413 55 3746"]),
        ("urgent care said bronchitis", ["HEALTH_INFO:bronchitis"]),
        ("so it's lupus. reading now", ["HEALTH_INFO:lupus"]),
    ],
)
def test_is_found(text: str, found: list[str]) -> None:
    assert [f"{one.type}:{text[one.start : one.end]}" for one in scan(text)] == found


@pytest.mark.parametrize(
    "text",
    [
        "conference pin 66210# isnt working",
        "dropped a pin at 33.4484, -112.0740",
        "u: free at 5? p: 555-0199",
        "the magic word is please",
        "otp 2 of 12 gift boxes",
        "our puppy was born 04/11/2021",
        "Plan b. 04/11/2031 at noon",
        "the back says 100% wool",
        "exp 0830 yogurt ok?",
        "is lic# CCB 114409 ur contractor",
        "my wallet is bleeding",
        "la cuenta me dio un infarto",
        "invoice 2281 is 14 days past due ($310)",
        "it's shingles for the roof",
    ],
)
def test_is_nothing(text: str) -> None:
    assert scan(text) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Enter 718305 on your tablet to finish linking", ["CREDENTIAL:718305"]),
        ("Security code 440927 to confirm your payment of $82", ["CREDENTIAL:440927"]),
        ("Alert: savings fell below $100, now $31.77", ["FINANCIAL_INFO:$31.77"]),
        ("Raise approved, new rate $29.50/hr from May 1", ["FINANCIAL_INFO:$29.50/hr"]),
        ("The mole was melanoma in situ. Please call", ["HEALTH_INFO:mole was melanoma in situ"]),
        ("New rate $27.50/hr for lane rentals", []),
        ("Enter 445211 at the kiosk to print your badge", []),
        ("Standup call-in 555-0178, participant pin 77120", []),
    ],
)
def test_of_a_business(text: str, found: list[str]) -> None:
    assert [f"{one.type}:{text[one.start : one.end]}" for one in scan(text, direction="out")] == found
