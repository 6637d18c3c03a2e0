"""Why a provider's metadata or certificate cannot be used, for whoever pasted it."""

from django.utils.translation import gettext_lazy as _

_METADATA = {
    "too_large": _("This is larger than 256 kB. Look for the metadata of this one application."),
    "has_doctype": _("Metadata with a document type is not taken."),
    "not_metadata": _("This is XML, but not SAML 2.0 metadata. It begins with EntityDescriptor."),
    "no_provider": _("This describes no SAML 2.0 identity provider. Take the provider's metadata, not ours."),
    "several_providers": _("This describes several providers. Take the metadata of yours alone."),
    "no_entity_id": _("The provider's entity ID is missing."),
    "no_binding": _("The provider offers no sign-in by HTTP-Redirect or HTTP-POST. Switch one of them on."),
    "bad_address": _("An address in it is not an https address."),
    "no_certificate": _("It holds no signing certificate."),
    "too_many_certificates": _("It holds more than three certificates that are still good."),
}
_CERTIFICATE = {
    "unreadable": _("This is not a certificate that can be read."),
    "wrong_kind": _(
        "The certificate's key is neither RSA nor on the curve P-256 or P-384. Let the provider sign with one of these."
    ),
    "short_key": _("The certificate's key is shorter than 2048 bits."),
}
_FETCH = {
    "status": _("There is no metadata at this address."),
    "too_large": _METADATA["too_large"],
    "name_not_found": _("This host does not exist."),
    "not_public": _("This address leads into a private network."),
    "certificate": _("The host's own certificate is not good."),
}


def problem_words(problem: str) -> str:
    """For what stands in `SamlProvider.metadata_problem`, with what to do."""
    kind, _separator, why = problem.partition("_")
    if kind == "fetch":
        return not_fetched_words(why)
    if kind == "metadata":
        return metadata_words(why)
    if problem == "other_provider":
        return str(_("It names another entity ID now, so nothing of it was taken. Ask whoever runs the provider."))
    return str(_("It names other addresses for sign-in or sign-out now. Take the metadata over anew to use them."))


def metadata_words(why: str) -> str:
    """For a `BadMetadata`."""
    if why.startswith("certificate_"):
        return certificate_words(why.removeprefix("certificate_"))
    return str(_METADATA.get(why, _("This is not XML that can be read. Paste all of the file.")))


def certificate_words(why: str) -> str:
    """For a `BadCertificate`."""
    return str(_CERTIFICATE.get(why, _CERTIFICATE["unreadable"]))


def not_fetched_words(why: str) -> str:
    """For a `NotFetched`."""
    return str(_FETCH.get(why, _("It could not be fetched from there. Give an https address, or paste the metadata.")))
