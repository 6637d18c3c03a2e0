"""Roles of an organization's own making: what the pages do, and who cannot climb by them."""

import pytest
from django.db import IntegrityError, transaction

from accounts import role_editing, roles
from accounts.models import DirectoryGroup, Membership, MembershipRole, Role, SignInPolicy
from accounts.permission_catalogue import FOR_OWNERS, OFFERED
from accounts.permissions import MissingPermission, Permission
from accounts.role_editing import AskedForFactor, BuiltIn, ChangedMeanwhile, GivenFromOutside, Held, NameTaken, RoleWish
from accounts.roles import give_role, give_roles
from tenancy.audit import AuditEventKind, AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.cast import role_of, signed_in

READ, SEND, NOTES = Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND, Permission.NOTES_WRITE


def wish(*permissions: Permission, name: str = "Front desk") -> RoleWish:
    return RoleWish(name, "", frozenset(permissions))


@pytest.fixture
def inside(cast):
    with activate(cast.organization):
        yield cast


@pytest.fixture
def desk_role(inside) -> Role:
    """A role that reads and sends, held by the agent."""
    role = role_editing.create_role(actor=inside.admin, wish=wish(READ, SEND))
    give_role(member=inside.agent, role=role)
    return role


def editor(cast, *permissions: Permission) -> Membership:
    """The auditor, who may manage roles and these things only."""
    held = [Permission.ROLES_MANAGE, *permissions]
    give_role(member=cast.auditor, role=Role.objects.create(name="Editor", permissions=[one.value for one in held]))
    return Membership.objects.get(pk=cast.auditor.pk)


def details(kind: AuditEventKind) -> str:
    return AuditEvent.objects.filter(event=kind).latest("sequence").details


class TestThePages:
    def test_a_copy_of_a_built_in_role_without_one_right_is_made_given_and_felt_at_the_next_click(self, cast, client):
        admin, agent = signed_in(client, cast.admin), signed_in(type(client)(), cast.agent)
        original = role_of(cast.organization, "agent")
        form = admin.get(f"/settings/roles/new/?from={original.pk}").context["form"]
        assert form.initial["name"] == "Copy of Agent"
        typed = [one for one in form.initial["permissions"] if one != "conversations:start"]
        answer = admin.post("/settings/roles/new/", {"name": "Front desk", "permissions": typed})
        assert answer.status_code == 302
        role = answer["Location"].rstrip("/").rpartition("/")[2]
        assert agent.get("/inbox/new/").status_code == 200
        assert admin.post(f"/settings/people/{cast.agent.pk}/change/", {"roles": role}).status_code == 302
        assert agent.get("/inbox/new/").status_code == 403
        assert agent.get("/inbox/").status_code == 200

    def test_before_a_change_is_saved_everybody_is_named_who_gains_or_loses(self, cast, client):
        with activate(cast.organization):
            role = role_editing.create_role(actor=cast.admin, wish=wish(READ, SEND))
            give_role(member=cast.agent, role=role)
            give_roles(member=cast.second_agent, roles=[role, Role.objects.get(built_in="agent")])
            give_roles(member=cast.owner, roles=[role])
        admin = signed_in(client, cast.admin)
        where = f"/settings/roles/{role.pk}/edit/"
        seen = admin.get(where).context["form"].initial["seen"]
        typed = {"name": "Front desk", "permissions": ["conversations:read", "audit:read"], "seen": seen}
        shown = admin.post(where, {**typed, "step": "preview"})
        preview = shown.context["preview"]
        assert [(one.name, one.gained, one.lost) for one in preview.people] == [
            ("Amelia Okafor", [Permission.AUDIT_READ], [SEND]),
            ("Bo Castellanos", [Permission.AUDIT_READ], []),
        ]
        assert preview.unaffected == 1, "an owner may do everything anyway"
        assert "Amelia Okafor" in shown.content.decode()
        with activate(cast.organization):
            assert Role.objects.get(pk=role.pk).granted == {READ, SEND}, "nothing is saved by looking"
        assert admin.post(where, {**typed, "step": "save"}).status_code == 302
        assert admin.post(where, {**typed, "step": "save"})["Location"] == where, "the second tab is told"
        with activate(cast.organization):
            assert Membership.objects.get(pk=cast.agent.pk).permissions == {READ, Permission.AUDIT_READ}

    @pytest.mark.parametrize("path", ["new/", "{}/edit/", "{}/delete/"])
    def test_changing_roles_asks_again_who_is_there(self, cast, client, path):
        with activate(cast.organization):
            role = role_editing.create_role(actor=cast.admin, wish=wish(READ))
        where = f"/settings/roles/{path.format(role.pk)}"
        for method in ("get", "post"):
            answer = getattr(signed_in(client, cast.admin, minutes_ago=30), method)(where, {"name": "X"})
            assert answer["Location"].startswith("/confirm/")
        with activate(cast.organization):
            assert Role.objects.get(pk=role.pk).name == "Front desk"

    @pytest.mark.parametrize(
        "typed",
        [
            {"name": ""},
            {"name": " \u200b "},
            {"name": "x" * 41},
            {"name": "Owner"},
            {"name": "AGENT"},
            {"name": "X", "permissions": ["owners:manage"]},
            {"name": "X", "permissions": ["exports:make"]},
            {"name": "X", "permissions": ["everything"]},
            {"name": "X", "description": "y" * 141},
        ],
    )
    def test_what_cannot_be_a_role_is_refused_with_a_reason(self, cast, client, typed):
        with activate(cast.organization):
            before = Role.objects.count()
        answer = signed_in(client, cast.admin).post("/settings/roles/new/", typed)
        assert answer.status_code == 422
        with activate(cast.organization):
            assert Role.objects.count() == before

    def test_nobody_is_offered_what_they_lack(self, cast, client):
        with activate(cast.organization):
            member = editor(cast, READ, Permission.PEOPLE_READ)
        page = signed_in(client, member).get("/settings/roles/new/")
        offered = {one for _name, rows in page.context["form"].groups() for one, _box in rows}
        assert offered == {READ, Permission.PEOPLE_READ, Permission.ROLES_MANAGE}
        answer = client.post("/settings/roles/new/", {"name": "Climber", "permissions": ["messages:send"]})
        assert answer.status_code == 422

    def test_the_products_own_roles_have_no_page_to_change_them(self, cast, client):
        role = role_of(cast.organization, "agent")
        for path in ("edit", "delete"):
            assert signed_in(client, cast.owner).post(f"/settings/roles/{role.pk}/{path}/").status_code == 404

    def test_two_roles_stand_side_by_side(self, cast, client):
        first, second = role_of(cast.organization, "agent"), role_of(cast.organization, "auditor")
        page = signed_in(client, cast.auditor).get(f"/settings/roles/compare/?a={first.pk}&b={second.pk}")
        rows = {row.permission: (row.first, row.second) for _name, group in page.context["groups"] for row in group}
        assert rows[SEND] == (True, False)
        assert rows[READ] == (True, True)
        assert page.context["differing"] == sum(one is not other for one, other in rows.values())
        foreign = role_of(cast.other_organization, "agent")
        assert client.get(f"/settings/roles/compare/?a={first.pk}&b={foreign.pk}").status_code == 422

    def test_a_persons_page_says_where_each_right_comes_from(self, cast, client):
        with activate(cast.organization):
            extra = Role.objects.create(name="Book keeper", permissions=["audit:read", "messages:send"])
            give_roles(member=cast.agent, roles=[extra, Role.objects.get(built_in="agent")])
        access = signed_in(client, cast.auditor).get(f"/settings/people/{cast.agent.pk}/access/").context["access"]
        sources = {row.permission: row.sources for _name, rows in access.groups for row in rows}
        assert sources[Permission.AUDIT_READ] == ["Book keeper"]
        assert sources[SEND] == ["Agent", "Book keeper"]
        assert set(sources) == {Permission.AUDIT_READ} | role_of(cast.organization, "agent").granted
        assert {row.team.name: (row.belongs, row.reads) for row in access.teams} == {
            "Front desk": (True, "All conversations"),
            "Billing": (False, "Nothing"),
        }


class TestNobodyClimbs:
    def test_by_putting_into_a_role_what_they_lack(self, inside):
        member = editor(inside, READ)
        with pytest.raises(MissingPermission):
            role_editing.create_role(actor=member, wish=wish(READ, SEND))
        assert not Role.objects.filter(name="Front desk").exists()

    def test_by_editing_the_role_they_hold(self, inside):
        member = editor(inside, READ)
        own = Role.objects.get(name="Editor")
        with pytest.raises(MissingPermission):
            role_editing.edit_role(
                actor=member,
                role=own,
                wish=wish(READ, Permission.ROLES_MANAGE, SEND, name="Editor"),
                seen=role_editing.state_of(own),
            )
        assert SEND not in Role.objects.get(pk=own.pk).granted

    def test_by_weakening_or_deleting_a_role_above_theirs(self, inside, desk_role):
        member = editor(inside, READ)
        with pytest.raises(MissingPermission):
            role_editing.edit_role(actor=member, role=desk_role, wish=wish(READ), seen=role_editing.state_of(desk_role))
        with pytest.raises(MissingPermission):
            role_editing.delete_role(actor=member, role=desk_role, instead=Role.objects.get(name="Editor"))
        assert Role.objects.get(pk=desk_role.pk).granted == {READ, SEND}

    def test_by_giving_the_holders_of_a_role_another_one(self, inside):
        member = editor(inside, READ)
        low = role_editing.create_role(actor=member, wish=wish(READ, name="Low"))
        give_roles(member=member, roles=[low, Role.objects.get(name="Editor")])
        with pytest.raises(MissingPermission):
            role_editing.delete_role(actor=member, role=low, instead=Role.objects.get(built_in="admin"))
        assert MembershipRole.objects.filter(role=low, membership=member).exists()

    def test_by_a_role_that_grows_while_it_is_given(self, inside):
        """`set_roles` judges the role as it is in the database, not as it was read."""
        stale = Role.objects.create(name="Stale", permissions=[READ.value])
        give_role(
            member=inside.agent,
            role=Role.objects.create(name="HR", permissions=[READ.value, Permission.PEOPLE_MANAGE.value]),
        )
        Role.objects.filter(pk=stale.pk).update(permissions=[READ.value, SEND.value])
        with pytest.raises(MissingPermission):
            roles.set_roles(actor=inside.agent, member=inside.leaver, roles=[stale])

    def test_with_the_right_to_see_people_alone(self, cast, client):
        auditor = signed_in(client, cast.auditor)
        assert auditor.get("/settings/roles/").status_code == 200
        for path in ("new/", f"{role_of(cast.organization, 'agent').pk}/edit/"):
            assert auditor.post(f"/settings/roles/{path}", {"name": "X"}).status_code == 403


class TestDeleting:
    def test_a_role_that_somebody_holds_stays_until_they_get_another(self, inside, desk_role):
        with pytest.raises(Held):
            role_editing.delete_role(actor=inside.admin, role=desk_role, instead=None)
        with pytest.raises(Held):
            role_editing.delete_role(actor=inside.admin, role=desk_role, instead=desk_role)
        low = role_editing.create_role(actor=inside.admin, wish=wish(READ, name="Low"))
        assert role_editing.delete_role(actor=inside.admin, role=desk_role, instead=low) == 1
        assert Membership.objects.get(pk=inside.agent.pk).permissions == {READ}
        assert not Role.objects.filter(pk=desk_role.pk).exists()
        with pytest.raises(ChangedMeanwhile):
            role_editing.delete_role(actor=inside.admin, role=desk_role, instead=low)

    def test_a_role_that_single_sign_on_or_the_directory_gives_stays(self, inside, desk_role):
        group = DirectoryGroup.objects.create(name="Reception", role=desk_role)
        agent = Role.objects.get(built_in="agent")
        with pytest.raises(GivenFromOutside):
            role_editing.delete_role(actor=inside.admin, role=desk_role, instead=agent)
        DirectoryGroup.objects.filter(pk=group.pk).update(role=None)
        assert role_editing.delete_role(actor=inside.admin, role=desk_role, instead=agent) == 1

    def test_a_role_whose_holders_are_asked_for_a_second_factor_stays(self, inside, desk_role):
        agent = Role.objects.get(built_in="agent")
        policy = SignInPolicy.objects.create(
            organization=inside.organization, required="roles", required_roles=[str(desk_role.pk)]
        )
        actor = Membership.objects.select_related("organization__sign_in_policy").get(pk=inside.admin.pk)
        with pytest.raises(AskedForFactor):
            role_editing.delete_role(actor=actor, role=desk_role, instead=agent)
        policy.required_roles = [str(agent.pk)]
        policy.save()
        actor = Membership.objects.get(pk=inside.admin.pk)
        assert role_editing.delete_role(actor=actor, role=desk_role, instead=agent) == 1

    def test_the_products_own_roles_stay(self, inside):
        agent = Role.objects.get(built_in="agent")
        with pytest.raises(BuiltIn):
            role_editing.delete_role(actor=inside.owner, role=agent, instead=None)
        with pytest.raises(BuiltIn):
            role_editing.edit_role(actor=inside.owner, role=agent, wish=wish(READ), seen=role_editing.state_of(agent))


class TestTheLog:
    def test_keeps_what_a_role_was_before_and_after(self, inside, desk_role):
        seen = role_editing.state_of(desk_role)
        role_editing.edit_role(actor=inside.admin, role=desk_role, wish=wish(READ, NOTES, name="Desk"), seen=seen)
        role_editing.delete_role(actor=inside.admin, role=desk_role, instead=Role.objects.get(built_in="agent"))
        inside.organization.refresh_from_db()
        from tenancy import audit

        audit.flush()
        assert "messages:send" in details(AuditKind.ROLE_CREATED)
        changed = details(AuditKind.ROLE_CHANGED)
        for word in ("Front desk", "Desk", "notes:write", "messages:send"):
            assert word in changed
        assert "Desk" in details(AuditKind.ROLE_DELETED)


def test_several_roles_add_up(inside):
    one = Role.objects.create(name="One", permissions=[READ.value])
    two = Role.objects.create(name="Two", permissions=[SEND.value])
    roles.set_roles(actor=inside.admin, member=inside.agent, roles=[one, two])
    assert Membership.objects.get(pk=inside.agent.pk).permissions == {READ, SEND}


def test_two_roles_cannot_differ_by_capitals_only(inside):
    role_editing.create_role(actor=inside.admin, wish=wish(READ))
    with pytest.raises(NameTaken):
        role_editing.create_role(actor=inside.admin, wish=wish(READ, name="FRONT DESK"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Role.objects.create(name="front desk")


def test_no_role_can_hold_what_makes_owners(inside):
    with pytest.raises(MissingPermission):
        role_editing.create_role(actor=inside.admin, wish=RoleWish("X", "", OFFERED))
    made = role_editing.create_role(actor=inside.owner, wish=RoleWish("X", "", OFFERED))
    assert not made.granted & FOR_OWNERS
