"""The only owner lost everything; the operator helps."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import TotpDevice
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.accounts.codes import with_app
from tests.cast import cast, signed_in

__all__ = ["cast"]


def test_the_owner_gets_a_link_and_everything_old_ends(cast, capsys):
    with_app(cast.owner.user)
    old = signed_in(Client(), cast.owner)
    call_command("reset_sign_in", "Olga@harbor.example")
    link = re.search(r"/join/\S+", capsys.readouterr().out).group()
    assert old.get("/settings/account/").status_code == 302
    assert not TotpDevice.objects.exists()
    new = Client()
    new.get(link)
    typed = {"new_password": "four brave otters swim", "repeated": "four brave otters swim"}
    assert new.post("/join/", typed).status_code == 302
    entered = new.post("/sign-in/", {"email": "olga@harbor.example", "password": "four brave otters swim"})
    assert entered["Location"] == "/sign-in/code/"
    with activate(cast.organization):
        assert AuditEvent.objects.filter(event=AuditKind.SIGN_IN_RESET, actor_id=None).count() == 1


@pytest.mark.parametrize("email", ["nobody@harbor.example", "leaver@harbor.example"])
def test_nobody_else_gets_one(cast, email):
    with pytest.raises(CommandError):
        call_command("reset_sign_in", email)
