"""A template with a field that not everybody sees: said before anybody is refused. And who signs."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from tenancy.encryption import readable
from tenancy.isolation import activate
from tests.compliance.templates_of import published
from tests.kept import kept_upon
from tests.revealers import MASKED, with_rights
from tests.texting.announcements.many import (
    act,
    checked,
    customers,
    fresh,
    hand_over,
    number,
    reasons,
    states,
    work,
    write,
)
from tests.texting.desk import desk
from texting import gate, threads
from texting.announcements import planning, reading, rules, running, working
from texting.announcements.writing import CannotAnnounce
from texting.fields import defining
from texting.fields import writing as values
from texting.fields.defining import Right
from texting.fields.kinds import Kind
from texting.gate import Reason, Ruling, Verdict
from texting.models import Announcement, ContactField, FieldRight, Line, Message
from texting.phone_numbers import parse

__all__ = ["desk"]

State, Why = Announcement.State, Announcement.Why
BODY = "Your visit is {field:Next  Visit|not planned}. Call us to change it. {agent_name}"
SAYS = "You may not see what its template fills in, or it is not there any more: Next Visit."


@kept_upon("desk")
def visit(desk) -> ContactField:
    """A field that owners, admins and supervisors see; three customers, and a template that names it."""
    people = customers(desk, 1, 2, 3)
    with activate(desk.organization):
        field = defining.add_field(member=desk.cast.admin, name="Next visit", kind=Kind.TEXT)
        values.set_values(member=desk.cast.admin, contact=people[0], typed={field.pk: "on Monday"})
        desk.template = published(desk.cast.owner, "Visit", BODY).template
    return field


def hide(desk, field, role="supervisor") -> None:
    """From now on."""
    with activate(desk.organization):
        changed = FieldRight.objects.filter(field=field, role__built_in=role).update(right=Right.HIDDEN)
        assert changed


def page(desk, member, row) -> str:
    return desk.as_(member).get(reverse("announcement", args=[row.pk])).content.decode()


def words(desk, row) -> set[str]:
    with activate(desk.organization):
        return {readable(text, "body", "") for text in Message.objects.filter(announcement=row)}


def of_template(desk, **given) -> Announcement:
    return checked(desk, body="", template_id=desk.template.pk, **given)


@pytest.mark.parametrize(
    ("value", "private", "said"),
    [
        ("at bit.ly/2abcde", "bit.ly", "Carriers filter links of public shorteners."),
        ("reply END to move it", "END", "It asks for an answer that means something else to carriers."),
        ("payday loans, no credit check, apply now", "payday", "US carriers do not carry"),
    ],
)
def test_why_one_is_left_out_tells_nobody_what_stands_with_them(desk, visit, value, private, said):
    with activate(desk.organization):
        someone = threads.contact_for(parse(number(2)))
        values.set_values(member=desk.cast.admin, contact=someone, typed={visit.pk: value})
    hide(desk, visit)
    row = of_template(desk)
    assert states(desk, row) == {"ready": 2, "left_out": 1}
    looked = fresh(desk, row)
    assert private not in json.dumps(looked.report, ensure_ascii=False)
    shown = page(desk, desk.cast.supervisor, row)
    assert said in shown
    assert private not in shown
    with activate(desk.organization):
        file = [reading.cells(desk.cast.supervisor, looked, one) for one in reading.recipients(looked)]
    assert private not in str(file)
    assert said in str(file)


class QuotesTheText:
    """A rule that tells what stands in a text, and does not say the same in general."""

    name = "quoting"

    def judge(self, draft) -> Ruling:
        if "Monday" not in draft.body:
            return Ruling()
        text = f"Nobody comes {draft.body}"
        return Ruling((Reason(self.name, Verdict.REFUSE, text=text, what_to_do=f"Not {draft.body}"),))


@pytest.fixture
def quoting(settings):
    settings.TEXTING_SEND_POLICIES = [*settings.TEXTING_SEND_POLICIES, f"{__name__}.QuotesTheText"]
    gate.policies.cache_clear()
    yield
    gate.policies.cache_clear()


def test_a_rule_that_says_nothing_in_general_is_quoted_to_nobody(desk, visit, quoting):
    hide(desk, visit)
    row = of_template(desk)
    assert states(desk, row) == {"ready": 2, "left_out": 1}
    looked = fresh(desk, row)
    assert looked.report["said"].keys() == {"quoting"}
    assert "Monday" not in json.dumps(looked.report, ensure_ascii=False)
    shown = page(desk, desk.cast.supervisor, row)
    assert "No reason was given" in shown
    assert "Monday" not in shown


def test_a_line_that_is_switched_off_is_named_also_where_a_template_is_filled_in(desk, visit):
    row = write(desk, body="", template_id=desk.template.pk)
    act(desk, running.check, row)
    with activate(desk.organization):
        Line.objects.filter(pk=desk.line.pk).update(is_active=False)
    work(desk, row)
    assert states(desk, row) == {"left_out": 3}
    assert "is switched off." in page(desk, desk.cast.owner, row)


def test_what_everybody_gets_is_quoted(desk):
    customers(desk, 1)
    row = checked(desk, body="We are closed, see bit.ly/2abcde")
    assert "bit.ly/2abcde: Carriers filter links of public shorteners." in page(desk, desk.cast.owner, row)


def test_who_may_not_see_it_is_told_before_the_check_the_start_and_the_time(desk, visit):
    hide(desk, visit)
    supervisor = desk.cast.supervisor
    row = write(desk, body="", template_id=desk.template.pk)
    shown = page(desk, supervisor, row)
    assert SAYS in shown
    assert reverse("check_announcement", args=[row.pk]) not in shown
    with pytest.raises(CannotAnnounce, match=SAYS):
        act(desk, running.check, row, supervisor)
    assert SAYS not in page(desk, desk.cast.owner, row)
    act(desk, running.check, row)
    work(desk, row)
    assert states(desk, row) == {"ready": 3}
    assert SAYS in page(desk, supervisor, row)
    with pytest.raises(CannotAnnounce, match=SAYS):
        act(desk, running.start, row, supervisor)
    with activate(desk.organization), pytest.raises(CannotAnnounce, match=SAYS):
        planning.plan(member=supervisor, row=row, at=timezone.now() + timedelta(hours=1))
    assert (fresh(desk, row).state, states(desk, row)) == (State.CHECKED, {"ready": 3})


def test_who_may_not_see_it_cannot_go_on_or_try_again_and_who_may_can(desk, visit):
    row = of_template(desk)
    act(desk, running.start, row)
    working.work(desk.organization.pk, row.pk, seconds=0, batch=1)
    act(desk, running.pause, row)
    hide(desk, visit)
    assert SAYS in page(desk, desk.cast.supervisor, row)
    assert reverse("resume_announcement", args=[row.pk]) not in page(desk, desk.cast.supervisor, row)
    with pytest.raises(CannotAnnounce, match=SAYS):
        act(desk, running.resume, row, desk.cast.supervisor)
    act(desk, running.resume, row, desk.cast.admin)
    work(desk, row)
    assert states(desk, row) == {"queued": 3}
    hand_over(desk)
    with activate(desk.organization):
        Message.objects.filter(announcement=row).update(status="failed", error_kind="unreachable")
    work(desk, row)
    assert fresh(desk, row).state == State.FINISHED
    assert SAYS in page(desk, desk.cast.supervisor, row)
    with pytest.raises(CannotAnnounce, match=SAYS):
        act(desk, running.retry, row, desk.cast.supervisor)
    act(desk, running.retry, row, desk.cast.admin)
    work(desk, row)
    assert states(desk, row) == {"queued": 3}


def test_a_right_that_is_lost_during_the_run_pauses_it_and_refuses_nobody(desk, visit):
    row = of_template(desk)
    act(desk, running.start, row, desk.cast.supervisor)
    working.work(desk.organization.pk, row.pk, seconds=0, batch=1)
    hide(desk, visit)
    work(desk, row)
    stopped = fresh(desk, row)
    assert (stopped.state, stopped.why, states(desk, row)) == (State.PAUSED, Why.FIELDS, {"queued": 1, "ready": 2})
    assert not reasons(desk, row)
    assert "may not see a field of its template any more" in page(desk, desk.cast.owner, row)
    act(desk, running.resume, row, desk.cast.owner)
    work(desk, row)
    assert states(desk, row) == {"queued": 3}


def test_a_right_that_is_lost_before_its_time_keeps_it_from_beginning(desk, visit, time_machine):
    time_machine.move_to("2037-07-02T14:00Z", tick=False)
    rows = [of_template(desk), of_template(desk)]
    for row, member in zip(rows, (desk.cast.supervisor, desk.cast.owner), strict=True):
        with activate(desk.organization):
            Announcement.objects.filter(pk=row.pk).update(made_by=desk.cast.supervisor)
            planning.plan(member=member, row=row, at=timezone.now() + timedelta(hours=1))
    hide(desk, visit)
    time_machine.shift(3601)
    for row in rows:
        work(desk, row)
    theirs, ours = (fresh(desk, row) for row in rows)
    assert (theirs.state, theirs.why, states(desk, theirs)) == (State.CHECKED, Why.FIELDS, {"ready": 3})
    assert (ours.state, ours.made_by_id, states(desk, ours)) == (State.RUNNING, desk.cast.owner.pk, {"queued": 3})
    assert str(desk.cast.supervisor.pk) in ours.writers, "and is no second person of it"


def test_a_second_person_lets_nothing_begin_for_whoever_may_not_see_it_any_more(desk, visit):
    with activate(desk.organization):
        rules.set_most_alone(member=desk.cast.owner, people=1)
    row = of_template(desk)
    act(desk, running.start, row, desk.cast.supervisor)
    hide(desk, visit)
    with pytest.raises(CannotAnnounce, match="Whoever asks for it may not see a field"):
        act(desk, running.approve, row, desk.cast.admin)
    act(desk, running.send_back, row, desk.cast.admin)
    assert states(desk, row) == {"ready": 3}


def test_a_field_that_is_gone_and_a_name_that_is_hidden_are_said_as_well(desk, visit):
    masked = with_rights(desk.cast, MASKED)
    with activate(desk.organization):
        named = published(desk.cast.owner, "Named", "Dear {first_name}, we are closed on Friday.").template
        either = published(desk.cast.owner, "Either", "{first_name|Hello}, we are closed on Friday.").template
        defining.archive_field(member=desk.cast.admin, field=visit)
    with pytest.raises(CannotAnnounce, match=SAYS):
        of_template(desk)
    for template, refused in ((named, True), (either, False)):
        row = write(desk, body="", template_id=template.pk)
        if refused:
            with pytest.raises(CannotAnnounce, match="First name"):
                act(desk, running.check, row, masked)
            act(desk, running.check, row)
        else:
            act(desk, running.check, row, masked)
            work(desk, row)
            assert "each of them reads “Hello” instead of their first name" in page(desk, masked, row)
            assert "first name" not in page(desk, desk.cast.owner, row), "whoever starts it is the sender"
            act(desk, running.start, row, masked)
            said = f"{masked.user.name} sees no names of customers, so each of them reads “Hello”"
            assert said in page(desk, desk.cast.owner, row)
            work(desk, row)
            assert {text.split(",")[0].split()[-1] for text in words(desk, row)} == {"Hello"}


def test_it_is_signed_by_whoever_had_it_checked_whoever_starts_it_and_goes_on(desk, visit):
    first = {who: getattr(desk.cast, who).user.name.split()[0] for who in ("owner", "supervisor", "admin")}
    assert len(set(first.values())) == 3
    row = of_template(desk)
    act(desk, running.start, row, desk.cast.supervisor)
    working.work(desk.organization.pk, row.pk, seconds=0, batch=1)
    act(desk, running.pause, row)
    with activate(desk.organization):
        Membership.objects.filter(pk=desk.cast.owner.pk).update(is_active=False)
    act(desk, running.resume, row, desk.cast.admin)
    work(desk, row)
    assert states(desk, row) == {"queued": 3}
    signed = [f"to change it. {first['owner']}\n" in text for text in words(desk, row)]
    assert signed == [True, True], "two customers of whom nothing is written read the same"
