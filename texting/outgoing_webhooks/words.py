"""What pages say of kinds, of addresses that are refused, and of calls that failed."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenancy.egress import Failure, Refusal
from texting.outgoing_webhooks.kinds import EventKind
from texting.outgoing_webhooks.queue import DISABLED

KINDS: dict[EventKind, str | Promise] = {
    EventKind.MESSAGE_RECEIVED: _("A customer's text has come"),
    EventKind.MESSAGE_STATUS: _("One of your texts was sent, delivered, read, or failed"),
    EventKind.CONVERSATION_OPENED: _("A conversation was opened"),
    EventKind.CONVERSATION_ASSIGNED: _("A conversation was taken, assigned or handed back"),
    EventKind.CONVERSATION_RESOLVED: _("A conversation was resolved"),
    EventKind.CONVERSATION_REOPENED: _("A conversation was reopened"),
    EventKind.CONTACT_OPTED_IN: _("A customer gave permission"),
    EventKind.CONTACT_OPTED_OUT: _("A customer opted out"),
    EventKind.CONTACT_MERGED: _("Two contacts were merged"),
    EventKind.CONTACT_PARTED: _("Merged contacts were parted again"),
    EventKind.LINE_PROBLEM: _("A line stopped or went on again"),
    EventKind.AUTOMATION_MATCHED: _("One of your automations acted"),
    EventKind.TEST: _("A test of this endpoint"),
}

REFUSALS: dict[Refusal, str | Promise] = {
    Refusal.NOT_AN_ADDRESS: _("Enter a whole address, such as https://hooks.example.com/parley."),
    Refusal.TOO_LONG: _("The address is too long. Use one of at most 2,000 characters."),
    Refusal.NOT_HTTPS: _("Only https addresses are called. Give your server a certificate first."),
    Refusal.CREDENTIALS: _("Leave out the user name and password. Check our signature instead."),
    Refusal.PORT: _("Use port 443 or 8443."),
    Refusal.HOST: _("This host cannot be called. Use a full public name, such as hooks.example.com."),
    Refusal.FRAGMENT: _("Leave out the # and what follows it."),
    Refusal.CHARACTERS: _("The address holds spaces or characters that are not allowed. Write them as %XX."),
    Refusal.NOT_PUBLIC: _("This address is not on the public internet, so it is never called."),
}


@dataclass(frozen=True)
class Trouble:
    """What happened, and what to do."""

    happened: str | Promise
    what_to_do: str | Promise = ""


_LOOK = _("Look at the server and its firewall, then replay.")
_TROUBLES: dict[str, Trouble] = {
    Failure.NAME_NOT_FOUND: Trouble(_("The host name has no address"), _("Check the name and its DNS records.")),
    Failure.NOT_CONNECTED: Trouble(_("Nobody took the connection"), _LOOK),
    Failure.CERTIFICATE: Trouble(
        _("The certificate is not valid for this name"), _("Renew it, and send the whole chain.")
    ),
    Failure.TLS: Trouble(_("TLS could not be set up"), _("The server must speak TLS 1.2 or newer.")),
    Failure.SLOW_TO_CONNECT: Trouble(_("Connecting took longer than 5 seconds"), _LOOK),
    Failure.SLOW_TO_ANSWER: Trouble(
        _("No whole answer within 10 seconds"), _("Answer first, then do the work in the background.")
    ),
    Failure.BROKEN_ANSWER: Trouble(_("The answer was cut off or is not HTTP"), _LOOK),
    Failure.HEADERS_TOO_LARGE: Trouble(_("The answer's headers are too large"), _("Send a short answer.")),
    Failure.PROXY: Trouble(_("Our own proxy did not let the call out"), _("Tell whoever runs Parley for you.")),
    Refusal.NOT_PUBLIC: Trouble(
        _("The name leads to an address that is not public"), _("Give it public addresses only.")
    ),
    DISABLED: Trouble(_("The endpoint was disabled"), _("Enable it, then replay.")),
    "broke": Trouble(_("The call broke off on our side"), _("It is tried again by itself.")),
}


def trouble(failure: str) -> Trouble:
    """The words for a failure; also for a kind that this list does not know."""
    return _TROUBLES.get(failure, Trouble(_("The address was refused"), _("Change the address.")))
