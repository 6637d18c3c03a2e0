"""The first organization of a system without a demo."""

import io

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership, User
from tenancy.isolation import activate
from tenancy.models import Organization

pytestmark = pytest.mark.django_db


def create(*arguments, **options):
    out = io.StringIO()
    call_command("create_organization", *arguments, stdout=out, **options)
    return out.getvalue()


def test_the_owner_can_sign_in_with_what_is_printed():
    printed = create("Harbor Dental", "Ada@Harbor.example", time_zone="America/Chicago")
    owner = User.objects.get(email="ada@harbor.example")
    assert owner.check_password(printed.split("the password ")[1].split()[0])
    organization = Organization.objects.get(name="Harbor Dental")
    assert (organization.slug, organization.time_zone) == ("harbor-dental", "America/Chicago")
    with activate(organization):
        membership = Membership.objects.get(user=owner)
        assert membership.is_owner


def test_somebody_with_an_account_keeps_its_password():
    owner = User.objects.create_user(email="ada@harbor.example", name="Ada", password="correct horse battery")
    printed = create("Pine Plumbing", "ada@harbor.example")
    owner.refresh_from_db()
    assert owner.check_password("correct horse battery")
    assert "password they have" in printed


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
