"""The page "Perhaps stop", its buttons, the notice in the thread, the file, and the mail about what is overdue."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from accounts.models import OutgoingMail
from compliance.models import OptOutQuestion, Suppression
from compliance.opt_out.reading_questions import question_count
from compliance.opt_out.reminding import remind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.kept import kept_upon
from tests.texting.desk import FIRST, SECOND, desk
from texting.models import Message
from texting.purposes import Purpose

__all__ = ["desk"]

HTMX = {"HX-Request": "true"}
UNSURE = "how do I unsubscribe, call (212) 555-0199"


@kept_upon("desk")
def asked(desk):
    desk.hear("START", name="Maria Ruiz")
    conversation = desk.hear(UNSURE)
    with activate(desk.organization):
        return conversation, OptOutQuestion.objects.get()


def page(desk, member, **query):
    return desk.as_(member).get(reverse("questions"), query).content.decode()


def post(desk, member, name, question, **data):
    return desk.as_(member).post(reverse(name, args=[question.pk]), data, headers=HTMX)


def test_it_shows_the_text_with_what_came_before_and_until_when(desk, asked):
    shown = page(desk, desk.cast.agent)
    for words in ("Maria Ruiz", "how do I unsubscribe", "We:", "subscribed to our texts", "decide by"):
        assert words in shown
    assert "They asked to stop" in shown
    assert "They did not" in shown


def test_it_is_counted_in_the_rail_for_those_who_may_read_the_conversation(desk, asked):
    with activate(desk.organization):
        assert question_count(desk.cast.agent) == 1
    with activate(desk.cast.other_organization):
        assert question_count(desk.cast.outsider) == 0
    assert "Maria" not in page(desk, desk.cast.outsider)
    assert "Nothing to decide" in page(desk, desk.cast.outsider)


def test_other_teams_do_not_see_it(desk):
    desk.hear("START", number=SECOND, line=desk.billing_line)
    desk.hear(UNSURE, number=SECOND, line=desk.billing_line)
    with activate(desk.organization):
        question = OptOutQuestion.objects.get()
        assert question_count(desk.cast.agent) == 0
    assert post(desk, desk.cast.agent, "question_stop", question).status_code == 404
    assert post(desk, desk.cast.outsider, "question_stop", question).status_code == 404
    with activate(desk.organization):
        assert not Suppression.objects.exists()


def test_an_auditor_reads_it_masked_and_has_no_buttons(desk, asked):
    shown = page(desk, desk.cast.auditor)
    assert "how do I unsubscribe" in shown
    for hidden in ("Maria", "555-0199", FIRST, "They did not", "Download"):
        assert hidden not in shown
    assert post(desk, desk.cast.auditor, "question_stop", asked[1]).status_code == 403


def test_stop_withdraws_and_sends_one_confirmation(desk, asked):
    answer = post(desk, desk.cast.agent, "question_stop", asked[1])
    assert answer.status_code == 204
    assert "One text confirms it" in answer["HX-Trigger"]
    with activate(desk.organization):
        assert Suppression.objects.count() == 1
        assert Message.objects.filter(purpose=Purpose.OPT_OUT_ANSWER).count() == 1
    assert "No more texts" in page(desk, desk.cast.agent, state="decided")


def test_keep_needs_a_reason_and_shows_it_afterwards(desk, asked):
    assert desk.as_(desk.cast.agent).get(reverse("question_keep", args=[asked[1].pk])).status_code == 200
    assert post(desk, desk.cast.agent, "question_keep", asked[1], reason=" ").status_code == 422
    assert post(desk, desk.cast.agent, "question_keep", asked[1], reason="She meant e-mails").status_code == 204
    shown = page(desk, desk.cast.agent, state="decided")
    for words in ("She meant e-mails", "Amelia Okafor", "Texts go on"):
        assert words in shown


def test_the_second_who_decides_is_told_and_changes_nothing(desk, asked):
    post(desk, desk.cast.second_agent, "question_keep", asked[1], reason="She meant e-mails")
    answer = post(desk, desk.cast.agent, "question_stop", asked[1])
    assert "Bo Castellanos has answered this already" in answer["HX-Trigger"]
    with activate(desk.organization):
        assert not Suppression.objects.exists()


def test_without_scripts_the_buttons_lead_back_to_the_list(desk, asked):
    answer = desk.as_(desk.cast.agent).post(reverse("question_stop", args=[asked[1].pk]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("questions"))


def test_the_thread_says_so_with_the_same_buttons_until_it_is_decided(desk, asked):
    thread = reverse("conversation", args=[asked[0].pk])
    shown = desk.as_(desk.cast.agent).get(thread).content.decode()
    for words in ("They may have asked us to stop", "Bulk texts to this number are paused", "They did not"):
        assert words in shown
    assert "They did not" not in desk.as_(desk.cast.auditor).get(thread).content.decode()
    post(desk, desk.cast.agent, "question_stop", asked[1])
    assert "They may have asked" not in desk.as_(desk.cast.agent).get(thread).content.decode()


def test_the_file_holds_every_question_as_the_member_sees_customers(desk, asked):
    post(desk, desk.cast.agent, "question_keep", asked[1], reason="=She meant e-mails")
    answer = desk.as_(desk.cast.agent).get(reverse("export_questions"))
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeffquestion,kind,customer")
    for cell in ("Maria Ruiz", "how do I unsubscribe", "Texts go on", "Amelia Okafor", "yes", "'=She meant e-mails"):
        assert cell in text
    with activate(desk.organization):
        assert AuditEvent.objects.filter(event="opt_out:exported", actor_id=desk.cast.agent.pk).exists()


def test_an_overdue_one_is_marked_and_mailed_once(desk, asked):
    with activate(desk.organization):
        assert remind() == 0, "it is not due yet"
        OptOutQuestion.objects.update(due_at=timezone.now() - timedelta(minutes=1))
        told = remind()
        assert told >= 2, "everybody who may decide"
        assert remind() == 0
    assert "Overdue" in page(desk, desk.cast.agent)
    mails = OutgoingMail.objects.filter(kind="question_overdue")
    assert mails.count() == told
