"""What somebody who imports permissions puts their name to. A changed sentence is another version."""

from django.utils.translation import gettext as _

from compliance.implied import exemption
from compliance.models import ConsentImport

VERSION = "2026-11-26"


def statement(organization: str, basis: str = ConsentImport.Basis.AGREED) -> str:
    """The whole of it, as it is kept with the import."""
    return "\n".join(sentences(organization, basis))


def sentences(organization: str, basis: str = ConsentImport.Basis.AGREED) -> list[str]:
    """One for each box that must be ticked; `basis` of `ConsentImport.Basis`."""
    names = {"organization": organization}
    not_bought = _("The list was not bought, rented, borrowed or taken from a web page.")
    if basis == ConsentImport.Basis.PURCHASE:
        return [
            _("Everybody on this list bought from %(organization)s on the day in their row.") % names,
            not_bought,
            _("I can show each purchase if they, a carrier or a court asks."),
        ]
    if basis == ConsentImport.Basis.HEALTHCARE:
        return [*exemption.declared(organization), not_bought]
    return [
        _("Everybody on this list agreed to get texts from %(organization)s at this number.") % names,
        not_bought,
        _("I can show how each person agreed if they, a carrier or a court asks."),
    ]
