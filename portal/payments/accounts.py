"""Connecting an organization to a payment provider, and ending that."""

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from portal.models import PaymentAccount, PaymentAccountKey
from portal.payments.base import AccountFacts, Keys, NotDone, PaymentError, Trouble
from portal.payments.currencies import digits_by_currency
from portal.payments.registry import adapter
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import current_organization_id

SIMULATOR, STRIPE = "simulator", "stripe"


class CannotConnect(Exception):
    """The keys were not taken; the message says why. `wrong`: they are not right, rather than not tried."""

    def __init__(self, words: str, *, wrong: bool) -> None:
        super().__init__(words)
        self.wrong = wrong


@dataclass(frozen=True)
class Wish:
    """What a connection is to be."""

    provider: str
    api_key: str = ""
    webhook_secret: str = ""
    currency: str = "USD"
    days: int = 7


def try_keys(wish: Wish) -> AccountFacts:
    """Ask the provider whose keys these are; no transaction is open. Raises CannotConnect."""
    keys = Keys("", wish.api_key, wish.webhook_secret, settings.PORTAL_PAYMENT_BASE_URLS.get(wish.provider, ""))
    try:
        return adapter(wish.provider, keys).check()
    except NotDone as error:
        if error.trouble is Trouble.AUTH:
            raise CannotConnect(_("Stripe does not take this key. Copy it once more."), wrong=True) from None
        if error.trouble is Trouble.REQUEST:
            words = _("This key may not read the account. Give it the rights that are listed below.")
            raise CannotConnect(words, wrong=True) from None
    except PaymentError:
        pass
    raise CannotConnect(_("Stripe does not answer at the moment. Try again in a minute."), wrong=False)


def connect(*, actor: Membership, wish: Wish, facts: AccountFacts) -> PaymentAccount:
    """Store the connection; a known account gets its new keys, another one takes the place of the one before it."""
    require(actor, Permission.PAYMENTS_MANAGE)
    secret = wish.webhook_secret if wish.provider == STRIPE else secrets.token_urlsafe(32)
    others = PaymentAccount.objects.select_for_update(of=("self",)).filter(provider=wish.provider)
    known = others.filter(reference=facts.reference).first()
    others.exclude(reference=facts.reference).update(is_active=False)
    account = known or PaymentAccount(provider=wish.provider, reference=facts.reference)
    account.credentials = Keys("", wish.api_key, secret).to_json()
    account.is_live, account.is_active = facts.is_live, True
    account.currency, account.days = wish.currency, wish.days
    account.connected_by, account.connected_at = actor, timezone.now()
    account.save()
    if known is None:
        PaymentAccountKey.objects.create(account_id=account.pk, organization_id=current_organization_id())
    audit.record(
        event=AuditKind.PAYMENTS_CONNECTED, actor=actor, object=account, provider=wish.provider, live=facts.is_live
    )
    return account


def change(*, actor: Membership, account: PaymentAccount, currency: str, days: int, webhook_secret: str = "") -> None:
    """Change what new requests begin with, and the webhook's secret when one is given."""
    require(actor, Permission.PAYMENTS_MANAGE)
    if currency not in digits_by_currency():
        raise ValueError("unknown currency")
    account.currency, account.days = currency, days
    if webhook_secret:
        keys = Keys.from_json(account.credentials)
        account.credentials = Keys("", keys.api_key, webhook_secret).to_json()
    account.save(update_fields=["currency", "days", "credentials"])
    changed = ["currency", "days", *(["webhook_secret"] if webhook_secret else [])]
    audit.record(event=AuditKind.PAYMENTS_CHANGED, actor=actor, object=account, changed=changed)


def disconnect(*, actor: Membership, account: PaymentAccount) -> None:
    """No new requests and no new pages. What was paid there can still be given back, so its keys stay sealed."""
    require(actor, Permission.PAYMENTS_MANAGE)
    if PaymentAccount.objects.filter(pk=account.pk, is_active=True).update(is_active=False):
        audit.record(event=AuditKind.PAYMENTS_DISCONNECTED, actor=actor, object=account)


def has_webhook_secret(account: PaymentAccount) -> bool:
    """Whether the provider's word can be believed at all; without it nothing counts as paid but what we ask for."""
    return bool(Keys.from_json(account.credentials).webhook_secret)


def webhook_address(account: PaymentAccount) -> str:
    """What the provider is to call."""
    key = PaymentAccountKey.objects.values_list("key", flat=True).get(account_id=account.pk)
    return settings.PUBLIC_BASE_URL + reverse("payment_webhook", args=[key])
