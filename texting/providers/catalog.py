"""What a person needs to know to connect a line of each provider: its name, what to type, how to set its webhooks."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class CredentialField:
    """One thing to type. `name` is a field of `Credentials`."""

    name: str
    label: str | Promise
    help: str | Promise
    is_secret: bool = False
    optional: bool = False


@dataclass(frozen=True)
class ProviderCard:
    """A provider as its admin meets it. `hook_settings` is appended to the webhook address that is copied there.

    `handles_keywords`: it can answer STOP, START and HELP itself. `makes_secret`: the secret is ours to make.
    `has_pools`: it can choose among the numbers of a messaging service.
    """

    name: str
    label: str | Promise
    summary: str | Promise
    fields: tuple[CredentialField, ...]
    hook_settings: str = ""
    handles_keywords: bool = False
    makes_secret: bool = False
    has_pools: bool = False


_CARDS = {
    "twilio": ProviderCard(
        "twilio",
        "Twilio",
        _("Real texts, through your own Twilio account."),
        (
            CredentialField("account", _("Account SID"), _("Begins with AC. On the start page of the Twilio console.")),
            CredentialField(
                "secret",
                _("Auth token"),
                _("Beside the Account SID. It is stored sealed and never shown again."),
                is_secret=True,
            ),
            CredentialField(
                "api_key",
                _("API key SID"),
                _("Begins with SK. With it Parley signs in, and the token only checks what Twilio sends."),
                optional=True,
            ),
            CredentialField(
                "api_key_secret",
                _("API key secret"),
                _("Shown once, when the key is made. It is stored sealed and never shown again."),
                is_secret=True,
                optional=True,
            ),
            CredentialField(
                "messaging_service",
                _("Messaging service SID"),
                _("Begins with MG. Texts go through this service, as a registered campaign asks for."),
                optional=True,
            ),
        ),
        # Five tries, also after our errors and time-outs; Twilio's own default is one, after a failed connection only.
        hook_settings="#rc=5&rp=all",
        handles_keywords=True,
        has_pools=True,
    ),
    "simulator": ProviderCard(
        "simulator",
        _("Simulator"),
        _("A pretended phone network for trying everything: no account, no costs, nothing leaves this machine."),
        (),
        makes_secret=True,
    ),
}
_USUAL = (
    CredentialField("account", _("Account"), ""),
    CredentialField("secret", _("Token"), _("It is stored sealed and never shown again."), is_secret=True),
)


def needed(card: ProviderCard) -> list[str]:
    """Names of the fields without which nothing can be asked."""
    return [one.name for one in card.fields if not one.optional]


def card_of(name: str) -> ProviderCard:
    """The card of a provider; a plain one for an adapter that has none."""
    return _CARDS.get(name) or ProviderCard(name, name.capitalize(), "", _USUAL)
