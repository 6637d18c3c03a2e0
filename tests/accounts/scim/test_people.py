"""What a directory does to people, in the words of Okta and Entra ID, and what it may not do."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import deactivation, invitations
from accounts.founding import add_member
from accounts.models import (
    DirectoryPerson,
    DirectoryToken,
    Enforced,
    Invitation,
    Membership,
    OffboardingReceipt,
    OutgoingMail,
    Session,
    SsoDoor,
    User,
)
from accounts.scim import connecting
from accounts.scim.schemas import ENTERPRISE, USER
from tenancy.audit import AuditEventKind, AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.accounts.scim.conftest import connect
from tests.cast import person, signed_in
from tests.mailed import link_to, mails_to

OKTA = {
    "schemas": [USER],
    "userName": "nora@harbor.example",
    "name": {"givenName": "Nora", "familyName": "Vance"},
    "emails": [{"primary": True, "value": "nora@harbor.example", "type": "work"}],
    "displayName": "Nora Vance",
    "locale": "en-US",
    "externalId": "00ujl29u0le5T6Aj10h7",
    "groups": [],
    "password": "1mz050nq",
    "active": True,
}
ENTRA = {
    "schemas": [USER, ENTERPRISE],
    "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
    "userName": "Nora@Harbor.example",
    "active": True,
    "addresses": [{"primary": True, "type": "work", "formatted": "1 Quay Street"}],
    "emails": [{"type": "work", "value": "nora@harbor.example"}],
    "meta": {"resourceType": "User"},
    "name": {"formatted": "Nora Vance", "familyName": "Vance", "givenName": "Nora", "middleName": "B"},
    "title": "Hygienist",
    ENTERPRISE: {"department": "Care", "manager": {"value": "x"}},
}


def member_of(resource) -> Membership:
    row = DirectoryPerson.objects.get(pk=resource["id"])
    return Membership.objects.select_related("user").get(pk=row.membership_id)


def events(cast, kind: AuditEventKind) -> int:
    with activate(cast.organization):
        return AuditEvent.objects.filter(event=kind.value).count()


@pytest.mark.parametrize("body", [OKTA, ENTRA], ids=["okta", "entra"])
def test_a_person_who_is_new_is_invited_and_has_no_password(cast, company, body):
    answer = company.ask("POST", "Users", body)
    assert answer.status_code == 201, answer.content
    assert answer["Content-Type"] == "application/scim+json"
    made = answer.json()
    assert answer["Location"] == made["meta"]["location"] == f"http://127.0.0.1:8000/scim/v2/Users/{made['id']}"
    assert (made["userName"], made["active"], made["externalId"]) == (body["userName"], True, body["externalId"])
    assert "password" not in answer.content.decode()
    with activate(cast.organization):
        member = member_of(made)
        assert (member.user.email, member.user.name, member.joined_at) == ("nora@harbor.example", "Nora Vance", None)
        assert not member.user.has_usable_password()
        assert member.permissions == frozenset()
    assert company.get(f"Users/{made['id']}").json() == made


LEAVING = {
    "okta": [{"op": "replace", "value": {"active": False}}],
    "entra": [{"op": "Replace", "path": "active", "value": "False"}],
    "entra, older": [{"op": "Add", "path": "active", "value": [{"$ref": None, "value": "False"}]}],
    "in an object": [{"op": "replace", "path": "active", "value": {"active": "false"}}],
    "with the schema": [{"op": "REPLACE", "path": f"{USER}:active", "value": False}],
    "in another case": [{"Op": "replace", "Path": "Active", "Value": False}],
}


@pytest.mark.parametrize("operations", LEAVING.values(), ids=LEAVING)
def test_inactive_in_any_dress_ends_everything_at_once(cast, company, operations):
    made = company.add("amelia", emails=[{"value": cast.agent.user.email, "primary": True}])
    browser = signed_in(Client(), cast.agent)
    assert browser.get("/settings/account/").status_code == 200
    answer = company.patch(f"Users/{made['id']}", *operations)
    assert (answer.status_code, answer.json()["active"]) == (200, False)
    assert browser.get("/settings/account/").status_code == 302
    assert not Session.objects.filter(membership=cast.agent).exists()
    cast.agent.refresh_from_db()
    assert not cast.agent.is_active
    with activate(cast.organization):
        event = AuditEvent.objects.get(event=AuditKind.MEMBER_DEACTIVATED.value)
        assert event.actor_id == company.directory.membership_id
        receipt = OffboardingReceipt.objects.get()
    assert (receipt.by, receipt.actor_id) == ("directory", company.directory.membership_id)
    again = company.patch(f"Users/{made['id']}", {"op": "replace", "value": {"active": True}})
    assert again.json()["active"] is True
    assert browser.get("/settings/account/").status_code != 200, "an old session stays ended"


NONSENSE = [
    ({"op": "replace", "path": "active", "value": "perhaps"}, "invalidValue"),
    ({"op": "replace", "path": "active", "value": None}, None),
    ({"op": "deactivate", "path": "active", "value": False}, "invalidSyntax"),
    ({"op": "replace", "path": "activ", "value": False}, "invalidPath"),
    ({"op": "replace", "path": "active.now", "value": False}, "invalidPath"),
    ({"op": "remove", "path": "active"}, "mutability"),
    ({"op": "remove"}, "noTarget"),
    ({"op": "replace", "value": "active"}, "invalidValue"),
    ({"op": "replace", "path": "name", "value": "Nora"}, "invalidValue"),
    ({"op": "replace", "path": 'emails[type eq "work" or 1].value', "value": "x"}, "invalidPath"),
    ({"op": "replace", "path": "userName", "value": ""}, "invalidValue"),
    ({"op": "replace", "path": "userName", "value": "x" * 255}, "invalidValue"),
    ({"op": "replace", "path": "userName", "value": "a\x00b"}, "invalidValue"),
    ({"op": "replace", "path": "emails", "value": [{"value": "a@b.example"}] * 21}, "invalidValue"),
]


@pytest.mark.parametrize(("operation", "kind"), NONSENSE)
def test_an_operation_that_is_not_understood_is_an_error_and_changes_nothing(company, operation, kind):
    made = company.add("nora")
    renaming = {"op": "replace", "path": "displayName", "value": "Changed"}
    answer = company.patch(f"Users/{made['id']}", renaming, operation)
    if kind is None:
        assert answer.json()["active"] is True
        return
    assert (answer.status_code, answer.json()["scimType"]) == (400, kind)
    assert answer.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert company.get(f"Users/{made['id']}").json() == made


def test_a_put_without_active_does_not_throw_the_person_out_and_does_not_let_them_in(company):
    made = company.add("nora", displayName="Nora")
    put = company.ask("PUT", f"Users/{made['id']}", {"schemas": [USER], "userName": "nora"})
    assert put.json()["active"] is True
    assert "displayName" not in put.json()
    company.patch(f"Users/{made['id']}", {"op": "replace", "value": {"active": False}})
    put = company.ask("PUT", f"Users/{made['id']}", {"schemas": [USER], "userName": "nora"})
    assert put.json()["active"] is False


def test_entra_changes_an_address_by_a_filter_in_the_path(cast, company):
    made = company.ask("POST", "Users", ENTRA).json()
    answer = company.patch(
        f"Users/{made['id']}",
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "nora.vance@harbor.example"},
        {"op": "Replace", "path": "name.familyName", "value": "Vance-Lee"},
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Billing"},
        {"op": "Add", "path": "displayName", "value": "Nora Vance-Lee"},
    )
    assert answer.status_code == 200, answer.content
    assert answer.json()["emails"] == [{"type": "work", "value": "nora.vance@harbor.example"}]
    with activate(cast.organization):
        user = member_of(made).user
    assert (user.email, user.name) == ("nora.vance@harbor.example", "Nora Vance-Lee")


def test_the_last_owner_stays_and_the_refusal_is_recorded(cast, company):
    made = company.add("olga", emails=[{"value": cast.owner.user.email}])
    for answer in (
        company.patch(f"Users/{made['id']}", {"op": "replace", "value": {"active": False}}),
        company.ask("DELETE", f"Users/{made['id']}"),
    ):
        assert answer.status_code == 409
        assert "last owner" in answer.json()["detail"]
    cast.owner.refresh_from_db()
    assert cast.owner.is_active
    assert company.get(f"Users/{made['id']}").json()["active"] is True
    assert events(cast, AuditKind.DIRECTORY_REFUSED) == 2


def test_whom_an_admin_deactivated_the_directory_does_not_bring_back(cast, company):
    made = company.add("amelia", emails=[{"value": cast.agent.user.email}])
    with activate(cast.organization):
        deactivation.deactivate(actor=cast.owner, member=cast.agent)
    assert company.get(f"Users/{made['id']}").json()["active"] is False
    full = {"schemas": [USER], "userName": "amelia", "active": True}
    for answer in (
        company.patch(f"Users/{made['id']}", {"op": "replace", "value": {"active": True}}),
        company.ask("PUT", f"Users/{made['id']}", full),
    ):
        assert answer.status_code == 409
        assert "admin" in answer.json()["detail"]
    assert company.patch(f"Users/{made['id']}", {"op": "replace", "value": {"active": False}}).status_code == 200
    assert company.patch(f"Users/{made['id']}", {"op": "replace", "value": {"active": True}}).status_code == 409
    assert company.ask("DELETE", f"Users/{made['id']}").status_code == 204
    assert company.ask("POST", "Users", {**full, "emails": [{"value": cast.agent.user.email}]}).status_code == 409
    leaver = {"schemas": [USER], "userName": "lev", "emails": [{"value": cast.leaver.user.email}]}
    assert company.ask("POST", "Users", leaver).status_code == 409, "an admin had deactivated this one before"
    cast.agent.refresh_from_db()
    assert not cast.agent.is_active


def test_whom_the_directory_ended_no_admin_brings_back_while_it_says_so(cast, company):
    made = company.add("amelia", emails=[{"value": cast.agent.user.email}])
    company.patch(f"Users/{made['id']}", {"op": "replace", "value": {"active": False}})
    cast.agent.refresh_from_db()
    with activate(cast.organization), pytest.raises(deactivation.GoneFromDirectory):
        deactivation.reactivate(actor=cast.owner, member=cast.agent)
    page = signed_in(Client(), cast.owner).post(f"/settings/people/{cast.agent.pk}/reactivate/", follow=True)
    assert "directory" in page.content.decode()
    cast.agent.refresh_from_db()
    assert not cast.agent.is_active


def test_deleted_is_out_and_sent_again_is_the_same_member_under_a_new_id(cast, company):
    made = company.add("amelia", emails=[{"value": cast.agent.user.email}])
    assert company.ask("DELETE", f"Users/{made['id']}").status_code == 204
    cast.agent.refresh_from_db()
    assert not cast.agent.is_active
    assert company.get(f"Users/{made['id']}").status_code == 404
    assert company.ask("DELETE", f"Users/{made['id']}").status_code == 404
    assert company.found('userName eq "amelia"') == []
    again = company.add("amelia", emails=[{"value": cast.agent.user.email}])
    assert again["id"] != made["id"]
    cast.agent.refresh_from_db()
    assert cast.agent.is_active


def test_twice_is_a_conflict_and_case_does_not_matter(company):
    company.add("Nora@harbor.example")
    for body in (
        {"schemas": [USER], "userName": "NORA@harbor.example"},
        {"schemas": [USER], "userName": "other", "emails": [{"value": "nora@HARBOR.example"}]},
    ):
        answer = company.ask("POST", "Users", body)
        assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness")
    second = company.add("second")
    answer = company.patch(
        f"Users/{second['id']}", {"op": "replace", "path": "userName", "value": "nora@harbor.EXAMPLE"}
    )
    assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness")


class TestPeopleOfTwoOrganizations:
    """A directory reaches no further than its organization's wall."""

    @pytest.fixture
    def shared(self, cast) -> User:
        return cast.outsider.user

    @pytest.fixture
    def made(self, company, shared):
        return company.add("oscar", displayName="Renamed", emails=[{"value": shared.email}])

    def test_somebody_with_a_sign_in_elsewhere_is_invited_and_the_answer_does_not_tell(
        self, cast, company, made, shared
    ):
        assert made["active"] is True
        assert set(made) == set(company.add("new", displayName="New", emails=[{"value": "new@harbor.example"}]))
        member = Membership.objects.get(user=shared, organization=cast.organization)
        assert (member.is_active, member.joined_at) == (False, None)
        assert Invitation.objects.filter(membership=member).exists()
        shared.refresh_from_db()
        assert shared.name == "Oscar Outsider"

    def test_neither_name_nor_address_nor_password_of_theirs_changes(self, company, made, shared):
        company.patch(
            f"Users/{made['id']}",
            {"op": "replace", "path": "emails", "value": [{"value": "attacker@harbor.example", "primary": True}]},
            {"op": "replace", "path": "displayName", "value": "Somebody"},
        )
        before = (shared.email, shared.name, shared.password)
        shared.refresh_from_db()
        assert (shared.email, shared.name, shared.password) == before

    def test_leaving_here_takes_the_invitation_and_nothing_elsewhere(self, cast, company, made, shared):
        elsewhere = signed_in(Client(), cast.outsider)
        company.patch(f"Users/{made['id']}", {"op": "replace", "value": {"active": False}})
        assert not Invitation.objects.filter(membership__user=shared).exists()
        assert elsewhere.get("/settings/account/").status_code == 200
        member = Membership.objects.select_related("user").get(user=shared, organization=cast.organization)
        with activate(cast.organization), pytest.raises(invitations.NotActive):
            invitations.renew_link(actor=cast.owner, member=member)
        company.patch(f"Users/{made['id']}", {"op": "replace", "value": {"active": True}})
        assert Invitation.objects.filter(membership=member).exists()

    def test_an_address_of_somebody_else_is_not_taken_and_the_answer_does_not_tell(self, cast, company, shared):
        made = company.add("nora", emails=[{"value": "nora@harbor.example"}])
        taken = [{"value": shared.email, "primary": True}]
        free = [{"value": "free@harbor.example", "primary": True}]
        answers = [
            company.patch(f"Users/{made['id']}", {"op": "replace", "path": "emails", "value": value}).json()
            for value in (taken, free)
        ]
        assert [one["emails"] for one in answers] == [taken, free]
        shared.refresh_from_db()
        assert shared.email == "oscar@northside.example"
        with activate(cast.organization):
            assert member_of(made).user.email == "free@harbor.example"


class TestTokens:
    """The token is the whole door."""

    @pytest.mark.parametrize(
        "header",
        [
            None,
            "",
            "Bearer",
            "Bearer ",
            "Basic b2xnYTpvbGdh",
            "Bearer nonsense",
            "Bearer parley_scim_" + "x" * 43,
            "Bearer \xe9",
        ],
    )
    def test_without_the_right_one_nothing_opens(self, company, header):
        headers = {} if header is None else {"Authorization": header}
        for path in ("Users", "Groups", "ServiceProviderConfig", "Schemas"):
            answer = Client().get(f"/scim/v2/{path}", headers=headers)
            assert (answer.status_code, answer.json()["status"]) == (401, "401")
            assert "Bearer" in answer["WWW-Authenticate"]

    def test_neither_a_session_nor_another_organizations_token_finds_anybody(self, cast, company):
        made = company.add("nora")
        group = company.add_group("Care", made["id"])
        assert signed_in(Client(), cast.owner).get("/scim/v2/Users").status_code == 401
        other = connect(cast.outsider)
        assert other.get("Users").json()["totalResults"] == 0
        for path, whole in (
            (f"Users/{made['id']}", {"userName": "x"}),
            (f"Groups/{group['id']}", {"displayName": "x"}),
        ):
            for method, body in (("GET", None), ("PUT", whole), ("DELETE", None)):
                assert other.ask(method, path, body).status_code == 404
        stolen = other.ask("POST", "Groups", {"displayName": "Mine", "members": [{"value": made["id"]}]})
        assert stolen.status_code == 400
        assert company.get(f"Users/{made['id']}").json() == made

    def test_two_work_while_one_is_replaced_and_an_ended_one_does_not(self, cast, company):
        with activate(cast.organization):
            second = connecting.make_token(actor=cast.owner, life=timedelta(days=9000))
            with pytest.raises(connecting.TooManyTokens):
                connecting.make_token(actor=cast.owner, life=timedelta(days=1))
            assert second.token.ends_at <= timezone.now() + connecting.LONGEST_LIFE
            first = DirectoryToken.objects.exclude(pk=second.token.pk).get()
            connecting.end_token(actor=cast.owner, token=first)
        assert company.get("Users").status_code == 401
        company.secret = second.secret
        assert company.get("Users").status_code == 200
        DirectoryToken.objects.filter(pk=second.token.pk).update(ends_at=timezone.now())
        assert company.get("Users").status_code == 401

    def test_the_database_holds_no_token(self, company):
        row = DirectoryToken.objects.get()
        assert company.secret not in str(row.__dict__)
        assert company.secret.startswith(row.shown)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" ", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'{"userName": "a", "userName": "b"}', 400),
        (b"\xff\xfe{}", 400),
        (b'{"a":' * 20 + b"1" + b"}" * 20, 400),
        (b'{"userName": "' + b"x" * 1_100_000 + b'"}', 413),
        (b'{"userName": 7}', 400),
        (b'{"userName": "a", "isAdmin": true}', 400),
        (b'{"userName": "\\ud800"}', 400),
        (b'{"userName": "a", "active": "maybe"}', 400),
        (b'{"userName": "a", "emails": [{"primary": true}, {"value": "c@d.example", "primary": true}]}', 400),
    ],
)
def test_bad_bodies_are_answered_and_make_nobody(company, body, status):
    before = User.objects.count()
    answer = company.ask("POST", "Users", body)
    assert (answer.status_code, answer.json()["status"]) == (status, str(status))
    assert User.objects.count() == before
    assert company.get("Users").json()["totalResults"] == 0


def test_pages_and_filters_find_whom_they_should(company):
    emails = [[{"value": f"u{n}@x.example", "type": "work"}] for n in range(5)]
    people = [company.add(f"user{n}@harbor.example", externalId=f"Ext{n}", emails=emails[n]) for n in range(5)]
    first = company.get("Users?startIndex=2&count=2").json()
    assert (first["totalResults"], first["startIndex"], first["itemsPerPage"]) == (5, 2, 2)
    assert [one["id"] for one in first["Resources"]] == [one["id"] for one in people[1:3]]
    assert company.get("Users?count=0").json()["Resources"] == []
    assert company.get("Users?startIndex=-3&count=99999").json()["itemsPerPage"] == 5
    assert company.get("Users?startIndex=x").status_code == 400
    wanted = people[3]
    for text in (
        'userName eq "USER3@harbor.example"',
        'username Eq "user3@harbor.example" and active eq true',
        'externalId eq "Ext3"',
        f'id eq "{wanted["id"]}"',
        'emails.value eq "u3@X.example"',
        'emails[type eq "work"].value eq "u3@x.example"',
        f'{USER}:userName eq "user3@harbor.example"',
    ):
        assert [one["id"] for one in company.found(text)] == [wanted["id"]], text
    nobody = ('externalId eq "ext3"', 'userName eq "nobody"', 'id eq "7"', 'id eq "7" and active eq false')
    for text in nobody:
        assert company.found(text) == [], text


@pytest.mark.parametrize(
    "text",
    [
        'userName sw "a"', 'userName eq "a" or userName eq "b"', "userName", "userName eq", 'not (userName eq "a")',
        'password eq "x"', 'membership__user__password eq "x"', "userName eq true", 'active eq "x"', 'userName eq "a',
        "userName eq \"a\" and", "x" * 3000, 'userName eq "a\\u0000"', '(userName eq "a")',
    ],
)  # fmt: skip
def test_a_filter_that_is_not_understood_is_refused(company, text):
    answer = Client().get("/scim/v2/Users", {"filter": text}, headers={"Authorization": f"Bearer {company.secret}"})
    assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidFilter")


def test_what_is_not_there_and_what_is_not_done_is_said_in_scim(company):
    for method, path, status in (
        ("GET", "Users/0199f0aa-0000-7000-8000-000000000000", 404),
        ("GET", "Bulk", 404),
        ("DELETE", "Users", 405),
        ("POST", "Schemas", 405),
    ):
        answer = company.ask(method, path)
        assert (answer.status_code, answer.json()["status"]) == (status, str(status)), path


def test_a_person_added_elsewhere_first_becomes_the_directorys(cast, company):
    friend = add_member(organization=cast.organization, user=person("kim@harbor.example", "Kim"), role="agent")
    made = company.add("kim@harbor.example")
    with activate(cast.organization):
        assert member_of(made).pk == friend.pk
    friend.refresh_from_db()
    assert friend.is_active


def test_somebody_new_gets_a_link_to_choose_a_password(cast, company):
    company.add("nora@harbor.example", emails=[{"value": "nora@harbor.example"}])
    assert "Harbor Dental" in mails_to("nora@harbor.example")[0]
    client = Client()
    assert client.get(link_to("nora@harbor.example"), follow=True).status_code == 200
    chosen = {"new_password": "nine loud lanterns", "repeated": "nine loud lanterns"}
    assert client.post("/join/", chosen).status_code == 302
    sent = {"email": "nora@harbor.example", "password": "nine loud lanterns"}
    assert Client().post("/sign-in/", sent).status_code == 302


def test_nobody_is_mailed_who_comes_in_by_single_sign_on_only(cast, company):
    SsoDoor.objects.create(
        organization=cast.organization, slug="door-of-harbor", is_on=True, enforced=Enforced.EVERYBODY
    )
    company.add("nora@harbor.example", emails=[{"value": "nora@harbor.example"}])
    assert not OutgoingMail.objects.exists()


def test_nobody_is_mailed_who_is_added_inactive_or_has_no_address(cast, company):
    company.add("nora@harbor.example", emails=[{"value": "nora@harbor.example"}], active=False)
    company.add("robot-7", emails=[])
    assert not OutgoingMail.objects.exists()


def test_a_second_message_about_somebody_mails_nothing_more(cast, company):
    made = company.add("nora@harbor.example", emails=[{"value": "nora@harbor.example"}])
    company.patch(f"Users/{made['id']}", {"op": "replace", "path": "active", "value": True})
    assert OutgoingMail.objects.count() == 1
