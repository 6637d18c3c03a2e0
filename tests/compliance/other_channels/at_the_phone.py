"""Calls of the cast: how tests place one, and what the provider says of it."""

import json
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from compliance.models import Call
from tenancy.isolation import activate
from tests.compliance.escalations.at_the_desk import escalation
from texting.models import LineKey

HTMX = {"HX-Request": "true"}
MINE = "(212) 555-0123"


def press_call(desk, member=None, *, press=None, number=MINE, **more):
    """The dialog of the newest escalation is posted."""
    address = reverse("escalation_call", args=[escalation(desk).pk])
    data = {"number": number, "press": str(press or uuid4()), **more}
    return desk.as_(member or desk.cast.agent).post(address, data, headers=HTMX)


def call_now(desk) -> Call:
    """The newest call as it is."""
    with activate(desk.organization):
        return Call.objects.select_related("escalation").order_by("-placed_at", "-id")[0]


def hook(desk, url: str, said: dict, *, signed: bool = True):
    """The provider asks or reports at an address of ours."""
    path = "/" + url.split("/", 3)[3]
    return Client().post(
        path, json.dumps(said), content_type="application/json", headers={"X-Scripted": "s" if signed else "wrong"}
    )


def report(desk, far_end, status: str, *, leg: str = "agent", which: int = -1, call_id: str = "", **more):
    """What became of one leg of a call that was placed."""
    said = {"type": "call", "id": call_id or f"call-{len(far_end.rung)}", "leg": leg, "status": status, **more}
    return hook(desk, far_end.rung[which].status_url, said)


def key(desk, far_end, **more):
    """The agent presses a key."""
    said = {"type": "call_key", "id": f"call-{len(far_end.rung)}", "key": "1", **more}
    return hook(desk, far_end.rung[-1].connect_url, said)


def line_key(desk) -> str:
    return LineKey.objects.get(line_id=desk.line.pk).key
