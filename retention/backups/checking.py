"""Is what came back what there was, and safe to start? (SECURITY.md 3.6)

Asked as the owner of databases that nothing else uses yet.
"""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.utils import timezone

from retention.backups import kept
from retention.backups.manifest import Manifest
from retention.backups.tables import foreign_keys, sequences
from retention.backups.tombstones import Tombstones
from retention.closing import replaying
from retention.erasing import again as erased
from tenancy.audit_checkpoints import BadNote, file_of, newest_note, read_note, read_notes, trusted_keys
from tenancy.audit_verification import copy_to_files, verify_chain
from tenancy.checks import row_security_holds
from tenancy.encryption import EncryptionError, opening_withheld, prefetch
from tenancy.encryption.ending import IN_ESCROW
from tenancy.encryption.keyring import AFTER_THE_END, keys_of
from tenancy.encryption.records import ORGANIZATION_MARK, key_ids
from tenancy.isolation import activate
from tenancy.models import AuditEvent, DataKey, Organization
from texting.models import Message, OutboxEntry

SAMPLE = 100  # texts that must open, and as many that must not
_MOST_PROBLEMS = 20


@dataclass(frozen=True)
class Check:
    """One question, how much was looked at, and what is wrong (nothing: it passed).

    `is_note`: nothing is wrong, and whoever reads the report has to know it.
    """

    name: str
    seen: str
    problems: list[str]
    is_note: bool = False


@dataclass
class Report:
    """All questions, in their order."""

    checks: list[Check] = field(default_factory=list)

    def add(self, name: str, problems: Iterable[str], seen: str = "") -> None:
        self.checks.append(Check(name, seen, list(problems)[:_MOST_PROBLEMS]))

    def note(self, name: str, words: str) -> None:
        self.checks.append(Check(name, words, [], is_note=True))

    @property
    def passed(self) -> bool:
        return not any(check.problems for check in self.checks)

    def table(self) -> Iterator[str]:
        """Lines to read."""
        for check in self.checks:
            yield f"{'FAILED' if check.problems else 'note' if check.is_note else 'ok':8}{check.name:16}{check.seen}"
            yield from (f"{'':24}{problem}" for problem in check.problems)

    def as_json(self) -> dict[str, Any]:
        return {"passed": self.passed, "checks": [asdict(check) for check in self.checks]}


def check(
    *,
    on_main: psycopg.Connection[Any],
    on_keys: psycopg.Connection[Any],
    of_main: Manifest,
    dead: Tombstones,
    folder: Path | None,
) -> Report:
    """Everything but the counts, inside `connected_to`. `folder` holds the checkpoints that left the building."""
    report = Report()
    report.add("audit log", *_chains(of_main, folder))
    report.add("row security", [message.msg for message in row_security_holds(None, ["default", "keys"])
                                if message.id == "tenancy.E003"], "every table of an organization")  # fmt: skip
    report.add("ended organizations", replaying.problems(dead.ended()), f"{len(dead.ended())} are ended")
    report.add("erased people", erased.problems())
    report.add("live texts", *_live(dead))
    report.add("shredded texts", *_shredded(dead))
    for words in kept.notes(dead):
        report.note("kept rows", words)
    report.add("outbox", *_outbox(of_main))
    for name, look in (("foreign keys", foreign_keys), ("sequences", sequences)):
        looked = [look(connection) for connection in (on_main, on_keys)]
        report.add(
            name, [each for problems, _ in looked for each in problems], f"{sum(n for _, n in looked)} looked at"
        )
    return report


# --- The audit log ---


def _chains(of_main: Manifest, folder: Path | None) -> tuple[list[str], str]:
    """Each log up to where the backup ended is what the checkpoints say; later ones tell what is lost."""
    problems, events, notes, lost = [], 0, 0, 0
    for organization in Organization.everyone.order_by("pk"):
        owner = organization.pk
        length, head = of_main.heads.get(str(owner), (0, ""))
        outside = list(read_notes(folder, owner)) if folder else []
        report = verify_chain(owner, checkpoints=notes_up_to(length, outside))
        events, notes = events + report.events, notes + report.checkpoints
        problems += [f"{owner}: event {each.sequence}: {each.problem}" for each in report.findings]
        lost += max(0, max(map(_length, outside), default=0) - length)
        with activate(organization):
            last = AuditEvent.objects.filter(sequence=length).values_list("hash", flat=True).first()
        if length and (last is None or bytes(last).hex() != head):
            problems.append(f"{owner}: event {length} is not the one that the backup ended with")
    return problems, f"{events} events, {notes} checkpoints; {lost} events since the backup are lost"


def notes_up_to(length: int, notes: Iterable[str]) -> list[str]:
    """Those that a log of this length can be held against."""
    return [note for note in notes if _length(note) <= length]


def _length(note: str) -> int:
    """0 for a note that is none, so that the verification sees it."""
    try:
        return read_note(note, trusted_keys()).sequence
    except BadNote:
        return 0


def begin_checkpoints_anew(folder: Path, heads: Mapping[str, int]) -> None:
    """Where more was signed than came back, the old notes stay beside, and a new file begins with those that hold.

    `heads`: the length with which each organization's log came back.
    """
    for organization in list(Organization.everyone.order_by("pk").values_list("pk", flat=True)):
        length = heads.get(str(organization), 0)
        note = newest_note(folder, organization)
        if note is not None and _length(note) > length:
            path = file_of(folder, organization)
            path.rename(path.with_name(f"{path.name}.before-restore-{timezone.now():%Y%m%dT%H%M%SZ}"))
            with activate(organization):
                copy_to_files()


# --- Texts ---


def _live(dead: Tombstones) -> tuple[list[str], str]:
    """Texts picked at random, of organizations picked at random: each opens, unless its key was destroyed."""
    owners = list(Organization.everyone.exclude(pk__in=dead.ended()).values_list("pk", flat=True))
    random.shuffle(owners)
    problems, opened = [], 0
    for place, owner in enumerate(owners):
        if opened >= SAMPLE:
            break
        with activate(owner):
            rows = _picked(-(-(SAMPLE - opened) // min(SAMPLE, len(owners) - place)))
            keys = dead.keys.get(owner, set())
            sealed = [(row, row.__dict__["body"]) for row in rows]  # None: its words have ended
            rows = [row for row, body in sealed if body is not None and not keys & set(key_ids(bytes(body)))]
            with opening_withheld():  # hidden is not lost
                prefetch(rows)
                for row in rows:
                    try:
                        row.body  # noqa: B018 - opened here
                    except EncryptionError as error:
                        problems.append(f"text {row.pk} of {owner}: {error}")
                    opened += 1
    return problems, f"{opened} texts opened"


def _picked(many: int) -> list[Message]:
    """About evenly over time: ids grow with it."""
    ids = Message.objects.order_by("pk").values_list("pk", flat=True)
    first, last = ids.first(), ids.last()
    if first is None or last is None:
        return []
    places = [UUID(int=random.randint(first.int, last.int)) for _ in range(many)]  # noqa: S311 - a sample
    found = {pk for place in places for pk in ids.filter(pk__gte=place)[:1]}
    return list(Message.objects.filter(pk__in=found))


def _shredded(dead: Tombstones) -> tuple[list[str], str]:
    """No destroyed key is there, and what was sealed under one does not open."""
    problems, keys, texts = list(keys_that_outlived(dead)), 0, 0
    for owner in Organization.everyone.order_by("pk").values_list("pk", flat=True):
        gone = sorted(dead.keys.get(owner, ()))
        keys += len(gone)
        if not gone or texts >= SAMPLE:
            continue
        with activate(owner):
            rows = list(Message.objects.raw(
                "SELECT * FROM texting_message WHERE substring(body FROM 3 FOR 8) = ANY(%(gone)s)"
                " OR substring(body FROM 11 FOR 8) = ANY(%(gone)s) LIMIT %(most)s",
                {"gone": gone, "most": SAMPLE - texts},
            ))  # fmt: skip
            texts += len(rows)
            problems += [f"text {row.pk} of {owner} opens, and its key was destroyed" for row in rows if _opens(row)]
    return problems, f"{keys} keys are gone, {texts} texts under them do not open"


def keys_that_outlived(dead: Tombstones) -> Iterator[str]:
    """Each destroyed key that is there, in words."""
    for owner in list(Organization.everyone.order_by("pk").values_list("pk", flat=True)):
        gone = sorted(dead.keys.get(owner, ()))
        with keys_of(owner):
            there = DataKey.objects.filter(organization_id=owner)
            outlived = there.exclude(kind__in=(*IN_ESCROW, *AFTER_THE_END))
            for key in outlived if ORGANIZATION_MARK in gone else there.filter(key_id__in=gone):
                yield f"key {key.audit_id} of {owner} was destroyed, and is there"


def _opens(row: Message) -> bool:
    try:
        row.body  # noqa: B018 - opened here
    except EncryptionError:
        return False
    return True


# --- The outbox ---


def _outbox(of_main: Manifest) -> tuple[list[str], str]:
    """SECURITY.md W13: nothing that waited in the backup leaves before it was looked up."""
    waited = OutboxEntry.objects.filter(entered_at__lte=of_main.taken_at)
    blind = waited.exclude(state=OutboxEntry.State.UNCONFIRMED, restored_at__isnull=False).count()
    problems = [f"{blind} texts would be sent without being looked up; run: manage.py after_restore"] if blind else []
    return problems, f"{waited.count()} texts waited"
