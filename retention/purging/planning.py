"""What is due: which keys of which days, and which rows must stay although others of their day end.

Only whole days end, since a key seals a day: what was written on a day is past its period when all of that day is.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Q

from retention.choices import Choices
from retention.due import Lane, lanes
from retention.keeping import kept
from retention.kinds import Kind
from retention.purging.words import CONVERSATION, FOLLOWERS, KEYS
from retention.subjects import SUBJECTS, Subject
from tenancy.encryption import keyring
from tenancy.encryption.clear_days import Days, in_use, staying
from tenancy.encryption.day_shredding import YOUNGEST, Column, columns_of
from tenancy.isolation import current_organization_id
from tenancy.models import DataKey

RULE = "rule"
"""The reason of what stays because another period holds for it."""


@dataclass(frozen=True)
class Due:
    """Keys of a day whose end is due for some of what they open."""

    kind: Kind
    key_kind: str
    day: date
    key_ids: tuple[bytes, ...]


@dataclass(frozen=True)
class Reason:
    """Why rows stay: `RULE` or a keeper's dotted name, and a condition on the rows."""

    name: str
    condition: Q


class Standing:
    """Policies and keepers as they are now, for one kind of keys and one day. Make it under `deleting_lock`."""

    def __init__(self, key_kind: str, day: date, at: datetime, of_kind: Sequence[Lane] | None = None) -> None:
        self.kind = KEYS[key_kind]
        self.key_kind, self.day = key_kind, day
        self._over = datetime.combine(day, time.min, UTC) + timedelta(days=1)
        self._at = at
        self._lanes = lanes(self.kind) if of_kind is None else of_kind
        self._columns = {column.model._meta.label: column for column in columns_of(key_kind)}
        self._found: dict[str, list[Reason]] = {}

    def is_due(self, lane: Lane) -> bool:
        """Whether all of the day is past the lane's period."""
        cutoff = lane.cutoff(self._at)
        return cutoff is not None and self._over <= cutoff

    @property
    def due_lanes(self) -> tuple[bool, ...]:
        """Which lanes are due. Of days of one kind alike in this the same rows stay."""
        return tuple(self.is_due(lane) for lane in self._lanes)

    def reasons(self, label: str) -> list[Reason]:
        """Why rows of this model stay; nothing: all of them end."""
        if label not in self._found:
            subjects = [subject for subject in SUBJECTS[self.kind] if subject.model == label]
            follower = FOLLOWERS.get(label)
            if subjects:
                self._found[label] = [reason for subject in subjects for reason in self._of_subject(subject)]
            elif label == CONVERSATION:
                self._found[label] = self._of_conversations()
            elif follower is None:
                self._found[label] = [Reason("unknown", Q())]  # whatever nobody thought of stays
            elif follower.path is None:
                self._found[label] = []
            else:
                self._found[label] = [*self._following(follower.lead, follower.path), *self._own(label)]
        return self._found[label]

    def conditions(self, model: type[models.Model]) -> list[Q]:
        """The reasons as conditions, for `clear_days`."""
        return [reason.condition for reason in self.reasons(model._meta.label)]

    def survivors(self, model: type[models.Model]) -> Q | None:
        """What must stay of a model, for `shred_day`."""
        reasons = self.reasons(model._meta.label)
        return reduce(or_, (reason.condition for reason in reasons)) if reasons else None

    def _of_subject(self, subject: Subject) -> list[Reason]:
        """Rows in lanes that are not due, and rows that something keeps."""
        staying = [lane.of for lane in self._lanes if lane.subject == subject and not self.is_due(lane)]
        keepers = [Reason(each.keeper, each.condition) for each in kept(subject)]
        return [*(Reason(RULE, of) for of in staying), *keepers]

    def _of_conversations(self) -> list[Reason]:
        """As texts: their paths to contact and team are those of a conversation, too."""
        (text,) = (subject for subject in SUBJECTS[Kind.BODIES] if subject.model == "texting.Message")
        staying = [lane.of for lane in self._lanes if lane.subject == text and not self.is_due(lane)]
        as_words = Subject(CONVERSATION, "last_activity_at", "body", "pk", "contact_id", "line__team_id")
        keepers = [Reason(each.keeper, each.condition) for each in kept(as_words)]
        return [*(Reason(RULE, of) for of in staying), *keepers]

    def _following(self, lead: str, path: str) -> Iterator[Reason]:
        """Rows whose lead stays."""
        model: Any = apps.get_model(lead)
        for reason in self.reasons(lead):
            leads = model._default_manager.filter(reason.condition).values("pk")
            yield Reason(reason.name, Q(**{f"{path}__in": leads}))

    def _own(self, label: str) -> Iterator[Reason]:
        """Rows that something keeps for themselves, such as by their date."""
        column, follower = self._columns[label], FOLLOWERS[label]
        to_conversation = follower.path if follower.lead == CONVERSATION else None
        whose = "contact_id" if any(field.attname == "contact_id" for field in _fields(label)) else None
        subject = Subject(label, column.attribute, self.key_kind, to_conversation, whose, None)
        yield from (Reason(each.keeper, each.condition) for each in kept(subject))


def _fields(label: str) -> Any:
    return apps.get_model(label)._meta.concrete_fields


def alike(
    key_kind: str, days: Iterable[date], at: datetime, choices: Choices | None = None
) -> list[tuple[Standing, list[date]]]:
    """The days in groups of which the same rows stay, each with what holds for it. Make it under `deleting_lock`."""
    of_kind = lanes(KEYS[key_kind], choices=choices)
    found: dict[tuple[bool, ...], tuple[Standing, list[date]]] = {}
    for day in days:
        standing = Standing(key_kind, day, at, of_kind)
        found.setdefault(standing.due_lanes, (standing, []))[1].append(day)
    return list(found.values())


def due_keys(at: datetime, choices: Choices | None = None) -> list[Due]:
    """Everything that is due at a moment in the active organization. Make it under `deleting_lock`, and read `choices`
    under it.
    """
    organization = current_organization_id()
    found = []
    for key_kind, kind in KEYS.items():
        cutoffs = [cutoff for lane in lanes(kind, choices=choices) if (cutoff := lane.cutoff(at))]
        if not cutoffs:
            continue
        keys = _days_before(key_kind, min(max(cutoffs), at - YOUNGEST))
        due: set[date] = set()
        for standing, days in alike(key_kind, keys, at, choices):
            if not any(standing.due_lanes):
                continue
            stay = staying(key_kind, {day: keys[day] for day in days}, standing.conditions)
            due |= set(days) - stay  # also where no row is left under the keys: nothing needs them
            due |= {day for day in stay if _anything_ends(standing, day, organization, keys[day])}
        found += [Due(kind, key_kind, day, tuple(keys[day])) for day in keys if day in due]
    return found


def _days_before(key_kind: str, moment: datetime) -> dict[date, list[bytes]]:
    """Days that were over before a moment and that have keys of this kind, oldest first."""
    organization = current_organization_id()
    last = moment.astimezone(UTC).date().isoformat()
    days: dict[date, list[bytes]] = {}
    with keyring.keys_of(organization):
        rows = DataKey.objects.filter(organization_id=organization, kind=key_kind, scope__lt=last)
        for scope, key_id in rows.order_by("scope", "generation").values_list("scope", "key_id"):
            days.setdefault(date.fromisoformat(scope), []).append(bytes(key_id))
    return days


def _anything_ends(standing: Standing, day: date, organization: UUID, key_ids: list[bytes]) -> bool:
    """Whether some row under these keys ends, of a day of which something stays."""
    for column in columns_of(standing.key_kind):
        survivors = standing.survivors(column.model)
        rows = column.naming(organization, day, key_ids)
        if (rows if survivors is None else _ending(rows, survivors)).exists():
            return True
    return False


def _ending(rows: Any, survivors: Q) -> Any:
    """Rows that do not survive; by primary key, since a condition across tables is not simply turned round."""
    return rows.exclude(pk__in=rows.filter(survivors).order_by().values("pk"))


def whole_days_kept(at: datetime, dues: Iterable[Due], choices: Choices | None = None) -> dict[str, Counter[str]]:
    """By kind of keys: how many rows stay, by reason, of days that are due and of which nothing ends (`dues` end).

    What stays because another period holds is not due, and does not count. Make it under `deleting_lock`.
    """
    ending = {(due.key_kind, due.day) for due in dues}
    found: dict[str, Counter[str]] = {}
    for key_kind, kind in KEYS.items():
        cutoffs = [cutoff for lane in lanes(kind, choices=choices) if (cutoff := lane.cutoff(at))]
        keys = _days_before(key_kind, min(max(cutoffs), at - YOUNGEST)) if cutoffs else {}
        counts: Counter[str] = Counter()
        for standing, days in alike(key_kind, keys, at, choices):
            left = {day: keys[day] for day in days if (key_kind, day) not in ending}
            if left and any(standing.due_lanes):
                counts += _kept_by_others(standing, left)
        if counts:
            found[key_kind] = counts
    return found


def _kept_by_others(standing: Standing, days: Days) -> Counter[str]:
    """Rows under these keys that something but a longer period keeps, by reason."""
    counts: Counter[str] = Counter()
    key_ids = [key_id for ids in days.values() for key_id in ids]
    for column in in_use(standing.key_kind, days):
        reasons = standing.reasons(column.model._meta.label)
        rows = column.naming_in(current_organization_id(), min(days), max(days), key_ids)
        for reason in reasons:
            if reason.name == RULE:
                rows = rows.exclude(
                    pk__in=column.model._default_manager.filter(reason.condition).order_by().values("pk")
                )
        for reason in reasons:
            if reason.name != RULE:
                counts[reason.name] += rows.filter(reason.condition).values("pk").distinct().count()
    return +counts


def count_ending(due: Due, at: datetime) -> Counter[str]:
    """How many rows of each model end of one due day, as policies and keepers are now."""
    organization = current_organization_id()
    standing = Standing(due.key_kind, due.day, at)
    ending: Counter[str] = Counter()
    for label, column in _one_column_each(due.key_kind).items():
        rows = column.naming(organization, due.day, due.key_ids)
        survivors = standing.survivors(column.model)
        ending[label] += (rows if survivors is None else _ending(rows, survivors)).count()
    return +ending


def count_staying(due: Due, at: datetime) -> Counter[str]:
    """How many rows stay, by reason. A row that several reasons keep counts for each of them."""
    organization = current_organization_id()
    standing = Standing(due.key_kind, due.day, at)
    staying: Counter[str] = Counter()
    for label, column in _one_column_each(due.key_kind).items():
        for reason in standing.reasons(label):
            rows = column.naming(organization, due.day, due.key_ids)
            staying[reason.name] += rows.filter(reason.condition).distinct().count()
    return +staying


def _one_column_each(key_kind: str) -> dict[str, Column]:
    return {column.model._meta.label: column for column in reversed(columns_of(key_kind))}
