"""What stays of a customer whose words, conversation and contact have ended: counts, states and ids, nothing personal.

Decision 399: every table that still has a row about them is written down here with what the row is for, so whoever adds
one has to say it; and no value of any row of the organization, opened where a key still opens it, tells of the person.
"""

import json
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.conf import settings as configured
from django.db.models import ForeignKey

from retention import remains
from retention.certificate_paper import as_pdf
from retention.kinds import Kind
from retention.models import Purge
from retention.purging import running
from tenancy.encryption import EncryptionError, keyring
from tenancy.isolation import TenantModel, activate
from tests.texting.desk import FIRST
from texting.models import Contact, Conversation, Message

from .conftest import set_days

AGES_AGO = datetime(2019, 3, 14, 12, tzinfo=UTC)
NAME, WORDS, ANSWER = "Delia Quince", "Zwetschgenkuchen for the trombone quartet", "Mulberries on the terrace"
PERSONAL = ("quince", "zwetschgen", "trombone", "mulberries", FIRST[1:], FIRST[2:], FIRST[-7:], "555-0181")
STAYS = {
    "texting.Contact": "the nameless row: others point to it, and its key's end is known by it",
    "texting.Conversation": "the frame: findings, checks, reviews and escalations are counted by it",
    "texting.CarrierCopy": "that a carrier was asked to delete its copy, and its answer: the certificate counts it",
    "texting.Decision": "why each text was allowed: proof against claims, append-only",
    "compliance.ConsentEvent": "what they said about texts: proof, without their number",
    "compliance.OptIn": "that they gave permission, and for what: proof",
    "compliance.EntryFact": "numbers of texts about one entry of the ledger",
    "compliance.TextFact": "numbers of texts by day, of nobody",
}


def values_of(row):
    """Every value of a row as text; what is sealed is opened where its keys are still there."""
    for field in row._meta.concrete_fields:
        try:
            value = getattr(row, field.attname)
        except EncryptionError:
            continue
        yield field.attname, bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)


def remains_of(purge):
    """What its certificate says; its paper says the same."""
    assert as_pdf(purge).startswith(b"%PDF")
    return json.loads(purge.certificate)["remains"]


def about(row, ids):
    """Whether a row is one of these or points to one."""
    pointed = {str(getattr(row, field.attname)) for field in row._meta.concrete_fields if isinstance(field, ForeignKey)}
    loose = {str(getattr(row, name, "")) for name in ("contact_id", "conversation_id", "message_id")}
    return bool(({str(row.pk)} | pointed | loose) & ids)


@pytest.mark.usefixtures("without_waiting", "far_end")
def test_of_a_customer_whose_periods_are_over_nothing_personal_stays(desk, told, settings):
    settings.RETENTION_KEEPERS = list(configured.RETENTION_KEEPERS)
    text = told(WORDS, AGES_AGO, number=FIRST, name=NAME)
    with activate(desk.organization):
        conversation = text.conversation
    desk.answer(conversation, ANSWER)
    desk.hear("STOP", number=FIRST)
    with activate(desk.organization):
        texts = [str(pk) for pk in Message.objects.values_list("pk", flat=True)]
        ids = {str(text.contact_id), str(text.conversation_id), *texts}
        for message in Message.objects.all():
            assert message.body
            message.created_at = AGES_AGO
            message.save(update_fields=["created_at", "body"])
        Message.objects.filter(direction="out").update(status="delivered")
        conversation = Conversation.objects.get(pk=text.conversation_id)
        conversation.last_activity_at, conversation.preview = AGES_AGO, WORDS
        conversation.save(update_fields=["last_activity_at", "preview"])
        Conversation.objects.update(status="resolved", resolved_at=AGES_AGO)
        Contact.objects.update(created_at=AGES_AGO)
        for kind in (Kind.BODIES, Kind.CONTACTS):
            set_days(kind, 30)
    for _night in range(3):  # words, then their conversation once carriers have answered, then the contact
        with activate(desk.organization):
            Purge.objects.update(night=None)
            apps.get_model("texting.CarrierCopy").objects.update(due_at=None)
        assert running.run_nights()["failed"] == 0
    keyring.forget_everything()
    with activate(desk.organization):
        assert not Message.objects.exists()
        assert Contact.objects.get().number_masked == ""
        assert Conversation.objects.get().texts_gone_at is not None
        left, said = set(), []
        for model in apps.get_models():
            if not issubclass(model, TenantModel) or model._meta.proxy:
                continue
            for row in model._default_manager.all():
                left |= {model._meta.label} if about(row, ids) else set()
                told_of = ((name, value.casefold()) for name, value in values_of(row))
                said += [(model._meta.label, n, v[:80]) for n, v in told_of if any(one in v for one in PERSONAL)]
        told = {label for purge in Purge.objects.exclude(certificate="") for label in remains_of(purge)}
    assert said == []
    assert {label for label in left if label.startswith("texting.")} <= told, "no certificate says that these remain"
    assert told <= remains.WORDS.keys()
    assert left <= STAYS.keys(), "a table keeps rows about somebody who has ended: say in STAYS and decision 399 why"
    assert {"texting.Contact", "texting.Conversation", "texting.Decision"} <= left
