"""Proof of a purge: what was due by which rule, what ended, which keys were destroyed, what stayed and why.

Canonical JSON (RFC 8785) with ids, counts and times, never content; signed with the key of the audit log's checkpoints
under a context of its own, so that no signature of one is ever one of the other. It is written anew as long as carriers
have not answered for all copies, or what the destroyed keys left on disk is not written over, and is final then.
Whoever holds the file needs the public key and nothing else to verify it.
"""

import base64
import json
import logging
from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext as _

from retention import remains
from retention.kinds import Kind
from retention.models import Erasure, Purge, PurgeStep
from tenancy.encryption import tidying
from tenancy.models import Organization
from texting.models import CarrierCopy, Message

FORMAT = "parley purge certificate/v1"
ERASURE_FORMAT = "parley erasure certificate/v1"
ENDED_FORMAT = "parley organization certificate/v1"
CLEARED_FORMAT = "parley organization rows certificate/v1"
FORMATS = (FORMAT, ERASURE_FORMAT, ENDED_FORMAT, CLEARED_FORMAT)
_NOBODY_ANSWERS = 1000  # certificates looked at in one round
Proved = TypeVar("Proved", Purge, Erasure)
_ALL_ANSWERED = r'"carriers":\{"gone":[0-9]+,"refused":[0-9]+,"waiting":0\}'  # as canonical JSON has it
log = logging.getLogger("parley.purging")


class BadCertificate(ValueError):
    """Not a certificate, altered, or not signed by a key that is trusted; the message says which."""


def renew() -> int:
    """Write the certificates of the active organization's purges that lack a final one. How many were written."""
    steps = PurgeStep.objects.filter(purge=OuterRef("pk"))
    purges = Purge.objects.filter(Exists(steps), state=Purge.State.DONE, is_final=False)
    waiting = list(worth_a_look(purges).select_related("organization"))
    if waiting and not can_sign():
        return 0
    written = 0
    for purge in waiting:
        facts = facts_of(purge, answers_at(purge.at))
        if says_the_same(purge.certificate, facts):
            continue
        purge.is_final = facts["is_final"]
        purge.certificate = sign(facts)
        purge.save(update_fields=["certificate", "is_final"])
        written += 1
    return written


def worth_a_look(unfinished: QuerySet[Proved]) -> QuerySet[Proved]:
    """Those of which a certificate may say more than now, at most a thousand: first those that have none at all.

    One that waits for the keys' disk only has nothing new to say until that is written over, which may be never.
    """
    over = tidying.written_over_before()
    is_reached = Q(ended_at__lt=over) if over else Q(pk__in=[])
    has_answers = Q(certificate__regex=_ALL_ANSWERED)
    found = unfinished.filter(~has_answers | is_reached)
    rank = Case(When(certificate="", then=0), When(has_answers, then=1), default=2)
    return found.order_by(rank, "at", "pk")[:_NOBODY_ANSWERS]


def says_the_same(text: str, facts: dict[str, Any]) -> bool:
    """Whether a certificate that was written (empty: none was) says of carriers and keys what is known now."""
    known = json.loads(text) if text else {}
    return all(known.get(name) == facts[name] for name in ("carriers", "keys_written_over_at", "is_final"))


def can_sign() -> bool:
    """Whether the installation has a key to sign with; without one nothing gets a certificate, and the log says so."""
    if not settings.AUDIT_SIGNING_KEY:
        log.error("AUDIT_SIGNING_KEY is not set: no certificates are written")
    return bool(settings.AUDIT_SIGNING_KEY)


def sign(facts: dict[str, Any]) -> str:
    """The certificate as text: the facts, our public key and the signature, in canonical form."""
    key = Ed25519PrivateKey.from_private_bytes(settings.AUDIT_SIGNING_KEY)
    said = {**facts, "public_key": base64.b64encode(key.public_key().public_bytes_raw()).decode()}
    signature = key.sign(_context(said) + rfc8785.dumps(said))
    return rfc8785.dumps({**said, "signature": base64.b64encode(signature).decode()}).decode()


def verify(text: str, trusted: Collection[Ed25519PublicKey]) -> dict[str, Any]:
    """What a certificate says. Raises BadCertificate unless one of the `trusted` keys signed just this."""
    try:
        said = json.loads(text, object_pairs_hook=_once_each)
        signature = base64.b64decode(said.pop("signature"), validate=True)
        canonical = rfc8785.dumps(said)
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError, rfc8785.CanonicalizationError):
        raise BadCertificate("This is not a certificate of ours.") from None
    if said.get("format") not in FORMATS:
        raise BadCertificate("This is not a certificate of ours.")
    for key in trusted:
        try:
            key.verify(signature, _context(said) + canonical)
        except InvalidSignature:
            continue
        return said  # type: ignore[no-any-return]
    raise BadCertificate("It was altered, or another installation signed it.")


def _context(said: dict[str, Any]) -> bytes:
    """So that no signature of one kind of certificate is ever one of another, or of the audit log."""
    return str(said["format"]).encode() + b"\0"


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice would be read in two ways."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def facts_of(purge: Purge, carriers: dict[str, int]) -> dict[str, Any]:
    organization: Organization = purge.organization
    steps = list(PurgeStep.objects.filter(purge=purge).order_by("kind", "key_kind", "day"))
    kept: Counter[str] = Counter()
    ended: dict[str, Counter[str]] = {}
    for step in steps:
        kept.update(step.kept)
        ended.setdefault(step.kind, Counter()).update(step.ended)
    # Rows of the log are not written to, and so not counted, when the keys of their details go.
    silent = {step.kind for step in steps if step.kind == Kind.AUDIT and step.key_ids}
    destroyed_at = purge.ended_at if any(step.destroyed for step in steps) else None
    keys = keys_facts(destroyed_at)
    return {
        "format": FORMAT,
        "organization": {"id": str(organization.pk), "name": organization.name},
        "purge": str(purge.pk),
        "trigger": purge.trigger,
        "asked_by": str(purge.asked_by_id or ""),
        "agreed_by": str(purge.decided_by_id or ""),
        "at": purge.at.isoformat(),
        "ended_at": purge.ended_at.isoformat() if purge.ended_at else "",
        "written_at": timezone.now().isoformat(),
        "rules": purge.rules,
        "ended": {kind: dict(counts) for kind, counts in ended.items()},
        "kept": dict(kept),
        "remains": remains.of_kinds(kind for kind, counts in ended.items() if any(counts.values()) or kind in silent),
        "carriers": carriers,
        **keys,
        "is_final": not carriers["waiting"] and is_over(keys),
        "days": [
            {
                "kind": step.kind,
                "day": step.day.isoformat() if step.day else "",
                "keys": step.destroyed,
                "state": step.state,
                "failure": step.failure,
                "resealed": step.resealed,
                "ended": step.ended,
                "kept": step.kept,
            }
            for step in steps
        ],
    }


def keys_facts(destroyed_at: datetime | None, *, last_at: datetime | None = None) -> dict[str, str]:
    """When keys were destroyed, if any were, and when what they left on disk was written over; else empty.

    `last_at`: by when the last of them were, if that is later.
    """
    over_at = tidying.written_over_at(last_at or destroyed_at) if destroyed_at else None
    return {
        "keys_destroyed_at": destroyed_at.isoformat() if destroyed_at else "",
        "keys_written_over_at": over_at.isoformat() if over_at else "",
    }


def waits_for(said: dict[str, Any]) -> str:
    """Why a certificate of a purge or an erasure is not final."""
    if said["carriers"]["waiting"]:
        return _("Carriers have not answered for all copies yet")
    return _("What the keys left on disk is not written over yet")


def is_late(ended_at: datetime | None) -> bool:
    """What keys left that were destroyed by then is not written over although it should be: something is in the way."""
    if ended_at is None or ended_at > timezone.now() - tidying.LIMIT:
        return False
    return tidying.written_over_at(ended_at) is None and tidying.overdue()


def is_over(keys: dict[str, str]) -> bool:
    """No key was destroyed of which something may still lie on disk; takes what `keys_facts` says."""
    return bool(keys["keys_written_over_at"] or not keys["keys_destroyed_at"])


def answers_at(moment: datetime) -> dict[str, int]:
    """What became of carriers' copies of the texts that a purge of this moment ended: they are wanted at its moment."""
    return _answers(CarrierCopy.objects.filter(wanted_at=moment))


def answers_of(contacts: Collection[str]) -> dict[str, int]:
    """What became of carriers' copies of these contacts' texts, whoever ended those and whenever."""
    texts = Message.objects.filter(contact_id__in=contacts).order_by()
    return _answers(CarrierCopy.objects.filter(message_id__in=texts.values("pk")))


def _answers(copies: QuerySet[CarrierCopy]) -> dict[str, int]:
    counted = copies.filter(deletes=True).order_by().values("state").annotate(number=Count("pk"))
    states = {row["state"]: row["number"] for row in counted}
    return {
        "waiting": states.get(CarrierCopy.State.WAITING, 0),
        "gone": states.get(CarrierCopy.State.GONE, 0) + states.get(CarrierCopy.State.DELETED, 0),
        "refused": states.get(CarrierCopy.State.REFUSED, 0),
    }
