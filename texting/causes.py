"""Why a provider's request was refused, and what an admin can do about it. Plain values, with words for people."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Cause(StrEnum):
    """The likely cause, found by trying. None of them makes a request accepted."""

    NO_SIGNATURE = "no_signature"
    NO_SECRET = "no_secret"  # noqa: S105
    OTHER_ADDRESS = "other_address"
    OTHER_PATH = "other_path"
    OTHER_ACCOUNT = "other_account"
    OTHER_TOKEN = "other_token"  # noqa: S105
    OTHER_LINE = "other_line"
    OTHER_CHANNEL = "other_channel"
    NO_NUMBER = "no_number"
    UNREADABLE = "unreadable"
    NO_ATTEMPT = "no_attempt"
    LINE_GONE = "line_gone"
    PROVIDER_CHANGED = "provider_changed"


PROVEN = frozenset(
    {
        Cause.OTHER_ADDRESS,
        Cause.OTHER_PATH,
        Cause.OTHER_LINE,
        Cause.OTHER_CHANNEL,
        Cause.NO_NUMBER,
        Cause.UNREADABLE,
        Cause.NO_ATTEMPT,
    }
)
"""Causes of requests that the provider did sign: nobody without the token can make one."""


@dataclass(frozen=True)
class Words:
    """What happened and what to do, a sentence each."""

    happened: str | Promise
    what_to_do: str | Promise


_WORDS = {
    Cause.NO_SIGNATURE: Words(
        _("It carries no signature, so anybody could have sent it."),
        _("The provider signs all its requests. Discard it unless you know who sent it."),
    ),
    Cause.NO_SECRET: Words(
        _("The line has no token, so no signature can be checked."),
        _("Give the line its token, then take the request in."),
    ),
    Cause.OTHER_ACCOUNT: Words(
        _("It belongs to another account than the one stored with this line."),
        _("Check the account and the token of the line, and which account the number is in."),
    ),
    Cause.OTHER_TOKEN: Words(
        _("It was signed with neither the present token of the line nor the one before it."),
        _("If the token was changed at the provider, store the new one here, then take the request in."),
    ),
    Cause.OTHER_LINE: Words(
        _("It is signed, but it was sent to another number than this line's."),
        _("At the provider, give that number the webhook address of its own line."),
    ),
    Cause.OTHER_CHANNEL: Words(
        _("It is signed, but it came by another channel than texts, such as WhatsApp or RCS."),
        _("Permission for texts does not cover that channel. Switch it off for this number at the provider."),
    ),
    Cause.NO_NUMBER: Words(
        _("It is signed, but its sender is not an ordinary phone number, such as a short code or a name."),
        _("Nobody can be answered there. Discard it."),
    ),
    Cause.UNREADABLE: Words(
        _("It is signed, but something that every request has is missing."),
        _("Compare the webhook settings of the number with those on the line's page."),
    ),
    Cause.NO_ATTEMPT: Words(
        _("It is signed, but it reports on a text that is not known here."),
        _("The text may have been purged. Discard it."),
    ),
    Cause.LINE_GONE: Words(_("Its line is no longer there."), _("Discard it.")),
    Cause.PROVIDER_CHANGED: Words(
        _("The line is at another provider now, which cannot vouch for it."),
        _("Discard it, or move the line back first."),
    ),
}


def words(cause: Cause, *, address: str, signed_address: str) -> Words:
    """`address` is where our own webhooks are, `signed_address` the one that the signature is for."""
    names = {"ours": address, "theirs": signed_address}
    if cause is Cause.OTHER_ADDRESS:
        return Words(
            _("It was signed for %(theirs)s, but this installation says that it is at %(ours)s.") % names,
            _(
                "Copy the line's webhook address to the provider again; if %(theirs)s is right, whoever runs Parley "
                "sets PUBLIC_BASE_URL to it. Then take the request in."
            )
            % names,
        )
    if cause is Cause.OTHER_PATH:
        return Words(
            _("It was signed for nearly the same address: a slash at its end makes the difference."),
            _("Copy the line's webhook address to the provider again, exactly."),
        )
    return _WORDS[cause]
