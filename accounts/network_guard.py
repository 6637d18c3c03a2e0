"""Keeps an organization's pages and keys to the networks that it listed (`accounts.access_rules` writes the list).

Asked at every sign-in and at every request of a session or key, with the address of `accounts.origins.client_address`.
Not covered, because they prove themselves otherwise and come from other machines: the company's directory (SCIM), the
identity provider's answers, webhooks of text providers, customers' pages.
"""

from collections.abc import Iterable
from uuid import UUID

from accounts import sign_in_history
from accounts.models import AccessRules, Membership, SignInOutcome
from accounts.networks import is_in
from accounts.origins import Origin
from tenancy import audit
from tenancy.isolation import activate
from tenancy.models import Organization


class OutsideNetwork(Exception):
    """Somebody proved who they are, at a place from which the organization may not be used. Becomes a page (403)."""

    def __init__(self, organization: Organization) -> None:
        super().__init__("outside of the organization's networks")
        self.organization = organization


def pages_are_closed(organization: Organization, address: str | None) -> bool:
    """Whether the organization's pages may not be used from this address."""
    rules = AccessRules.of(organization)
    return rules.guards_pages and not is_in(address, rules.cidrs)


def keys_are_closed(organization: Organization, address: str | None) -> bool:
    """Whether the organization's API keys may not be used from this address."""
    rules = AccessRules.of(organization)
    return rules.guards_keys and not is_in(address, rules.cidrs)


def refuse_outside(
    member: Membership, origin: Origin, *, factors: Iterable[str] = (), event_id: UUID | str | None = None
) -> None:
    """Before a session of the member begins. Raises OutsideNetwork, which the organization's log knows of."""
    address = origin.address
    if pages_are_closed(member.organization, address):
        sign_in_history.note(member, origin, SignInOutcome.OUTSIDE, factors=factors, event_id=event_id)
        with activate(member.organization):
            audit.record(
                event=audit.AuditKind.SIGN_IN_FAILED, actor=member, object=member, reason="network", address=address
            )
        raise OutsideNetwork(member.organization)
