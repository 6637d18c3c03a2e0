"""What the company's directory may not do to owners, and who is told of what it tried and did."""

import json

import pytest
from django.utils import timezone

from accounts import mailed_links
from accounts.founding import add_member
from accounts.mailed_links import Purpose
from accounts.models import Invitation, MailedLink, Membership, OutgoingMail, User
from tenancy.audit import AuditKind
from tenancy.encryption import readable
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.accounts.scim.conftest import connect
from tests.cast import person
from tests.mailed import mails_to

ALARM = "directory_and_owner"


@pytest.fixture
def second_owner(cast) -> Membership:
    """Another owner of A."""
    made = add_member(organization=cast.organization, user=person("otto@harbor.example", "Otto"), role="admin")
    Membership.objects.filter(pk=made.pk).update(is_owner=True)
    made.refresh_from_db()
    return made


def by_admin(cast):
    """A directory whose token an admin made who is no owner."""
    return connect(cast.admin)


def refusals(cast) -> list[dict]:
    with activate(cast.organization):
        rows = AuditEvent.objects.filter(event=AuditKind.DIRECTORY_REFUSED).order_by("sequence")
        return [{"object": row.object_id, **json.loads(row.details)} for row in rows]


def alarmed() -> set[str]:
    return {readable(one, "address") or "" for one in OutgoingMail.objects.filter(kind=ALARM)}


def test_wanting_to_end_the_last_owner_alarms_the_owners_once_a_day_and_stands_in_the_log(cast, company):
    made = company.add("olga", emails=[{"value": cast.owner.user.email}])
    for _ in range(3):
        assert company.ask("DELETE", f"Users/{made['id']}").status_code == 409
    assert [(one["object"], one["what"]) for one in refusals(cast)] == [(str(cast.owner.pk), "last_owner")] * 3
    assert alarmed() == {cast.owner.user.email}
    assert OutgoingMail.objects.filter(kind=ALARM).count() == 1
    assert cast.owner.user.name in mails_to(cast.owner.user.email)[-1]


def test_a_token_that_no_owner_made_ends_no_owner_and_changes_no_owners_address(cast, second_owner):
    company = by_admin(cast)
    made = company.add("otto", emails=[{"value": "otto@harbor.example"}])
    moved = {"op": "replace", "value": {"emails": [{"value": "mine@evil.example"}], "displayName": "Gone"}}
    for answer in (
        company.patch(f"Users/{made['id']}", {"op": "replace", "value": {"active": False}}),
        company.ask("DELETE", f"Users/{made['id']}"),
        company.patch(f"Users/{made['id']}", moved),
    ):
        assert answer.status_code == 409
        assert "not made by an owner" in answer.json()["detail"]
    second_owner.refresh_from_db()
    assert second_owner.is_active
    assert User.objects.get(pk=second_owner.user_id).email == "otto@harbor.example"
    assert company.get(f"Users/{made['id']}").json()["emails"] == [{"value": "otto@harbor.example"}], "all undone"
    assert [one["what"] for one in refusals(cast)] == ["ended", "ended", "address"]
    assert alarmed() == {cast.owner.user.email, "otto@harbor.example"}


def test_a_token_of_an_owner_ends_another_owner_until_its_maker_is_none_any_more(cast, company, second_owner):
    made = company.add("otto", emails=[{"value": "otto@harbor.example"}])
    Membership.objects.filter(pk=cast.owner.pk).update(is_owner=False)
    third = add_member(organization=cast.organization, user=person("ova@harbor.example", "Ova"), role="admin")
    Membership.objects.filter(pk=third.pk).update(is_owner=True)
    off = {"op": "replace", "value": {"active": False}}
    assert company.patch(f"Users/{made['id']}", off).status_code == 409
    Membership.objects.filter(pk=cast.owner.pk).update(is_owner=True)
    assert company.patch(f"Users/{made['id']}", off).status_code == 200
    second_owner.refresh_from_db()
    assert not second_owner.is_active


def test_any_token_ends_whoever_is_no_owner_and_renames_an_owner(cast, second_owner):
    company = by_admin(cast)
    agent = company.add("amelia", emails=[{"value": cast.agent.user.email}])
    otto = company.add("otto", emails=[{"value": "otto@harbor.example"}])
    assert company.patch(f"Users/{agent['id']}", {"op": "replace", "value": {"active": False}}).status_code == 200
    renamed = company.patch(f"Users/{otto['id']}", {"op": "replace", "value": {"displayName": "Otto Brandt"}})
    assert renamed.status_code == 200
    assert alarmed() == set()


def test_a_changed_address_is_told_to_the_old_one_and_ends_what_was_mailed_there(cast, company):
    made = company.add("amelia", emails=[{"value": cast.agent.user.email}])
    old = cast.agent.user.email
    mailed_links.make(Purpose.PASSWORD, user=cast.agent.user)
    User.objects.filter(pk=cast.agent.user_id).update(email_proved_at=timezone.now())
    moved = company.patch(
        f"Users/{made['id']}", {"op": "replace", "value": {"emails": [{"value": "amelia@new.example"}]}}
    )
    assert moved.status_code == 200
    user = User.objects.get(pk=cast.agent.user_id)
    assert (user.email, user.email_proved_at) == ("amelia@new.example", None)
    assert "amelia@new.example" in mails_to(old)[-1]
    assert not MailedLink.objects.filter(user=user).exists()
    assert mails_to("amelia@new.example") == []


def test_whoever_is_new_looks_the_same_whether_or_not_they_work_elsewhere(cast, company):
    person("elsewhere@free.example", "Eli")
    add_member(
        organization=cast.other_organization, user=User.objects.get(email="elsewhere@free.example"), role="agent"
    )
    known = company.add("a", emails=[{"value": "elsewhere@free.example"}], displayName="Eli")
    unknown = company.add("b", emails=[{"value": "nobody@free.example"}], displayName="Eli")
    for path in ("", "?attributes=active"):
        first, second = (company.get(f"Users/{one['id']}{path}").json() for one in (known, unknown))
        assert first.keys() == second.keys()
        assert first.get("active") == second.get("active")
    new = Membership.objects.filter(user__email__endswith="@free.example", organization=cast.organization)
    assert set(new.values_list("is_active", "joined_at")) == {(False, None)}
    assert Invitation.objects.filter(membership__in=new, mailed_hash__isnull=False).count() == 2
    for one in (known, unknown):
        off = company.patch(f"Users/{one['id']}", {"op": "replace", "value": {"active": False}})
        on = company.patch(f"Users/{one['id']}", {"op": "replace", "value": {"active": True}})
        assert (off.json()["active"], on.json()["active"]) == (False, True)
