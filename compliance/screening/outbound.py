"""What a text on its way out holds that must not be sent by text. Stores nothing."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from django.conf import settings

from compliance.content_types.links import links_in
from compliance.detectors import Finding, scan
from texting.gate import Draft
from texting.models import Decision
from texting.purposes import PRIVATE, TERMS, Purpose

_OURS = frozenset({Purpose.CODE, Purpose.OPT_IN_QUESTION}) | PRIVATE
"""Written by the product, and some of them a code by nature."""


@cache
def _own_links() -> re.Pattern[str]:
    """Links to a payment or a secure message of ours: random letters, one in ten thousand like a secret."""
    code = r"[A-Za-z0-9_-]{22}(?![\w-])"
    return re.compile(rf"{re.escape(settings.PUBLIC_BASE_URL)}/[a-z]/{code}(?:#{code})?")


def found_in(draft: Draft) -> Sequence[Finding]:
    """In the order of the text. Looked for once, when a text is queued, and not in what the product writes itself."""
    if draft.stage != Decision.Stage.QUEUE or TERMS[draft.purpose].owed or draft.purpose in _OURS:
        return ()
    body = _own_links().sub("", draft.body)
    return (*scan(body, direction="out"), *_found_in_links(body))


def _found_in_links(body: str) -> Iterator[Finding]:
    """What stands behind percent signs, which the text as it is written does not show."""
    if "%" in body:
        for link in links_in(body):
            if "%" in link.rest:
                yield from scan(link.said, direction="out")
