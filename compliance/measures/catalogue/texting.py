"""Measures about texting itself."""

from django.utils.translation import gettext_lazy as _

from compliance.measures.catalogue.shapes import Measure, When

_US = When(countries=("US",))

TEXTING = (
    Measure(
        key="tcpa",
        title=_("TCPA and the FCC's rules"),
        law=_("Telephone Consumer Protection Act, 47 U.S.C. 227; 47 CFR 64.1200"),
        source="https://www.ecfr.gov/current/title-47/section-64.1200",
        when=(_US,),
        every=1,
        duties=(
            _("Text nobody without a permission that fits the purpose; offers need it in writing."),
            _("Honor every opt-out, in whatever words, at once and at most 10 business days later."),
            _("Send offers between 8 am and 9 pm where the reader is."),
            _("Keep the proof for at least 4 years: until then a text can be sued for, 500 to 1,500 dollars each."),
            _("Look at FCC docket 02-278: rules that change on 31 January 2027 are prepared here already."),
        ),
        evidence=(
            *("texts_judged", "texts_permitted", "permissions_provable", "opt_outs_honoured", "opt_outs_fast"),
            *("questions_in_time", "marketing_hours"),
        ),
        controls=("revoke_all", "opt_in_way"),
    ),
    Measure(
        key="state_tcpa",
        title=_("State laws on texts"),
        law=_(
            "Among others Fla. Stat. 501.059, Okla. 15 s. 775C, RCW 80.36.400, Tex. Bus. & Com. 302, Va. Code 59.1-514"
        ),
        source="https://www.leg.state.fl.us/statutes/index.cfm?App_mode=Display_Statute&URL=0500-0599/0501/Sections/0501.059.html",
        when=(When(states=("FL", "OK", "WA", "MD", "CT", "OR", "TX", "VA", "NY")),),
        every=3,
        duties=(
            _("Keep the state's own hours and caps, which are shorter than the federal ones; area codes count too."),
            _("Virginia: keep an opt-out for 10 years. Here it is kept for good."),
            _("Texas: register as a seller where the law asks for it."),
            _("Look again when the legislatures' sessions end, May to September."),
        ),
        evidence=("marketing_hours", "courtesy_hours", "opt_outs_honoured"),
        controls=("revoke_all",),
    ),
    Measure(
        key="tsr_dnc",
        title=_("Telemarketing Sales Rule and Do Not Call"),
        law=_("16 CFR 310; 47 CFR 64.1200(c), (d)"),
        source="https://www.ecfr.gov/current/title-16/part-310",
        when=(When(countries=("US",), facts=("marketing",)),),
        every=3,
        duties=(
            _("Sell by text only to people who agreed in writing, or check the national list at most 31 days before."),
            _("Keep your own do-not-call list for 5 years, and proof of each permission for 5 years."),
        ),
        evidence=("permissions_provable", "opt_outs_honoured", "opt_ins_confirmed"),
        controls=("opt_in_way",),
    ),
    Measure(
        key="ctia",
        title=_("CTIA principles and the carriers' rules"),
        law=_("CTIA Messaging Principles and Best Practices; The Campaign Registry"),
        source="https://www.ctia.org/the-wireless-industry/industry-commitments/messaging-interoperability-sms-mms",
        when=(_US,),
        every=6,
        duties=(
            _("Register brand and campaign for each line that texts people from an application."),
            _("Say in the first text who writes and how to stop; answer HELP and STOP always."),
            _("Confirm each opt-in; send nothing that carriers forbid (sex, alcohol, firearms, tobacco, hate)."),
        ),
        evidence=(
            "first_texts",
            "checks_opening",
            "checks_opt_in",
            "help_answered",
            "opt_ins_confirmed",
            "outcomes_known",
        ),
        controls=("lines_registered",),
    ),
    Measure(
        key="can_spam",
        title=_("CAN-SPAM"),
        law=_("15 U.S.C. 7701; 16 CFR 316"),
        source="https://www.ecfr.gov/current/title-16/part-316",
        when=(When(countries=("US",), facts=("emails",)),),
        every=12,
        duties=(
            _("Put your postal address and a way out into each e-mail with offers."),
            _("End it within 10 business days. Parley e-mails no offers: this is for your other systems."),
        ),
    ),
    Measure(
        key="coppa",
        title=_("COPPA: children under 13"),
        law=_("15 U.S.C. 6501; 16 CFR 312"),
        source="https://www.ecfr.gov/current/title-16/part-312",
        when=(When(countries=("US",), facts=("children",)),),
        every=12,
        duties=(
            _("A child cannot agree: text the parent or guardian, and keep their agreement."),
            _("Ask for no more about a child than you need, and delete it when they ask."),
        ),
        evidence=("permissions_provable",),
    ),
)
