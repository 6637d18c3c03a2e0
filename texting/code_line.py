"""Sign-in codes by text, on the one line of an organization that is for codes only (`ACCOUNTS_CODE_SENDERS`).

A code is a text like others: through the gate, into the outbox, sealed; sent at most once (`purposes.TERMS`), because
whoever waits for it asks for a new one. The conversations of that line are on no page, in no search and in no webhook.
"""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.factors import senders
from accounts.factors.senders import CannotSend, CodeNumber
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from texting import threads
from texting.limits import codes
from texting.models import Line
from texting.number_words import why
from texting.phone_numbers import BadNumber, PhoneKind, described, display, mask, parse
from texting.purposes import Purpose
from texting.sending import BadText, Refused, send_text

_CANNOT_TEXT = {PhoneKind.LANDLINE, PhoneKind.TOLL_FREE, PhoneKind.PREMIUM, PhoneKind.SHARED_COST, PhoneKind.PAGER}


class CodeLine:
    """Sends through the active organization's line for codes, while it has one that is on."""

    def is_offered(self) -> bool:
        return _line() is not None

    def read(self, typed: str) -> CodeNumber:
        country = Organization.objects.get(pk=current_organization_id()).country
        try:
            number = parse(typed, country)
        except BadNumber as error:
            raise senders.BadNumber(why(error)) from None
        if number.kind in _CANNOT_TEXT:
            raise senders.BadNumber(_("This number gets no texts. Enter the number of a mobile phone."))
        return CodeNumber(number.e164, mask(number.e164))

    def send(self, *, number: str, words: str) -> None:
        line = _line()
        if line is None:
            raise CannotSend(_("Your organization cannot send codes by text."))
        contact = threads.phone_of_colleague(described(number))
        conversation = threads.open_conversation(contact, line, at=timezone.now())
        try:
            send_text(conversation=conversation, body=words, author=None, purpose=Purpose.CODE)
        except Refused as refused:
            rules = {objection.rule for objection in refused.outcome.objections}
            raise CannotSend(_sorry(line, opted_out="consent.opted_out" in rules)) from None
        except BadText:
            raise CannotSend(_sorry(line, opted_out=False)) from None
        codes.sent(contact)

    def used(self, *, number: str) -> None:
        codes.used(threads.phone_of_colleague(described(number)))


def _line() -> Line | None:
    return Line.objects.filter(sends_codes=True, is_active=True).first()


def _sorry(line: Line, *, opted_out: bool) -> str:
    if opted_out:
        told = _("This phone has opted out of texts. Text START to %(number)s from it, or choose another way.")
        return told % {"number": display(line.number)}
    return _("No code can be sent to this phone now. Choose another way, or ask an admin of your organization.")
