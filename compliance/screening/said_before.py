"""What a line has sent to a customer in the last minutes: values are split over texts on the way out, too.

Source: DOMAIN 5.1 (the text and the last five within fifteen minutes). Codes and private links of the product are left
out: they were not looked through when they left, and would make a secret of any number that follows.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import cast
from uuid import UUID

from django.db import connection
from django.utils import timezone

from compliance.opt_out.answers import OPT_OUT_WORDS
from compliance.screening.masking import LOOKS_BACK, WINDOW, may_complete
from tenancy.arrays import uuids
from tenancy.encryption import EncryptedTextField
from tenancy.isolation import current_organization_id
from texting.gate import Draft
from texting.models import Message
from texting.purposes import PRIVATE, TERMS, Purpose

OURS = frozenset({Purpose.CODE, Purpose.OPT_IN_QUESTION}) | PRIVATE
"""Written by the product, and some of them a code by nature."""
_NOT_ASKED = sorted({*OURS, *(purpose for purpose, terms in TERMS.items() if terms.owed)})

_CLAUSE = f"\n{OPT_OUT_WORDS}"  # added to a first text: what was begun ends before it

_BODY = cast("EncryptedTextField[str, str]", Message._meta.get_field("body"))
_LAST = """
    SELECT last.* FROM unnest(%s::uuid[], %s::uuid[]) AS wanted(contact, line) CROSS JOIN LATERAL (
        SELECT contact_id, line_id, id, body FROM texting_message
        WHERE organization_id = %s AND contact_id = wanted.contact AND line_id = wanted.line AND created_at >= %s
            AND direction = 'out' AND ended_at IS NULL AND NOT purpose = ANY(%s)
        ORDER BY created_at DESC, id DESC LIMIT %s
    ) AS last
"""


def said_before(drafts: Sequence[Draft]) -> dict[tuple[UUID, UUID], list[str]]:
    """By contact and line the last few texts, oldest first. One statement, or none where no text could complete one.

    Texts of announcements are not asked about: they say the same to many.
    """
    asking = {_place(draft) for draft in drafts if draft.announcement_id is None and may_complete(draft.body)}
    if not asking:
        return {}
    contacts, lines = zip(*asking, strict=True)
    organization = current_organization_id()
    since = timezone.now() - WINDOW
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [uuids(contacts), uuids(lines), organization, since, _NOT_ASKED, LOOKS_BACK])
        stored = [row for row in cursor.fetchall() if row[3] is not None]
    said = _BODY.read_all(organization, {pk: bytes(body) for _, _, pk, body in stored})
    texts: dict[tuple[UUID, UUID], list[str]] = defaultdict(list)
    for contact, line, pk, _ in reversed(stored):
        texts[contact, line].append(cast(str, said[pk] or "").removesuffix(_CLAUSE))
    return texts


def of(draft: Draft, said: dict[tuple[UUID, UUID], list[str]]) -> tuple[tuple[str, ...], ...]:
    """Those before this one, in two readings: all of them, since words tell what a number is, and only those that hold
    a part, since a "please wait" between two parts hides nothing. None where this text cannot complete anything.
    """
    if draft.announcement_id is not None or not may_complete(draft.body):
        return ()
    every = tuple(said.get(_place(draft), ()))
    parts = tuple(text for text in every if may_complete(text))
    return tuple(texts for texts in dict.fromkeys((every, parts)) if texts)


def _place(draft: Draft) -> tuple[UUID, UUID]:
    return draft.conversation.contact_id, draft.conversation.line_id
