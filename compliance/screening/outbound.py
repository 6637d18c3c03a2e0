"""What a text on its way out holds that must not be sent by text. Stores nothing."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from django.conf import settings

from compliance.content_types.links import links_in
from compliance.detectors import Finding, scan
from compliance.screening.said_before import OURS, of, said_before
from texting.gate import Draft
from texting.models import Decision
from texting.purposes import TERMS


@cache
def _own_links() -> re.Pattern[str]:
    """Links to a payment or a secure message of ours: random letters, one in ten thousand like a secret."""
    code = r"[A-Za-z0-9_-]{22}(?![\w-])"
    return re.compile(rf"{re.escape(settings.PUBLIC_BASE_URL)}/[a-z]/{code}(?:#{code})?")


def found_in(draft: Draft) -> tuple[Finding, ...]:
    """In the order of the text. Looked for once, when a text is queued, and not in what the product writes itself."""
    return found_in_all([draft])[0]


def found_in_all(drafts: Sequence[Draft]) -> list[tuple[Finding, ...]]:
    """`found_in` for each, with one statement at most for what was sent to the same customers just before."""
    said = said_before([draft for draft in drafts if _is_asked(draft)])
    known: dict[Any, tuple[Finding, ...]] = {}
    found: list[tuple[Finding, ...]] = []
    for draft in drafts:
        if not _is_asked(draft):
            found.append(())
            continue
        read = (draft.body, of(draft, said))
        if read not in known:
            known[read] = _found(*read)
        found.append(known[read])
    return found


def _is_asked(draft: Draft) -> bool:
    return draft.stage == Decision.Stage.QUEUE and not TERMS[draft.purpose].owed and draft.purpose not in OURS


def _found(written: str, before: Sequence[Sequence[str]]) -> tuple[Finding, ...]:
    body = _own_links().sub("", written)
    found = [*scan(body, direction="out"), *_found_in_links(body)]
    for texts in before:
        seen = {(one.type, one.start) for one in found}
        completed = _completed(body, [_own_links().sub("", text) for text in texts])
        found += [one for one in completed if (one.type, one.start) not in seen]
    return tuple(found)


def _completed(body: str, before: Sequence[str]) -> Iterator[Finding]:
    """What only shows when the texts before are read, too, and ends in this one. Places count in this text."""
    begin = sum(len(text) + 1 for text in before)
    for one in scan([*before, body], direction="out"):
        if one.end > begin:
            yield one._replace(start=max(one.start - begin, 0), end=one.end - begin)


def _found_in_links(body: str) -> Iterator[Finding]:
    """What stands behind percent signs, which the text as it is written does not show."""
    if "%" in body:
        for link in links_in(body):
            if "%" in link.rest:
                yield from scan(link.said, direction="out")
