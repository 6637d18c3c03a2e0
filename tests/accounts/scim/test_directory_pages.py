"""The page with which an admin connects the directory."""

from django.test import Client

from accounts.models import DirectoryGroup, MembershipRole
from tenancy.isolation import activate
from tests.cast import role_of, signed_in


def test_a_token_is_shown_once_and_opens_the_service(cast):
    browser = signed_in(Client(), cast.owner)
    assert "No directory is connected" in browser.get("/settings/directory/").content.decode()
    answer = browser.post("/settings/directory/token/", {"ends": "90"})
    secret = answer.content.decode().split('id="token">')[1].split("<")[0]
    assert Client().get("/scim/v2/Users", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    page = browser.get("/settings/directory/").content.decode()
    assert secret not in page
    assert secret[:18] in page
    assert "127.0.0.1" in page, "where it was last used from"


def test_a_third_token_and_a_nonsense_end_are_refused_in_words(cast, company):
    browser = signed_in(Client(), cast.owner)
    assert browser.post("/settings/directory/token/", {"ends": "7"}).status_code == 422
    assert browser.post("/settings/directory/token/", {"ends": "90"}).status_code == 200
    refused = browser.post("/settings/directory/token/", {"ends": "90"})
    assert refused.status_code == 422
    assert "End the one that is no longer used" in refused.content.decode()
    token = company.directory.tokens.get(shown=company.secret[:18])
    ended = browser.post(f"/settings/directory/token/{token.pk}/end/", follow=True)
    assert "opens nothing any more" in ended.content.decode()
    assert company.get("Users").status_code == 401


def test_a_stale_session_confirms_before_it_makes_a_token(cast):
    browser = signed_in(Client(), cast.owner, minutes_ago=11)
    answer = browser.post("/settings/directory/token/", {"ends": "90"})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/confirm/")


def test_the_owner_chooses_what_a_group_gives(cast, company):
    made = company.add("amelia", emails=[{"value": cast.agent.user.email}])
    group = company.add_group("Care <b>", made["id"])
    browser = signed_in(Client(), cast.owner)
    assert "Care &lt;b&gt;" in browser.get("/settings/directory/").content.decode()
    supervisor = role_of(cast.organization, "supervisor")
    address = f"/settings/directory/groups/{group['id']}/"
    assert "Amelia Okafor" in browser.get(address).content.decode()
    assert browser.post(address, {"role": str(supervisor.pk), "team": str(cast.billing.pk)}).status_code == 302
    with activate(cast.organization):
        assert MembershipRole.objects.filter(membership=cast.agent, role=supervisor).exists()
        assert DirectoryGroup.objects.get().team_id == cast.billing.pk
    elsewhere = role_of(cast.other_organization, "admin")
    assert browser.post(address, {"role": str(elsewhere.pk)}).status_code == 422
