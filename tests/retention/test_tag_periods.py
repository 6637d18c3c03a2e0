"""Tags with a period of their own: whose rows they are about, which of several counts, and that they stay on."""

from datetime import timedelta
from itertools import product

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Team
from retention import changing
from retention.choices import Choices
from retention.due import lanes
from retention.kinds import BOUNDS, Kind
from retention.models import Purge, PurgeStep, RetentionPolicy
from retention.purging import running
from retention.reading import ends_of
from retention.subjects import SUBJECTS
from tenancy.isolation import activate
from tests.retention.purging.conftest import LONG_AGO, told, without_waiting
from tests.texting.desk import FIRST, SECOND
from texting import tagging
from texting.models import Contact, ContactTag, Conversation, Message, Tag
from texting.tagging import BadTag

__all__ = ["told", "without_waiting"]
PLACE = "/settings/retention/"
THIRD = "+12125550183"
WEEK = timedelta(days=8)


def tag_of(desk, name: str, *numbers: str, ago: timedelta = WEEK) -> Tag:
    """A tag that these customers have."""
    tag = Tag.objects.create(name=name, created_by=desk.cast.admin, created_at=timezone.now())
    for number in numbers:
        ContactTag.objects.create(tag=tag, contact=desk.contact(number), created_at=timezone.now() - ago)
    return tag


def choose(kind: Kind, days: int | None, *, tag: Tag | None = None, team: Team | None = None) -> None:
    RetentionPolicy.objects.create(kind=kind, days=days, tag=tag, team=team, set_at=timezone.now())


def test_each_row_is_in_one_lane_and_it_is_the_one_that_the_pages_tell_of(desk, settings):
    """Two teams, three tags of which customers have any, periods of each: words, files and conversations."""
    settings.RETENTION_KEEPERS = []
    for at, (line, _) in enumerate(product((desk.line, desk.billing_line), range(8))):
        desk.hear(number=f"+121255503{at:02d}", line=line)
    with activate(desk.organization):
        tags = [tag_of(desk, name) for name in ("Minors", "Litigation", "Short")]
        for at, contact in enumerate(Contact.objects.order_by("pk")):
            some = [tag for bit, tag in enumerate(tags) if at % 8 >> bit & 1]
            ContactTag.objects.bulk_create(
                ContactTag(tag=tag, contact=contact, created_at=timezone.now() - (WEEK if at % 3 else timedelta(0)))
                for tag in some
            )
        choose(Kind.BODIES, 3000, tag=tags[0])
        choose(Kind.CONVERSATIONS, None, tag=tags[1])
        choose(Kind.BODIES, 40, tag=tags[2])
        choose(Kind.BODIES, 400, team=desk.billing_line.team)
        choose(Kind.CONTACTS, 90, tag=tags[2])
        now, choices = timezone.now(), Choices.load()
        for kind in Kind:
            for subject in SUBJECTS[kind]:
                mine = [lane for lane in lanes(kind, now, choices) if lane.subject == subject]
                found = [row.pk for lane in mine for row in subject.rows.filter(lane.of)]
                assert sorted(found) == sorted(subject.rows.values_list("pk", flat=True)), subject
        periods: set[int | None] = set()
        for lane in lanes(Kind.BODIES, now, choices):
            for text in lane.subject.rows.filter(lane.of):
                tagged = dict(ContactTag.objects.filter(contact=text.contact_id).values_list("tag_id", "created_at"))
                told_of = choices.period_of(Kind.BODIES, now, text.conversation.line.team_id, tagged)
                assert (told_of.days, told_of.wanted) == (lane.days, lane.period.wanted)
                periods.add(lane.days)
        whole = BOUNDS[Kind.CONVERSATIONS].default
        assert periods == {whole, BOUNDS[Kind.BODIES].default, 400, 40}, "3000 days, and never longer than the whole"


@pytest.mark.usefixtures("without_waiting")
def test_a_purge_keeps_what_a_tag_keeps_and_ends_what_it_ends_sooner(desk, told, settings):
    settings.RETENTION_KEEPERS = []
    kept, ended, fresh = (told("A melon", number=number) for number in (FIRST, SECOND, THIRD))
    with activate(desk.organization):
        choose(Kind.BODIES, 900, tag=tag_of(desk, "Minors", FIRST))
        short = tag_of(desk, "Short", FIRST, SECOND)
        ContactTag.objects.create(tag=short, contact=desk.contact(THIRD), created_at=timezone.now())
        choose(Kind.BODIES, 40, tag=short)
        assert next(end.holds for end in ends_of(desk.cast.admin, desk.fresh(kept.conversation))) == "900 days"
    assert running.run_nights()["failed"] == 0
    with activate(desk.organization):
        alive = set(Message.objects.filter(direction="in", ended_at=None).values_list("pk", flat=True))
        assert alive == {kept.pk, fresh.pk}, "a tag that shortens counts a week after it was put on"
        step = PurgeStep.objects.get(day=LONG_AGO.date(), key_kind="body")
        assert step.kept["rule"] >= 2
        rules = [rule for rule in Purge.objects.get().rules if rule["tag"] == str(short.pk)]
        assert {rule["days"] for rule in rules} >= {40}
        assert ended.pk not in alive


def test_a_person_gives_a_tag_its_own_period_after_a_look_at_what_it_ends(desk):
    conversation = desk.hear("See you at ten")
    with activate(desk.organization):
        tag = tag_of(desk, "Minors", FIRST)
        Message.objects.update(created_at=timezone.now() - timedelta(days=365))
        Conversation.objects.update(status="resolved", resolved_at=timezone.now() - timedelta(days=365))
    admin, address = desk.as_(desk.cast.admin), f"{PLACE}of/bodies/"
    typed = {"team": str(tag.pk), "keep": "for", "number": "90", "unit": "days"}
    assert "This would end 1 entry" in admin.get(address, typed).content.decode()
    assert admin.post(address, typed).status_code == 422, "it is said once more"
    assert admin.post(address, {**typed, "confirm": "90 days"}).status_code == 302
    page = admin.get(PLACE).content.decode()
    assert "Tag Minors" in page
    assert "90 days waits" in page
    longer = {**typed, "number": "4", "unit": "years"}
    assert admin.post(address, longer).status_code == 302
    assert "The tag&#x27;s choice" in admin.get(PLACE).content.decode()
    assert "Tag Minors" in admin.get(f"{PLACE}nights/").content.decode()
    beside = admin.get(reverse("conversation_ends", args=[conversation.pk])).content.decode()
    assert "4 years: The tag" in " ".join(beside.split())
    other = desk.as_(desk.cast.outsider).get(address, typed)
    assert other.status_code == 422, "another organization's tag"
    webhooks = admin.post(f"{PLACE}of/webhooks/", typed)
    assert webhooks.status_code == 422, "it is about no customers"


def test_a_tag_with_a_period_stays_on_until_whoever_may_decide_says_otherwise(desk):
    desk.hear()
    with activate(desk.organization):
        tag, someone = tag_of(desk, "Minors", FIRST), desk.contact(FIRST).pk
        other = tag_of(desk, "Others")
        tagging.take_off(member=desk.cast.agent, tag=tag, contact_ids=[someone])
        tagging.put_on(member=desk.cast.agent, tag=tag, contact_ids=[someone])
        changing.change(actor=desk.cast.admin, kind=Kind.BODIES, team=None, tag=tag, days=None)
        with pytest.raises(BadTag, match="decides how long"):
            tagging.take_off(member=desk.cast.agent, tag=tag, contact_ids=[someone])
        with pytest.raises(BadTag, match="a period of its own"):
            tagging.remove_tag(member=desk.cast.admin, tag=tag)
        with pytest.raises(BadTag, match="a period of its own"):
            tagging.merge_tags(member=desk.cast.admin, tag=tag, into=other)
        assert ContactTag.objects.filter(tag=tag).exists()
        assert tagging.take_off(member=desk.cast.admin, tag=tag, contact_ids=[someone]) == 1
        RetentionPolicy.objects.create(kind=Kind.BODIES, tag=tag, follows=True, set_at=timezone.now())
        tagging.remove_tag(member=desk.cast.admin, tag=tag)
        assert not RetentionPolicy.objects.exists()
