"""Which keys were destroyed: written beside the checkpoints each minute, and applied to keys that come from a backup.

A key database that is put back is as it was when it was copied, with the keys that were shredded since. The audit log
names each of them (`key:destroyed`), but the log that is put back with it is as old. So the names leave the building as
the checkpoints do: one file for each organization, to which signed notes are only added:

    <host>/tombstones/<organization>
    <number of the event after which it begins> <number of the last event it tells of>
    <ids of keys, in hex, with spaces; with whose they were, and which rows stay under another (`kept_notes`)>
    <signature>

`tombstones.state`, signed too and replaced at each round, says when the last round was and how far each organization's
file went, and names the notes that restores added (`0 0`). So a note that is missing or was altered leaves a gap, and
one that a crash tore, which was written again, leaves none. Without the signatures whoever can write the folder could
destroy keys at the next restore, or spare them.

That a whole organization has ended is not believed to one row of its log, which anybody may add who can write rows: its
closing has to say so too, which the database keeps to its day (docs/decisions/0352).
"""

import base64
import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from retention.backups import kept_notes, shelf
from retention.backups.errors import BackupError, Damaged
from retention.backups.kept_notes import Kept, Told
from retention.models import Closing
from tenancy import arrays
from tenancy.audit_checkpoints import is_signed, sign, trusted_keys
from tenancy.audit_kinds import AuditKind
from tenancy.encryption import EncryptionError, kept_forms, keyring, prefetch
from tenancy.encryption.key_sources import CONTACT
from tenancy.encryption.records import ORGANIZATION_MARK
from tenancy.isolation import activate
from tenancy.models import AuditEvent, DestroyedKey, Organization

_PURPOSE, _STATE_PURPOSE = b"parley tombstones/v1\n", b"parley tombstones state/v1\n"
_STATE = "tombstones.state"


NOT_ENDED = (
    "The log of {organization} says that it has ended, and its closing does not: somebody wrote that into the log. "
    'Nothing of it is taken for destroyed by that. Find out who it was (docs/operating.md, "A log that says too much").'
)


@dataclass
class Tombstones:
    """Ids of destroyed keys by organization. `until`: when they were last written; None when they never were.

    `kept`: of keys that were replaced, which rows stayed under each newer one. `told`: those of the keys that notes
    beside the checkpoints tell of, and of which `kept` says all. `logged`: those that the main database's log tells.
    `people`: of keys of contacts the mark that tells whose they were.
    """

    until: datetime | None = None
    keys: dict[UUID, set[bytes]] = field(default_factory=dict)
    kept: dict[UUID, dict[bytes, set[Kept]]] = field(default_factory=dict)
    told: dict[UUID, set[bytes]] = field(default_factory=dict)
    logged: dict[UUID, set[bytes]] = field(default_factory=dict)
    people: dict[UUID, dict[bytes, bytes]] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(map(len, self.keys.values()))

    def ended(self) -> list[UUID]:
        """Organizations that have ended."""
        return sorted(organization for organization, keys in self.keys.items() if ORGANIZATION_MARK in keys)


# --- Writing ---


def export(folder: Path) -> int:
    """Add what was destroyed since the last round; the number of keys. Raises BackupError, BadNote.

    Raises it at the end, with all others told, when a log says that its organization has ended and its closing does
    not: of that one nothing is told from there on.
    """
    written, forged = 0, []
    with shelf.told_plainly(folder), (folder / ".tombstones.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = _state(folder)
        reached: dict[str, int] = dict(state["reached"]) if state else {}  # also of organizations that are gone by now
        for organization in list(Organization.everyone.order_by("pk").values_list("pk", flat=True)):
            last = reached.setdefault(str(organization), 0)
            with activate(organization):
                events = AuditEvent.objects.filter(event=AuditKind.KEY_DESTROYED, sequence__gt=last)
                told = list(events.order_by("sequence"))
                prefetch(told)
                news = [(event.sequence, event.object_id) for event in told]
                kept, people = _kept(organization, told), _people(organization, told)
                marks = [place for place, (_, key) in enumerate(news) if key == ORGANIZATION_MARK.hex()]
                if marks and not _is_at_its_end():
                    forged.append(organization)
                    news = news[: marks[0]]
            if news:
                keys = [Told(bytes.fromhex(key), kept.get(key), people.get(key, b"")) for _, key in news]
                _append(folder, organization, last, news[-1][0], map(kept_notes.written, keys))
                reached[str(organization)] = news[-1][0]
                written += len(news)
        _replace(folder / _STATE, {**(state or {}), "at": timezone.now().isoformat(), "reached": reached})
    if forged:
        raise BackupError(NOT_ENDED.format(organization=forged[0]))
    return written


def _kept(organization: UUID, told: Iterable[AuditEvent]) -> dict[str, Kept]:
    """Which rows stayed under keys that replaced these, by the id of the replaced one."""
    said = {event.object_id: details for event in told if (details := _details(event)).get("kept")}
    marks = kept_forms.marks(organization, [bytes.fromhex(key) for key in said]) if said else {}
    found = {}
    for key, each in said.items():
        of_key = marks[bytes.fromhex(key)]
        under = bytes.fromhex(each.get("under", "")) or None
        found[key] = Kept(int(each["kept"]), under, of_key.rows, of_key.records)
    return found


def _people(organization: UUID, told: Iterable[AuditEvent]) -> dict[str, bytes]:
    """The marks of the contacts whose keys these were, by the key's id; the keys' database remembers them for good."""
    keys = [bytes.fromhex(event.object_id) for event in told]
    if not keys:
        return {}
    with keyring.keys_of(organization):
        rows = DestroyedKey.objects.filter(organization_id=organization, kind=CONTACT)
        gone = list(rows.filter(key_id__in=arrays.among_octets(keys)).values_list("key_id", "scope"))
    return {bytes(key).hex(): kept_notes.contact_mark(organization, UUID(scope)) for key, scope in gone}


def _details(event: AuditEvent) -> dict[str, Any]:
    try:
        details: dict[str, Any] = json.loads(event.details or "{}")
    except EncryptionError:
        return {}  # told too late to know
    return details


def _is_at_its_end() -> bool:
    """Whether the active organization's closing is over its day and destroys, or has destroyed."""
    rows = Closing.objects.filter(state__in=[Closing.State.ENDING, Closing.State.ENDED])
    return rows.filter(ends_at__lte=timezone.now()).exists()


def file_of(folder: Path, organization: UUID) -> Path:
    """Where the notes of an organization are."""
    return folder / f"{organization}.tombstones"


def _append(folder: Path, organization: UUID, after: int, last: int, keys: Iterable[str]) -> str:
    """What names the note."""
    text = f"{organization}\n{after} {last}\n{' '.join(keys)}\n"
    signature = base64.b64encode(sign(_PURPOSE + text.encode())).decode()
    with file_of(folder, organization).open("ab") as file:
        file.write(f"\n\n{text}{signature}\n".encode())  # the empty line ends a note torn by a crash
        file.flush()
        os.fsync(file.fileno())
    return _name_of(text)


def _name_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


def _replace(path: Path, state: dict[str, Any]) -> None:
    content = json.dumps(state, sort_keys=True)
    signature = base64.b64encode(sign(_STATE_PURPOSE + content.encode())).decode()
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    shelf.write(path.parent, new.name, f"{content}\n{signature}\n".encode())
    new.replace(path)


# --- Reading ---


def read(folder: Path) -> Tombstones:
    """All that the folder tells. Raises Damaged when notes are missing or were altered."""
    state = _state(folder)
    if state is None:
        return Tombstones()
    found = Tombstones(datetime.fromisoformat(state["at"]))
    for name, reached in state["reached"].items():
        organization, seen = UUID(name), 0
        missing = set(state.get("anew", {}).get(name, ()))
        for note, after, last, keys in _notes(folder, organization):
            missing.discard(note)
            if after <= seen:
                seen = max(seen, last)
                names = {each.key for each in keys}
                found.keys.setdefault(organization, set()).update(names)
                found.told.setdefault(organization, set()).update(names)
                found.people.setdefault(organization, {}).update({one.key: one.person for one in keys if one.person})
                add(found.kept, organization, {one.key: {one.kept} for one in keys if one.kept})
        if missing:
            raise Damaged(f"{file_of(folder, organization)} lost notes: {len(missing)} that restores wrote.")
        if seen < reached:
            raise Damaged(
                f"{file_of(folder, organization)} lost notes: it tells of {seen} events instead of {reached}."
            )
    return found


def add(to: dict[UUID, dict[bytes, set[Kept]]], organization: UUID, kept: Mapping[bytes, set[Kept]]) -> None:
    """Take in what is known of these keys, beside what was known before."""
    there = to.setdefault(organization, {})
    for key, each in kept.items():
        there.setdefault(key, set()).update(each)


def _notes(folder: Path, organization: UUID) -> Iterator[tuple[str, int, int, list[Told]]]:
    """Those that we signed, in their order, each with its name."""
    try:
        blocks = file_of(folder, organization).read_text(encoding="ascii", errors="replace").split("\n\n")
    except FileNotFoundError:
        return
    for block in blocks:
        text, _, signature = block.strip("\n").rpartition("\n")
        if text.startswith(f"{organization}\n") and _signed(_PURPOSE, f"{text}\n", signature):
            _, span, keys = text.split("\n")
            after, last = span.split(" ")
            yield _name_of(f"{text}\n"), int(after), int(last), list(map(kept_notes.read, keys.split()))


def _state(folder: Path) -> dict[str, Any] | None:
    try:
        lines = (folder / _STATE).read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return None
    if len(lines) != 2 or not _signed(_STATE_PURPOSE, lines[0], lines[1]):
        raise Damaged(f"{folder / _STATE} is not one of ours.")
    state: dict[str, Any] = json.loads(lines[0])
    return state


def _signed(purpose: bytes, text: str, signature: str) -> bool:
    try:
        return is_signed(purpose + text.encode(), base64.b64decode(signature, validate=True), trusted_keys())
    except ValueError:
        return False


# --- After a restore ---


def rewind(folder: Path, heads: Mapping[str, int]) -> None:
    """The logs came back with these lengths: what is destroyed from now on has those numbers again."""
    if state := _state(folder):
        reached = {owner: min(last, heads.get(owner, last)) for owner, last in state["reached"].items()}
        with shelf.told_plainly(folder):
            _replace(folder / _STATE, {**state, "reached": reached})


def tell_anew(folder: Path, organization: UUID, under: Mapping[bytes, bytes], dead: Tombstones) -> None:
    """What stayed of these keys is under others, too: a restore makes them for what it brings back.

    Told before any row is under them: a note too many costs nothing, since all of a key's have to say that a row stays.
    Of a key that no note is known of the entries beside the keys say what stayed.
    """
    said = dict(dead.kept.get(organization, {}))
    if unknown := under.keys() - said.keys():
        found = kept_forms.living_marks(organization, unknown, dead.keys.get(organization, ()))
        said |= {key: {Kept(len(one.rows), None, one.rows, one.records)} for key, one in found.items() if one.rows}
    anew = [
        kept_notes.written(Told(key, kept_notes.under_another(said[key], to)))
        for key, to in sorted(under.items())
        if key in said
    ]
    if not anew:
        return
    with shelf.told_plainly(folder), (folder / ".tombstones.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        name = _append(folder, organization, 0, 0, anew)
        if state := _state(folder):
            names = state.setdefault("anew", {}).setdefault(str(organization), [])
            names[:] = sorted({*names, name})
            _replace(folder / _STATE, state)
