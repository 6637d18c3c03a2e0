"""The first organization of a system without a demo."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Membership, User
from tenancy.isolation import activate
from tenancy.models import AuditEvent, Organization
from tests.mailed import link_to, mails_to

pytestmark = pytest.mark.django_db


def create(*arguments, **options):
    out = io.StringIO()
    call_command("create_organization", *arguments, stdout=out, **options)
    return out.getvalue()


def link_in(printed):
    return printed[printed.index("http://127.0.0.1:8000/") :].strip().removeprefix("http://127.0.0.1:8000")


def test_the_owner_is_invited_and_joins_by_the_printed_link():
    printed = create("Harbor Dental", "Ada@Harbor.example", time_zone="America/Chicago")
    owner = User.objects.get(email="ada@harbor.example")
    assert not owner.has_usable_password(), "nobody knows a password that was never chosen"
    organization = Organization.objects.get(name="Harbor Dental")
    assert (organization.slug, organization.time_zone) == ("harbor-dental", "America/Chicago")
    client = Client()
    assert client.get(link_in(printed), follow=True).status_code == 200
    chosen = {"new_password": "nine loud lanterns", "repeated": "nine loud lanterns"}
    assert client.post("/join/", chosen).status_code == 302
    owner.refresh_from_db()
    assert owner.check_password("nine loud lanterns")
    member = Membership.objects.get(user=owner)
    assert (member.is_owner, member.is_active) == (True, True)
    with activate(organization):
        kinds = set(AuditEvent.objects.values_list("event", flat=True))
    assert {"organization:created", "member:joined"} <= kinds


def test_the_owner_gets_a_link_of_their_own_by_mail():
    printed = create("Harbor Dental", "ada@harbor.example")
    (sent,) = mails_to("ada@harbor.example")
    assert "Harbor Dental" in sent
    assert link_to("ada@harbor.example") != link_in(printed)


def test_somebody_with_an_account_keeps_its_password():
    owner = User.objects.create_user(email="ada@harbor.example", name="Ada", password="correct horse battery")
    create("Pine Plumbing", "ada@harbor.example")
    owner.refresh_from_db()
    assert owner.check_password("correct horse battery")
    assert not Membership.objects.get(user=owner).is_active, "they join by the link"


@pytest.mark.parametrize(
    ("arguments", "options", "complaint"),
    [
        (("Harbor", "no address"), {}, "valid email"),
        (("Harbor", "a@b.example"), {"time_zone": "Mars/Olympus"}, "Mars/Olympus is not a time zone"),
        (("", "a@b.example"), {}, "cannot be blank"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(arguments, options, complaint):
    with pytest.raises(CommandError, match=complaint):
        create(*arguments, **options)
    assert not Organization.objects.exists()
    assert not User.objects.exists()


def test_a_name_that_is_taken_is_refused():
    create("Harbor Dental", "a@b.example")
    with pytest.raises(CommandError, match="already exists"):
        create("Harbor Dental", "c@d.example")
    assert User.objects.count() == 1
