"""Permissions that a law ends by itself."""

from datetime import UTC, datetime

import pytest

from compliance.ledger.consent_expiry import expires_at


@pytest.mark.parametrize(
    ("given", "ends"),
    [
        (datetime(2026, 1, 15, 12, 30, tzinfo=UTC), datetime(2026, 7, 15, 12, 30, tzinfo=UTC)),
        (datetime(2026, 8, 31, tzinfo=UTC), datetime(2027, 2, 28, tzinfo=UTC)),
        (datetime(2027, 8, 31, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)),
        (datetime(2026, 7, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_an_inquiry_from_canada_counts_six_months(given, ends):
    assert expires_at(region="CA", kind="reply", given_at=given) == ends


@pytest.mark.parametrize(("region", "kind"), [("US", "reply"), ("CA", "express"), ("CA", "written"), ("", "reply")])
def test_no_other_permission_ends_by_itself(region, kind):
    assert expires_at(region=region, kind=kind, given_at=datetime(2026, 1, 1, tzinfo=UTC)) is None
