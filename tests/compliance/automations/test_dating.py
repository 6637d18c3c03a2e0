"""Rules that a date of a contact sets off: once for each value, where it stands now, for whoever fits."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Membership, TeamMember
from compliance.automations import dating, rules
from compliance.automations.rules import CannotAutomate, Wanted
from compliance.hours.customer_place import Place, set_place
from compliance.models import Automation, AutomationRun, AutomationTrigger
from tenancy.isolation import activate
from tests.compliance.automations.making import acts, rule, runs, tag, tags_on, template, work
from tests.kept import kept_upon
from tests.texting.desk import SECOND, desk
from texting import tagging
from texting.duplicates import merging
from texting.fields import defining, writing
from texting.fields.kinds import Kind
from texting.filtering import saving
from texting.filtering.conditions import TAG, Ask, Condition, Filter
from texting.models import Conversation, FieldValue, Line, Tag

__all__ = ["desk"]


@kept_upon("desk")
def visits(desk):
    """A field, and a customer who has something in it for in three days."""
    desk.place = desk.hear("Hello")
    with activate(desk.organization):
        desk.visit = defining.add_field(member=desk.cast.admin, name="Visit", kind=Kind.DATE_TIME)
    desk.at = (timezone.now() + timedelta(days=3)).replace(second=0, microsecond=0)
    write(desk, desk.place, desk.at)
    return desk


def write(desk, conversation, at: datetime | None) -> None:
    there = at.astimezone(ZoneInfo(desk.organization.time_zone)) if at else None
    with activate(desk.organization):
        typed = {desk.visit.pk: f"{there:%Y-%m-%dT%H:%M}" if there else ""}
        writing.set_values(member=desk.cast.admin, contact=conversation.contact, typed=typed)


def facts(desk, **more):
    return {
        "field": str(desk.visit.pk),
        "number": 24,
        "unit": "hours",
        "after": False,
        "line": str(desk.line.pk),
    } | more


def plan(desk) -> None:
    with activate(desk.organization):
        dating.plan()


def due(desk) -> list[datetime]:
    with activate(desk.organization):
        rows = AutomationTrigger.objects.filter(done_at=None).order_by("look_at")
        return list(rows.values_list("look_at", flat=True))


def on(desk, at: datetime) -> None:
    """The worker at a moment; the database's own clock does not travel."""
    with activate(desk.organization):
        AutomationTrigger.objects.filter(done_at=None, look_at__lte=at).update(look_at=timezone.now())
    with time_machine.travel(at, tick=False):
        work(desk)


def test_it_acts_once_for_each_value_wherever_that_moves(visits):
    desk = visits
    rule(desk, "date", facts=facts(desk), tags=[tag(desk)])
    plan(desk)
    plan(desk)
    assert due(desk) == [desk.at - timedelta(hours=24)]
    write(desk, desk.place, desk.at + timedelta(days=2))
    plan(desk)
    assert due(desk) == [desk.at + timedelta(hours=24)]
    write(desk, desk.place, desk.at)  # and back
    plan(desk)
    assert due(desk) == [desk.at - timedelta(hours=24)]
    on(desk, desk.at - timedelta(hours=24))
    assert runs(desk) == [("Rule 1", "acted")]
    assert tags_on(desk, desk.place.contact_id) == {"Night"}
    write(desk, desk.place, desk.at + timedelta(days=2))
    write(desk, desk.place, desk.at)
    plan(desk)
    assert due(desk) == []
    write(desk, desk.place, None)
    plan(desk)
    assert due(desk) == []


def test_a_trigger_is_looked_at_again_when_it_is_due(visits):
    desk = visits
    rule(desk, "date", facts=facts(desk), tags=[tag(desk)])
    plan(desk)
    write(desk, desk.place, desk.at + timedelta(days=2))  # and the clock has not looked since
    on(desk, desk.at - timedelta(hours=24))
    assert runs(desk) == []
    plan(desk)
    with activate(desk.organization):
        AutomationTrigger.objects.filter(done_at=None).update(look_at=timezone.now() - timedelta(minutes=1))
    work(desk)  # too early, by its date
    assert runs(desk) == []
    assert due(desk) == [desk.at + timedelta(hours=24)]
    with activate(desk.organization):
        FieldValue.objects.all().delete()  # as an erasure does
        AutomationTrigger.objects.filter(done_at=None).update(look_at=timezone.now() - timedelta(minutes=1))
    work(desk)
    assert runs(desk) == []
    assert due(desk) == []


@pytest.mark.parametrize("when", ["before", "after", "undone"])
def test_a_merged_person_is_acted_for_once_and_two_who_were_parted_each(visits, when):
    desk = visits
    other = desk.hear("Hello", number=SECOND)
    rule(desk, "date", facts=facts(desk), note="Call them")
    write(desk, other, desk.at)
    if when == "after":  # the other number has been acted for, and then they turn out to be one
        write(desk, desk.place, None)
        plan(desk)
        on(desk, desk.at - timedelta(hours=24))
    plan(desk)
    with activate(desk.organization):
        made = merging.merge(member=desk.cast.admin, survivor=desk.place.contact_id, other=other.contact_id)
    if when == "undone":
        write(desk, desk.place, desk.at + timedelta(hours=1))  # on both, and it stays on both
        plan(desk)
        with activate(desk.organization):
            Automation.objects.update(dated_until=timezone.now())  # it was so long ago that it is not read again
            merging.undo(member=desk.cast.admin, merge_id=made.pk)
    plan(desk)
    on(desk, desk.at - timedelta(hours=23))
    assert len(runs(desk)) == (2 if when == "undone" else 1)
    assert due(desk) == []


@pytest.mark.parametrize("is_planned", [True, False])
def test_whoever_is_known_to_be_further_east_is_acted_for_sooner_and_gets_no_text_hours_late(visits, is_planned):
    desk, contact = visits, visits.place.contact
    facts_ = facts(desk, number=1, unit="days", at="09:00")
    rule(desk, "date", facts=facts_, note="Call them", reply=template(desk))
    with activate(desk.organization):
        set_place(member=desk.cast.admin, contact=contact, place=Place("America/Los_Angeles"))
    plan(desk)
    [there] = due(desk)
    with activate(desk.organization):
        Automation.objects.update(dated_until=timezone.now())  # it was so long ago that it is not read again
        set_place(member=desk.cast.admin, contact=contact, place=Place("Europe/Berlin"))
        Automation.objects.update(is_on=is_planned)
    plan(desk)
    with activate(desk.organization):
        Automation.objects.update(is_on=True)
    if is_planned:
        assert [f"{one.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}" for one in due(desk)] == ["09:00"]
    else:
        on(desk, there)
        assert acts(desk) == [("note", "done", ""), ("reply", "refused", "reply.late")]


def test_what_dies_before_the_commit_is_planned_again_and_once(visits, monkeypatch):
    desk = visits
    rule(desk, "date", facts=facts(desk), tags=[tag(desk)])

    def dies(point: str) -> None:
        raise RuntimeError(point)

    with monkeypatch.context() as patch:
        patch.setattr(dating, "crash_here", dies)
        with pytest.raises(RuntimeError, match="before_dated_commit"):
            plan(desk)
    assert due(desk) == []
    plan(desk)
    assert len(due(desk)) == 1


def test_values_of_one_moment_are_all_planned_however_many_are_taken_at_once(visits, monkeypatch):
    desk = visits
    monkeypatch.setattr(dating, "TOGETHER", 2)
    for last in range(4):
        write(desk, desk.hear("Hello", number=f"+1212555019{last}"), desk.at)
    with activate(desk.organization):
        FieldValue.objects.update(touched_at=timezone.now())
    rule(desk, "date", facts=facts(desk), note="Call them")
    for _turn in range(3):
        plan(desk)
    assert len(due(desk)) == 5


def test_a_saved_filter_is_asked_with_its_owners_rights_and_one_that_is_gone_fits_nobody(visits):
    desk = visits
    other = desk.hear("Hello", number=SECOND)
    write(desk, other, desk.at)
    gold = tag(desk, "Gold")
    with activate(desk.organization):
        wish = Filter((Condition(TAG, Ask.HAS, gold),))
        saved = saving.save(member=desk.cast.owner, name="Gold", wish=wish)
        [row] = Tag.objects.filter(pk=gold)
        tagging.put_on(member=desk.cast.owner, tag=row, contact_ids=[other.contact_id])
    rule(desk, "date", facts=facts(desk), conditions={"filter": str(saved.pk)}, tags=[tag(desk)])
    with pytest.raises(CannotAutomate, match="saved filter"):
        rule(desk, "date", facts=facts(desk), conditions={"filter": str(row.pk)}, tags=[tag(desk)])
    plan(desk)
    on(desk, desk.at - timedelta(hours=24))
    assert tags_on(desk, desk.place.contact_id) == set()
    assert tags_on(desk, other.contact_id) == {"Gold", "Night"}
    with activate(desk.organization):
        saving.delete(member=desk.cast.owner, row=saved)
    write(desk, other, desk.at + timedelta(days=1))
    plan(desk)
    on(desk, desk.at)
    assert len(runs(desk)) == 1


def test_whoever_never_wrote_on_the_line_is_found_there_and_nonsense_is_refused(visits):
    desk = visits
    rule(desk, "date", facts=facts(desk, line=str(desk.billing_line.pk)), note="Call them")
    plan(desk)
    on(desk, desk.at - timedelta(hours=24))
    with activate(desk.organization):
        assert Conversation.objects.filter(line=desk.billing_line, contact=desk.place.contact_id).count() == 1
    wrong = [
        ({**facts(desk), "number": 999}, "from 0"),
        ({**facts(desk), "line": str(desk.other_line.pk)}, "do not use this line"),
        ({**facts(desk), "field": str(desk.line.pk)}, "not there any more"),
        ({}, "Say which date"),
    ]
    for given, words in wrong:
        with pytest.raises(CannotAutomate, match=words):
            rule(desk, "date", facts=given, note="Call them")
    with activate(desk.organization):
        assert Automation.objects.count() == 1


@pytest.mark.parametrize("why", ["rule", "conditions", "rights", "line", ""])
def test_no_conversation_is_opened_where_no_rule_acts(visits, why):
    desk, line = visits, visits.billing_line
    gold = {"tags": [tag(desk, "Gold")]} if why == "conditions" else {}
    mine = rule(desk, "date", facts=facts(desk, line=str(line.pk)), conditions=gold, note="Call them")
    plan(desk)
    with activate(desk.organization):
        match why:
            case "rule":
                rules.switch(member=desk.cast.owner, rule=mine, on=False)
            case "rights":
                Automation.objects.update(owner=desk.cast.auditor)
            case "line":
                Line.objects.filter(pk=line.pk).update(is_active=False)
    on(desk, desk.at - timedelta(hours=24))
    acted = int(why == "")
    assert len(runs(desk)) == acted
    with activate(desk.organization):
        assert Conversation.objects.filter(line=line).count() == acted
        assert AutomationTrigger.objects.filter(done_at=None).count() == 0


def test_a_rule_that_names_another_line_by_now_acts_there_also_for_who_was_planned_before(visits):
    desk = visits
    mine = rule(desk, "date", facts=facts(desk), note="Call them")
    plan(desk)
    wanted = Wanted(mine.name, "date", facts(desk, line=str(desk.billing_line.pk)), {}, {"note": "Call them"})
    with activate(desk.organization):
        rules.save(member=desk.cast.owner, wanted=wanted, rule=mine)
    on(desk, desk.at - timedelta(hours=24))
    with activate(desk.organization):
        assert list(AutomationRun.objects.values_list("line_id", flat=True)) == [desk.billing_line.pk]


def test_a_conversation_is_shared_out_to_who_is_there_and_has_least(desk):
    busy = desk.take(desk.hear("Hello", number=SECOND))
    with activate(desk.organization):
        here = [desk.cast.agent, desk.cast.second_agent]
        for member in here:
            TeamMember.objects.get_or_create(team_id=desk.line.team_id, membership=member)
        Membership.objects.filter(pk__in=[one.pk for one in here]).update(last_seen_at=timezone.now())
    rule(desk, assign="share")
    first = desk.hear("Hello")
    work(desk)
    assert busy.assignee_id == desk.cast.agent.pk
    assert desk.fresh(first).assignee_id == desk.cast.second_agent.pk
    with activate(desk.organization):
        Membership.objects.update(last_seen_at=timezone.now() - timedelta(hours=1))
    last = desk.hear("Hello", number="+12125550187")
    work(desk)
    assert desk.fresh(last).assignee_id is None
    assert acts(desk)[-1] == ("assign", "refused", "assign.nobody")
