"""What a text on its way out holds that must not be sent by text. Stores nothing."""

from collections.abc import Iterator, Sequence
from typing import Any

from compliance.content_types.links import links_in
from compliance.detectors import Finding, scan
from compliance.screening import own_links
from compliance.screening.fitting import REMOVED, fitting
from compliance.screening.said_before import OURS, of, said_before
from texting.gate import Draft
from texting.models import Decision
from texting.purposes import TERMS


def found_in(draft: Draft) -> tuple[Finding, ...]:
    """In the order of the text. Looked for once, when a text is queued, and not in what the product writes itself."""
    return found_in_all([draft])[0]


def found_in_all(drafts: Sequence[Draft]) -> list[tuple[Finding, ...]]:
    """`found_in` for each, with one statement at most for what was sent to the same customers just before, and one for
    links of ours in it.
    """
    asked = [draft for draft in drafts if _is_asked(draft)]
    said = said_before(asked)
    ours = own_links.known_in([*(draft.body for draft in asked), *(text for texts in said.values() for text in texts)])
    known: dict[Any, tuple[Finding, ...]] = {}
    found: list[tuple[Finding, ...]] = []
    for draft in drafts:
        if not _is_asked(draft):
            found.append(())
            continue
        read = (draft.body, of(draft, said))
        if read not in known:
            body = own_links.without(draft.body, ours)
            known[read] = _found(body, [[own_links.without(text, ours) for text in texts] for texts in read[1]])
        found.append(known[read])
    return found


def _is_asked(draft: Draft) -> bool:
    return draft.stage == Decision.Stage.QUEUE and not TERMS[draft.purpose].owed and draft.purpose not in OURS


def _found(body: str, before: Sequence[Sequence[str]]) -> tuple[Finding, ...]:
    """Readings end with the first that shows something which is stored nowhere: the text is refused for it."""
    found = [*scan(body, direction="out"), *_found_in_links(body)]
    for texts in before:
        if any(one.type in REMOVED for one in found):
            break
        seen = {(one.type, one.start) for one in found}
        found += [one for one in _completed(body, texts) if (one.type, one.start) not in seen]
    return tuple(found)


def _completed(body: str, before: Sequence[str]) -> Iterator[Finding]:
    """What only shows when the texts before are read, too, and ends in this one. Places count in this text."""
    begin = sum(len(text) + 1 for text in before)
    texts = [*before, body]
    for one in fitting(texts, scan(texts, direction="out"), new=len(before), direction="out"):
        if one.end > begin:
            yield one._replace(start=max(one.start - begin, 0), end=one.end - begin)


def _found_in_links(body: str) -> Iterator[Finding]:
    """What stands behind percent signs, or plus signs for spaces, which the text as it is written does not show."""
    if "%" in body or "+" in body:
        for link in links_in(body):
            if "%" in link.rest or "+" in link.rest:
                yield from scan(link.said, direction="out")
