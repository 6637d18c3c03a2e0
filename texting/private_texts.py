"""Texts that only the customer reads: no page, list, search, webhook or answer of the API says what they say.

Whoever could read the link and the code of a secure message in a thread could open it and be taken for the customer.
The words leave for the carrier and are shown on the simulator's telephone, which stands for the customer's own.
"""

from django.utils.translation import gettext as _

from texting.purposes import PRIVATE, Purpose


def words_instead(purpose: str) -> str:
    """What is shown in place of a text of this purpose; "" when its own words are shown."""
    if purpose not in PRIVATE:
        return ""
    return _("A link for the customer only") if purpose == Purpose.PRIVATE_LINK else _("A code for the customer only")
