"""An organization that ended after a backup was made stays ended when that comes back, and nobody gets in."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from accounts import integrations
from accounts.integrations import Wish
from accounts.models import ApiKey, Membership, Session
from accounts.permissions import Permission
from config.embedded.postgres import OWNER
from retention.backups import tombstones
from retention.backups.targets import connected_to
from retention.closing import ending
from retention.models import Closing
from tenancy.encryption import KeyDestroyed
from tenancy.isolation import activate
from tenancy.models import Organization
from tests.cast import signed_in
from tests.retention.backups.conftest import url
from tests.texting.conftest import far_end
from tests.texting.desk import FIRST, make_desk
from texting.models import LineKey, Message, OutboxEntry

__all__ = ["far_end"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_is_ended_again_with_its_members_sessions_keys_and_lines(vault, fresh, settings, far_end):
    desk = make_desk()
    organization, other = desk.organization, desk.cast.other_organization
    desk.answer(desk.hear("About my crown", number=FIRST), "At nine")
    desk.hear("My sink", number=FIRST, line=desk.other_line)
    with activate(organization):
        wish = Wish("Calendar", frozenset({Permission.MESSAGES_SEND}), None)
        secret = integrations.create(actor=desk.cast.owner, wish=wish).secret
    browser, machine = signed_in(Client(), desk.cast.owner), {"Authorization": f"Bearer {secret}"}
    assert browser.get("/inbox/").status_code == 200
    assert Client().get("/api/v1/lines", headers=machine).status_code == 200
    vault.backup()
    with connected_to(url("default", OWNER), url("keys", OWNER)):
        call_command("end_organization", "harbor", yes="Harbor Dental", days=0, stdout=StringIO())
    tombstones.export(Path(settings.AUDIT_CHECKPOINT_DIR))
    said = fresh.restore(vault)
    assert "1 organizations that came back had ended and are ended again" in said
    with connected_to(fresh.main, fresh.keys):
        assert browser.get("/inbox/").status_code == 302
        assert Client().get("/api/v1/lines", headers=machine).status_code == 401
        assert list(Organization.objects.values_list("slug", flat=True)) == ["northside"]
        assert not Membership.objects.filter(organization=organization, is_active=True).exists()
        assert not Session.objects.filter(membership=desk.cast.owner).exists()
        assert not ApiKey.objects.filter(integration__membership__organization=organization).exists()
        assert set(LineKey.objects.values_list("organization_id", flat=True)) == {other.pk}
        assert OutboxEntry.objects.count() == 0
        with activate(organization), pytest.raises(KeyDestroyed):
            Message.objects.first().body  # noqa: B018
    targets = {"to_url": fresh.main, "keys_to_url": fresh.keys}
    call_command("restore_check", source=vault.folder, stdout=StringIO(), **targets)
    with connected_to(fresh.main, fresh.keys):
        assert ending.round_of_closings() == {"ended": 0, "cleared": 1, "failed": 0}, "its rows go again"
        with activate(organization):
            assert not Message.objects.exists()
            assert Closing.objects.get().state == "ended"
        with activate(other):
            assert Message.objects.get().body == "My sink"
        call_command("verify_audit", stdout=StringIO())
