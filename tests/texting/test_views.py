"""Every page and part of the inbox: for those who may, those who may not, and those who belong elsewhere."""

import re
from uuid import uuid4

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.desk import FIRST, SECOND, desk
from texting import conversations
from texting.models import Contact, Conversation, Draft, Message, Note

__all__ = ["desk"]

HTMX = {"HX-Request": "true"}
OPEN = HTMX | {"HX-Target": "open"}
LIST = HTMX | {"HX-Target": "list"}

# name, method, fields; each takes the conversation's id
PARTS = [
    ("conversation", "get", {}),
    ("conversation_updates", "get", {}),
    ("conversation_earlier", "get", {}),
    ("conversation_preview", "post", {"body": "Hello"}),
    ("conversation_send", "post", {"body": "Hello"}),
    ("conversation_note", "post", {"body": "Between us"}),
    ("conversation_draft", "post", {"body": "Dear"}),
    ("conversation_take", "post", {}),
    ("conversation_assign", "get", {}),
    ("conversation_assign", "post", {"to": "team"}),
    ("conversation_resolve", "post", {}),
    ("conversation_reopen", "post", {}),
    ("conversation_read", "post", {}),
    ("conversation_unread", "post", {}),
    ("conversation_presence", "post", {"state": "viewing"}),
]
READER_MAY = {
    "conversation",
    "conversation_updates",
    "conversation_earlier",
    "conversation_preview",
    "conversation_draft",
    "conversation_read",
    "conversation_presence",
}


def ask(client, name, method, fields, *arguments, **more):
    return getattr(client, method)(reverse(name, args=arguments), fields, headers=HTMX, **more)


def text_of(response):
    return response.content.decode()


def triggers(response):
    return response.headers.get("HX-Trigger", "")


class TestWhoMay:
    @pytest.mark.parametrize(("name", "method", "fields"), PARTS)
    def test_an_outsider_and_another_team_find_nothing(self, desk, name, method, fields):
        billing = desk.hear(line=desk.billing_line)
        before = snapshot(desk)
        for member in (desk.cast.outsider, desk.cast.agent):
            assert ask(desk.as_(member), name, method, fields, billing.pk).status_code == 404
            assert ask(desk.as_(member), name, method, fields, uuid4()).status_code == 404
        assert snapshot(desk) == before

    @pytest.mark.parametrize(("name", "method", "fields"), PARTS)
    def test_signed_out_and_deactivated_are_sent_to_sign_in(self, desk, client, name, method, fields):
        conversation = desk.hear()
        for browser in (client, desk.as_(desk.cast.leaver)):
            answer = getattr(browser, method)(reverse(name, args=[conversation.pk]), fields)
            assert answer.status_code == 302
            assert "/sign-in/" in answer["Location"]

    @pytest.mark.parametrize(("name", "method", "fields"), PARTS)
    def test_an_auditor_reads_and_does_nothing_else(self, desk, name, method, fields):
        conversation = desk.hear()
        before = snapshot(desk)
        answer = ask(desk.as_(desk.cast.auditor), name, method, fields, conversation.pk)
        if name in READER_MAY:
            assert answer.status_code in {200, 204}
        else:
            assert answer.status_code == 403
            assert snapshot(desk) == before

    @pytest.mark.parametrize("name", ["inbox", "contacts"])
    def test_lists_show_an_outsider_nothing_of_ours(self, desk, name):
        desk.hear(name="Ada Lovelace")
        page = desk.as_(desk.cast.outsider).get(reverse(name))
        assert page.status_code == 200
        assert "Lovelace" not in text_of(page)

    def test_a_text_of_another_thread_is_not_found(self, desk):
        ours, theirs = desk.hear(), desk.hear(line=desk.billing_line, number=SECOND)
        with activate(desk.organization):
            text = Message.objects.get(conversation=theirs)
        browser = desk.as_(desk.cast.agent)
        assert ask(browser, "conversation_text", "get", {}, ours.pk, text.pk).status_code == 404
        assert ask(browser, "conversation_text", "get", {}, theirs.pk, text.pk).status_code == 404

    @pytest.mark.parametrize("name", ["contact", "rename_contact"])
    def test_contacts_of_another_organization_are_not_found(self, desk, name):
        contact = desk.hear().contact
        assert ask(desk.as_(desk.cast.outsider), name, "get", {}, contact.pk).status_code == 404
        assert ask(desk.as_(desk.cast.agent), name, "get", {}, contact.pk).status_code == 200

    def test_an_auditor_may_not_rename(self, desk):
        contact = desk.hear(name="Ada").contact
        answer = ask(desk.as_(desk.cast.auditor), "rename_contact", "post", {"name": "X"}, contact.pk)
        assert answer.status_code == 403
        assert desk.contact().name == "Ada"

    def test_a_masked_reader_gets_no_name_and_no_number_from_any_part(self, desk):
        conversation = desk.hear("Call me: 212-555-0181", name="Ada Lovelace")
        browser = desk.as_(desk.cast.auditor)
        pages = [
            browser.get(reverse("inbox")),
            browser.get(reverse("inbox_rows"), headers=HTMX),
            browser.post(reverse("inbox_search"), {"q": "0181"}, headers=HTMX),
            browser.get(reverse("contacts")),
            browser.post(reverse("find_contact"), {"number": FIRST}),
            browser.get(reverse("contact", args=[conversation.contact_id])),
            *(
                ask(browser, name, method, fields, conversation.pk)
                for name, method, fields in PARTS
                if name in READER_MAY
            ),
        ]
        for page in pages:
            text = text_of(page).replace(FIRST, "") if page.request["PATH_INFO"].endswith("find/") else text_of(page)
            assert "Lovelace" not in text
            assert "555-0181" not in text
            assert "2125550181" not in re.sub(r"\s", "", text)
        assert "Contact ·· 0181" in text_of(pages[0])


def snapshot(desk):
    """Everything that a refused request must not have changed."""
    with activate(desk.organization):
        rows = Conversation.objects.order_by("id").values("id", "status", "assignee_id", "unread", "resolved_at")
        return [*rows], Message.objects.count(), Note.objects.count(), Draft.objects.count()


class TestList:
    def test_the_page_shows_rows_filters_and_what_waits(self, desk):
        desk.hear("Is my order ready?", name="Ada Lovelace")
        page = text_of(desk.as_(desk.cast.agent).get(reverse("inbox")))
        assert "Ada Lovelace" in page
        assert "Is my order ready?" in page
        assert 'data-unread="1"' in page
        assert 'id="segment-tables"' in page

    @pytest.mark.parametrize("path", ["/inbox/", "/inbox/mine/", "/inbox/unassigned/", "/inbox/resolved/"])
    def test_every_filter_has_an_address_and_words_for_nothing(self, desk, path):
        page = desk.as_(desk.cast.agent).get(path)
        assert page.status_code == 200
        assert "empty-title" in text_of(page)

    def test_an_empty_inbox_leads_to_the_phone_simulator(self, desk):
        assert "Open the phone simulator" in text_of(desk.as_(desk.cast.agent).get("/inbox/"))

    @pytest.mark.parametrize("kind", ["open", "mine", "unassigned", "resolved"])
    def test_an_empty_list_says_the_same_when_it_is_fetched_anew(self, desk, kind):
        browser = desk.as_(desk.cast.agent)
        address = "/inbox/" if kind == "open" else f"/inbox/{kind}/"
        [title] = re.findall(r'class="empty-title">([^<]+)', text_of(browser.get(address, headers=LIST)))
        anew = text_of(browser.get(f"{reverse('inbox_rows')}?in={kind}", headers=HTMX))
        assert title in anew
        assert 'id="filters"' in anew

    def test_a_member_without_a_line_is_told_whom_to_ask(self, desk):
        with activate(desk.organization):
            desk.cast.front_desk.members.all().delete()
        assert "You have no line yet" in text_of(desk.as_(desk.cast.agent).get("/inbox/"))

    def test_a_teams_address_is_for_those_who_may_read_it(self, desk):
        address = reverse("inbox_team", args=[desk.cast.billing.pk])
        assert desk.as_(desk.cast.second_agent).get(address).status_code == 200
        assert desk.as_(desk.cast.agent).get(address).status_code == 404
        assert desk.as_(desk.cast.outsider).get(address).status_code == 404

    def test_another_filter_keeps_the_open_conversation(self, desk):
        conversation = desk.hear()
        here = "http://testserver" + reverse("conversation", args=[conversation.pk])
        answer = desk.as_(desk.cast.agent).get("/inbox/unassigned/", headers=LIST | {"HX-Current-URL": here})
        assert answer["HX-Push-Url"] == f"/inbox/c/{conversation.pk}/?in=unassigned"
        assert 'aria-current="true"' in text_of(answer)
        assert "<html" not in text_of(answer)

    def test_the_way_back_on_a_phone_empties_the_pane(self, desk):
        answer = text_of(desk.as_(desk.cast.agent).get("/inbox/", headers=OPEN))
        assert 'id="open"' in answer
        assert "data-conversation" not in answer

    def test_more_rows_come_without_the_filters(self, desk, monkeypatch):
        for index in range(45):
            desk.hear(number=f"+1212555{3000 + index}")
        browser = desk.as_(desk.cast.agent)
        first = text_of(browser.get(reverse("inbox_rows"), headers=HTMX))
        more = re.search(r'data-more="([^"]+)"', first)[1].replace("&amp;", "&")
        second = text_of(browser.get(more, headers=HTMX))
        assert first.count('<li class="conversation"') == 40
        assert second.count('<li class="conversation"') == 5
        assert 'id="filters"' in first
        assert 'id="filters"' not in second

    def test_searching_leaves_nothing_in_an_address(self, desk):
        desk.hear(name="Ada Lovelace")
        browser = desk.as_(desk.cast.agent)
        assert "Ada Lovelace" in text_of(browser.post(reverse("inbox_search"), {"q": "ada"}, headers=HTMX))
        assert "Nobody found" in text_of(browser.post(reverse("inbox_search"), {"q": "Grace"}, headers=HTMX))
        assert "Ada Lovelace" in text_of(browser.post(reverse("inbox_search"), {"q": ""}, headers=HTMX))
        assert browser.get(reverse("inbox_search"), {"q": "ada"}).status_code == 405


class TestPrice:
    """A page costs the same number of queries however much is on it, in both databases."""

    def price(self, browser, address):
        with CaptureQueriesContext(connections["default"]) as asked, CaptureQueriesContext(connections["keys"]) as keys:
            assert browser.get(address).status_code == 200
        assert not any("OFFSET" in query["sql"] for query in asked)
        return len(asked), len(keys)

    def test_the_list(self, desk):
        browser = desk.as_(desk.cast.agent)
        desk.hear()
        self.price(browser, "/inbox/")
        cheap = self.price(browser, "/inbox/")
        for index in range(20):
            desk.hear(number=f"+1212555{3000 + index}")
        assert self.price(browser, "/inbox/") == cheap
        assert cheap[0] <= 17

    def test_a_thread(self, desk):
        browser = desk.as_(desk.cast.agent)
        conversation = desk.hear()
        desk.answer(conversation, "Hello")
        address = reverse("conversation", args=[conversation.pk])
        self.price(browser, address)
        cheap = self.price(browser, address)
        for index in range(20):
            desk.hear(f"Text {index}")
        self.price(browser, address)  # reads what is unread
        assert self.price(browser, address) == cheap
        # Read notifications, pool numbers, templates, held, scheduled, tags, fields, automations: one;
        # payments, escalations: two.
        assert cheap[0] <= 49


class TestThread:
    def test_opening_shows_it_is_written_down_once_and_counts_as_reading(self, desk):
        conversation = desk.hear("Is my order ready?", name="Ada Lovelace")
        browser = desk.as_(desk.cast.agent)
        page = text_of(browser.get(reverse("conversation", args=[conversation.pk]), headers=OPEN))
        assert "Is my order ready?" in page
        assert "May be texted" in page
        assert "<html" not in page
        browser.get(reverse("conversation_updates", args=[conversation.pk]), headers=HTMX)
        with activate(desk.organization):
            assert AuditEvent.objects.filter(event="conversation:read").count() == 1
        assert desk.fresh(conversation).unread == 0

    def test_the_address_is_a_whole_page_too(self, desk):
        conversation = desk.hear(name="Ada Lovelace")
        page = text_of(
            desk.as_(desk.cast.agent).get(reverse("conversation", args=[conversation.pk]) + "?in=unassigned")
        )
        assert "<html" in page
        assert 'aria-current="true"' in page

    def test_a_resolved_conversation_leads_on_to_the_open_one(self, desk):
        old = desk.resolve(desk.hear())
        new = desk.hear("Me again")
        answer = desk.as_(desk.cast.agent).get(reverse("conversation", args=[old.pk]), headers=OPEN)
        assert f'data-conversation="{new.pk}"' in text_of(answer)
        assert answer["HX-Push-Url"].startswith(f"/inbox/c/{new.pk}/")

    def test_news_carry_items_head_and_permission(self, desk):
        conversation = desk.hear("One")
        browser = desk.as_(desk.cast.agent)
        page = text_of(browser.get(reverse("conversation", args=[conversation.pk]), headers=OPEN))
        after = re.findall(r'id="message-[^"]+" data-cursor="([0-9a-f]{48})"', page)[-1]
        desk.hear("STOP")
        news = text_of(
            browser.get(reverse("conversation_updates", args=[conversation.pk]), {"after": after}, headers=HTMX)
        )
        assert "STOP" in news
        assert 'data-state="no"' in news
        assert "opted out" in news

    def test_earlier_items_are_fetched_on_request(self, desk):
        conversation = desk.hear("Text 0")
        for index in range(1, 60):
            desk.hear(f"Text {index}")
        browser = desk.as_(desk.cast.agent)
        page = text_of(browser.get(reverse("conversation", args=[conversation.pk]), headers=OPEN))
        assert ">Text 5<" not in page
        address = re.search(r'data-earlier="([^"]+)"', page)[1]
        assert ">Text 5<" in text_of(browser.get(address, headers=HTMX))

    def test_a_text_says_what_became_of_it(self, desk):
        conversation = desk.hear()
        message = desk.answer(conversation, "On its way")
        with activate(desk.organization):
            Message.objects.filter(pk=message.pk).update(status="undelivered", error_kind="invalid_recipient")
        page = text_of(ask(desk.as_(desk.cast.agent), "conversation_text", "get", {}, conversation.pk, message.pk))
        assert "Not delivered" in page
        assert "may be a landline" in page
        assert "is-failed" in page

    def test_markup_in_a_text_stays_text(self, desk):
        conversation = desk.hear("<script>alert(1)</script>", name="<b>Ada</b>")
        page = text_of(desk.as_(desk.cast.agent).get(reverse("conversation", args=[conversation.pk])))
        assert "<script>alert(1)" not in page
        assert "<b>Ada" not in page


class TestWriting:
    def test_a_text_is_queued_and_shown(self, desk):
        conversation = desk.hear()
        answer = ask(desk.as_(desk.cast.agent), "conversation_send", "post", {"body": "On its way"}, conversation.pk)
        assert answer.status_code == 200
        assert "On its way" in text_of(answer)
        assert "You took this conversation" in triggers(answer)
        assert desk.fresh(conversation).assignee == desk.cast.agent

    def test_the_first_text_shows_its_clauses_before_it_is_sent(self, desk):
        conversation = desk.hear()
        answer = text_of(
            ask(desk.as_(desk.cast.agent), "conversation_preview", "post", {"body": "Hi"}, conversation.pk)
        )
        assert 'data-prefix="Harbor Dental: "' in answer
        assert "STOP" in re.search(r'data-suffix="([^"]*)"', answer)[1]
        assert "Company name and opt-out words are added" in answer

    def test_a_refused_text_says_why_and_what_to_do(self, desk):
        conversation = desk.hear()
        desk.hear("STOP")
        answer = ask(desk.as_(desk.cast.agent), "conversation_send", "post", {"body": "But"}, conversation.pk)
        assert answer.status_code == 422
        assert "They opted out" in text_of(answer)
        assert "START" in text_of(answer)
        with activate(desk.organization):
            assert not any(text.body == "But" for text in Message.objects.filter(direction="out"))

    @pytest.mark.parametrize(("body", "words"), [(" ", "Write something"), ("x" * 1601, "1,600")])
    def test_a_text_that_cannot_be_sent_says_so(self, desk, body, words):
        conversation = desk.hear()
        answer = ask(desk.as_(desk.cast.agent), "conversation_send", "post", {"body": body}, conversation.pk)
        assert answer.status_code == 422
        assert words in text_of(answer)

    def test_the_same_form_twice_sends_once(self, desk):
        conversation, browser = desk.hear(), desk.as_(desk.cast.agent)
        fields = {"body": "Once", "message_id": str(uuid4())}
        for _ in range(2):
            assert ask(browser, "conversation_send", "post", fields, conversation.pk).status_code == 200
        with activate(desk.organization):
            assert Message.objects.filter(direction="out").count() == 1

    def test_writing_in_a_resolved_conversation_opens_a_new_one(self, desk):
        old = desk.resolve(desk.hear())
        answer = ask(desk.as_(desk.cast.agent), "conversation_send", "post", {"body": "One more thing"}, old.pk)
        assert f'data-conversation="{old.pk}"' not in text_of(answer)
        assert desk.fresh(old).status == "resolved"

    def test_a_note_is_shown_and_never_sent(self, desk):
        conversation = desk.hear()
        answer = ask(desk.as_(desk.cast.agent), "conversation_note", "post", {"body": "VIP"}, conversation.pk)
        assert "VIP" in text_of(answer)
        with activate(desk.organization):
            assert not Message.objects.filter(direction="out").exists()

    def test_an_empty_note_is_refused(self, desk):
        answer = ask(desk.as_(desk.cast.agent), "conversation_note", "post", {"body": ""}, desk.hear().pk)
        assert answer.status_code == 422

    def test_a_draft_comes_back_as_what_it_was(self, desk):
        conversation, browser = desk.hear(), desk.as_(desk.cast.agent)
        ask(browser, "conversation_draft", "post", {"body": "Between us", "mode": "note"}, conversation.pk)
        page = text_of(browser.get(reverse("conversation", args=[conversation.pk])))
        assert ">Between us</textarea>" in page
        assert 'data-mode="note"' in page
        other = text_of(desk.as_(desk.cast.second_agent).get(reverse("conversation", args=[conversation.pk])))
        assert "Between us" not in other


class TestHandling:
    def test_who_comes_second_reads_who_has_it(self, desk):
        conversation = desk.hear()
        first, second = (desk.as_(one) for one in (desk.cast.agent, desk.cast.second_agent))
        assert ask(first, "conversation_take", "post", {}, conversation.pk).status_code == 204
        late = ask(second, "conversation_take", "post", {}, conversation.pk)
        assert late.status_code == 422
        assert "Amelia Okafor has this conversation already" in triggers(late)

    def test_the_dialog_offers_those_who_may_read_and_hands_over(self, desk):
        conversation, browser = desk.hear(), desk.as_(desk.cast.agent)
        dialog = text_of(ask(browser, "conversation_assign", "get", {}, conversation.pk))
        assert "Bo Castellanos" in dialog
        assert "Lev Moreau" not in dialog
        fields = {"to": str(desk.cast.second_agent.pk), "was": "", "note": "Knows her"}
        answer = ask(browser, "conversation_assign", "post", fields, conversation.pk)
        assert answer.status_code == 204
        assert "close-sheet" in triggers(answer)
        assert desk.fresh(conversation).assignee == desk.cast.second_agent

    def test_somebody_who_may_not_read_it_is_no_choice(self, desk):
        conversation = desk.hear()
        fields = {"to": str(desk.cast.outsider.pk), "was": ""}
        answer = ask(desk.as_(desk.cast.agent), "conversation_assign", "post", fields, conversation.pk)
        assert answer.status_code == 422
        assert desk.fresh(conversation).assignee is None

    def test_resolving_offers_a_way_back(self, desk):
        conversation, browser = desk.hear(), desk.as_(desk.cast.agent)
        assert ask(browser, "conversation_resolve", "post", {}, conversation.pk).status_code == 422  # unread
        ask(browser, "conversation_read", "post", {}, conversation.pk)
        done = ask(browser, "conversation_resolve", "post", {}, conversation.pk)
        assert done.status_code == 204
        undo = reverse("conversation_reopen", args=[conversation.pk])
        assert undo in triggers(done)
        assert browser.post(undo, headers=HTMX).status_code == 204
        assert desk.fresh(conversation).status == "open"
        assert browser.post(undo, headers=HTMX).status_code == 422

    def test_marking_as_unread_leaves_the_thread(self, desk):
        conversation, browser = desk.hear(), desk.as_(desk.cast.agent)
        ask(browser, "conversation_read", "post", {}, conversation.pk)
        answer = ask(browser, "conversation_unread", "post", {}, conversation.pk)
        assert "leave-conversation" in triggers(answer)
        assert desk.fresh(conversation).unread == 1


class TestPresence:
    def test_two_colleagues_see_each_other(self, desk):
        conversation = desk.hear()
        first, second = (desk.as_(one) for one in (desk.cast.agent, desk.cast.second_agent))

        def say(browser, state):
            return text_of(ask(browser, "conversation_presence", "post", {"state": state}, conversation.pk))

        assert "Bo" not in say(first, "viewing")
        assert "Amelia Okafor is viewing" in say(second, "viewing")
        say(first, "typing")
        assert "Amelia Okafor is typing" in say(second, "viewing")
        say(first, "viewing")
        assert "Amelia Okafor is viewing" in say(second, "viewing")
        say(first, "gone")
        assert "Amelia" not in say(second, "viewing")

    def test_redis_holds_ids_only(self, desk, redis_client):
        conversation = desk.hear(name="Ada Lovelace")
        ask(desk.as_(desk.cast.agent), "conversation_presence", "post", {"state": "typing"}, conversation.pk)
        kept = b"".join(key + b"".join(redis_client.zrange(key, 0, -1)) for key in redis_client.keys("*ing:*")).decode()
        assert str(desk.cast.agent.pk) in kept
        assert "Amelia" not in kept
        assert "Lovelace" not in kept

    def test_presence_fades(self, desk, redis_client, monkeypatch):
        conversation = desk.hear()
        monkeypatch.setattr("texting.presence.VIEWING_SECONDS", -1)
        ask(desk.as_(desk.cast.agent), "conversation_presence", "post", {"state": "viewing"}, conversation.pk)
        answer = ask(desk.as_(desk.cast.second_agent), "conversation_presence", "post", {}, conversation.pk)
        assert "Amelia" not in text_of(answer)

    def test_without_redis_nobody_seems_to_be_there_and_nothing_breaks(self, desk, monkeypatch):
        from tenancy.redis_client import connect
        from texting import presence

        monkeypatch.setattr(presence, "_client", lambda: connect("redis://127.0.0.1:1", wait=0.1))
        conversation = desk.hear()
        browser = desk.as_(desk.cast.agent)
        assert ask(browser, "conversation_presence", "post", {}, conversation.pk).status_code == 200
        assert browser.get(reverse("conversation", args=[conversation.pk])).status_code == 200


class TestStarting:
    def start(self, desk, **fields):
        data = {"number": "(212) 555-0183", "name": "Grace Hopper", "line": str(desk.line.pk)} | fields
        return desk.as_(desk.cast.agent).post(reverse("new_conversation"), data, headers=HTMX)

    def test_a_new_number_opens_a_conversation_that_the_gate_still_guards(self, desk):
        answer = self.start(desk)
        assert answer.status_code == 200
        with activate(desk.organization):
            conversation = Conversation.objects.get()
            assert conversation.assignee == desk.cast.agent
        assert str(conversation.pk) in answer["HX-Location"]
        refused = ask(desk.as_(desk.cast.agent), "conversation_send", "post", {"body": "Hi"}, conversation.pk)
        assert refused.status_code == 422
        assert "no permission" in text_of(refused)

    @pytest.mark.parametrize(("number", "words"), [("12345", "short code"), ("x", "letters"), ("", "required")])
    def test_a_number_that_is_none_is_refused_with_a_reason(self, desk, number, words):
        answer = self.start(desk, number=number)
        assert answer.status_code == 422
        assert words in text_of(answer)
        with activate(desk.organization):
            assert not Contact.objects.exists()

    def test_only_own_lines_are_offered_and_taken(self, desk):
        dialog = text_of(desk.as_(desk.cast.agent).get(reverse("new_conversation"), headers=HTMX))
        assert "Main line" in dialog
        assert "Billing line" not in dialog
        assert self.start(desk, line=str(desk.billing_line.pk)).status_code == 422
        assert self.start(desk, line=str(desk.other_line.pk)).status_code == 422

    def test_an_auditor_may_not(self, desk):
        assert desk.as_(desk.cast.auditor).get(reverse("new_conversation")).status_code == 403


class TestContacts:
    def test_the_list_the_number_and_the_page(self, desk):
        conversation = desk.hear("Hello there", name="Ada Lovelace")
        browser = desk.as_(desk.cast.agent)
        assert "Ada Lovelace" in text_of(browser.get(reverse("contacts")))
        assert "Ada Lovelace" in text_of(browser.post(reverse("find_contact"), {"number": "212 555 0181"}))
        assert "Nobody has this number" in text_of(browser.post(reverse("find_contact"), {"number": SECOND}))
        assert browser.post(reverse("find_contact"), {"number": "12"}).status_code == 422
        page = text_of(browser.get(reverse("contact", args=[conversation.contact_id])))
        assert "Hello there" in page

    def test_a_contacts_page_hides_conversations_of_other_teams(self, desk):
        conversation = desk.hear("About the bill", line=desk.billing_line)
        page = text_of(desk.as_(desk.cast.agent).get(reverse("contact", args=[conversation.contact_id])))
        assert "About the bill" not in page

    def test_a_name_is_changed(self, desk):
        contact = desk.hear(name="Ada").contact
        browser = desk.as_(desk.cast.agent)
        assert 'value="Ada"' in text_of(ask(browser, "rename_contact", "get", {}, contact.pk))
        answer = ask(browser, "rename_contact", "post", {"name": "Ada Lovelace"}, contact.pk)
        assert "contact-changed" in triggers(answer)
        assert desk.contact().name == "Ada Lovelace"
        assert ask(browser, "rename_contact", "post", {"name": "x" * 121}, contact.pk).status_code == 422


def test_a_draft_of_a_colleague_is_theirs_alone(desk):
    conversation = desk.hear()
    with activate(desk.organization):
        conversations.save_draft(member=desk.cast.agent, conversation=conversation, body="Mine")
    ask(desk.as_(desk.cast.second_agent), "conversation_draft", "post", {"body": ""}, conversation.pk)
    with activate(desk.organization):
        assert Draft.objects.get().author == desk.cast.agent
