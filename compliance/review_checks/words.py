"""The checks, their results and reasons in plain words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.review_checks.judging import Check, Result

TITLES = {
    Check.OPT_IN: gettext_lazy("Opt-in confirmed by a text"),
    Check.OPENING: gettext_lazy("Company and opt-out words at the beginning"),
    Check.CONTENT: gettext_lazy("Nothing sensitive shared"),
    Check.GRAY: gettext_lazy("Gray areas moved to another channel"),
}
SHORT = {
    Check.OPT_IN: gettext_lazy("Opt-in"),
    Check.OPENING: gettext_lazy("Beginning"),
    Check.CONTENT: gettext_lazy("Content"),
    Check.GRAY: gettext_lazy("Gray areas"),
}
"""For the heads of tables whose page has the titles."""
LABELS = {
    Result.HOLDS: gettext_lazy("Holds"),
    Result.FAILS: gettext_lazy("Fails"),
    Result.NOT_YET: gettext_lazy("Cannot be told yet"),
    Result.NOT_ASKED: gettext_lazy("Does not apply"),
}
BADGES = {
    Result.HOLDS: ("success", "circle-check"),
    Result.FAILS: ("danger", "octagon-alert"),
    Result.NOT_YET: ("warning", "hourglass"),
    Result.NOT_ASKED: ("neutral", "minus"),
}
"""Tone and icon."""


def sentence(code: str) -> str:
    """Why, and what to do where there is something to do. Raises KeyError for a code that is none."""
    return {
        "nothing_sent": _("No text of ours needed it."),
        "wrote_first": _("The customer wrote first, so no opt-in was needed."),
        "no_opt_in": _("We texted, and the ledger knows of no opt-in before. Ask for permission."),
        "never_confirmed": _("No text confirmed the opt-in. Ask for permission by text."),
        "carrier_confirms": _("The carrier may have answered START itself; its answer is not seen here."),
        "confirmed": _("A text confirmed the opt-in."),
        "confirmation_on_its_way": _("The text that confirms the opt-in is on its way."),
        "confirmation_did_not_arrive": _("The text that confirms the opt-in did not arrive."),
        "confirmed_late": _("The text that confirms the opt-in left more than 5 minutes after it."),
        "first_on_its_way": _("Our first text is on its way."),
        "opening_said": _("Our first text names the company and says how to opt out."),
        "first_is_owed": _("Our first text was an automatic answer, a code or a question, of which this is not asked."),
        "words_gone": _("The words that decide it are no longer kept."),
        "told_before": _("It was told while the words were kept."),
        "no_company": _("Our first text does not name the company."),
        "no_opt_out_words": _("Our first text does not say how to opt out."),
        "no_texts": _("There are no texts."),
        "nothing_found": _("Nothing was found in the texts."),
        "judged_wrong": _("A colleague judged the finding wrong."),
        "removed": _("What the customer sent was removed before it was stored."),
        "stopped": _("The text with it never left."),
        "finding_on_its_way": _("A text with something sensitive is on its way."),
        "shared_by_us": _("We sent something sensitive."),
        "shared_by_customer": _("The customer sent something sensitive, and it can be read here. Judge the finding."),
        "nothing_gray": _("Nothing in it belongs elsewhere."),
        "not_escalated": _("A text that belongs elsewhere was not escalated. Call or mail the customer."),
        "open": _("An escalation is open."),
        "too_late": _("Nobody reached the customer in time."),
        "settled": _("It was settled on another channel."),
        "settled_late": _("It was settled on another channel, too late."),
        "waived": _("Whoever may waive it decided that no other channel was needed."),
    }[code]
