"""The cast, with single sign-on at Harbor Dental."""

from tests.accounts.saml.office import Browser, Office, open_office
from tests.kept import kept_upon


@kept_upon("cast")
def office(cast) -> Office:
    return open_office(cast.owner)


@kept_upon("office")
def browser(office) -> Browser:
    return Browser(office).ask()
