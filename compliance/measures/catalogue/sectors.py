"""Measures of some industries."""

from django.utils.translation import gettext_lazy as _

from compliance.measures.catalogue.shapes import Measure, When

_ACCESS = ("second_factors", "sign_ins", "leavers_closed", "leavers_in_time")
_LOG = ("audit_chain",)

SECTORS = (
    Measure(
        key="hipaa",
        title=_("HIPAA Security Rule and Privacy Rule"),
        law=_("45 CFR 164; for substance use records 42 CFR 2"),
        source="https://www.ecfr.gov/current/title-45/part-164",
        when=(When(facts=("covered_entity",)),),
        every=12,
        duties=(
            _("Analyse the risks each year, train people, have a plan for incidents and for restoring backups."),
            _("Sign a business associate agreement with whoever runs this installation and with the text provider."),
            _(
                "Everybody has an account and a second factor of their own; sessions end by themselves (164.312(a), "
                "(d))."
            ),
            _(
                "Send no health information by text: warn patients, and use a secure message. Part 2 records: never "
                "by text."
            ),
            _("Keep records and this register for 6 years (164.316(b)(2))."),
            _("Tell people of a breach within 60 days; from 500 people on also the department and the press."),
        ),
        evidence=(
            *_ACCESS,
            "keys_in_use",
            "health_kept_back",
            "secrets_removed",
            "checks_content",
            "checks_gray",
            "reveals_named",
            *_LOG,
        ),
        controls=("idle_quarter", "factor_for_all", "access_review", "profile_hipaa"),
        profile="hipaa",
    ),
    Measure(
        key="state_health",
        title=_("State laws on health data"),
        law=_("Wash. My Health My Data Act (RCW 19.373), Tex. Health & Safety 181, Nev. SB 370"),
        source="https://app.leg.wa.gov/RCW/default.aspx?cite=19.373",
        when=(When(states=("WA", "TX", "NV"), industries=("health",)),),
        every=12,
        duties=(
            _("Ask for a permission of its own before you collect or share health data about consumers."),
            _("Texas: train everybody who works with health information, and keep who was trained."),
        ),
        evidence=("health_kept_back", "reveals_named"),
    ),
    Measure(
        key="pci",
        title=_("PCI DSS"),
        law=_("Payment Card Industry Data Security Standard 4.0.1; a duty by contract with the card brands"),
        source="https://www.pcisecuritystandards.org/document_library/",
        when=(When(facts=("takes_cards",)),),
        every=12,
        duties=(
            _("Keep texts out of scope: never ask for a card number in a text; send a payment link instead."),
            _(
                "What customers text all the same is masked before it is stored; only the last four digits stay "
                "(3.3, 3.4)."
            ),
            _("Sessions end after 15 minutes without use (8.2.8); everybody has a second factor (8.4)."),
            _("Look at this again when anything about payments changes."),
        ),
        evidence=("cards_removed", "checks_content", "checks_gray", "second_factors", "sign_ins", *_LOG),
        controls=("idle_quarter", "factor_for_all", "profile_pci"),
        profile="pci",
    ),
    Measure(
        key="glba",
        title=_("GLBA Safeguards Rule"),
        law=_("16 CFR 314"),
        source="https://www.ecfr.gov/current/title-16/part-314",
        when=(When(countries=("US",), industries=("finance",)),),
        every=12,
        duties=(
            _("Name a qualified person who reports to the board in writing each year."),
            _("A second factor for everybody who sees customer information; encryption; a log of access (314.4(c))."),
            _("Dispose of customer information 2 years after its last use, unless you need it."),
            _("Tell the FTC within 30 days of an event with 500 consumers or more."),
        ),
        evidence=(*_ACCESS, "keys_in_use", "secrets_removed", *_LOG),
        controls=("factor_for_all", "access_review", "profile_financial"),
        profile="financial",
    ),
    Measure(
        key="ferpa",
        title=_("FERPA"),
        law=_("20 U.S.C. 1232g; 34 CFR 99"),
        source="https://www.ecfr.gov/current/title-34/part-99",
        when=(When(countries=("US",), facts=("school",)),),
        every=12,
        duties=(
            _("Have a contract under which this product acts as a school official."),
            _("No grades and no records by text without the family's agreement; keep a log of what is disclosed."),
            _("Before each school year, take over who opted out of directory information."),
        ),
        evidence=("reveals_named", "texts_permitted"),
        controls=("access_review",),
    ),
    Measure(
        key="reg_f",
        title=_("FDCPA and Regulation F"),
        law=_("15 U.S.C. 1692; 12 CFR 1006"),
        source="https://www.ecfr.gov/current/title-12/part-1006",
        when=(When(countries=("US",), facts=("collects_debt",)),),
        every=6,
        duties=(
            _(
                "Text between 8 am and 9 pm in every zone where the person may be, and never at times they called "
                "inconvenient."
            ),
            _("Say in every text how to opt out, without a fee (1006.6(e))."),
            _("Check within 60 days that the number is still theirs (1006.6(d)(5))."),
            _(
                "Show no debt to third parties, not on a locked screen either. Keep records 3 years after the last "
                "activity."
            ),
        ),
        evidence=("courtesy_hours", "opt_outs_honoured", "first_texts", "questions_in_time"),
        controls=("hours_hold", "profile_financial"),
        profile="financial",
    ),
    Measure(
        key="sec_finra",
        title=_("SEC 17a-4 and FINRA 3110, 2210, 4511"),
        law=_("17 CFR 240.17a-4; FINRA rules"),
        source="https://www.ecfr.gov/current/title-17/section-240.17a-4",
        when=(When(facts=("broker_dealer",)),),
        every=12,
        duties=(
            _("Keep every business text for 3 years, the first 2 at hand; what has no period, for 6."),
            _("Supervise: sample conversations and write down who looked at them."),
            _("A text to more than 25 retail investors within 30 days is approved before it is used."),
        ),
        evidence=("texts_judged", "outcomes_known", *_ACCESS, *_LOG),
        controls=("access_review", "profile_financial"),
        profile="financial",
    ),
    Measure(
        key="advisers",
        title=_("Advisers Act books and records"),
        law=_("17 CFR 275.204-2"),
        source="https://www.ecfr.gov/current/title-17/section-275.204-2",
        when=(When(facts=("adviser",)),),
        every=12,
        duties=(_("Keep texts about advice and orders for 5 years, the first 2 in your office."),),
        evidence=("texts_judged", *_LOG),
        controls=("profile_financial",),
        profile="financial",
    ),
    Measure(
        key="soc2",
        title=_("SOC 2"),
        law=_("AICPA Trust Services Criteria 2017, points of focus of 2022"),
        source="https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022",
        when=(When(facts=("wants_soc2",)),),
        every=12,
        duties=(
            _("Show over 3 to 12 months that controls worked: each needs dated evidence, not a setting (type 2)."),
            _("Review access each quarter; close leavers at once (CC6.2, CC6.3)."),
            _("Keep a register of incidents and changes; test the restoring of backups (CC7, CC8, A1.2)."),
        ),
        evidence=(*_ACCESS, "keys_in_use", "access_reviewed", "outcomes_known", "findings_judged", *_LOG),
        controls=("access_review", "factor_for_all"),
    ),
)
