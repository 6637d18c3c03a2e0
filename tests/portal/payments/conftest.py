"""The office, for every test of payments."""

import pytest

from tests.cast import Cast, cast
from tests.portal.payments.office import Office, make_office

__all__ = ["cast"]


@pytest.fixture
def office(cast: Cast) -> Office:
    return make_office(cast)
