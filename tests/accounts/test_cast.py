"""The cast itself: real sessions, real rights."""

from accounts.permission_catalogue import OFFERED, Permission
from tenancy.isolation import activate
from tests.cast import signed_in


def test_everybody_has_the_rights_of_their_role(cast):
    with activate(cast.organization):
        assert cast.owner.permissions == OFFERED
        assert cast.admin.may(Permission.PEOPLE_MANAGE)
        assert cast.agent.may(Permission.MESSAGES_SEND)
        assert not cast.auditor.may(Permission.MESSAGES_SEND)
        assert cast.leaver.permissions == frozenset()


def test_a_signed_in_member_gets_their_own_account_page(cast, client):
    page = signed_in(client, cast.agent).get("/settings/account/")
    assert page.status_code == 200
    assert "Amelia Okafor" in page.content.decode()
