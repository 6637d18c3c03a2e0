"""The set that nobody mends on reaches what is promised. A failure tells figures only: who reads it spends it."""

from bench.detection.contestants import run_ours
from bench.detection.items import read_items
from bench.detection.scoring import score
from bench.detection.sets import JUDGE
from bench.detection.tables import INTENTS

IDENTIFIERS = (
    "US_SSN",
    "US_ITIN",
    "BANK_ACCOUNT",
    "ROUTING_NUMBER",
    "IBAN",
    "MEDICAL_ID",
    "DATE_OF_BIRTH",
    "GOVERNMENT_ID",
)
FLOORS = {
    "PAYMENT_CARD": 0.985,
    **dict.fromkeys(IDENTIFIERS, 0.97),
    "CREDENTIAL": 0.95,
    "HEALTH_INFO": 0.80,
    "FINANCIAL_INFO": 0.80,
}


def test_unseen_messages_are_told_as_well_as_is_promised():
    items = list(read_items(JUDGE))
    reached = score(items, run_ours(items).predictions)
    assert reached.micro.f1 >= 0.95
    assert {kind: reached.types[kind].f1 for kind, floor in FLOORS.items() if reached.types[kind].f1 < floor} == {}
    assert reached.micro_intents.f1 >= 0.90
    assert {name: reached.intents[name].f1 for name in INTENTS if reached.intents[name].f1 < 0.80} == {}
    assert reached.flagged <= 0.003 * reached.benign
