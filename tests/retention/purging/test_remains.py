"""A certificate names every table of which rows remain, whichever kind of data has ended alone."""

import json

import pytest
from django.apps import apps

from retention import remains
from retention.certificate_paper import as_pdf
from retention.kinds import Kind
from retention.models import Purge
from retention.purging import running
from retention.purging.words import KEYS
from retention.subjects import SUBJECTS
from tenancy.encryption import EncryptionError, keyring
from tenancy.encryption.day_shredding import columns_of
from tenancy.encryption.fields import encrypted_fields
from tenancy.isolation import activate
from tests.retention.old_rows import OldRows

from .conftest import LONG_AGO, set_days

BY_THEMSELVES = (
    Kind.ATTACHMENTS,
    Kind.FINDINGS,
    Kind.SECURE_REPLIES,
    Kind.PAYMENTS,
    Kind.WEBHOOKS,
    Kind.EXPORTS,
    Kind.AUDIT,
)
LONG = 400


def models_of(kind):
    """Tables with rows of the kind: those that are counted, and those under its keys of days."""
    sealed = {column.model._meta.label for name, of in KEYS.items() if of is kind for column in columns_of(name)}
    return {subject.model for subject in SUBJECTS[kind]} | sealed


def words_of(row):
    """What is sealed in a row and can be opened."""
    for column in encrypted_fields(type(row)):
        try:
            value = getattr(row, column.attname)
        except EncryptionError:
            continue
        yield from [value] if value else []


@pytest.mark.usefixtures("without_waiting")
def test_a_certificate_names_the_rows_that_remain_of_each_kind_alone(desk, settings):
    settings.AUDIT_SIGNING_KEY = b"k" * 32
    one, at = desk.resolve(desk.hear("About my crown")), LONG_AGO.replace(year=2025)
    with activate(desk.organization):
        rows = OldRows(desk)
        payment = rows.payment(one, at)
        made = [payment, rows.page(payment, at), rows.finding(one, at, because="They asked"), rows.reply(one, at)]
        made += [rows.answer(at), rows.event(at), rows.export(at), rows.file(one, at)]
        for kind in BY_THEMSELVES:
            set_days(kind, {Kind.WEBHOOKS: 90, Kind.EXPORTS: 30, Kind.AUDIT: LONG}.get(kind, 60))
    assert running.run_nights()["failed"] == 0
    keyring.forget_everything()
    with activate(desk.organization):
        purge = Purge.objects.get()
        said = json.loads(purge.certificate)
        assert set(said["ended"]) | {"audit"} == {kind.value for kind in BY_THEMSELVES}
        for row in made:
            assert list(words_of(type(row).objects.get(pk=row.pk))) == [], "a row that remains says something"
        for kind in BY_THEMSELVES:
            left = {label for label in models_of(kind) if apps.get_model(label)._default_manager.exists()}
            assert left, "nothing remains to be told of"
            assert left <= set(remains.of_kinds([kind])), kind
            told = (apps.get_model(label)._default_manager for label in remains.of_kinds([kind]))
            assert all(rows.exists() for rows in told), "told of although there is nothing"
        assert said["remains"] == remains.of_kinds(BY_THEMSELVES)
        assert as_pdf(purge).startswith(b"%PDF")
    page = desk.as_(desk.cast.admin).get(f"/settings/purges/{purge.pk}/").content.decode()
    assert "That a file was made, for whom, its size and checksum" in page


def test_an_erasure_counts_them_for_one_person(desk):
    mine, other = desk.hear("About my crown"), desk.hear("About my braces", number="+12125550183")
    with activate(desk.organization):
        rows = OldRows(desk)
        for one in (mine, mine, other):
            rows.finding(one, LONG_AGO)
            rows.page(rows.payment(one, LONG_AGO), LONG_AGO)
            rows.reply(one, LONG_AGO)
            rows.file(one, LONG_AGO)
        counted = remains.of_contacts([mine.contact_id])
        names = ("texting.Attachment", "compliance.Finding", "portal.SecureMessage", "portal.SecureReply")
        assert [counted[name] for name in (*names, "portal.PaymentRequest", "portal.PaymentSession")] == [2] * 6
        assert counted.keys() <= remains.WORDS.keys()
