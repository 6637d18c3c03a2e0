"""A card that came in, whole or in pieces, and one in a note: on no page of the disk, in no log, no queue."""

import logging

import pytest

from tenancy.isolation import activate
from tests.tenancy.conftest import superuser
from tests.tenancy.test_data_files import found_on_disk, spellings
from tests.texting.conftest import far_end
from tests.texting.desk import busy_desk
from texting import conversations
from texting.models import Message, Note

__all__ = ["busy_desk", "far_end", "superuser"]

CARD, PIECES, NOTED, PASSWORD = "4539 1488 0343 6467", ("6011 0009", "9013 9424"), "5105105105105100", "Quince!Tree77"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("far_end")
def test_no_file_log_or_queue_holds_a_card_that_a_customer_sent(busy_desk, superuser, redis_client, caplog):
    caplog.set_level(logging.DEBUG)
    conversation = busy_desk.hear(f"Take {CARD}, my password is {PASSWORD}")
    busy_desk.hear(f"and my other card {PIECES[0]}")
    busy_desk.hear(PIECES[1])
    with activate(busy_desk.organization):
        conversations.add_note(member=busy_desk.cast.agent, conversation=conversation, body=f"Card {NOTED}")
        kept_texts = [row.body for row in (*Message.objects.all(), *Note.objects.all())]
    assert "Take [card ••••6467], my password is [secret]" in kept_texts
    last = PIECES[1]  # the beginning is stored, sealed, until the end has come
    secrets = [CARD, CARD.replace(" ", ""), NOTED, PASSWORD, last, last.replace(" ", "")]
    needles = {spelling for text in secrets for spelling in spellings(text)}
    assert found_on_disk(superuser(), needles | {b"Harbor Dental"}) == {b"Harbor Dental"}
    written = caplog.text + repr([vars(record) for record in caplog.records])
    queued = repr([redis_client.dump(key) for key in redis_client.keys("*")])
    for text in (*secrets, *PIECES):
        assert text not in written + queued
        assert text not in repr(kept_texts)
