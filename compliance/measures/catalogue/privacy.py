"""Measures about people's data, by where the people live."""

from django.utils.translation import gettext_lazy as _

from compliance.measures.catalogue.shapes import Measure, When

_SHOWN = ("permissions_provable", "opt_outs_honoured", "reveals_named", "leavers_closed", "audit_chain")

PRIVACY = (
    Measure(
        key="gdpr",
        title=_("GDPR and ePrivacy"),
        law=_("Regulation (EU) 2016/679; Directive 2002/58/EC"),
        source="https://eur-lex.europa.eu/eli/reg/2016/679/oj",
        when=(When(countries=("EU",)),),
        every=12,
        duties=(
            _("Have a lawful basis for each purpose; offers by text need consent."),
            _("Sign a processing contract (article 28); assess the risks where you profile people (article 35)."),
            _("Answer requests for access, correction and erasure within a month; report a breach within 72 hours."),
        ),
        evidence=_SHOWN,
        controls=("opt_in_way", "access_review"),
    ),
    Measure(
        key="uk_gdpr",
        title=_("UK GDPR and PECR"),
        law=_("UK GDPR, Data Protection Act 2018, PECR 2003, Data (Use and Access) Act 2025"),
        source="https://www.legislation.gov.uk/uksi/2003/2426/contents",
        when=(When(countries=("GB",)),),
        every=12,
        duties=(
            _("Offers by text need consent, or the soft opt-in for your own customers; say in each how to stop."),
            _("Have a way to complain, and follow the ICO's guidance, which changes in 2026."),
        ),
        evidence=_SHOWN,
        controls=("opt_in_way",),
    ),
    Measure(
        key="casl",
        title=_("CASL, and Law 25 in Quebec"),
        law=_("S.C. 2010, c. 23; Act respecting the protection of personal information in the private sector"),
        source="https://laws-lois.justice.gc.ca/eng/acts/e-1.6/",
        when=(When(countries=("CA",)),),
        every=12,
        duties=(
            _("Keep proof of each consent, and of when an implied one ends; end texts within 10 business days."),
            _("Quebec: write in French as well."),
        ),
        evidence=_SHOWN,
        controls=("opt_in_way",),
    ),
    Measure(
        key="ccpa",
        title=_("CCPA and CPRA"),
        law=_("Cal. Civ. Code 1798.100"),
        source="https://leginfo.legislature.ca.gov/faces/codes_displayText.xhtml?division=3.&part=4.&lawCode=CIV&title=1.81.5",
        when=(When(states=("CA",)),),
        every=12,
        duties=(
            _("Above the law's thresholds: delete, correct and limit within 45 days, and log requests for 24 months."),
            _("Have service-provider terms with whoever processes data for you."),
        ),
        evidence=("reveals_named", "opt_outs_honoured", "leavers_closed"),
    ),
)
