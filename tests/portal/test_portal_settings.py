"""The dialog of the composer, its card in the thread, and what an organization decides."""

import pytest

from portal.models import PortalSettings, SecureMessage
from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.portal.sent import SECRET
from texting.models import Message

GOOD = {"content": SECRET, "check_by": "code", "birth_date": "", "postcode": ""}


@pytest.fixture
def dialog(desk):
    conversation = desk.hear()
    address = f"/inbox/c/{conversation.pk}/secure/"

    def post(member=None, **changed):
        data = GOOD | {"message_id": str(new_id())} | changed
        return desk.as_(member or desk.cast.agent).post(address, data, headers={"hx-request": "true"})

    post.address, post.conversation = address, conversation
    return post


def test_an_agent_sends_from_the_dialog_and_the_thread_shows_the_card(desk, dialog):
    page = desk.as_(desk.cast.agent).get(f"/inbox/c/{dialog.conversation.pk}/").content.decode()
    assert dialog.address in page, "the composer offers it"
    assert dialog().status_code == 204
    page = desk.as_(desk.cast.agent).get(f"/inbox/c/{dialog.conversation.pk}/").content.decode()
    assert "Not opened yet" in page
    assert SECRET not in page
    assert "/s/" not in page
    with activate(desk.organization):
        secure = SecureMessage.objects.get()
    act = f"/inbox/secure/{secure.pk}/revoke/"
    assert desk.as_(desk.cast.outsider).post(act).status_code == 404
    assert desk.as_(desk.cast.auditor).post(act).status_code == 403
    assert desk.as_(desk.cast.agent).post(act).status_code == 204
    assert "Taken back" in desk.as_(desk.cast.agent).get(f"/inbox/c/{dialog.conversation.pk}/").content.decode()


@pytest.mark.parametrize(
    "changed",
    [
        {"content": ""},
        {"content": "x" * 10_001},
        {"check_by": "birth_date"},
        {"check_by": "birth_date", "birth_date": "2999-01-01"},
        {"check_by": "postcode", "postcode": "?"},
        {"check_by": "nonsense"},
        {"message_id": "nonsense"},
        {"content": "a\x00b"},
    ],
)
def test_what_is_wrong_with_it_is_said_and_nothing_is_sent(desk, dialog, changed):
    assert dialog(**changed).status_code == 422
    with activate(desk.organization):
        assert not SecureMessage.objects.exists()
        assert not Message.objects.filter(direction="out").exists()


def test_who_may_not_gets_no_dialog(desk, dialog):
    assert dialog(desk.cast.auditor).status_code == 403
    assert dialog(desk.cast.outsider).status_code == 404
    with activate(desk.organization):
        assert not SecureMessage.objects.exists()


def test_an_admin_decides_and_an_agent_does_not(desk):
    wanted = {"days": "3", "most_views": "2", "own_address": "https://my.harbor.example/"}
    assert desk.as_(desk.cast.agent).post("/settings/portal/", wanted).status_code == 403
    assert desk.as_(desk.cast.admin).get("/settings/portal/").status_code == 200
    assert desk.as_(desk.cast.admin).post("/settings/portal/", wanted).status_code == 302
    with activate(desk.organization):
        row = PortalSettings.objects.get()
        assert (row.days, row.most_views, row.works_without_script) == (3, 2, False)
    with activate(desk.cast.other_organization):
        assert not PortalSettings.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"days": "0"},
        {"days": "31"},
        {"most_views": "0"},
        {"own_address": "http://plain.example"},
        {"own_address": "javascript:alert(1)"},
    ],
)
def test_what_cannot_be_decided_is_not_kept(desk, changed):
    wanted = {"days": "3", "most_views": "2", "own_address": ""} | changed
    assert desk.as_(desk.cast.admin).post("/settings/portal/", wanted).status_code == 422
    with activate(desk.organization):
        assert not PortalSettings.objects.exists()


def test_with_an_own_portal_the_dialog_sends_its_address(desk, dialog):
    wanted = {"days": "3", "most_views": "2", "own_address": "https://my.harbor.example/"}
    desk.as_(desk.cast.admin).post("/settings/portal/", wanted)
    assert "my.harbor.example" in desk.as_(desk.cast.agent).get(dialog.address).content.decode()
    assert dialog(content="").status_code == 204
    with activate(desk.organization):
        [text] = Message.objects.filter(direction="out")
        assert "https://my.harbor.example/" in text.body
        assert not SecureMessage.objects.exists()
