"""The cast, with single sign-on at Harbor Dental."""

import pytest

from tests.accounts.saml.office import Browser, Office, open_office


@pytest.fixture
def office(cast) -> Office:
    return open_office(cast.owner)


@pytest.fixture
def browser(office) -> Browser:
    return Browser(office).ask()
