"""What the publish check finds in the words beside a box: a table of wordings, and what a form's boxes are like."""

import csv
from pathlib import Path

import pytest

from compliance.publish_check.default_wordings import Asked, default_wording
from compliance.publish_check.disclosure_elements import Wording
from compliance.publish_check.disclosures import EXPLAINED, Box, Content, Finding, findings, is_public_page
from compliance.publish_check.samples import SAMPLES, sample

BRAND = "Harbor Dental, LLC"
LINKS = {
    "{links}": "See our [SMS terms](https://harbor.example/sms) and [privacy policy](https://harbor.example/privacy).",
    "{enlaces}": "Consulte los [términos de SMS](https://harbor.example/sms) y la"
    " [política de privacidad](https://harbor.example/privacidad).",
    "{liens}": "Voir nos [conditions SMS](https://harbor.example/sms) et notre"
    " [politique de confidentialité](https://harbor.example/vie-privee).",
}
HIDDEN = {"<ZWSP>": "\u200b"}


def cases():
    with (Path(__file__).parent / "form_wordings.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            for mark, text in (LINKS | HIDDEN).items():
                row["wording"] = row["wording"].replace(mark, text)
            yield row


CASES = list(cases())


def rules_of(wording, *, language="en", marketing=True, program="Offers", brand=BRAND, **box):
    content = Content(brand, (language,), (Box(program, marketing, {language: wording}, **box),))
    return sorted(finding.rule for finding in findings(content))


@pytest.mark.parametrize("row", CASES, ids=[f"{row['language']}-{i}-{row['rules']}" for i, row in enumerate(CASES, 2)])
def test_each_wording_of_the_table_gets_exactly_its_findings(row):
    expected = [] if row["rules"] == "-" else sorted(row["rules"].split(","))
    found = rules_of(row["wording"], language=row["language"], marketing=row["kind"] == "m", program=row["program"])
    assert found == expected, row["wording"]


def test_the_table_is_large_and_misses_no_rule_about_words():
    assert len(CASES) >= 60
    tried = {rule for row in CASES for rule in row["rules"].split(",")}
    about_the_page = {"ticked", "required", "boxes", "twice", "language", "long"}
    assert set(EXPLAINED) - about_the_page <= tried


GOOD = next(row["wording"] for row in CASES if row["rules"] == "-")


def test_a_wording_in_another_language_than_its_reader_reads_says_nothing():
    found = rules_of(GOOD, language="es")
    assert {"agreement", "condition", "rates", "stop", "help", "terms"} <= set(found)


def test_a_box_begins_empty_and_may_stay_empty():
    assert rules_of(GOOD, ticked=True) == ["ticked"]
    assert rules_of(GOOD, required=True) == ["required"]


def test_a_form_has_one_box_for_each_program():
    box = Box("Offers", True, {"en": GOOD})
    assert [each.rule for each in findings(Content(BRAND, ("en",), (box, box)))] == ["twice"]
    assert [each.rule for each in findings(Content(BRAND, ("en",), ()))] == ["boxes"]


def test_every_language_needs_its_own_wording_and_must_be_one_of_ours():
    box = Box("Offers", True, {"en": GOOD})
    found = findings(Content(BRAND, ("en", "fr", "tlh"), (box,)))
    assert [(each.rule, each.language) for each in found] == [("wording", "fr"), ("language", "tlh")]


@pytest.mark.parametrize(
    "around",
    [
        "Join us. By entering your number you agree to receive texts.",
        "By submitting this form, you consent to marketing messages.",
    ],
)
def test_the_number_itself_is_no_agreement_wherever_it_is_said(around):
    content = Content(BRAND, ("en",), (Box("Offers", True, {"en": GOOD}),), {"en": around})
    assert [each.rule for each in findings(content)] == ["by_number"]


def test_a_finding_says_which_rule_and_where():
    content = Content(BRAND, ("en",), (Box("Offers", True, {"en": GOOD.replace("from Harbor Dental", "")}),))
    [finding] = findings(content)
    assert finding == Finding("brand", BRAND, "Offers", "en")


@pytest.mark.parametrize("language", ["en", "es", "fr"])
@pytest.mark.parametrize("rule", sorted(set(SAMPLES) - {"by_number"}))
def test_what_is_to_be_written_stands_in_the_usual_wording(rule, language):
    usual = default_wording(Asked(BRAND, "Offers", True, "", "", "https://a.example", "https://b.example"), language)
    assert sample(rule, language, BRAND) in usual


@pytest.mark.parametrize(
    ("language", "goes_on"), [("en", "to get texts"), ("es", "recibir mensajes"), ("fr", "de recevoir des textos")]
)
def test_what_is_not_to_be_written_is_found(language, goes_on):
    said = sample("by_number", language, BRAND)
    assert Wording(f"{said[0].upper()}{said[1:]} {goes_on}.", language, BRAND).agrees_by_number


def test_a_company_whose_name_is_a_word_of_the_trade_must_still_say_what_it_texts():
    wording = GOOD.replace("Harbor Dental", "Bargain Deals").replace("marketing ", "")
    assert rules_of(wording, brand="Bargain Deals") == ["purpose"]


def test_a_wording_nobody_reads_is_refused_unsearched():
    assert rules_of("I agree " * 100_000) == ["long"]


@pytest.mark.parametrize("language", ["en", "es", "fr"])
@pytest.mark.parametrize(
    "category", ["", "appointment", "order", "delivery", "tip", "poll", "announcement", "marketing"]
)
@pytest.mark.parametrize("frequency", ["Up to 4 msgs/month", "Now and then", "2 texts per week."])
def test_the_wording_that_is_filled_in_passes(language, category, frequency):
    asked = Asked(
        brand="Müller & Söhne, Inc.",
        program="Texts",
        marketing=category == "marketing",
        category="" if category == "marketing" else category,
        frequency=frequency,
        terms_url="https://harbor.example/sms",
        privacy_url="https://harbor.example/privacy",
    )
    wording = default_wording(asked, language)
    assert rules_of(wording, language=language, marketing=asked.marketing, program="Texts", brand=asked.brand) == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("https://harbor.example/sms", True),
        ("https://harbor.example:443/sms", True),
        ("http://harbor.example/sms", False),
        ("//harbor.example/sms", False),
        ("javascript:alert(1)", False),
        ("https://127.0.0.1/sms", False),
        ("https://[::1]/sms", False),
        ("https://localhost/sms", False),
        ("https://harbor.example:8443/sms", False),
        ("https://harbor.example:bad/sms", False),
    ],
)
def test_links_lead_to_pages_on_the_internet(address, public):
    assert is_public_page(address) is public
