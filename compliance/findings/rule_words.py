"""Each rule of the detectors in plain words: one for every rule with a weight (`detectors/data/weights.json`)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_WORDS = {
    "card.brand_and_luhn": gettext_lazy("A card brand's number whose check digit is right"),
    "card.usual_grouping": gettext_lazy("Written in groups as on a card"),
    "card.cue": gettext_lazy("A word about cards stands near"),
    "card.odd_grouping": gettext_lazy("Not written in groups as on a card"),
    "card.unusual_length": gettext_lazy("A rare length for this brand"),
    "card.split_over_messages": gettext_lazy("It came in several texts"),
    "card.short_fragments": gettext_lazy("It came in small pieces"),
    "cue.against": gettext_lazy("A word near it speaks for something else"),
    "cue.before": gettext_lazy("A word for it stands before"),
    "cue.after": gettext_lazy("A word for it stands behind"),
    "cue.distant": gettext_lazy("That word stands far away"),
    "proof.checksum": gettext_lazy("Its check digit is right"),
    "proof.range": gettext_lazy("Such numbers are given out"),
    "proof.shape": gettext_lazy("It is as long as such numbers are"),
    "shape.unique": gettext_lazy("Nothing else is written like this"),
    "ssn.separators": gettext_lazy("Divided as social security numbers are"),
    "security.code": gettext_lazy("As long as a card's security code"),
    "security.beside_card": gettext_lazy("It stands beside a card number"),
    "security.expiry": gettext_lazy("A month and a year as on a card"),
    "security.expiry_cue": gettext_lazy("A word for the end of a card stands near"),
    "credential.cue": gettext_lazy("A word for a secret stands before"),
    "credential.looks_random": gettext_lazy("It looks made up by chance, as passwords do"),
    "credential.known_format": gettext_lazy("Keys of a known service look like this"),
    "credential.code_cue": gettext_lazy("A word for a code stands near"),
    "credential.code_purpose": gettext_lazy("It says what the code is for"),
    "birth.date": gettext_lazy("A date on which somebody alive can be born"),
    "health.term": gettext_lazy("A word for an illness, a medicine or a treatment"),
    "health.result": gettext_lazy("A word for a result of a test"),
    "health.person": gettext_lazy("It speaks of a person"),
    "health.dose": gettext_lazy("A dose"),
    "health.value": gettext_lazy("A measured value"),
    "health.disclosure": gettext_lazy("Words by which people tell of an illness"),
    "health.bare": gettext_lazy("Nothing but such a word"),
    "finance.amount": gettext_lazy("An amount of money"),
    "finance.cue": gettext_lazy("A word about somebody's money"),
    "finance.person": gettext_lazy("It speaks of a person"),
    "finance.unpublished": gettext_lazy("Words for what a company keeps to itself"),
}


def words_of(rule: str) -> str:
    """The rule's sentence without its stop, with the phrase that it matched: from our lists, never from the text.

    A rule that is not known any more is called by its name.
    """
    name, _slash, detail = rule.partition("/")
    if name not in _WORDS:
        return rule
    words = str(_WORDS[name])
    return _("%(words)s: “%(detail)s”") % {"words": words, "detail": detail} if detail else words
