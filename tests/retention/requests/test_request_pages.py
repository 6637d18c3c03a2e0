"""An admin opens a request, sees what is held before anything is done, and who may not sees nothing of it."""

import re

from retention.erasing import running
from retention.models import SubjectRequest
from tenancy.isolation import activate
from tests.retention.asked import ask_request
from tests.texting.desk import FIRST

FORM = {
    "number": "(212) 555-0181",
    "kind": "both",
    "law": "gdpr",
    "channel": "phone",
    "received_on": "2026-11-20",
    "proof": "",
    "proof_words": "",
    "press": "01980000-0000-7000-8000-000000000002",
}


def test_an_admin_opens_it_once_and_sees_what_is_held(desk):
    desk.hear("About my crown", number=FIRST)
    admin = desk.as_(desk.cast.admin)
    for _again in range(2):
        made = admin.post("/settings/requests/new/", FORM)
        assert made.status_code == 302
    page = admin.get(made.headers["Location"]).content.decode()
    for words in ("(212) 555-0181", "Contact", "Texts", "Entries of permission", "proof of permission", "20 Dec 2026"):
        assert words in page, words
    assert "About my crown" not in page
    assert "20 Dec 2026" in admin.get("/settings/requests/?q=2125550181").content.decode()
    assert "No request of that number" in admin.get("/settings/requests/?q=nonsense").content.decode()
    assert b"2125550181" not in admin.get("/settings/requests/export/?tab=open").content
    with activate(desk.organization):
        row = SubjectRequest.objects.get()
    assert admin.post(f"/settings/requests/{row.pk}/proof/", {"proof": "called", "words": "x"}).status_code == 302
    assert admin.post(f"/settings/requests/{row.pk}/extend/", {"reason": ""}).status_code == 422
    assert admin.post(f"/settings/requests/{row.pk}/close/", {"reason": "Told", "act": "x"}).status_code == 422
    assert admin.post(f"/settings/requests/{row.pk}/close/", {"reason": "Told", "act": "done"}).status_code == 302
    assert "Told" in admin.get(f"/settings/requests/{row.pk}/").content.decode()


def test_bad_input_is_answered_with_what_to_do_and_nothing_is_lost(desk):
    admin = desk.as_(desk.cast.admin)
    for field, value in (("number", "12"), ("number", "\x00"), ("received_on", "2031-01-01"), ("law", "mars")):
        answer = admin.post("/settings/requests/new/", {**FORM, field: value, "proof_words": "Called back at noon"})
        assert answer.status_code == 422
        assert "Called back at noon" in answer.content.decode()
    with activate(desk.organization):
        assert not SubjectRequest.objects.exists()


def test_nobody_else_sees_it(desk):
    with activate(desk.organization):
        row = ask_request(desk.cast.admin, FIRST)
    for address in ("/settings/requests/", f"/settings/requests/{row.pk}/"):
        assert desk.as_(desk.cast.supervisor).get(address).status_code == 403
    assert desk.as_(desk.cast.outsider).get(f"/settings/requests/{row.pk}/").status_code == 404


def test_an_admin_sees_what_stops_it_erases_and_fetches_the_certificate(desk):
    talk = desk.hear("About my crown", number=FIRST)
    with activate(desk.organization):
        row = ask_request(desk.cast.admin, FIRST, kind="erase")
    admin, page = desk.as_(desk.cast.admin), f"/settings/requests/{row.pk}/"
    assert "The conversation is open" in admin.get(f"{page}erase/").content.decode()
    assert admin.post(f"{page}erase/").status_code == 409
    assert admin.get(f"{page}erasure.json").status_code == 404
    desk.resolve(talk)
    asked = admin.get(f"{page}erase/").content.decode()
    assert "Erase for good" in asked
    assert admin.post(f"{page}erase/").status_code == 409, "whose numbers were not shown"
    [seen] = re.findall(r'name="seen" value="([0-9a-f]+)"', asked)
    assert admin.post(f"{page}erase/", {"seen": seen}).status_code == 302
    assert admin.post(f"{page}erase/").status_code == 409
    assert admin.post(f"{page}erase/agree/").status_code == 302, "and says that nothing waits"
    running.go_on(desk.organization.pk)
    said = admin.get(page).content.decode()
    assert "Certificate" in said
    assert "0181" not in said
    assert admin.get(f"{page}erasure.json").json()["request"] == str(row.pk)
    assert admin.get(f"{page}erasure.pdf").content.startswith(b"%PDF")
    assert "Erased number" in admin.get("/settings/requests/?tab=closed").content.decode()
    assert admin.get("/settings/requests/export/?tab=closed").status_code == 200
    for way in ("close", "extend", "proof"):
        assert admin.post(f"{page}{way}/", {"reason": "More", "act": "done", "proof": "called"}).status_code == 422
    assert desk.as_(desk.cast.supervisor).post(f"{page}erase/").status_code == 403
