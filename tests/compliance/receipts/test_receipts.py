"""What did this number say? One number's receipt as a page, PDF and JSON, and who may make one."""

import json
from datetime import UTC
from hashlib import sha256

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.paper import Paper
from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent, Disclosure, Program
from compliance.opt_in import opting_in
from compliance.receipts import gathering, paper
from tenancy.audit_verification import sign_news
from tenancy.encryption.key_sources import CONTACT
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.kept import kept_upon
from tests.revealers import with_rights
from tests.scaling import grows_in_step
from tests.texting.desk import FIRST, SECOND, desk
from texting import sending, threads
from texting.phone_numbers import parse
from texting.purposes import Purpose
from texting.sending import Refused

__all__ = ["desk"]

PAGE = "/reports/number/"
WORDING = "I agree to receive recurring marketing texts from Harbor Dental."


def ask(desk, member, number=FIRST, **more):
    return desk.as_(member).post(PAGE, {"number": number, "reason": "dispute", **more})


def as_data(desk, number=FIRST):
    answer = ask(desk, desk.cast.owner, number, form="json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    return json.loads(answer.content)


@kept_upon("desk")
def customer(desk):
    """Wrote, was answered, agreed to offers by a form, stopped; then somebody tried to write again."""
    conversation = desk.hear("Hello", name="Zoë Łukasz")
    desk.answer(conversation, "Good morning")
    with activate(desk.organization):
        at = timezone.now()
        program = Program.objects.create(
            name="Offers", scope="marketing", frequency="Monthly", made_by=desk.cast.owner, made_at=at
        )
        shown = Disclosure.objects.create(
            program=program, text=WORDING, digest=sha256(WORDING.encode()).digest(), made_at=at
        )
        evidence = Evidence(
            source=ConsentEvent.Source.FORM,
            words="да, хочу",
            act=ConsentEvent.Act.TICKED,
            quality=ConsentEvent.Quality.COMPLETE,
            disclosure=shown,
            circumstances={"ip": "203.0.113.9", "url": "https://harbor.example/join"},
        )
        opting_in.opt_in(contact=conversation.contact, line=desk.line, program=program, evidence=evidence)
    desk.hear("STOP")
    with activate(desk.organization), pytest.raises(Refused):
        sending.send_text(conversation=desk.fresh(conversation), body="Wait", author=desk.cast.agent)
    with activate(desk.organization):
        sign_news()
    return desk.fresh(conversation).contact


def test_it_says_everything_with_its_proof(desk, customer):
    data = as_data(desk, "(212) 555-0181")
    assert (data["schema"], data["number"], data["contact"]) == ("parley.consent-receipt/1", FIRST, "known")
    assert [entry["action"] for entry in data["entries"]] == ["withdrawn", "given", "given"]
    by_form = data["entries"][1]
    assert by_form["wording"]["text"] == WORDING
    assert by_form["wording"]["digest"] == sha256(WORDING.encode()).hexdigest()
    assert by_form["circumstances"] == {
        "ip": "203.0.113.9",
        "url": "https://harbor.example/join",
        "time_zone": "America/New_York",
        "time_zone_source": "number",
    }
    assert (by_form["words"], by_form["scopes"], by_form["program"]) == ("да, хочу", ["marketing"], "Offers")
    assert {entry["anchor"]["proof"] for entry in data["entries"]} == {"proved"}
    assert data["checkpoint"]["event"] >= max(entry["anchor"]["event"] for entry in data["entries"])
    assert data["checkpoint"]["note"].count("\n") == 6
    assert data["stops"][0]["entry"] == data["entries"][0]["id"]
    assert {team["answers"] for team in data["standing"]} == {""}
    assert data["opt_ins"][0]["given_entry"] == by_form["id"]


def test_each_text_names_the_entry_that_allowed_it_and_each_refusal_its_rule(desk, customer):
    data = as_data(desk)
    wrote, texts = data["entries"][-1]["id"], {text["purpose"]: text for text in data["texts"]}
    assert texts[Purpose.REPLY]["permission"] == wrote
    assert texts[Purpose.OPT_OUT_ANSWER]["permission"] == ""
    assert all(text["decision"] for text in data["texts"])
    assert sum(one["texts"] for one in data["texts_under"]) == data["texts_in_all"] == len(data["texts"])
    assert "consent.opted_out" in data["refusals"][0]["rules"]


def test_the_page_and_the_paper_say_the_same(desk, customer, monkeypatch):
    page = ask(desk, desk.cast.supervisor).content.decode()
    for said in (
        WORDING,
        "да, хочу",
        "Opted out",
        "203.0.113.9",
        "time zone",
        "America/New_York",
        "Every entry agrees with the audit chain",
    ):
        assert said in page, said
    put, drawn = Paper.put, []
    monkeypatch.setattr(Paper, "put", lambda self, text: drawn.append(text) or put(self, text))
    paper = ask(desk, desk.cast.supervisor, form="pdf")
    on_paper = "\n".join(drawn)
    entry = as_data(desk)["entries"][1]
    for said in (
        FIRST,
        WORDING,
        "да, хочу",
        "203.0.113.9",
        "America/New_York",
        "agrees with the audit chain",
        entry["anchor"]["digest"],
    ):
        assert said in on_paper, said
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    assert FIRST not in paper["Content-Disposition"]


def test_it_is_found_when_the_contact_was_erased_and_says_what_is_gone(desk, customer):
    with activate(desk.organization):
        destroy_keys(CONTACT, str(customer.pk), reason="erased on request")
    data = as_data(desk)
    assert (data["contact"], data["entries_in_all"]) == ("erased", 3)
    assert data["entries"][1]["words"] == "да, хочу", "words in the ledger stand under the key of their day"
    with activate(desk.organization):
        destroy_keys("consent", f"{timezone.now().astimezone(UTC):%Y-%m-%d}", reason="retention")
    data = as_data(desk)
    assert (data["entries"][1]["words"], data["entries"][1]["circumstances"]) == (None, None)
    assert {entry["anchor"]["proof"] for entry in data["entries"]} == {"proved"}, "the sealed bytes are what is proved"
    assert "destroyed with the key" in ask(desk, desk.cast.owner).content.decode()


def test_a_receipt_takes_as_many_statements_for_much_as_for_little(desk, customer):
    def statements():
        with activate(desk.organization), CaptureQueriesContext(connection) as seen:
            gathering.make(member=desk.cast.owner, number=FIRST, reason=gathering.Reason.CHECK, form="json")
        return len(seen)

    before = statements()
    for _ in range(5):
        talk = desk.hear("START")
        desk.answer(talk, "Good morning again")
        desk.hear("STOP")
    assert statements() <= before


def test_the_time_of_a_receipt_grows_in_step_with_what_is_known_of_the_number(desk):
    sizes = {20: FIRST, 160: SECOND}
    with activate(desk.organization):
        for size, number in sizes.items():
            contact = threads.contact_for(parse(number))
            evidence = Evidence(source=ConsentEvent.Source.API, words="Yes, please", circumstances={"ip": "192.0.2.1"})
            consent.give_all([(contact, ConsentEvent.Kind.EXPRESS, evidence)] * size)

        def every_form(size):
            receipt = gathering.make(
                member=desk.cast.owner, number=sizes[size], reason=gathering.Reason.CHECK, form="pdf"
            )
            assert len(receipt.entries) == size
            paper.as_json(receipt)
            paper.as_pdf(receipt, desk.organization)
            for part in ("state", "entries", "texts"):
                render_to_string(f"compliance/_receipt_{part}.html", {"receipt": receipt})

        assert grows_in_step(every_form, size=20, times=8, at_most=12, floor=0.01)


def test_a_number_that_nobody_knows_has_an_empty_receipt(desk, customer):
    page = ask(desk, desk.cast.owner, SECOND)
    assert page.status_code == 200
    assert "Nothing is known of this number" in page.content.decode()
    assert as_data(desk, SECOND)["entries"] == []


def test_whoever_sees_numbers_masked_cannot_look_one_up(desk, customer):
    assert ask(desk, desk.cast.auditor).status_code == 403
    masked = with_rights(desk.cast)
    assert "You see numbers masked" in desk.as_(masked).get(PAGE).content.decode()
    answer = ask(desk, masked)
    assert answer.status_code == 422
    assert WORDING not in answer.content.decode()
    with activate(desk.organization):
        assert not AuditEvent.objects.filter(event="consent:receipt_made").exists()


def test_another_organization_finds_nothing_of_it(desk, customer):
    answer = desk.as_(desk.cast.outsider).post(PAGE, {"number": FIRST, "reason": "check", "form": "json"})
    data = json.loads(answer.content)
    assert (data["entries"], data["texts"], data["contact"]) == ([], [], "none")


def test_each_receipt_is_in_the_audit_log_with_its_reason_and_no_number(desk, customer):
    ask(desk, desk.cast.supervisor, form="pdf")
    with activate(desk.organization):
        row = AuditEvent.objects.get(event="consent:receipt_made")
        assert (row.actor_id, row.object_id) == (desk.cast.supervisor.pk, str(customer.pk))
        said = json.loads(row.details)
    assert (said["reason"], said["form"]) == ("dispute", "pdf")
    assert FIRST not in json.dumps(said)


@pytest.mark.parametrize(
    "typed", [{"number": ""}, {"number": "abc"}, {"number": "1" * 5000}, {"number": FIRST, "reason": "curious"}]
)
def test_what_is_no_number_or_no_reason_is_refused_with_a_sentence(desk, typed):
    answer = desk.as_(desk.cast.owner).post(PAGE, {"reason": "check", **typed})
    assert answer.status_code == 422
    assert "error" in answer.content.decode()
