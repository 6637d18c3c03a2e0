"""What the operator's monitoring reads, and nobody else."""

import pytest
from django.db import DatabaseError
from django.test import Client

from config import figures
from tenancy.isolation import activate
from tests.texting.conftest import far_end, make_scene, scene
from texting import delivery, sending
from texting.models import OutboxEntry

__all__ = ["far_end", "scene"]

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "the-operators-token"


@pytest.fixture
def read(settings):
    settings.METRICS_TOKEN = TOKEN

    def read():
        answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/plain")
        lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    return read


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xe9"])
def test_without_the_token_there_is_no_such_page(settings, given):
    settings.METRICS_TOKEN = TOKEN
    assert Client().get("/metrics", headers={"Authorization": given}).status_code == 404


def test_an_installation_without_a_token_has_no_such_page(settings):
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_texts_that_wait_are_counted_by_state(read, scene, far_end):
    with activate(scene.organization):
        scene.hear("Hello")
        sending.send_text(conversation=scene.conversation(), body="We open at nine", author=scene.agent)
    waiting = read()
    assert waiting['parley_outbox_texts{state="ready"}'] == 1
    assert waiting["parley_database_up"] == 1
    delivery.deliver_line(scene.line.pk)
    assert read()['parley_outbox_texts{state="ready"}'] == 0
    assert not OutboxEntry.objects.exists()


def test_what_the_gate_and_the_provider_said_is_counted(read, scene, far_end):
    names = (
        'parley_gate_verdicts_total{stage="queue",verdict="allow"}',
        'parley_gate_verdicts_total{stage="hand_over",verdict="allow"}',
        'parley_provider_answers_total{outcome="accepted",provider="scripted"}',
    )
    before = read()
    with activate(scene.organization):
        scene.hear("Hello")
        sending.send_text(conversation=scene.conversation(), body="We open at nine", author=scene.agent)
    delivery.deliver_line(scene.line.pk)
    after = read()
    assert [after[name] - before.get(name, 0) for name in names] == [1, 1, 1]


def test_requests_are_counted_by_route_and_never_by_address(read, scene):
    Client().get("/people/7b0c6f2e-for-nobody")
    Client().get("/sign-in/")
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    assert 'route="/sign-in/"' in answer
    assert 'route="none"' in answer
    assert "for-nobody" not in answer


def test_labels_name_no_organization_number_or_text(read, scene, far_end):
    make_scene("Northside Plumbing", "northside")
    with activate(scene.organization):
        scene.hear("My knee hurts")
        sending.send_text(conversation=scene.conversation(), body="Come at nine", author=scene.agent)
    delivery.deliver_line(scene.line.pk)
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    for word in (str(scene.organization.pk), str(scene.line.pk), "5550181", "knee", "nine", "harbor", "Harbor"):
        assert word not in answer


def test_without_the_database_the_page_says_so(read, monkeypatch):
    def gone():
        raise DatabaseError

    monkeypatch.setattr(figures, "figures", gone)
    assert read()["parley_database_up"] == 0
