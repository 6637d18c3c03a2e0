"""What was sent securely, what opens it and what was answered: on no page of the disk, in no log, no queue."""

import logging

import pytest

from portal.secure.sending import Check
from tenancy.isolation import activate
from tests.portal.sent import SECRET, send_securely
from tests.portal.test_private_page import ANSWER, Customer
from tests.tenancy.conftest import superuser
from tests.tenancy.test_data_files import found_on_disk, spellings
from texting.models import Message

__all__ = ["superuser"]

FACT = "K1A0B7"


@pytest.mark.django_db(transaction=True)
def test_no_file_log_or_queue_holds_anything_of_it(busy_desk, superuser, redis_client, caplog):
    caplog.set_level(logging.DEBUG)
    conversation = busy_desk.hear()
    sent = send_securely(busy_desk, conversation)
    by_fact = send_securely(busy_desk, conversation, check=Check.POSTCODE, fact=FACT)
    customer = Customer(sent)
    assert SECRET in customer.opens().content.decode()
    assert customer.sends(ANSWER).status_code == 303
    assert Customer(by_fact).answers(postcode=FACT).status_code == 303
    token = customer.client.cookies["private_page"].value.partition(".")[0]
    secrets = [SECRET, ANSWER, FACT, sent.code, sent.fragment, by_fact.code, by_fact.fragment, token]
    needles = {spelling for text in secrets for spelling in spellings(text)}
    assert found_on_disk(superuser(), needles | {b"Harbor Dental"}) == {b"Harbor Dental"}, (
        "the search finds what is there"
    )
    written = caplog.text + repr([vars(record) for record in caplog.records])
    kept = repr([redis_client.dump(key) for key in redis_client.keys("*")])
    with activate(busy_desk.organization):
        assert Message.objects.filter(purpose="private_code").exists()
    for text in (*secrets, sent.texted_code()):
        assert text not in written
        assert text not in kept
