"""The list that leads an owner: it knows by itself, and goes when it is told to."""

from accounts import setting_up
from accounts.founding import add_member, found_organization
from tenancy.isolation import activate
from tests.accounts.codes import with_app
from tests.architecture.permission_table import make_line
from tests.cast import person, signed_in


def test_steps_mark_themselves_and_the_settings_begin_with_what_is_left(db, client):
    owner = found_organization(name="Elm Street Vets", slug="elm", owner=person("eve@elm.example", "Eve"))

    def done() -> list[bool]:
        with activate(owner.organization):
            return [step.done for step in setting_up.progress(owner).steps]

    assert done() == [False, False, False]
    page = signed_in(client, owner).get("/settings/", follow=True)
    assert page.redirect_chain == [("/settings/set-up/", 302)]
    assert "0 of 3 done" in page.content.decode()
    with_app(owner.user)
    assert done() == [True, False, False]
    add_member(organization=owner.organization, user=person("ann@elm.example", "Ann"), role="agent")
    assert done() == [True, True, False]
    with activate(owner.organization):
        from accounts.models import Team

        team = Team.objects.create(name="Desk")
    make_line(owner.organization, team, name="Main", number="+12125550119")
    assert done() == [True, True, True]
    assert client.get("/settings/")["Location"] == "/settings/people/"
    assert "Everything on this list is done" in client.get("/settings/set-up/").content.decode()


def test_the_list_is_put_away_and_taken_back_by_each_for_themselves(cast, client):
    signed_in(client, cast.owner)
    assert client.get("/settings/")["Location"] == "/settings/set-up/"
    assert client.post("/settings/set-up/put-away/")["Location"] == "/settings/"
    assert client.get("/settings/")["Location"] == "/settings/people/"
    assert signed_in(type(client)(), cast.admin).get("/settings/")["Location"] == "/settings/set-up/"
    client.post("/settings/set-up/put-away/", {"again": "1"})
    assert client.get("/settings/")["Location"] == "/settings/set-up/"


def test_people_who_set_nothing_up_see_no_list(cast, client):
    signed_in(client, cast.agent)
    assert client.get("/settings/")["Location"] == "/settings/account/"
    assert client.get("/settings/set-up/").status_code == 403
    with activate(cast.organization):
        assert setting_up.progress(cast.agent).steps == ()
