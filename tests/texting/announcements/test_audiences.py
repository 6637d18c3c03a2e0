"""Whom an announcement reaches: never more than was meant, and of whom it was meant each with one outcome."""

import random
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.permitting import agree_to_everything
from tests.texting.announcements.many import (
    act,
    checked,
    customers,
    fresh,
    hand_over,
    number,
    started,
    states,
    work,
    write,
)
from tests.texting.desk import desk
from texting import tagging, threads
from texting.announcements import lists, running
from texting.announcements.audiences import Audience
from texting.announcements.lists import CannotUse
from texting.announcements.writing import CannotAnnounce
from texting.models import Announcement, AnnouncementRecipient, ContactTag, Message, Tag
from texting.phone_numbers import parse

__all__ = ["desk"]


def tag_of(desk, name: str) -> Tag:
    with activate(desk.organization):
        return Tag.objects.get(name=name)


def test_whoever_was_to_be_spared_is_spared_also_when_the_tag_is_gone(desk):
    customers(desk, 1, 2)
    customers(desk, 3, tag="Never")
    never = tag_of(desk, "Never")
    gone = never.pk
    row = checked(desk, Audience(without_tag=never.pk))
    assert states(desk, row) == {"ready": 2}
    with activate(desk.organization):
        tagging.remove_tag(member=desk.cast.owner, tag=never)
    act(desk, running.check, row)
    work(desk, row)
    assert states(desk, row) == {}, "nobody, rather than everybody"
    page = desk.as_(desk.cast.owner)
    edit = reverse("edit_announcement", args=[row.pk])
    assert f'<option value="{gone}" selected>One that is no longer there' in page.get(edit).content.decode()
    said = {"name": "Closed", "line": desk.line.pk, "purpose": "alert", "body": "Closed.", "audience": "filter"}
    refused = page.post(edit, {**said, "without_tag": str(gone)})
    assert b"is not there any more" in refused.content
    assert page.post(edit, {**said, "without_tag": str(new_id())}).status_code == 422


@pytest.mark.parametrize("asked", ["tag", "without_tag", "agreement"])
def test_what_another_organization_calls_its_own_is_no_audience(desk, asked):
    customers(desk, 1)
    with activate(desk.cast.other_organization):
        theirs = tagging.add_tag(member=desk.cast.outsider, name="Theirs").pk
    with pytest.raises(CannotAnnounce, match="not there any more"):
        write(desk, Audience(**{asked: f"program:{theirs}" if asked == "agreement" else theirs}))
    with activate(desk.organization):
        assert not Announcement.objects.exists()


ROWS = f"\r\n\r\nTelefono;Nombre\r\n\u202a{number(1)}\u202c;José\r\n;\r\n(212) 555-1002;Zoë\r\n12125551002.0;Ann\r\n"


SPREADSHEETS = (
    (ROWS.encode(), 7),
    (ROWS.encode("utf-8-sig"), 7),
    (ROWS.encode("utf-16"), 7),
    (ROWS.replace("\u202a", "").replace("\u202c", "").encode("cp1252"), 7),
    (ROWS.replace("\r\n", "\r").encode(), 7),
    (("sep=;\n" + ROWS).encode(), 8),
    (ROWS.replace(";", "\t").encode("utf-16"), 7),
)
NO_TEXT = (ROWS.encode("utf-16-le"), ROWS.encode("utf-32"), b"\x00" * 40, "電話番号".encode("cp932"))


def test_a_list_of_any_spreadsheet_is_read_and_its_rows_are_called_as_there(desk):
    customers(desk, 1, 2)
    with activate(desk.organization):
        for raw, bad in SPREADSHEETS:
            found = lists.read(raw, "US")
            assert (len(found.contacts), found.rows) == (2, {"bad": [bad]}), raw
        for raw in NO_TEXT:
            with pytest.raises(CannotUse):
                lists.read(raw, "US")


def test_of_random_audiences_each_who_is_meant_has_one_outcome_and_nobody_else_hears(desk):
    """What the check counts is what is sent and refused later, whoever opts out or is merged in between."""
    chance = random.Random(11)  # noqa: S311 - the same each time
    ours = ZoneInfo(desk.organization.time_zone)
    with activate(desk.organization):
        tags = [tagging.add_tag(member=desk.cast.owner, name=name) for name in ("Red", "Blue")]
        people = [threads.contact_for(parse(number(at) if at % 4 else f"+1416555{1000 + at}")) for at in range(9)]
        now, known = timezone.now(), {}
        for at, one in enumerate(people):
            mine = {tag.pk for tag in tags if chance.random() < 0.5}
            ContactTag.objects.bulk_create([ContactTag(tag_id=pk, contact=one, created_at=now) for pk in mine])
            one.created_at = now - timedelta(days=at)
            one.save(update_fields=["created_at"])
            known[one.pk] = (mine, one.region, one.created_at)
            if chance.random() < 0.8:
                agree_to_everything(one)
    for _round in range(4):
        audience = Audience(
            tag=chance.choice([None, tags[0].pk]),
            without_tag=chance.choice([None, tags[1].pk]),
            region=chance.choice(["", "US", "CA"]),
            since=chance.choice([None, (now - timedelta(days=6)).date()]),
        )
        meant = {
            pk
            for pk, (mine, region, since) in known.items()
            if (audience.tag is None or audience.tag in mine)
            and (audience.without_tag is None or audience.without_tag not in mine)
            and audience.region in {"", region}
            and (audience.since is None or since.astimezone(ours).date() >= audience.since)
        }
        row = checked(desk, audience)
        counted = states(desk, row)
        with activate(desk.organization):
            rows = AnnouncementRecipient.objects.filter(announcement=row)
            assert set(rows.values_list("contact_id", flat=True)) == meant, audience
        if not counted.get("ready"):
            continue
        act(desk, running.start, row)
        desk.hear(chance.choice(["STOP", "Thanks"]), number=number(chance.choice([1, 2, 3, 5])))
        work(desk, row)
        hand_over(desk)
        work(desk, row)
        after = states(desk, row)
        assert fresh(desk, row).state == "finished"
        assert after.get("sent", 0) + after.get("refused", 0) == counted["ready"]
        with activate(desk.organization):
            told = list(Message.objects.filter(announcement=row).values_list("contact_id", flat=True))
        assert len(told) == len(set(told))
        assert set(told) <= meant


def test_a_reply_stands_where_the_text_stands_and_waits_for_a_person(desk):
    """Also where a colleague was in the middle of something with that customer, and not on another line."""
    customers(desk, 1, 2)
    talking = desk.take(desk.hear("Is my crown ready?", number=number(1)))
    elsewhere = desk.hear("My bill?", number=number(1), line=desk.billing_line)
    row = started(desk)
    hand_over(desk)
    with activate(desk.organization):
        where = dict(Message.objects.filter(announcement=row).values_list("contact_id", "conversation_id"))
    first, second = desk.contact(number(1)), desk.contact(number(2))
    assert where[first.pk] == talking.pk != elsewhere.pk
    for contact, at in ((first, 1), (second, 2)):
        replied = desk.hear("Open on Monday?", number=number(at))
        assert replied.pk == where[contact.pk]
        assert (replied.status, replied.unread > 0, replied.line_id) == ("open", True, desk.line.pk)
    assert desk.fresh(talking).assignee_id == desk.cast.agent.pk
