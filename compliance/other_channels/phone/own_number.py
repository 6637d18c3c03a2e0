"""The phone at which a member is rung: typed by themselves, known to nobody else, forgotten when they leave."""

from django.utils.translation import gettext as _

from accounts.models import Membership
from compliance.escalations.cannot_act import CannotAct
from compliance.models import CallingNumber
from texting.limits.regions import UNKNOWN
from texting.models import Contact, Line
from texting.number_words import why
from texting.phone_numbers import BadNumber, PhoneKind, described, parse

_PAID = frozenset(
    {
        PhoneKind.PREMIUM,
        PhoneKind.SHARED_COST,
        PhoneKind.PERSONAL,
        PhoneKind.PAGER,
        PhoneKind.TOLL_FREE,
        PhoneKind.OTHER,
    }
)


def own_number(member: Membership) -> str:
    """What they typed last (E.164); empty at first."""
    row = CallingNumber.objects.filter(member=member).first()
    return row.number if row else ""


def checked(typed: str, *, line: Line, contact: Contact) -> str:
    """The number that is rung, in E.164. Raises CannotAct with what is wrong, without the number.

    Only ordinary numbers of the line's own country: whoever could have any number rung could make the organization
    pay for calls to expensive ones.
    """
    region = described(line.number).region
    country = "US" if region == UNKNOWN else region
    try:
        found = parse(typed, country)
    except BadNumber as error:
        raise CannotAct(why(error)) from None
    if found.kind in _PAID or found.region != country:
        raise CannotAct(_("You can be rung at an ordinary number of the line's country only."))
    if found.e164 == contact.number:
        raise CannotAct(_("That is the customer's number. Type your own."))
    if found.e164 == line.number:
        raise CannotAct(_("That is the line's own number. Type yours."))
    return found.e164


def remember(member: Membership, number: str) -> None:
    """For the next call."""
    if own_number(member) != number:
        CallingNumber.objects.update_or_create(member=member, defaults={"number": number})
