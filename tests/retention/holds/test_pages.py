"""An admin sees what a hold would cover, places it, and a second person lets it go; others see nothing of it."""

from django.urls import reverse

from retention.models import Hold
from tenancy.isolation import activate
from tests.retention.placed import place_hold
from tests.texting.desk import FIRST, SECOND

FORM = {
    "matter": "Doe v. Harbor",
    "reason": "Letter of their lawyer",
    "press": "01980000-0000-7000-8000-000000000001",
    "form-TOTAL_FORMS": "1",
    "form-INITIAL_FORMS": "0",
    "form-0-about": "(212) 555-0181",
}


def test_an_admin_sees_what_it_covers_and_places_it_once(desk):
    desk.hear("About my crown", number=FIRST)
    admin = desk.as_(desk.cast.admin)
    form = {**FORM, "owner": str(desk.cast.owner.pk)}
    seen = admin.post("/settings/holds/new/", {**form, "act": "preview"}).content.decode()
    assert "1 customer" in seen
    assert "1 text" in seen
    with activate(desk.organization):
        assert not Hold.objects.exists()
    for _again in range(2):
        placed = admin.post("/settings/holds/new/", {**form, "act": "place"})
        assert placed.status_code == 302
    with activate(desk.organization):
        row = Hold.objects.get()
    assert "Number" in admin.get(placed.headers["Location"]).content.decode()
    assert row.matter in admin.get("/settings/holds/?q=doe").content.decode()
    assert row.matter not in admin.get("/settings/holds/?q=nothing+like+it").content.decode()
    assert row.matter not in admin.get("/settings/holds/?tab=released").content.decode()
    assert b"Doe v. Harbor" in admin.get("/settings/holds/export/?tab=open").content


def test_bad_parts_are_answered_with_what_to_do_and_nothing_is_lost(desk):
    admin = desk.as_(desk.cast.admin)
    form = {**FORM, "owner": str(desk.cast.owner.pk), "act": "place"}
    for about, says in (("", "Say what the hold covers"), ("12", "neither a number"), ("\x00" * 3, "ull characters")):
        answer = admin.post("/settings/holds/new/", {**form, "form-0-about": about})
        assert answer.status_code == 422
        assert says in answer.content.decode()
        assert "Letter of their lawyer" in answer.content.decode()
    for total in ("x", "-1", "99999"):
        assert admin.post("/settings/holds/new/", {**form, "form-TOTAL_FORMS": total}).status_code == 422
    more = admin.post("/settings/holds/new/", {**form, "more": "1"}).content.decode()
    assert "form-1-about" in more
    with activate(desk.organization):
        assert not Hold.objects.exists()


def test_the_thread_says_it_to_who_may_see_holds_and_to_nobody_else(desk):
    talk = desk.hear("About my crown", number=FIRST)
    with activate(desk.organization):
        row = place_hold(desk.cast.admin, about=FIRST)
    page = reverse("conversation", args=[talk.pk])
    for member, sees in ((desk.cast.admin, True), (desk.cast.auditor, True), (desk.cast.agent, False)):
        browser = desk.as_(member)
        said = browser.get(page).content.decode()
        assert ("Doe v. Harbor" in said) is sees
        assert ("/holds/" in said) is sees
        assert browser.get(f"{page}holds/").status_code == (200 if sees else 403)
        assert browser.get(f"/settings/holds/{row.pk}/").status_code == (200 if sees else 403)
        theirs = f"/contacts/{talk.contact_id}/"
        assert (f"{theirs}holds/" in browser.get(theirs).content.decode()) is sees
        answer = browser.get(f"{theirs}holds/")
        assert (answer.status_code, "Doe v. Harbor" in answer.content.decode()) == (200, True) if sees else (403, False)
    other = desk.hear("Hello", number=SECOND).contact_id
    assert desk.as_(desk.cast.admin).get(f"/contacts/{other}/holds/").content == b"", "nothing keeps them"
    assert desk.as_(desk.cast.outsider).get(f"/contacts/{other}/holds/").status_code == 404
    assert desk.as_(desk.cast.outsider).get(f"/settings/holds/{row.pk}/").status_code == 404


def test_who_asked_cannot_confirm_on_the_page_either(desk):
    desk.hear("About my crown", number=FIRST)
    with activate(desk.organization):
        row = place_hold(desk.cast.admin, about=FIRST)
    ask, answer = (reverse(name, args=[row.pk]) for name in ("ask_release", "answer_release"))
    admin, owner = desk.as_(desk.cast.admin), desk.as_(desk.cast.owner)
    assert admin.post(ask, {"reason": ""}).status_code == 422
    assert admin.post(ask, {"reason": "Settled"}).status_code == 302
    assert admin.post(answer, {"reason": "Settled", "act": "confirm"}).status_code == 422
    assert desk.as_(desk.cast.auditor).post(answer, {"reason": "Settled", "act": "confirm"}).status_code == 403
    assert owner.post(answer, {"reason": "Read it", "act": "confirm"}).status_code == 302
    with activate(desk.organization):
        assert Hold.objects.get().state == Hold.State.RELEASED
    assert "Olga Brandt confirmed" in owner.get(reverse("hold", args=[row.pk])).content.decode()
