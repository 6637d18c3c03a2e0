"""Why a row was left out, as a fixed word that is kept and a sentence for a person."""

from enum import StrEnum

from django.utils.translation import gettext as _

from compliance.implied import purchases
from compliance.implied.purchases import Problem


class RowReason(StrEnum):
    """The fixed words."""

    NO_NUMBER = "no_number"
    BAD_NUMBER = "bad_number"
    TOO_LONG = "too_long"
    BAD_DATE = "bad_date"
    BAD_DETAIL = "bad_detail"
    NOT_THEN = "not_then"
    NOT_CANADA = "not_canada"
    NO_PURCHASE = "no_purchase"
    TOO_OLD = "too_old"
    TWICE = "twice"
    KNOWN = "known"
    KNOWN_WRITTEN = "known_written"
    OPTED_OUT = "opted_out"
    OPTED_OUT_SINCE = "opted_out_since"


def sentence(reason: str) -> str:
    """What a person reads; "" for none."""
    sentences = {
        RowReason.NO_NUMBER: _("There is no phone number in this row."),
        RowReason.BAD_NUMBER: _("This is not a phone number that can be texted."),
        RowReason.TOO_LONG: _("The row is longer than 10,000 characters, so it is probably several rows."),
        RowReason.BAD_DATE: _("The date cannot be read. Write it as 2026-03-31."),
        RowReason.BAD_DETAIL: _(
            "A field or tag has a value that cannot be stored: of another kind, no option, a tag that does not exist,"
            " or a card or secret number."
        ),
        RowReason.NOT_THEN: _("The date lies in the future or before there were texts."),
        RowReason.NOT_CANADA: purchases.sentence(Problem.NOT_CANADA),
        RowReason.NO_PURCHASE: _("The row does not say on which day they bought. Write it as 2026-03-31."),
        RowReason.TOO_OLD: purchases.sentence(Problem.TOO_OLD),
        RowReason.TWICE: _("The number stands in the file before."),
        RowReason.KNOWN: _("The number has this permission already."),
        RowReason.KNOWN_WRITTEN: _("The number has this permission already. Its fields and tags were written."),
        RowReason.OPTED_OUT: _("The number opted out. Only they can undo it, by texting START."),
        RowReason.OPTED_OUT_SINCE: _("They opted out after that date, so what they said before no longer counts."),
    }
    return sentences[RowReason(reason)] if reason else ""
