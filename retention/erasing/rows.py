"""Rows that a destroyed key of a contact has made unreadable say so; what stands in clear beside them goes, too.

Which rows those are is read from the rows: a record names the keys that sealed it. Short transactions of a batch, so a
run that died goes on where it was, and nothing counts twice.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone

from accounts.api.repeating import forget_answers
from compliance.detectors.findings import LAST_FOUR_MARK
from compliance.models import ConsentImportRow, ContactAddress, Finding
from compliance.report_facts.keeping import keep_of_contacts
from retention.models import Erasure
from retention.requests.parts import Who
from tenancy.crash_points import crash_here
from tenancy.encryption import ContactKey
from tenancy.encryption.day_shredding import key_id_at
from tenancy.encryption.fields import ENDED, EncryptedTextField, encrypted_fields
from tenancy.isolation import AppendOnly, activate
from texting import persons
from texting.ended import end_files, end_notes, end_words
from texting.models import Attachment, Contact, ContactTag, Conversation, Draft, EndedAs, FieldValue, Message, Note
from texting.models.ending import Ending
from texting.searching.keeping import forget_names

BATCH = 500
Field = EncryptedTextField[Any, Any]


def columns() -> Iterator[tuple[type[models.Model], Field, str, int]]:
    """Every column that keys of contacts seal: model, field, the column that names the contact, the key's place."""
    for model in apps.get_models():
        for field in encrypted_fields(model):
            for place, key in enumerate(field.keys):
                if isinstance(key, ContactKey):
                    yield model, field, key.attribute, place


def who_of(erasure: Erasure) -> Who:
    """Whose data ends, by all their numbers: as they were, whether or not a contact still has them."""
    numbers = tuple(bytes.fromhex(one) for one in erasure.number_hashes)
    return Who(bytes(erasure.request.number_index), tuple(UUID(one) for one in erasure.contact_ids), numbers)


def let_go_of_numbers(contacts: Collection[UUID]) -> int:
    """Before their key goes, in its transaction: what comes from these numbers from then on is somebody new's.

    Nothing that arrives may meet a contact without a key: it could not be stored, and a STOP would not be heard.
    """
    known = list(Contact.objects.filter(pk__in=contacts).exclude(number_masked="").values_list("pk", flat=True))
    keep_of_contacts(known)
    return without_numbers(known)


def end_all(organization: UUID, erasure: Erasure, *, lease: timedelta) -> None:
    """End everything of the erasure's contacts; the key must be gone. Counts into `erasure.ended`.

    Each batch says for how long nobody else is to take it: `lease` from then on.
    """
    for step in (_texts, _notes, _files, _sealed, _beside):
        while True:
            with activate(organization):
                live = Erasure.objects.select_for_update(of=("self",)).get(pk=erasure.pk)
                counts = step(live)
                for label, number in counts.items():
                    live.ended[label] = live.ended.get(label, 0) + number
                live.busy_until = timezone.now() + lease
                live.save(update_fields=["ended", "busy_until"])
                crash_here("before_erased_commit")
            if not any(counts.values()):
                break


def naming(erasure: Erasure) -> Iterator[tuple[type[models.Model], Field, "models.QuerySet[Any]"]]:
    """Rows of each column that still hold what the destroyed key had sealed; but for the log, which nobody writes."""
    yield from rows_under(erasure.contact_ids, [bytes.fromhex(one) for one in erasure.key_ids])


def rows_under(
    contacts: Collection[Any], keys: Sequence[bytes]
) -> Iterator[tuple[type[models.Model], Field, "models.QuerySet[Any]"]]:
    """Rows of these contacts under these keys, of each column; but for the log, which nobody writes."""
    for model, field, attribute, place in columns():
        if any(isinstance(each, AppendOnly) for each in model._meta.constraints):
            continue
        mine = {f"{attribute}__in": list(contacts)}
        manager: models.Manager[Any] = model._default_manager
        yield model, field, manager.filter(**mine).alias(_key=key_id_at(field, place)).filter(_key__in=keys)


def _texts(erasure: Erasure) -> dict[str, int]:
    """The newest first: the latest text of a conversation is what its preview is of, and it must be gone by then."""
    rows = Message.objects.filter(contact_id__in=erasure.contact_ids, ended_at=None).order_by("-created_at", "-pk")
    ids = list(rows.values_list("pk", flat=True)[:BATCH])
    done = end_words(ids, ended_as=EndedAs.ERASED, at=erasure.at)
    return {"texting.Message": done.texts, "texting.Attachment": done.files}


def _notes(erasure: Erasure) -> dict[str, int]:
    rows = Note.objects.filter(contact_id__in=erasure.contact_ids, ended_at=None).order_by("pk")
    ids = list(rows.values_list("pk", flat=True)[:BATCH])
    return {"texting.Note": end_notes(ids, ended_as=EndedAs.ERASED, at=erasure.at)}


def _files(erasure: Erasure) -> dict[str, int]:
    """Those of no text, or of a text whose words had ended before."""
    rows = Attachment.objects.filter(contact_id__in=erasure.contact_ids, ended_at=None).order_by("pk")
    ids = list(rows.values_list("pk", flat=True)[:BATCH])
    ended = end_files(Attachment.objects.filter(pk__in=ids), ended_as=EndedAs.ERASED, at=erasure.at)
    return {"texting.Attachment": ended}


def end_told(contacts: Collection[UUID], *, at: datetime) -> None:
    """Texts, notes and files of these contacts, with all that is told of their words elsewhere; twice is once."""
    mine = {"contact_id__in": list(contacts), "ended_at": None}
    texts = Message.objects.filter(**mine).order_by("-created_at", "-pk")
    while ids := list(texts.values_list("pk", flat=True)[:BATCH]):
        end_words(ids, ended_as=EndedAs.ERASED, at=at)
    end_notes(list(Note.objects.filter(**mine).values_list("pk", flat=True)), ended_as=EndedAs.ERASED, at=at)
    end_files(Attachment.objects.filter(**mine), ended_as=EndedAs.ERASED, at=at)


def _sealed(erasure: Erasure) -> dict[str, int]:
    """Whatever else the key had sealed, model by model."""
    done: dict[str, int] = {}
    for model, field, rows in naming(erasure):
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not ids:
            continue
        end_sealed(model, field, ids, at=erasure.at, ended_as=EndedAs.ERASED)
        done[model._meta.label] = done.get(model._meta.label, 0) + len(ids)
    return done


def end_sealed(
    model: type[models.Model], field: Field, ids: Collection[Any], *, at: datetime, ended_as: EndedAs
) -> None:
    """These rows say that what the key had sealed in this column has ended; what is nothing else goes."""
    wanted = model._default_manager.filter(pk__in=ids)
    if issubclass(model, Ending):
        words = {each.attname: None for each in encrypted_fields(model)}
        wanted.filter(ended_at=None).update(ended_at=at, ended_as=ended_as, **words)
    elif model in (Draft, ContactAddress, FieldValue):
        wanted.delete()
    else:
        wanted.update(**{field.attname: None if field.null else ENDED})


def _beside(erasure: Erasure) -> dict[str, int]:
    """What stands in clear or under other keys."""
    forget_answers([str(one) for one in erasure.contact_ids])
    return end_beside(who_of(erasure))


def end_beside(who: Who) -> dict[str, int]:
    """What stands in clear or under other keys: digits in findings, cells of lists, tags, words of names."""
    without_digits = Func(F("masked"), Value(f" {LAST_FOUR_MARK}[^]]*"), Value(""), function="regexp_replace")
    found = Finding.objects.filter(conversation_id__in=who.conversations)
    speaking = found.filter(Q(digest__isnull=False) | Q(because__isnull=False) | Q(masked__contains=LAST_FOUR_MARK))
    listed = ConsentImportRow.objects.filter(number_index__in=who.indexes, consent_import__forgotten_at=None)
    done = {
        "compliance.Finding": speaking.update(masked=without_digits, digest=None, because=None),
        "compliance.ConsentImportRow": sum(_without_cells(row) for row in listed),
        "texting.ContactTag": ContactTag.objects.filter(contact_id__in=who.contacts).delete()[0],
        "texting.ContactWord": forget_names(who.contacts),
    }
    Conversation.objects.filter(contact_id__in=who.contacts).exclude(preview_media="").update(preview_media="")
    return done


def _without_cells(row: ConsentImportRow) -> int:
    """A list that was uploaded stays readable until it is forgotten; this row of it is empty."""
    if row.cells == "[]":
        return 0
    row.cells = "[]"
    row.save(update_fields=["cells"])
    return 1


def without_numbers(contacts: Collection[UUID]) -> int:
    """These are nobody's any more: who comes back with the number is somebody new. How many there were."""
    persons.part(contacts)
    random = Func(Func(function="gen_random_uuid"), function="uuid_send", output_field=models.BinaryField())
    return Contact.objects.filter(pk__in=list(contacts)).update(
        number_index=random,  # of each its own
        number_masked="",
        prefix_index=None,
        region="",
        number_kind="",
        mark="",
        mark_code="",
        marked_at=None,
        blocked_at=None,
        blocked_for="",
    )
