"""Notes what was found in texts that were refused, or sent for a reason, so that people judge it like what came in.

A refused text is stored nowhere, so nothing of its value is: no digest and no last four. Whoever presses Send again
within some minutes makes no second finding.
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
from compliance.screening.masking import WINDOW, screen
from compliance.screening.outbound import found_in
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.bulk_writes import insert_rows
from tenancy.encryption import fetch_current_keys
from tenancy.ids import new_id
from texting.refusals import Objected

LONGEST_REASON = 500
RULE = "content."  # how the rules of `send_policies.content` begin


def note(refused: Sequence[Objected]) -> None:
    """Rows for what the gate's content rule refused, in the transaction that stores its decisions."""
    about = [one for one in refused if one.message_id or _is_about_content(one)]
    if not about:
        return
    now = timezone.now()
    known = _noted_since(now - WINDOW, about)
    rows = []
    for text in about:
        for row in _rows(text, at=now):
            if text.message_id or _mark(row) not in known:
                known.add(_mark(row))
                rows.append(row)
        if text.message_id:
            kinds = sorted({row.type for row in rows if row.message_id == text.message_id})
            audit.record(
                event=AuditKind.FINDING_OVERRIDDEN,
                actor=text.draft.author,
                object=text.conversation,
                message=str(text.message_id),
                kinds=kinds,
            )
    if rows:
        fetch_current_keys([row for row in rows if row.because])
        insert_rows(rows)


def _is_about_content(text: Objected) -> bool:
    return any(reason.rule.startswith(RULE) for reason in text.outcome.objections)


def _noted_since(moment: datetime, about: Sequence[Objected]) -> set[tuple[object, ...]]:
    found = Finding.objects.filter(direction=Finding.Direction.OUT, found_at__gte=moment)
    return {_mark(one) for one in found.filter(conversation_id__in={text.conversation.pk for text in about})}


def _mark(row: Finding) -> tuple[object, ...]:
    """What is the same when the same text is sent again."""
    return (row.conversation_id, row.type, row.score, str(row.reasons))


def _rows(text: Objected, *, at: datetime) -> list[Finding]:
    it = text.message_id or new_id()  # tells which findings were of one text
    found, _exceptions = Exceptions().without(found_in(text.draft))
    return [_row(text, one, it, at) for one in found]


def _row(text: Objected, found: Detected, it: UUID, at: datetime) -> Finding:
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
        because=screen(text.draft.because.strip()).body[:LONGEST_REASON] if text.message_id else None,
    )
