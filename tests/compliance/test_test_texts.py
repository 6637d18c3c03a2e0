"""A test text to one's own phone: permission is recorded as evidence, and the gate decides as always."""

import pytest
from django.test import Client

from accounts.permissions import MissingPermission
from compliance.models import ConsentEvent, Suppression
from compliance.test_texts import STATEMENT, send_test_text
from tenancy.isolation import activate
from tests.cast import signed_in
from tests.texting.conftest import far_end
from tests.texting.desk import FIRST, desk
from texting import delivery
from texting.models import Line, Message
from texting.phone_numbers import parse
from texting.sending import Refused

__all__ = ["desk", "far_end"]

OWN = "(212) 555-0177"
YES = {"number": OWN, "is_mine": "on"}


def page(desk) -> str:
    return f"/settings/lines/{desk.line.pk}/test/"


def out(desk) -> list[Message]:
    with activate(desk.organization):
        return list(Message.objects.filter(direction="out"))


def test_it_records_who_said_what_and_sends(desk, far_end):
    answer = desk.as_(desk.cast.admin).post(page(desk), YES)
    assert answer.status_code == 200
    assert "Waiting to send" in answer.content.decode()
    with activate(desk.organization):
        event = ConsentEvent.objects.get()
        assert (event.action, event.kind, event.source) == ("given", "express", "agent")
        assert (event.words, event.actor) == (STATEMENT, desk.cast.admin)
        [message] = out(desk)
        assert message.body.startswith("Harbor Dental: ")
        assert "STOP" in message.body, "a first text has the opt-out words, a test text too"
        assert message.decision_verdict == "allow"
    delivery.deliver_line(desk.line.pk)
    [sent] = far_end.ledger
    assert sent.to == "+12125550177"


def test_the_part_follows_it_until_it_is_final(desk, far_end):
    admin = desk.as_(desk.cast.admin)
    first = admin.post(page(desk), YES).content.decode()
    [message] = out(desk)
    assert f'hx-get="{page(desk)}{message.pk}/"' in first
    with activate(desk.organization):
        Message.objects.update(status="delivered")
    last = admin.get(f"{page(desk)}{message.pk}/").content.decode()
    assert "Delivered" in last
    assert "hx-trigger" not in last
    assert OWN not in last


def test_without_saying_that_it_is_ones_own_nothing_happens(desk):
    answer = desk.as_(desk.cast.admin).post(page(desk), {"number": OWN})
    assert answer.status_code == 422
    assert "Only your own phone may get a test text" in answer.content.decode()
    with activate(desk.organization):
        assert not ConsentEvent.objects.exists()
    assert out(desk) == []


def test_a_number_that_opted_out_stays_opted_out(desk):
    desk.hear("STOP", number=FIRST)
    before = len(out(desk))
    answer = desk.as_(desk.cast.admin).post(page(desk), {**YES, "number": FIRST})
    assert answer.status_code == 422
    assert "They opted out" in answer.content.decode()
    with activate(desk.organization):
        assert Suppression.objects.count() == 1
        assert not ConsentEvent.objects.filter(source="agent").exists()
    assert len(out(desk)) == before


def test_a_line_that_is_off_sends_no_test_either(desk):
    with activate(desk.organization):
        Line.objects.update(is_active=False)
    answer = desk.as_(desk.cast.admin).post(page(desk), YES)
    assert answer.status_code == 422
    assert "is switched off" in answer.content.decode()
    assert out(desk) == []


def test_a_second_test_needs_no_second_statement(desk):
    admin = desk.as_(desk.cast.admin)
    for _ in range(2):
        assert admin.post(page(desk), YES).status_code == 200
    with activate(desk.organization):
        assert ConsentEvent.objects.count() == 1
    assert len(out(desk)) == 2


@pytest.mark.parametrize("number", ["", "555", "12345", "x" * 500, "+1 (555) 000", "\x00"])
def test_what_is_no_number_is_said_in_words(desk, number):
    assert desk.as_(desk.cast.admin).post(page(desk), {**YES, "number": number}).status_code == 422
    assert out(desk) == []


def test_only_so_many_in_an_hour(desk):
    admin = desk.as_(desk.cast.admin)
    answers = [admin.post(page(desk), YES).status_code for _ in range(12)]
    assert answers == [200] * 10 + [422] * 2
    assert len(out(desk)) == 10


def test_without_the_right_nothing_happens(desk):
    with activate(desk.organization), pytest.raises(MissingPermission):
        send_test_text(member=desk.cast.agent, line=desk.line, number=parse(OWN))
    assert desk.as_(desk.cast.agent).post(page(desk), YES).status_code == 403
    with activate(desk.organization):
        assert not ConsentEvent.objects.exists()
    assert out(desk) == []


def test_another_organizations_line_or_text_is_not_there(desk):
    desk.as_(desk.cast.admin).post(page(desk), YES)
    [message] = out(desk)
    outsider = signed_in(Client(), desk.cast.outsider)
    assert outsider.post(page(desk), YES).status_code == 404
    assert outsider.get(f"{page(desk)}{message.pk}/").status_code == 404
    other = f"/settings/lines/{desk.billing_line.pk}/test/{message.pk}/"
    assert desk.as_(desk.cast.admin).get(other).status_code == 404, "a text of another line"


def test_a_refusal_is_a_refusal_and_no_error(desk):
    with activate(desk.organization):
        Line.objects.filter(pk=desk.line.pk).update(is_active=False)
        desk.line.refresh_from_db()
        with pytest.raises(Refused):
            send_test_text(member=desk.cast.admin, line=desk.line, number=parse(OWN))
