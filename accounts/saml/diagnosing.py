"""What a refused message says about itself, beside what it should say: for the organization's own page.

Nothing of it was checked; it is shown and decides nothing.
"""

from accounts.saml.precheck import ASSERTION, SIGNATURE
from accounts.saml.refusals import shortened
from accounts.saml.strict_xml import DS, SAML, Element, name, text_of
from accounts.saml.trust import Trust

Facts = dict[str, str]


def told_by(root: Element, trust: Trust) -> Facts:
    """Addresses, times, issuer and signatures of a response; what is sealed cannot be seen."""
    assertion = root.find(ASSERTION)
    found: Facts = {
        "Destination": root.get("Destination", ""),
        "Destination, expected": trust.ours.acs,
        "Issuer": _text(root, name(SAML, "Issuer")),
        "Issuer, expected": trust.entity_id,
        "Signed": ", ".join(_signed(root, assertion)),
        "Signed by": _certificate(root),
    }
    if assertion is not None:
        data = assertion.find(f".//{name(SAML, 'SubjectConfirmationData')}")
        conditions = assertion.find(name(SAML, "Conditions"))
        found |= {
            "Recipient": "" if data is None else data.get("Recipient", ""),
            "Audience": _text(assertion, f".//{name(SAML, 'Audience')}"),
            "Audience, expected": trust.ours.entity_id,
            "Good from": "" if conditions is None else conditions.get("NotBefore", ""),
            "Good until": "" if data is None else data.get("NotOnOrAfter", ""),
        }
    return {label: shortened(value) for label, value in found.items()}


def _text(parent: Element, path: str) -> str:
    element = parent.find(path)
    return "" if element is None else text_of(element).strip()


def _signed(root: Element, assertion: Element | None) -> list[str]:
    parts = [("response", root), ("assertion", assertion)]
    return [part for part, element in parts if element is not None and element.find(SIGNATURE) is not None]


def _certificate(root: Element) -> str:
    """The end of the certificate that came along, as far as it fits on a page: enough to compare by eye."""
    body = "".join(_text(root, f".//{name(DS, 'X509Certificate')}").split())
    return f"…{body[-24:]}" if body else ""
