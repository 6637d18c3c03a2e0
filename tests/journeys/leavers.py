"""The pages of people who leave: one who is about to, receipts, several at once, one who leaves on Friday."""

from collections.abc import Iterator
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts import deactivation, integrations, invitations
from accounts.leaving import plans
from accounts.leaving.trying import try_doors
from accounts.models import Role
from tenancy.isolation import activate
from tests.cast import signed_in
from texting import conversations

from .simulated_office import Office

LONG_NAME = "Maximilian Alexander Featherstonehaugh-Worthington-Cholmondeley"


def leaver_sights(office: Office) -> Iterator[tuple[str, str]]:
    """(name of the page, its path), as the owner sees them."""
    owner, gone = office.owner, office.member("admin", LONG_NAME)
    for member in (gone, gone, office.agent):
        signed_in(Client(), member)
    open_conversation = office.hear("May I come on Friday?")
    with activate(office.organization):
        agents = [Role.objects.get(built_in="agent")]
        invitations.invite(actor=gone, email=f"nia@{office.mark}.example", name="Nia", roles=agents)
        integrations.create(actor=gone, wish=integrations.Wish("Shop", frozenset(), None))
        conversations.claim(member=office.agent, conversation=open_conversation)
        receipt = deactivation.deactivate(actor=owner, member=gone)
        try_doors(receipt)
        deactivation.suspend(actor=owner, member=office.admin)
        plans.plan(actor=owner, member=office.colleague, due_at=timezone.now() + timedelta(days=3))
        batch = plans.end_many(actor=owner, members=[office.member("agent", "Tess Ito"), office.member("agent", "Uwe")])
    plans.carry_out_due()
    yield "people-with-leavers", "/settings/people/"
    yield "leave", f"/settings/people/{office.agent.pk}/deactivate/"
    yield "leave-last-owner", f"/settings/people/{owner.pk}/deactivate/"
    yield "person-suspended", f"/settings/people/{office.admin.pk}/"
    yield "person-planned", f"/settings/people/{office.colleague.pk}/"
    yield "leavers", "/settings/leavers/"
    yield "receipt", f"/settings/leavers/{receipt.pk}/"
    yield "leaving-progress", f"/settings/people/leave/{batch}/"
