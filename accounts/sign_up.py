"""Signing up by oneself, where the installation allows it (`SELF_SIGN_UP`, off unless set).

Nothing is made before the address is proved: the link carries what was typed, and making the organization ends it.
"""

from contextlib import suppress

from django.db import transaction

from accounts import first_owners, mail, mailed_links, operators
from accounts.mailed_links import Opened, Purpose
from accounts.origins import Origin
from accounts.password_reset import slow_down


def ask(*, name: str, country: str, time_zone: str, email: str, origin: Origin) -> None:
    """Mail a link with which the organization can be made. Raises TooManyAttempts, BadAddress."""
    slow_down("sign_up", origin)
    payload = {"name": name, "country": country, "time_zone": time_zone, "email": mail.checked_address(email)}
    with suppress(mail.TooManyMails), transaction.atomic():
        link = mailed_links.make(Purpose.SIGN_UP, user=None, payload=payload)
        mail.queue(
            to=payload["email"],
            kind=mail.MailKind.SIGN_UP,
            words={"organization": name, "begin_link": link, "minutes": 60},
        )


@transaction.atomic
def make(*, opened: Opened, origin: Origin) -> bytes | None:
    """The organization, with whoever opened the link invited as its owner; the hash of their invitation's link, which
    counts as mailed since this one was. None when the link was used a moment ago.
    """
    if not mailed_links.use_up(opened.link):
        return None
    owner = first_owners.found_by_mail(**opened.payload, send=False)
    operators.note(operators.Act.SIGNED_UP, user=None, origin=origin, organization_id=owner.organization_id)
    return first_owners.link_that_was_mailed(owner)
