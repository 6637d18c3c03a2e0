"""Asks a provider whether credentials are right and which numbers the account has. No transaction may be open."""

import asyncio
import logging

from django.utils.translation import gettext as _

from texting.providers.base import Credentials, NotAccepted, OwnNumber, ProviderError
from texting.providers.catalog import card_of
from texting.providers.registry import provider_for
from texting.statuses import ErrorKind

log = logging.getLogger("parley.lines")


class CannotConnect(Exception):
    """The provider did not let us in, or could not be asked; `str()` is for the person, without anything they typed.

    `wrong` says that what they typed is wrong, so trying the same again is of no use.
    """

    def __init__(self, text: str, *, wrong: bool) -> None:
        super().__init__(text)
        self.wrong = wrong


def own_numbers(provider_name: str, credentials: Credentials, *, only: str = "") -> list[OwnNumber]:
    """The account's numbers that can text; just `only` when it is given. Raises CannotConnect, UnknownProvider."""
    provider = provider_for(provider_name, credentials)

    async def ask() -> list[OwnNumber]:
        async with provider.open_session() as session:
            return await session.numbers(only=only)

    try:
        found = asyncio.run(ask())
    except ProviderError as error:
        log.info("connecting_refused", extra={"provider": provider_name, "kind": error.kind.value})
        raise _refused(provider_name, error) from None
    return [number for number in found if number.can_text]


def _refused(provider_name: str, error: ProviderError) -> CannotConnect:
    name = {"provider": card_of(provider_name).label}
    if error.kind is ErrorKind.AUTH or error.provider_code == "http_404":
        text = _("%(provider)s does not know this account with this token. Copy both again from its console.")
        return CannotConnect(text % name, wrong=True)
    if error.kind is ErrorKind.ACCOUNT:
        return CannotConnect(
            _("%(provider)s has suspended this account. Look at its console for the reason.") % name, wrong=True
        )
    if isinstance(error, NotAccepted) and not error.retry:
        return CannotConnect(_("%(provider)s refused to list the account's numbers.") % name, wrong=True)
    return CannotConnect(
        _("%(provider)s could not be reached. Nothing was changed; try again in a minute.") % name, wrong=False
    )
