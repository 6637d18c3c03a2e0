"""Why somebody does not get an announcement, in a few words that hold for many."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenancy.said import again
from texting.explained import explain
from texting.statuses import ErrorKind, MessageStatus

_WORDS = {
    "consent.opted_out": gettext_lazy("Opted out"),
    "opted_out": gettext_lazy("Opted out"),
    "consent.none": gettext_lazy("No permission"),
    "consent.weak": gettext_lazy("Permission was imported without proof"),
    "consent.expired": gettext_lazy("Permission has ended"),
    "consent.reply_only": gettext_lazy("Wrote to us, which permits answers only"),
    "consent.scope": gettext_lazy("Permission is for other texts"),
    "consent.exempt_only": gettext_lazy("Permission is for appointments only"),
    "consent.exemption_off": gettext_lazy("Permission rests on an exemption that is off"),
    "consent.perhaps_stop": gettext_lazy("Perhaps asked to stop; nobody has decided"),
    "consent.wrong_number": gettext_lazy("Perhaps a wrong number; nobody has decided"),
    "contact.blocked": gettext_lazy("Blocked"),
    "number.landline": gettext_lazy("Landline"),
    "number.invalid": gettext_lazy("No valid number"),
    "number.unused": gettext_lazy("Number no longer in use"),
    "number.unreachable": gettext_lazy("Was not reached before"),
    "country": gettext_lazy("Country is not allowed"),
    "destination.kind": gettext_lazy("Kind of number that is never texted"),
    "destination.ended": gettext_lazy("Erased customer"),
    "destination.unknown": gettext_lazy("Unknown country"),
    "prefix.stopped": gettext_lazy("Block of numbers is stopped"),
    "escalation.paused": gettext_lazy("A colleague settles something by phone or e-mail"),
    "hours.never": gettext_lazy("No hour suits where they may be"),
    "hours.closed": gettext_lazy("It was not their hour"),
    "recipient.twice": gettext_lazy("A further number of another recipient"),
    "template.values": gettext_lazy("The template has a gap for them"),
    "text.long": gettext_lazy("Too long with the clauses that are added"),
    "text.bad": gettext_lazy("The words cannot be sent"),
    "polls.closed": gettext_lazy("The poll was closed"),
    "polls.answered": gettext_lazy("Has answered"),
    "author.active": gettext_lazy("Whoever sent it may not send any more"),
    "expired": gettext_lazy("Could not be handed over in time"),
    "carrier.day": gettext_lazy("The carriers took no more that day"),
    "broken": gettext_lazy("Something went wrong with this one"),
}
_ABOUT_LIST = {
    "bad": gettext_lazy("Row without a phone number"),
    "twice": gettext_lazy("Twice in the list"),
    "unknown": gettext_lazy("Not a contact"),
}


def reason_words(reason: str, said: Mapping[str, str] | None = None) -> str:
    """For a person. `said`: what the gate itself said of rules that are about the words or the line, as it is kept."""
    if reason in _WORDS:
        return str(_WORDS[reason])
    if said and reason in said:
        return again(said[reason])
    if reason in set(ErrorKind):
        return explain(MessageStatus.UNDELIVERED, ErrorKind(reason)).reason
    return reason or _("No reason was given")


def list_words(why: str) -> str:
    """Of a row of a list that reaches nobody."""
    return str(_ABOUT_LIST.get(why, why))
