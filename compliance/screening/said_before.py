"""What we have sent to a customer in the last minutes: values are split over texts on the way out, too.

Source: DOMAIN 5.1 (the text and the last five within fifteen minutes). Codes and private links of the product are left
out: they were not looked through when they left, and would make a secret of any number that follows.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from django.db import connection
from django.utils import timezone

from compliance.detectors.folding import fold
from compliance.detectors.number_words import spell_out
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
    SELECT last.* FROM unnest(%(contacts)s::uuid[]) AS wanted(contact) CROSS JOIN LATERAL (
        SELECT contact_id, id, body, GREATEST(created_at, held_until, sent_at) AS leaves FROM texting_message
        WHERE organization_id = %(organization)s AND contact_id = wanted.contact AND created_at >= %(oldest)s
            AND direction = 'out' AND ended_at IS NULL AND NOT purpose = ANY(%(not_asked)s)
            AND NOT status IN ('canceled', 'failed')
            AND (GREATEST(created_at, held_until, sent_at) >= %(since)s OR status IN ('held', 'queued', 'sending'))
        ORDER BY leaves DESC, created_at DESC, id DESC LIMIT %(back)s
    ) AS last
"""
_GROUP = re.compile(r"\d+")
_LONGEST_WAIT = timedelta(days=4)  # of a text for its hours: a weekend with holidays
_FEWEST_IN_PART, _MOSTLY = 3, 0.6  # digits of a group, share of digits among letters and digits: what a part has


def said_before(drafts: Sequence[Draft]) -> dict[UUID, list[str]]:
    """By contact the last few texts, whatever line they leave from, in the order in which they leave: those of the last
    minutes and those that wait. One statement, or none where no text could complete one.

    Texts of announcements are not asked about: they say the same to many.
    """
    asking = {_whom(draft) for draft in drafts if draft.announcement_id is None and may_complete(draft.body)}
    if not asking:
        return {}
    organization = current_organization_id()
    since = timezone.now() - WINDOW
    values: dict[str, Any] = {
        "contacts": uuids(asking),
        "organization": organization,
        "oldest": since - _LONGEST_WAIT,
        "since": since,
        "not_asked": _NOT_ASKED,
        "back": LOOKS_BACK,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LAST, values)
        stored = [row for row in cursor.fetchall() if row[2] is not None]
    said = _BODY.read_all(organization, {pk: bytes(body) for _, pk, body, _ in stored})
    texts: dict[UUID, list[str]] = defaultdict(list)
    for contact, pk, *_ in reversed(stored):
        texts[contact].append(cast(str, said[pk] or "").removesuffix(_CLAUSE))
    return texts


def of(draft: Draft, said: dict[UUID, list[str]]) -> tuple[tuple[str, ...], ...]:
    """Those before this one, in several readings, since words tell what a number is, and what stands between two parts
    hides nothing: all of them; those that may hold a part; those that look like one; each of these.

    None where this text cannot complete anything.
    """
    if draft.announcement_id is not None or not may_complete(draft.body):
        return ()
    every = tuple(said.get(_whom(draft), ()))
    parts = tuple(text for text in every if may_complete(text))
    plain = tuple(text for text in parts if _is_part(text))
    readings = (every, parts, plain, *((text,) for text in reversed(plain)))
    return tuple(texts for texts in dict.fromkeys(readings) if texts)


def _is_part(text: str) -> bool:
    """Whether the text holds a group of some digits, or is mostly digits; of any kind, and as words."""
    read = spell_out(fold(text)).text
    if any(len(group) >= _FEWEST_IN_PART for group in _GROUP.findall(read)):
        return True
    return sum(map(str.isdigit, read)) >= max(1, _MOSTLY * sum(map(str.isalnum, read)))


def _whom(draft: Draft) -> UUID:
    return draft.conversation.contact_id
