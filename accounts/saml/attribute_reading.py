"""What a provider's attributes say here: an address, a name, a role, teams.

Without a chosen attribute the usual names of Okta, Entra ID, Google and Shibboleth are tried, in this order.
"""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.models import Role, SamlMapping, SamlProvider, Team
from accounts.models.user import normalized_email
from accounts.saml.postcheck import Assertion

_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
USUAL_EMAIL = (
    f"{_CLAIMS}/emailaddress",
    "email",
    "mail",
    "emailAddress",
    "Email",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "urn:oid:1.2.840.113549.1.9.1",
)
USUAL_NAME = (
    "http://schemas.microsoft.com/identity/claims/displayname",
    "displayName",
    "name",
    "cn",
    "urn:oid:2.16.840.1.113730.3.1.241",
)
USUAL_PARTS = (
    (f"{_CLAIMS}/givenname", f"{_CLAIMS}/surname"),
    ("firstName", "lastName"),
    ("givenName", "sn"),
    ("first_name", "last_name"),
    ("urn:oid:2.5.4.42", "urn:oid:2.5.4.4"),
)


def email_of(assertion: Assertion, provider: SamlProvider) -> str:
    """The person's address in the spelling that we store; "" when there is none, or when it is not ASCII."""
    wanted = (provider.email_attribute,) if provider.email_attribute else USUAL_EMAIL
    values = [value for attribute in wanted for value in assertion.attributes.get(attribute, ())]
    if not values and not provider.email_attribute:
        values = [assertion.name_id]
    for value in values[:1]:
        if value.isascii() and len(value) <= 254:
            try:
                validate_email(value)
            except ValidationError:
                return ""
            return normalized_email(value)
    return ""


def name_of(assertion: Assertion, provider: SamlProvider) -> str:
    """What colleagues will call the person: at least the part of the address before the @."""
    found = assertion.attributes
    wanted = (provider.name_attribute,) if provider.name_attribute else USUAL_NAME
    for attribute in wanted:
        if found.get(attribute):
            return _tidy(found[attribute][0])
    for first, last in USUAL_PARTS:
        parts = [*found.get(first, ())[:1], *found.get(last, ())[:1]]
        if parts:
            return _tidy(" ".join(parts))
    return _tidy(email_of(assertion, provider).partition("@")[0]) or _tidy(assertion.name_id)


def role_of(assertion: Assertion, provider: SamlProvider) -> Role | None:
    """The role of the first mapping, in the order of the page, whose value came; None for none."""
    if not provider.role_attribute:
        return None
    came = set(assertion.attributes.get(provider.role_attribute, ()))
    mappings = SamlMapping.objects.filter(role__isnull=False).select_related("role")
    return next((one.role for one in mappings if one.value in came), None)


def teams_of(assertion: Assertion, provider: SamlProvider) -> list[Team]:
    """Every team that a group which came is mapped to."""
    if not provider.groups_attribute:
        return []
    came = set(assertion.attributes.get(provider.groups_attribute, ()))
    mappings = SamlMapping.objects.filter(team__isnull=False).select_related("team")
    found = {one.team.pk: one.team for one in mappings if one.team and one.value in came}
    return sorted(found.values(), key=lambda team: team.name)


def _tidy(name: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())[:80]
