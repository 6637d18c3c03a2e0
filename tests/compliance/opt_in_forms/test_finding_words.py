"""What stands against a form is said to whoever reads it; what is to be written is in the form's language."""

import pytest
from django.utils import translation

from compliance.opt_in_forms.finding_words import OF_FORM, shown
from compliance.publish_check.disclosures import EXPLAINED, Finding


@pytest.mark.parametrize("rule", sorted({*OF_FORM, *EXPLAINED}))
@pytest.mark.parametrize("language", ["", "en", "tlh"])
def test_every_rule_is_said(rule, language):
    found = shown(Finding(rule, "100% Dental", "Offers", language))
    assert found.missing
    assert found.write
    assert "%(" not in found.write


def test_each_reader_gets_their_own_language_and_the_form_its_own():
    finding = Finding("condition", "Harbor Dental", "Offers", "es")
    assert shown(finding).missing == "The wording does not say that nobody has to agree in order to buy."
    assert "El consentimiento no es condición de compra." in shown(finding).write
    with translation.override("es"):
        assert shown(finding).missing == "El texto no dice que nadie tiene que aceptar para comprar."
        assert "Consent is not" in shown(Finding("condition", "Harbor Dental", "Offers", "en")).write
