"""What was wrong with a message and what to change, in words for the admin who set single sign-on up."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.saml.refusals import Reason

Words = str | Promise


@dataclass(frozen=True)
class Explained:
    """`what` happened and what to `do`. `attack`: no provider sends this by itself."""

    what: Words
    do: Words
    attack: bool = False


_FORGED = _("No identity provider sends this by itself. If it comes again, tell whoever looks after your security.")
_SEND_AGAIN = _("Go to your sign-in address and sign in once more.")
_SIGN = _("In the provider's settings for this application choose RSA with SHA-256 for signatures and digests.")

EXPLAINED: dict[Reason, Explained] = {
    Reason.TOO_LARGE: Explained(
        _("The message is larger than 256 kB."),
        _("Send fewer attributes: often it is the list of all groups. Choose the groups that this application needs."),
    ),
    Reason.NOT_BASE64: Explained(
        _("The request held no readable SAML response."),
        _("Check that the provider answers by HTTP-POST to the ACS address of this page."),
    ),
    Reason.NOT_XML: Explained(_("The message is not XML in UTF-8."), _("Check the provider's answer with its vendor.")),
    Reason.HAS_DOCTYPE: Explained(_("The message declares a document type or entities."), _FORGED, True),
    Reason.HAS_COMMENT: Explained(_("The message holds comments or processing instructions."), _FORGED, True),
    Reason.NOT_A_RESPONSE: Explained(
        _("The message is not a SAML 2.0 response."),
        _("Choose SAML 2.0, not SAML 1.1 or WS-Federation, in the provider's settings."),
    ),
    Reason.WRONG_STRUCTURE: Explained(
        _("The response does not hold exactly one assertion at its place, or holds something that we do not take."),
        _("Switch encrypted attributes, advice and extensions off in the provider's settings."),
        True,
    ),
    Reason.REPEATED_ID: Explained(_("Two parts of the message have the same ID."), _FORGED, True),
    Reason.BAD_SIGNATURE_SHAPE: Explained(
        _("A signature does not cover exactly the part that it stands in."), _FORGED, True
    ),
    Reason.WEAK_ALGORITHM: Explained(_("The signature uses SHA-1, HMAC or another weak method."), _SIGN),
    Reason.FORBIDDEN_TRANSFORM: Explained(
        _("The signature uses a transform other than exclusive canonicalization."), _FORGED, True
    ),
    Reason.WEAK_ENCRYPTION: Explained(
        _("The assertion or the name in it is encrypted in a way that is no longer safe."),
        _("Choose AES-256-GCM for the assertion and RSA-OAEP for its key in the provider's settings."),
    ),
    Reason.CANNOT_DECRYPT: Explained(
        _("The assertion or the name in it is encrypted for a key that we do not have."),
        _("Upload our present metadata or certificate to the provider."),
    ),
    Reason.NOT_ENCRYPTED: Explained(
        _("The assertion is not encrypted, and your settings ask for that."),
        _("Switch encryption on at the provider, or off under Options."),
    ),
    Reason.STATUS_NOT_SUCCESS: Explained(
        _("The provider did not let the person in and says so."),
        _("Look at the provider's own sign-in log; often the person is not assigned to this application."),
    ),
    Reason.NOT_SIGNED: Explained(
        _("The signature that your settings ask for is missing."),
        _("Let the provider sign the assertion, also when it is encrypted; signing the response may come on top."),
    ),
    Reason.WRONG_SIGNATURE: Explained(
        _("The signature fits none of the certificates on this page, or the message was changed on its way."),
        _("Compare the certificate at the provider with those here. If it was renewed there, add the new one."),
    ),
    Reason.NOT_BY_SCHEMA: Explained(
        _("The message does not follow the SAML 2.0 schema."), _("Ask the provider's vendor for an update.")
    ),
    Reason.TOO_EARLY: Explained(
        _("The message is good only from a later time on."),
        _("Compare the clocks: the provider's is ahead by more than five minutes."),
    ),
    Reason.EXPIRED: Explained(
        _("The message came too late."),
        _("Try again. If it happens each time, the provider's clock is behind: let it use a time server."),
    ),
    Reason.WRONG_ISSUER: Explained(
        _("The message names another identity provider than the one on this page."),
        _("Copy the provider's entity ID (issuer) exactly as it is there, or load its metadata again."),
    ),
    Reason.LIBRARY: Explained(
        _("The message breaks a rule of SAML 2.0."), _("See the details, and ask the provider's vendor.")
    ),
    Reason.WRONG_DESTINATION: Explained(
        _("The message is addressed to another place (Destination)."),
        _("Copy the ACS address of this page to the provider, letter by letter; also the part after /sso/."),
    ),
    Reason.WRONG_RECIPIENT: Explained(
        _("The assertion is addressed to another place (Recipient)."),
        _("Copy the ACS address of this page to the provider; in Okta leave “Use this for Recipient URL” on."),
    ),
    Reason.WRONG_AUDIENCE: Explained(
        _("The assertion is meant for another application (Audience)."),
        _("Copy the entity ID of this page to the provider (Audience URI, Identifier) and name no other."),
    ),
    Reason.NO_EXPIRY: Explained(
        _("The assertion does not say until when it is good."), _("Ask the provider's vendor for an update.")
    ),
    Reason.WRONG_CONFIRMATION: Explained(
        _("The assertion cannot be used by a browser (no single bearer confirmation)."),
        _("Choose the web browser sign-on profile at the provider."),
    ),
    Reason.UNSOLICITED: Explained(
        _("Nobody here had asked for this sign-in: it was begun at the provider."),
        _("Let people begin at your sign-in address, or allow sign-in from the provider's page under Options."),
    ),
    Reason.WRONG_REQUEST: Explained(
        _("The answer does not belong to an open question: it is older than ten minutes, or somebody else's."),
        _SEND_AGAIN,
    ),
    Reason.WRONG_BROWSER: Explained(
        _("The sign-in was begun in another browser, or this one keeps no cookies."), _SEND_AGAIN
    ),
    Reason.REPLAYED: Explained(_("This answer was used before."), _SEND_AGAIN, True),
    Reason.BAD_NAME_ID: Explained(
        _("The NameID is missing, has blanks around it, or holds other signs than plain ASCII."),
        _("Choose an attribute that never changes, such as an employee number or the e-mail address, as NameID."),
    ),
    Reason.TRANSIENT_NAME_ID: Explained(
        _("The NameID is a new one each time (transient), so nobody can be known again by it."),
        _("Choose a persistent NameID or the e-mail address at the provider."),
    ),
    Reason.REPEATED_ATTRIBUTE: Explained(
        _("An attribute stands twice in the assertion."), _("Send each attribute once, with all of its values.")
    ),
    Reason.NOT_ASKED_AGAIN: Explained(
        _("The provider let the person through without asking again who they are."),
        _("Allow this application to force authentication (ForceAuthn) at the provider."),
    ),
    Reason.NO_EMAIL: Explained(
        _("The assertion holds no e-mail address, which is needed at somebody's first sign-in."),
        _("Send the address as an attribute, and name that attribute under Options."),
    ),
    Reason.DOMAIN_NOT_PROVED: Explained(
        _("The address belongs to a domain that your organization has not proved to be its own."),
        _("Add the domain under Domains and prove it by a DNS record."),
    ),
    Reason.UNKNOWN_PERSON: Explained(
        _("Nobody here has this address, and new members are not made at sign-in."),
        _("Invite the person, or switch “make members at their first sign-in” on under Options."),
    ),
    Reason.WORKS_ELSEWHERE: Explained(
        _("The person has a sign-in of their own already, so your provider cannot take it over."),
        _("Invite them; once they have accepted with that sign-in, single sign-on works for them here."),
    ),
    Reason.LINKED_OTHERWISE: Explained(
        _("The member with this address is linked to another NameID of your provider."),
        _("If the NameID was changed on purpose, unlink the member under Roles and teams; then they sign in again."),
    ),
    Reason.DEACTIVATED: Explained(
        _("The member was deactivated."), _("Reactivate them under People, if they are to come in again.")
    ),
    Reason.NO_ROLE: Explained(
        _("No role belongs to what came, and there is none for everybody else."),
        _("Choose a role for new members under Options, or add a mapping."),
    ),
    Reason.OTHER_PERSON: Explained(
        _("Somebody else signed in at the provider than the person who was asked again."), _SEND_AGAIN
    ),
    Reason.SWITCHED_OFF: Explained(
        _("Single sign-on is switched off."), _("Switch it on, on the first page of single sign-on.")
    ),
    Reason.TOO_OFTEN: Explained(_("Too many messages came at once."), _("Wait a minute.")),
}


def explained(reason: str) -> Explained | None:
    """The words for a stored reason; None for "" and for one that no longer exists."""
    try:
        return EXPLAINED[Reason(reason)]
    except ValueError:
        return None


# What is kept of a message, by the names under which it is kept: those of `diagnosing`, and of facts of a refusal.
_FACTS: dict[str, Words] = {
    "Destination": _("Destination"),
    "Destination, expected": _("Destination, expected"),
    "Issuer": _("Issuer"),
    "Issuer, expected": _("Issuer, expected"),
    "Signed": _("Signed"),
    "Signed by": _("Signed by"),
    "Recipient": _("Recipient"),
    "Audience": _("Audience"),
    "Audience, expected": _("Audience, expected"),
    "Good from": _("Good from"),
    "Good until": _("Good until"),
    "expected": _("Expected"),
    "came": _("What came"),
    "email": _("E-mail address"),
    "name_id": _("NameID"),
    "element": _("Element"),
    "algorithm": _("Algorithm"),
    "library": _("Said by the library"),
    "part": _("Part"),
    "root": _("Root element"),
    "until": _("Good until"),
    "begins": _("Good from"),
}


def fact_words(name: str) -> str:
    """What a page calls a fact that is kept under this name; the name itself for one of an older release."""
    return str(_FACTS.get(name, name))
