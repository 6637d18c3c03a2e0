"""The scorecard that is there from the beginning: kept in English, shown in the language of whoever reads it.

Somebody who saves it in another language changes nothing by that; what they write anew is theirs and stays as it is.
"""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

NAME = _("Conversations by text")
OPT_IN = _("Had the customer agreed to be texted, and did a text confirm it?")
OPENING = _("Did our first text say who we are and how to opt out?")
CONTENT = _("Was nothing sensitive shared by text?")
GRAY = _("Was what does not belong in texts moved to a call, an e-mail or a private page?")
HELP = _("How well was the customer helped?")
_OURS = frozenset({NAME, OPT_IN, OPENING, CONTENT, GRAY, HELP})


def in_words(kept: str) -> str:
    """A name or question as it is shown."""
    return gettext(kept) if kept in _OURS else kept


def as_kept(shown: str) -> str:
    """The same back: what somebody saves as it was shown to them is kept as it was."""
    return {gettext(words): words for words in _OURS}.get(shown, shown)
