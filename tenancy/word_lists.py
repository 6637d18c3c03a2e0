"""Words in a row within a sentence, as the reader's language joins them: "a line, a team and a tag"."""

import re
from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext

Word = str | Promise
# Where Spanish changes its "y" and "o": before what sounds alike ("Ana e Inés", "siete u ocho"; but "agua y hielo").
_SOUNDS_LIKE_AND = re.compile(r"\W*h?[ií](?![aáeéoóuú])", re.IGNORECASE)
_SOUNDS_LIKE_OR = re.compile(r"\W*h?[oó]", re.IGNORECASE)


def all_of(words: Iterable[Word]) -> str:
    """Joined by "and"; "" for none."""

    def last(before: str, after: str) -> str:
        if _is_spanish() and _SOUNDS_LIKE_AND.match(after):
            pattern = pgettext("end of a list, before a word that begins like “and”", "%(before)s and %(last)s")
        else:
            pattern = pgettext("end of a list", "%(before)s and %(last)s")
        return pattern % {"before": before, "last": after}

    *before, after = [str(word) for word in words] or [""]
    return last(", ".join(before), after) if before else after


def any_of(words: Iterable[Word]) -> str:
    """Joined by "or"; "" for none."""

    def last(before: str, after: str) -> str:
        if _is_spanish() and _SOUNDS_LIKE_OR.match(after):
            pattern = pgettext("end of a list, before a word that begins like “or”", "%(before)s or %(last)s")
        else:
            pattern = pgettext("end of a list", "%(before)s or %(last)s")
        return pattern % {"before": before, "last": after}

    *before, after = [str(word) for word in words] or [""]
    return last(", ".join(before), after) if before else after


def _is_spanish() -> bool:
    return (get_language() or "").startswith("es")
