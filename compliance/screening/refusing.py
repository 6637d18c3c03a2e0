"""Notes what was found in texts that were refused on their way out, so that people judge it like what came in.

The text is stored nowhere, so nothing of its value is: no digest and no last four. Whoever presses Send again within
some minutes makes no second finding.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from compliance.detectors import RULE_VERSION
from compliance.detectors.findings import Finding as Detected
from compliance.detectors.findings import mask_for
from compliance.models import Finding
from compliance.screening.excepted import Exceptions
from compliance.screening.masking import WINDOW
from compliance.screening.outbound import found_in
from tenancy.bulk_writes import insert_rows
from tenancy.ids import new_id
from texting.refusals import RefusedText

RULE = "content."  # how the rules of `send_policies.content` begin


def note(refused: Sequence[RefusedText]) -> None:
    """Rows for what the gate's content rule refused, in the transaction that stores its decisions."""
    about = [one for one in refused if any(reason.rule.startswith(RULE) for reason in one.outcome.objections)]
    if not about:
        return
    now = timezone.now()
    known = _noted_since(now - WINDOW, about)
    rows = []
    for text in about:
        for row in _rows(text, at=now):
            if _mark(row) not in known:
                known.add(_mark(row))
                rows.append(row)
    if rows:
        insert_rows(rows)


def _noted_since(moment: datetime, about: Sequence[RefusedText]) -> set[tuple[object, ...]]:
    found = Finding.objects.filter(direction=Finding.Direction.OUT, found_at__gte=moment)
    return {_mark(one) for one in found.filter(conversation_id__in={text.conversation.pk for text in about})}


def _mark(row: Finding) -> tuple[object, ...]:
    """What is the same when the same text is sent again."""
    return (row.conversation_id, row.type, row.score, str(row.reasons))


def _rows(text: RefusedText, *, at: datetime) -> list[Finding]:
    it = new_id()  # tells which findings were of one text
    found, _exceptions = Exceptions().without(found_in(text.draft))
    return [_row(text, one, it, at) for one in found if one.confidence != "low"]


def _row(text: RefusedText, found: Detected, it: UUID, at: datetime) -> Finding:
    return Finding(
        message_id=it,
        conversation_id=text.conversation.pk,
        direction=Finding.Direction.OUT,
        type=found.type,
        confidence=found.confidence,
        score=round(found.score, 3),
        reasons=[[reason.rule, round(reason.weight, 3)] for reason in found.reasons],
        rules_version=RULE_VERSION,
        masked=mask_for(found.type, ""),
        was_removed=False,
        found_at=at,
    )
