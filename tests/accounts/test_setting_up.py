"""The list that leads an owner: it knows by itself, and goes when it is told to."""

from django.utils import timezone

from accounts import setting_up
from accounts.founding import add_member, found_organization
from compliance.measures import answering
from compliance.models import Keyword, OptInForm
from retention.kinds import Kind
from retention.models import RetentionPolicy
from tenancy.isolation import activate
from tests.accounts.codes import with_app
from tests.architecture.permission_table import make_line
from tests.cast import person, signed_in
from tests.compliance.measures.answered import HOSPITAL
from tests.compliance.opt_ins import make_keyword, make_program


def test_steps_mark_themselves_and_the_settings_begin_with_what_is_left(db, client):
    owner = found_organization(name="Elm Street Vets", slug="elm", owner=person("eve@elm.example", "Eve"))

    def done() -> list[bool]:
        with activate(owner.organization):
            return [step.done for step in setting_up.progress(owner).steps]

    assert done() == [False] * 7
    page = signed_in(client, owner).get("/settings/", follow=True)
    assert page.redirect_chain == [("/settings/set-up/", 302)]
    assert "0 of 7 done" in page.content.decode()
    with_app(owner.user)
    assert done() == [True, False, False, False, False, False, False]
    add_member(organization=owner.organization, user=person("ann@elm.example", "Ann"), role="agent")
    assert done() == [True, True, False, False, False, False, False], "an agent lets nobody in again"
    add_member(organization=owner.organization, user=person("ida@elm.example", "Ida"), role="admin")
    assert done() == [True, True, True, False, False, False, False]
    with activate(owner.organization):
        from accounts.models import Team

        team = Team.objects.create(name="Desk")
    line = make_line(owner.organization, team, name="Main", number="+12125550119")
    assert done() == [True, True, True, True, False, False, False]
    assert "/settings/forms/" in client.get("/settings/set-up/").content.decode()
    with activate(owner.organization):
        keyword = make_keyword(line, make_program(owner))
        assert [step.done for step in setting_up.progress(owner).steps][-3]
        Keyword.objects.filter(pk=keyword.pk).update(is_active=False)
    assert done() == [True, True, True, True, False, False, False], "a keyword that is off asks nobody"
    with activate(owner.organization):
        now = timezone.now()
        facts = {"line": line, "languages": ["en"], "made_by": owner, "made_at": now, "changed_at": now}
        form = OptInForm.objects.create(name="Front page", **facts)
    assert done() == [True, True, True, True, False, False, False], "a draft neither"
    with activate(owner.organization):
        OptInForm.objects.filter(pk=form.pk).update(state=OptInForm.State.PUBLISHED)
    assert done() == [True, True, True, True, True, False, False]
    with activate(owner.organization):
        answering.answer(actor=owner, answers=HOSPITAL)
    assert done() == [True] * 6 + [False]
    with activate(owner.organization):
        RetentionPolicy.objects.create(kind=Kind.BODIES, days=400, set_by=owner, set_at=now, starts_at=now)
    assert done() == [True] * 7
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
