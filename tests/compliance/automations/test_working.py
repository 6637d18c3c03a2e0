"""Rules at work: what sets them off, what they do once, and what stops them."""

from datetime import timedelta

import pytest

from accounts.models import MembershipRole, User
from compliance.automations import rules, triggering, working
from compliance.models import Automation, AutomationAct, AutomationTrigger
from tenancy.isolation import activate
from tests.compliance.automations.making import acts, rule, runs, sent, tag, tags_on, template, work
from tests.compliance.automations.test_dating import facts, on, plan, visits
from tests.texting.desk import FIRST, SECOND, desk
from texting import blocking, tagging
from texting.models import Contact, Tag

__all__ = ["desk", "visits"]


class TestATextComesIn:
    def test_the_rule_tags_assigns_and_answers_through_the_gate_under_its_own_name(self, desk):
        rule(
            desk,
            name="Welcome",
            tags=[tag(desk)],
            assign=str(desk.cast.second_agent.pk),
            reply=template(desk),
            note="Came by itself",
        )
        place = desk.hear("Are you open?")
        assert sent(desk) == [], "nothing is done in the transaction that stores the text"
        work(desk)
        place = desk.fresh(place)
        assert place.assignee == desk.cast.second_agent
        assert tags_on(desk, place.contact_id) == {"Night"}
        assert len(sent(desk)) == 1
        assert "We are back on Monday." in sent(desk)[0]
        assert runs(desk) == [("Welcome", "acted")]
        page = desk.as_(desk.cast.owner).get(f"/inbox/c/{place.pk}/").content.decode()
        assert "by automation “Welcome”, from “Closed”, version 1" in page
        assert "Automation “Welcome” assigned it to Bo Castellanos" in page
        assert page.count("Automation “Welcome”") >= 2, "the note is the rule's too"

    def test_a_reply_is_looked_through_after_its_template_was_filled_in(self, desk):
        """A name may hold what no template would: it came from a list or from a program."""
        rule(desk, reply=template(desk, "Hello {first_name}, we are back on Monday."))
        desk.hear("Are you open?", name="4111-1111-1111-1111 Ruiz")
        work(desk)
        assert sent(desk) == []
        assert acts(desk) == [("reply", "refused", "content.payment_card")]

    def test_words_that_opt_out_or_ask_for_help_and_blocked_contacts_set_nothing_off(self, desk):
        rule(desk, tags=[tag(desk)])
        for at, words in enumerate(("STOP", "HELP", "START")):
            desk.hear(words, number=f"+1212555019{at}")
        place = desk.hear("Hello", number=SECOND)
        with activate(desk.organization):
            AutomationTrigger.objects.all().delete()
            blocking.block(member=desk.cast.owner, contact=place.contact, why=Contact.Block.SPAM)
        desk.hear("Hello again", number=SECOND)
        with activate(desk.organization):
            assert not AutomationTrigger.objects.exists()

    def test_nothing_is_done_about_whoever_is_blocked_by_the_time_it_is_due(self, visits):
        desk = visits
        rule(desk, "date", facts=facts(desk), note="Call them", assign="team")
        rule(desk, tags=[tag(desk)])
        plan(desk)
        desk.hear("And another thing")
        with activate(desk.organization):
            blocking.block(member=desk.cast.owner, contact=desk.place.contact, why=Contact.Block.SPAM)
        work(desk)
        on(desk, desk.at - timedelta(hours=24))
        assert runs(desk) == []
        assert tags_on(desk, desk.place.contact_id) == set()

    def test_a_keyword_is_the_whole_text_whatever_its_capitals_and_accents(self, desk):
        rule(desk, "keyword", facts={"words": ["Café"]}, tags=[tag(desk)])
        first, second = desk.hear("CAFE!"), desk.hear("A cafe, where?", number=SECOND)
        work(desk)
        assert tags_on(desk, first.contact_id) == {"Night"}
        assert tags_on(desk, second.contact_id) == set()

    @pytest.mark.parametrize(
        ("needs_all", "met"),
        [(True, ("billing on the line",)), (False, ("billing on the line", "billing", "the line"))],
    )
    def test_all_or_any_of_the_conditions(self, desk, needs_all, met):
        conditions = {"lines": [str(desk.billing_line.pk)], "words": ["invoice"]}
        rule(desk, conditions=conditions, needs_all=needs_all, tags=[tag(desk)])
        cases = {
            "billing on the line": desk.hear("My invoice?", line=desk.billing_line, number="+12125550171"),
            "billing": desk.hear("Send the invoice", number="+12125550172"),
            "the line": desk.hear("Hello", line=desk.billing_line, number="+12125550173"),
            "neither": desk.hear("Hello", number="+12125550174"),
        }
        work(desk)
        assert {name for name, place in cases.items() if tags_on(desk, place.contact_id)} == set(met)

    def test_a_tag_that_is_merged_is_the_other_one_for_rules_too_and_without_one_that_is_gone_is_nobody(self, desk):
        old, new = tag(desk, "No robots"), tag(desk, "Please no robots")
        rule(desk, name="Without", conditions={"without_tag": old}, note="Came by itself")
        rule(desk, name="Tagged", when="tagged", facts={"tag": old}, tags=[tag(desk)])
        rule(desk, name="With", conditions={"tags": [old, new]}, tags=[tag(desk)])
        place = desk.hear(number=SECOND)
        with activate(desk.organization):
            AutomationTrigger.objects.all().delete()
            tags = [Tag.objects.get(pk=pk) for pk in (old, new)]
            tagging.put_on(member=desk.cast.agent, tag=tags[0], contact_ids=[place.contact_id])
            tagging.merge_tags(member=desk.cast.admin, tag=tags[0], into=tags[1])
            named = {one.name: (one.facts, one.conditions) for one in Automation.objects.all()}
        assert named["Tagged"][0] == {"tag": new}
        assert named["With"][1] == {"tags": [new]}
        desk.hear(number=SECOND)
        work(desk)
        assert runs(desk) == [("Tagged", "acted"), ("With", "acted")]
        with activate(desk.organization):
            tagging.remove_tag(member=desk.cast.admin, tag=tags[1])
        desk.hear()
        work(desk)
        assert runs(desk) == [("Tagged", "acted"), ("With", "acted")]

    def test_rules_act_in_their_order_and_one_that_stops_ends_it(self, desk):
        first = rule(desk, name="First", tags=[tag(desk, "One")], stops=True)
        rule(desk, name="Second", tags=[tag(desk, "Two")])
        place = desk.hear()
        work(desk)
        assert tags_on(desk, place.contact_id) == {"One"}
        with activate(desk.organization):
            rules.move(member=desk.cast.owner, rule=first, up=False)
        desk.hear()
        work(desk)
        assert tags_on(desk, place.contact_id) == {"One", "Two"}
        assert [name for name, _ in runs(desk)] == ["First", "Second", "First"]

    def test_a_rule_that_is_switched_off_meanwhile_or_all_of_them_do_nothing(self, desk):
        made = rule(desk, tags=[tag(desk)])
        place = desk.hear()
        with activate(desk.organization):
            rules.switch(member=desk.cast.owner, rule=made, on=False)
        work(desk)
        with activate(desk.organization):
            rules.switch(member=desk.cast.owner, rule=made, on=True)
            rules.switch_all(member=desk.cast.owner, on=False)
            assert triggering.rules_on() == []
            Automation.objects.update(is_on=True)
        desk.hear()
        work(desk)
        assert tags_on(desk, place.contact_id) == set()
        assert runs(desk) == []


class TestTheGate:
    def test_who_opted_out_or_has_an_open_escalation_gets_no_text_and_the_log_says_why(self, desk):
        rule(desk, name="Answer", reply=template(desk))
        place = desk.hear("I read you my card number over text")  # offers a card: an escalation opens
        desk.hear("STOP", number=SECOND)
        desk.hear("But why", number=SECOND)
        work(desk)
        assert sent(desk) == []
        assert {(kind, result, why) for kind, result, why in acts(desk)} <= {
            ("reply", "refused", "escalation.paused"),
            ("reply", "refused", "consent.opted_out"),
        }
        assert len(acts(desk)) == 2
        with activate(desk.organization):
            assert all(row.note for row in AutomationAct.objects.all())
        page = desk.as_(desk.cast.owner).get(f"/inbox/c/{place.pk}/").content.decode()
        assert "Automation “Answer” did not answer" in page
        assert "Automatic texts to this customer are paused" in page
        User.objects.filter(pk=desk.cast.owner.user_id).update(language="es")
        page = desk.as_(desk.cast.owner).get(f"/inbox/c/{place.pk}/").content.decode()
        assert "Los mensajes automáticos a este cliente están en pausa" in page

    def test_a_rule_does_nothing_that_its_owner_may_not_do_any_more(self, desk):
        made = rule(desk, tags=[tag(desk)], member=desk.cast.supervisor)
        place = desk.hear()
        with activate(desk.organization):
            MembershipRole.objects.filter(membership=desk.cast.supervisor).delete()
        work(desk)
        assert tags_on(desk, place.contact_id) == set()
        with activate(desk.organization):
            made.refresh_from_db()
            assert (made.is_on, made.why) == (False, "rights")


class TestTheLoopGuard:
    def test_an_answering_machine_at_the_other_end_comes_to_an_end(self, desk):
        rule(desk, name="Answer", reply=template(desk))
        for _ in range(8):
            desk.hear("I am away and will be back on Monday", number=FIRST)
            work(desk)
        assert len(sent(desk)) == working.MOST_OF_RULE
        assert runs(desk)[-1] == ("Answer", "stopped")

    def test_rules_that_set_each_other_off_end_after_one_level(self, desk):
        one, two, three = tag(desk, "One"), tag(desk, "Two"), tag(desk, "Three")
        rule(desk, "tagged", name="A", facts={"tag": one}, tags=[two])
        rule(desk, "tagged", name="B", facts={"tag": two}, tags=[three])
        rule(desk, "tagged", name="C", facts={"tag": three}, close=True)
        place = desk.hear()
        with activate(desk.organization):
            tagging.put_on(member=desk.cast.owner, tag=Tag.objects.get(pk=one), contact_ids=[place.contact_id])
        work(desk)
        assert [name for name, _ in runs(desk)] == ["A", "B"]
