"""Requests for payment by the REST API: made once, told of as the provider tells, taken back before they are paid."""

import pytest

from accounts.permissions import Permission
from portal.models import PaymentRequest
from tenancy.isolation import activate
from tests.callers import Caller, make_caller
from tests.portal.payments.conftest import office
from tests.portal.payments.office import Office
from texting.models import Message

__all__ = ["office"]

WANTED = {"amount_minor": 4500, "currency": "USD", "description": "Invoice 1001"}


@pytest.fixture
def caller(office: Office) -> Caller:
    return make_caller(office.cast.owner)


def ask(office, caller, headers=None, **more):
    path = f"conversations/{office.conversation.pk}/payment-requests"
    return caller.post(path, WANTED | more, **(headers or {}))


def asked(office) -> list[PaymentRequest]:
    with activate(office.cast.organization):
        return list(PaymentRequest.objects.select_related("text"))


def test_a_program_asks_and_is_told_when_it_was_paid(office, caller):
    answer = ask(office, caller)
    assert answer.status_code == 202, answer.content
    shown = answer.json()
    assert (shown["state"], shown["amount_minor"], shown["is_live"]) == ("requested", 4500, False)
    [request] = asked(office)
    assert "1001" not in request.text.body
    assert "45" not in request.text.body.split("http")[0]
    office.paid(request)
    read = caller.get(f"payment-requests/{shown['id']}").json()
    assert (read["state"], read["paid_minor"]) == ("paid", 4500)
    assert caller.post(f"payment-requests/{shown['id']}/cancel", {}).status_code == 409


def test_the_same_request_again_asks_once(office, caller):
    key = {"Idempotency-Key": "invoice-1001"}
    first, again = (ask(office, caller, headers=key) for _ in range(2))
    assert first.json() == again.json()
    assert len(asked(office)) == 1
    assert ask(office, caller, headers=key, amount_minor=9).status_code == 422, "another request under the same key"
    assert len(asked(office)) == 1


def test_canceled_it_is_over(office, caller):
    shown = ask(office, caller).json()
    assert caller.post(f"payment-requests/{shown['id']}/cancel", {}).json()["state"] == "canceled"
    assert caller.post(f"payment-requests/{shown['id']}/cancel", {}).status_code == 409


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"amount_minor": 0}, "/amount_minor"),
        ({"amount_minor": 10**9}, "/amount_minor"),
        ({"amount_minor": "much"}, "/amount_minor"),
        ({"currency": "XXX"}, "/currency"),
        ({"description": " "}, "/description"),
        ({"description": "x" * 121}, "/description"),
        ({"description": "Your biopsy came back positive for melanoma"}, "/description"),
        ({"days": 31}, "/days"),
        ({"amount": 5}, "/amount"),
    ],
)
def test_what_is_wrong_is_said_where_and_nobody_is_asked(office, caller, wrong, pointer):
    answer = ask(office, caller, **wrong)
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    assert asked(office) == []
    with activate(office.cast.organization):
        assert not Message.objects.filter(direction="out").exists()


def test_without_the_permission_or_from_elsewhere_there_is_nothing(office, caller):
    shown = ask(office, caller).json()
    poor = make_caller(
        office.cast.owner, frozenset({Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND}), name="Poor"
    )
    stranger = make_caller(office.cast.outsider, name="Stranger")
    assert ask(office, poor).json()["missing"] == ["payments:request"]
    assert ask(office, stranger).status_code == 404
    assert stranger.get(f"payment-requests/{shown['id']}").status_code == 404
    assert stranger.post(f"payment-requests/{shown['id']}/cancel", {}).status_code == 404
    assert asked(office)[0].state == "requested"
