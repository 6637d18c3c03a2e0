"""Links to a payment or a private message of ours: random letters, one in ten thousand of which looks like a secret.

Only those that are stored are taken out of a text before it is scanned. What merely looks like one may be a card.
"""

import re
from collections.abc import Callable, Collection, Iterable
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

Code = tuple[str, str]  # the letter that says what kind it is, and the 22 characters


def known_in(texts: Iterable[str]) -> frozenset[Code]:
    """The codes in these texts that are links of the active organization; no statement where there are none."""
    codes = {(match[1], match[2]) for text in texts for match in _pattern().finditer(text)}
    return frozenset(_stored()(codes)) if codes else frozenset()


def without(text: str, known: Collection[Code]) -> str:
    """The text without the links among `known`."""
    return _pattern().sub(lambda match: "" if (match[1], match[2]) in known else match[0], text) if known else text


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(rf"{re.escape(settings.PUBLIC_BASE_URL)}/([a-z])/([A-Za-z0-9_-]{{22}})(?![\w-])")


def _stored() -> Callable[[Collection[Code]], set[Code]]:
    asks: Callable[[Collection[Code]], set[Code]] = import_string(settings.COMPLIANCE_OWN_LINKS)
    return asks
