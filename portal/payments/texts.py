"""What customers are texted about payments, in the language in which they agreed to texts."""

from django.utils.translation import gettext as _

from accounts.languages import DEFAULT, written_in
from compliance.message_templates.picking import language_of
from portal.models import PaymentRequest
from portal.payments import currencies
from texting.models import Contact


def asking(contact: Contact, *, company: str, address: str) -> str:
    """The text with the link."""
    with written_in(language_of(contact) or DEFAULT):
        return _("%(company)s has sent you a request for payment: %(link)s") % {"company": company, "link": address}


def received(contact: Contact, request: PaymentRequest) -> str:
    """The text that says that it has arrived. Amounts are written in one way in all texts, without odd spaces."""
    with written_in(DEFAULT):
        words = {
            "company": request.organization.name,
            "amount": currencies.shown(request.amount_minor, request.currency),
        }
    with written_in(language_of(contact) or DEFAULT):
        return _("%(company)s: We have received your payment of %(amount)s. Thank you.") % words
