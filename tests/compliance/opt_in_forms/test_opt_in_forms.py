"""Colleagues write, check, publish and close forms."""

import io
import json
from datetime import timedelta

import pytest
import segno
from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.utils import timezone
from PIL import Image

from accounts.permissions import MissingPermission
from compliance.models import Disclosure, FormBox, FormCount, FormKey, FormLogo, FormVersion, OptInForm, Program
from compliance.opt_in import form_counts
from compliance.opt_in_forms import editing, linked_pages, publishing
from compliance.opt_in_forms.asking import digest, page, written
from compliance.opt_in_forms.colours import contrast_with_white
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.compliance.published_forms import address_of, change, make_form, make_program, wish_for
from tests.texting.attachments.samples import png_with_place
from tests.texting.desk import desk
from tests.tls import Authority, serving
from texting.models import Brand, Campaign, Line

__all__ = ["desk"]

HTMX = {"HX-Request": "true"}
READ = {"pages_read": "on", "unopened": "on"}
"""This machine calls nobody in tests, so no linked page opens from here."""


@pytest.fixture
def program(desk):
    return make_program(desk)


@pytest.fixture
def draft(desk, program):
    return make_form(desk, program, published=False)


@pytest.fixture
def owner(desk):
    return desk.as_(desk.cast.owner)


def page_of(form, part=""):
    return f"/settings/forms/{form.pk}/{part}"


def typed(desk, form, **changes):
    """What the editor's page sends."""
    with activate(desk.organization):
        given = written(OptInForm.objects.get(pk=form.pk))
        data = {
            "name": given.form.name,
            "line": str(given.form.line_id),
            "languages": given.form.languages,
            "programs": [str(box.program_id) for box in given.boxes],
            "asks_yes": "on",
            "colour": given.form.colour,
            "origins": "\n".join(given.form.origins),
        }
        for code in given.form.languages:
            data |= {f"{key}_{code}": text for key, text in given.form.texts[code].items()}
            data |= {f"wording_{box.program_id.hex}_{code}": box.wordings[code] for box in given.boxes}
    return data | changes


def wording_field(program, code="en"):
    return f"wording_{program.pk.hex}_{code}"


def fresh(desk, form):
    with activate(desk.organization):
        return OptInForm.objects.get(pk=form.pk)


def stored_versions(desk):
    with activate(desk.organization):
        return list(FormVersion.objects.order_by("number"))


def test_a_new_form_has_every_word_the_law_asks_for_and_can_be_published(desk, program, owner):
    answer = owner.post(
        "/settings/forms/new/",
        {"name": "Front door", "line": desk.line.pk, "languages": ["en", "es", "fr"], "programs": [program.pk]},
    )
    with activate(desk.organization):
        form = OptInForm.objects.get()
    assert answer["Location"] == page_of(form, "edit/")
    assert "Nothing is missing" in owner.get(answer["Location"]).content.decode()
    done = owner.post(page_of(form, "publish/"), READ)
    assert (done.status_code, fresh(desk, form).state) == (302, "published")
    [version] = stored_versions(desk)
    assert set(version.pages) == {"en", "es", "fr"}
    assert all(version.digests[code] == digest(html) for code, html in version.pages.items())
    with activate(desk.organization):
        assert Disclosure.objects.count() == 3
        kinds = set(AuditEvent.objects.filter(object_id=form.pk).values_list("event", flat=True))
        assert {"form:created", "form:published"} <= kinds
    assert owner.get(address_of(form)).status_code == 200


def test_a_form_with_a_finding_says_what_to_write_and_stays_a_draft(desk, draft, program, owner):
    data = typed(desk, draft)
    without = data[wording_field(program)].replace("Consent is not a condition of purchase. ", "")
    assert owner.post(page_of(draft, "edit/"), data | {wording_field(program): without}).status_code == 302
    shown = owner.get(page_of(draft, "edit/")).content.decode()
    assert "1 thing is missing" in shown
    assert "Write “Consent is not a condition of purchase.”" in shown
    assert owner.post(page_of(draft, "publish/"), READ).status_code == 422
    assert (fresh(desk, draft).state, stored_versions(desk)) == ("draft", [])
    assert owner.get(address_of(draft)).status_code == 404


def test_whoever_publishes_says_that_they_read_the_linked_pages(desk, draft, owner):
    answer = owner.post(page_of(draft, "publish/"))
    assert answer.status_code == 422
    assert "Open both linked pages first" in answer.content.decode()
    assert fresh(desk, draft).state == "draft"


def test_a_linked_page_that_does_not_open_is_a_warning_that_whoever_publishes_answers_for(desk, draft, owner):
    answer = owner.post(page_of(draft, "publish/"), {"pages_read": "on"})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "Not every linked page opened from here" in shown
    assert "https://harbor.example/privacy" in shown
    assert (fresh(desk, draft).state, stored_versions(desk)) == ("draft", [])
    assert owner.post(page_of(draft, "publish/"), READ).status_code == 302
    with activate(desk.organization):
        told = json.loads(AuditEvent.objects.get(event="form:published").details)
    assert told["pages_unopened"] == 2, "terms and privacy"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nTerms", ""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "empty"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx", "no such page"),
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 1\r\n\r\nx", "who is there"),
        (b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n", "302"),
        (b"HTTP/1.1 302 Found\r\nLocation: https://10.0.0.1/\r\nContent-Length: 0\r\n\r\n", "may not be called"),
        (b"nonsense", "Nothing answers"),
    ],
)
def test_a_page_opens_when_it_answers_with_something_and_no_redirect_leads_inside(tmp_path, settings, answer, why):
    authority = Authority(tmp_path)
    settings.EGRESS_LOOPBACK, settings.EGRESS_CA_FILE = True, str(authority.file)
    with serving(authority.server_context("127.0.0.1"), answer) as server:
        url = f"https://127.0.0.1:{server.port}/terms"
        found = async_to_sync(linked_pages.unopened)([url])
        assert server.connections <= 1 + linked_pages.MOST_REDIRECTS
    assert [one.url for one in found] == ([url] if why else [])
    assert all(why in one.why for one in found)
    assert len(async_to_sync(linked_pages.unopened)(["http://a.example/", "https://[::1", "x" * 5000])) == 3


def test_its_code_for_cameras_is_there_once_it_is_published(desk, draft, owner):
    code = page_of(draft, "code/")
    assert owner.get(code).status_code == 404, "what is not published has no address to show"
    owner.post(page_of(draft, "publish/"), READ)
    for kind, begins in (("svg", b"<?xml"), ("png", b"\x89PNG")):
        answer = owner.get(code, {"as": kind, "save": ""})
        assert (answer.status_code, answer.content[:5].startswith(begins[:4])) == (200, True)
        assert f'.{kind}"' in answer["Content-Disposition"]
    assert "Content-Disposition" not in owner.get(code)
    assert code in owner.get(page_of(draft)).content.decode()
    assert owner.get(code, {"as": "exe"}).status_code == 404
    assert desk.as_(desk.cast.outsider).get(code).status_code == 404


def test_its_code_leads_to_the_public_page(desk, draft, owner):
    owner.post(page_of(draft, "publish/"), READ)
    drawn = Image.open(io.BytesIO(owner.get(page_of(draft, "code/"), {"as": "png"}).content)).convert("1")
    wanted = segno.make(f"{settings.PUBLIC_BASE_URL}{address_of(draft)}", error="m", micro=False).matrix
    square = drawn.width // (len(wanted) + 8)  # four white squares on each side, as cameras want it

    def is_dark(across, down):
        return not drawn.getpixel(((across + 4) * square + square // 2, (down + 4) * square + square // 2))

    places = range(-4, len(wanted) + 4)
    inside = range(len(wanted))
    seen = [[is_dark(across, down) for across in places] for down in places]
    assert seen == [
        [down in inside and across in inside and bool(wanted[down][across]) for across in places] for down in places
    ]


def test_the_preview_has_the_colour_that_is_typed_and_nothing_else_as_a_style(desk, draft, owner):
    shown = owner.post(page_of(draft, "preview/"), typed(desk, draft, colour="#1a2b3c"), headers=HTMX).content.decode()
    address = "/settings/forms/preview-colour.css"
    assert f'href="{address}?is=1a2b3c"' in shown
    assert "--form-colour: #1a2b3c;" in owner.get(address, {"is": "1a2b3c"}).content.decode()
    for wrong in ("", "red", "1a2b3c}*{display:none", "1A2B3C", "1a2b3c0"):
        assert owner.get(address, {"is": wrong}).content == b"", "nothing typed gets into a style sheet"


def test_the_form_has_its_figures_by_day(desk, draft, program, owner):
    other = make_form(desk, program, name="Side door", published=False)
    with activate(desk.organization):
        day = timezone.localdate()
        for ago, number in ((0, 3), (2, 5), (30, 100)):
            FormCount.objects.create(form=draft, day=day - timedelta(days=ago), step="viewed", count=number)
        FormCount.objects.create(form=other, day=day, step="viewed", count=77)
        found = form_counts.by_day(draft.pk)
    assert [counted["viewed"] for counted in found.values()][-3:] == [5, 0, 3]
    assert (len(found), sum(counted["viewed"] for counted in found.values())) == (30, 8), "30 days, today included"
    shown = owner.get(page_of(draft)).content.decode()
    assert "By day" in shown
    assert ">5<" in shown
    assert ">77<" not in shown


def test_what_is_published_changes_only_by_publishing_and_old_versions_never(desk, draft, program, owner):
    owner.post(page_of(draft, "publish/"), READ)
    owner.post(page_of(draft, "edit/"), typed(desk, draft, title_en="Ten percent off"))
    assert b"Ten percent off" not in owner.get(address_of(draft)).content
    owner.post(page_of(draft, "publish/"), READ)
    assert b"Ten percent off" in owner.get(address_of(draft)).content
    again = owner.post(page_of(draft, "publish/"), READ, follow=True)
    assert "Nothing has changed since version 2" in again.content.decode()
    assert "percent" in again.content.decode(), "what changed is marked word by word"
    first, second = stored_versions(desk)
    assert "Ten percent off" not in first.pages["en"]
    with activate(desk.organization), pytest.raises(DatabaseError), transaction.atomic():
        FormVersion.objects.filter(pk=second.pk).update(number=9)


def test_the_preview_shows_what_is_typed_and_stores_nothing(desk, draft, program, owner):
    data = typed(desk, draft, title_en="<script>alert(1)</script>", **{wording_field(program): "I agree."})
    shown = owner.post(page_of(draft, "preview/"), data, headers=HTMX).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "things are missing" in shown
    assert "<html" not in shown
    whole = owner.post(page_of(draft, "preview/"), data).content.decode()
    assert "<html" in whole
    assert "things are missing" in whole
    assert fresh(desk, draft).texts["en"]["title"] == "Get texts from Harbor Dental"


def test_a_link_that_is_no_public_page_is_shown_as_text(desk, program):
    wording = "See [terms](javascript:alert(1)) and [x](https://127.0.0.1/)"
    with activate(desk.organization):
        form = OptInForm(name="x", line=desk.line, languages=["en"], texts={"en": {}})
        box = FormBox(form=form, program=program, position=0, wordings={"en": wording})
        drawn = page(type(written(form))(form, (box,)), "en")
    assert "<a " not in drawn


def test_each_language_added_later_begins_with_its_usual_words(desk, draft, program, owner):
    owner.post(page_of(draft, "edit/"), typed(desk, draft, languages=["en", "fr"]))
    with activate(desk.organization):
        box = FormBox.objects.get()
        assert box.wordings["fr"].startswith("J'accepte")
        assert fresh(desk, draft).texts["fr"]["title"] == "Recevez les messages de Harbor Dental"
        assert publishing.problems(written(fresh(desk, draft))) == []


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("colour", "#ffee00", "White letters cannot be read"),
        ("colour", "teal", "Write # and six digits"),
        ("colour", "#0B5C6B;x", "at most 7 characters"),
        ("origins", "http://harbor.example", "Write https://"),
        ("origins", "https://harbor.example/page", "Write https://"),
        ("origins", "*", "Write https://"),
        ("origins", "https://a.example; script-src *", "Write https://"),
        ("origins", "https://a.example https://b.example", "Write https://"),
        ("name", "", "This field is required"),
        ("name", "x" * 61, "at most 60 characters"),
        ("languages", [], "This field is required"),
        ("languages", ["tlh"], "not one of the available choices"),
        ("programs", [], "This field is required"),
        ("line", "00000000-0000-7000-8000-000000000001", "not one of the available choices"),
        ("title_en", "a\x00b", "Null characters"),
    ],
)
def test_what_is_typed_wrongly_is_kept_and_explained(desk, draft, field, value, words):
    before = fresh(desk, draft).changed_at
    answer = desk.as_(desk.cast.owner).post(page_of(draft, "edit/"), typed(desk, draft, **{field: value}))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert fresh(desk, draft).changed_at == before


def test_colour_and_sites_reach_the_public_page(desk, draft, owner):
    sites = "https://Harbor.example/\nhttps://harbor.example\n"
    owner.post(page_of(draft, "edit/"), typed(desk, draft, colour="#0B5C6B", origins=sites))
    owner.post(page_of(draft, "publish/"), READ)
    assert b"--form-colour: #0b5c6b" in owner.get(f"{address_of(draft)}colour.css").content
    framers = owner.get(address_of(draft))["Content-Security-Policy"].split("frame-ancestors ")[1]
    assert framers == "https://harbor.example"
    assert "&lt;iframe src=" in owner.get(page_of(draft)).content.decode()


def test_a_logo_is_drawn_anew_and_nothing_but_a_picture_is_one(desk, draft, owner):
    upload = SimpleUploadedFile("logo.png", png_with_place(), "image/png")
    owner.post(page_of(draft, "edit/"), typed(desk, draft, logo=upload))
    with activate(desk.organization):
        logo = FormLogo.objects.get()
        assert bytes(logo.content) != png_with_place()
        assert Image.open(io.BytesIO(bytes(logo.content))).info.get("exif") is None
    owner.post(page_of(draft, "publish/"), READ)
    served = owner.get(f"{address_of(draft)}logo/{logo.pk}/")
    assert (served["Content-Type"], served.content) == (logo.type, bytes(logo.content))
    assert f"logo/{logo.pk}/" in owner.get(address_of(draft)).content.decode()
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for content in (svg, b"%PDF-1.7", b"x" * 3_000_000, b"\x89PNG\r\n\x1a\nbroken"):
        refused = owner.post(
            page_of(draft, "edit/"), typed(desk, draft, logo=SimpleUploadedFile("logo.png", content, "image/png"))
        )
        assert refused.status_code == 422
        assert "no picture that can be used" in refused.content.decode()
    owner.post(page_of(draft, "edit/"), typed(desk, draft, without_logo="on"))
    assert fresh(desk, draft).logo_id is None
    assert owner.get(f"{address_of(draft)}logo/{logo.pk}/").status_code == 200, "published versions still show it"


def test_two_forms_cannot_have_one_name(desk, draft, program, owner):
    data = {"name": draft.name, "line": desk.line.pk, "languages": ["en"], "programs": [program.pk]}
    answer = owner.post("/settings/forms/new/", data)
    assert answer.status_code == 422
    assert "Another form is called that" in answer.content.decode()
    with activate(desk.organization):
        assert (OptInForm.objects.count(), FormKey.objects.count()) == (1, 1)


def test_a_program_of_another_team_than_the_line_is_a_finding(desk, draft, program):
    elsewhere = make_program(desk, "Bills", "informational", team=desk.billing_line.team)
    change(desk, draft, programs=(program, elsewhere), publish=False)
    with activate(desk.organization):
        assert [one.rule for one in publishing.problems(written(fresh(desk, draft)))] == ["team"]


def found_in(desk, form):
    with activate(desk.organization):
        given = fresh(desk, form)
        try:
            publishing.publish(actor=desk.cast.owner, form=given, pages_read=True)
        except publishing.CannotPublish as refused:
            return [one.rule for one in refused.findings]
    return []


def test_a_program_of_another_brand_than_the_line_keeps_a_form_from_being_published(desk, draft, program):
    with activate(desk.organization):
        brand, other = (Brand.objects.create(name=name, tier="low") for name in ("Harbor Dental", "Harbor Billing"))
        Program.objects.filter(pk=program.pk).update(brand=brand)
    assert found_in(desk, draft) == ["brand_of_line"], "a line without a campaign is of no brand"
    for whose, rules in ((other, ["brand_of_line"]), (brand, [])):
        with activate(desk.organization):
            pace = {"segments_a_minute": 60, "pictures_a_minute": 60}
            campaign = Campaign.objects.create(brand=whose, name=whose.name, message_class="x", **pace)
            Line.objects.filter(pk=desk.line.pk).update(campaign=campaign)
        assert found_in(desk, draft) == rules


@pytest.mark.parametrize(
    ("model", "change", "rule"),
    [
        (Line, {"is_active": False}, "line"),
        (Program, {"is_active": False}, "program"),
        (OptInForm, {"texts": {"en": {"title": " "}}}, "title"),
    ],
)
def test_a_form_that_would_reach_nobody_or_says_nothing_is_not_published(desk, draft, model, change, rule):
    with activate(desk.organization):
        model.objects.all().update(**change)
    assert found_in(desk, draft) == [rule]
    assert (fresh(desk, draft).state, stored_versions(desk)) == ("draft", [])


def test_a_draft_cannot_be_closed_and_closing_twice_changes_nothing(desk, draft, owner):
    owner.post(page_of(draft, "close/"))
    owner.post(page_of(draft, "reopen/"))
    assert fresh(desk, draft).state == "draft"
    owner.post(page_of(draft, "publish/"), READ)
    for _ in range(2):
        owner.post(page_of(draft, "close/"))
    assert fresh(desk, draft).state == "closed"
    owner.post(page_of(draft, "reopen/"))
    assert fresh(desk, draft).state == "published"


def test_the_list_has_state_and_counts(desk, draft, owner):
    assert "Draft" in owner.get("/settings/forms/").content.decode()


def test_a_form_that_is_sent_more_often_than_opened_still_has_a_page(desk, draft, owner):
    """Counts are no funnel: one open page can be sent several times."""
    owner.post(page_of(draft, "publish/"), READ)
    with activate(desk.organization):
        for step in ("viewed", "begun", "begun", "submitted"):
            form_counts.count(draft.pk, form_counts.Step(step))
    shown = owner.get(page_of(draft)).content.decode()
    assert "<dt>Form sent, complete or not</dt><dd>2</dd>" in shown


def test_only_who_manages_forms_may_and_others_forms_do_not_exist(desk, draft, program):
    agent, outsider = desk.as_(desk.cast.agent), desk.as_(desk.cast.outsider)
    for part in ("", "edit/"):
        assert agent.get(page_of(draft, part)).status_code == 403
        assert outsider.get(page_of(draft, part)).status_code == 404
    for part in ("publish/", "close/", "reopen/", "preview/"):
        assert agent.post(page_of(draft, part), READ).status_code == 403
        assert outsider.post(page_of(draft, part), READ).status_code == 404
    with activate(desk.organization):
        for act in (
            lambda: editing.create(actor=desk.cast.agent, wish=wish_for(desk.line, program, name="Mine")),
            lambda: editing.save(actor=desk.cast.agent, form=draft, wish=wish_for(desk.line, program)),
            lambda: publishing.publish(actor=desk.cast.agent, form=draft, pages_read=True),
            lambda: publishing.close(actor=desk.cast.agent, form=draft),
        ):
            with pytest.raises(MissingPermission):
                act()
        assert OptInForm.objects.count() == 1
    assert fresh(desk, draft).state == "draft"


def test_contrast_is_measured_as_wcag_defines_it():
    assert contrast_with_white("#ffffff") == pytest.approx(1)
    assert contrast_with_white("#000000") == pytest.approx(21)
    assert contrast_with_white("#767676") == pytest.approx(4.54, abs=0.01)
    with pytest.raises(ValueError, match="rrggbb"):
        contrast_with_white("#fff")
