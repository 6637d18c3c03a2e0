"""What somebody who imports permissions puts their name to. A changed sentence is another version."""

from django.utils.translation import gettext as _

VERSION = "2026-11-26"


def statement(organization: str) -> str:
    """The whole of it, as it is kept with the import."""
    return "\n".join(sentences(organization))


def sentences(organization: str) -> list[str]:
    """One for each box that must be ticked."""
    names = {"organization": organization}
    return [
        _("Everybody on this list agreed to get texts from %(organization)s at this number.") % names,
        _("The list was not bought, rented, borrowed or taken from a web page."),
        _("I can show how each person agreed if they, a carrier or a court asks."),
    ]
