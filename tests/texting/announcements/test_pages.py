"""An announcement as people handle it on its pages, and who may not."""

import re

from django.urls import reverse
from django.utils import timezone

from accounts.leaving.steps import Leaving
from tenancy.isolation import activate
from tests.revealers import MASKED, with_rights
from tests.texting.announcements.many import (
    WORDS,
    act,
    checked,
    customers,
    fresh,
    hand_over,
    number,
    started,
    states,
    work,
)
from tests.texting.desk import desk
from texting.announcements import running
from texting.announcements.leaving_step import Announcements
from texting.models import Announcement

__all__ = ["desk"]


def test_written_checked_started_paused_and_read(desk):
    customers(desk, 1, 2, tag="VIP")
    customers(desk, 3, tag="VIP", agree=False)
    page = desk.as_(desk.cast.supervisor)
    assert b"Nothing was announced yet" in page.get(reverse("announcements")).content
    new = reverse("new_announcement")
    assert page.get(new).status_code == 200
    said = {"name": "Closed", "line": desk.line.pk, "purpose": "alert", "body": "", "audience": "filter", "check": "1"}
    assert b"Write what it says" in page.post(new, said).content
    written = page.post(new, {**said, "body": WORDS})
    assert written.status_code == 302
    with activate(desk.organization):
        row = Announcement.objects.get()
    assert b"every 3s" in page.get(written.url).content
    work(desk, row)
    seen = page.get(written.url).content.decode()
    assert "No permission" in seen
    assert "every 3s" not in seen
    assert states(desk, row) == {"ready": 2, "left_out": 1}
    file = b"".join(page.get(reverse("announcement_file", args=[row.pk]) + "?state=left_out").streaming_content)
    assert file.count(b"\r\n") == 2
    assert b"No permission" in file
    [mark] = re.findall(r'name="seen" value="([^"]+)"', seen)
    assert page.post(reverse("start_announcement", args=[row.pk]), {"seen": mark}).status_code == 302
    work(desk, row)
    for name, state in (("pause", "paused"), ("resume", "running")):
        assert page.post(reverse(f"{name}_announcement", args=[row.pk])).status_code == 302
        assert fresh(desk, row).state == state
        often = "every 20s" if state == "paused" else "every 3s"
        assert often in page.get(written.url).content.decode(), "a colleague may go on"
        assert b"every 20s" in page.get(reverse("announcements")).content or state == "paused"
    hand_over(desk)
    work(desk, row)
    done = page.get(written.url).content.decode()
    assert "every 20s" in done, "carriers tell later"
    assert "Finished" in done
    assert "2 of them delivered" in done
    assert b"cannot be changed" in page.get(reverse("edit_announcement", args=[row.pk]), follow=True).content
    assert b"not possible any more" in page.post(reverse("cancel_announcement", args=[row.pk]), follow=True).content


def test_others_find_nothing_and_whoever_sees_no_numbers_reads_none(desk):
    customers(desk, 1)
    row = checked(desk)
    for name in ("announcement", "announcement_file", "edit_announcement"):
        assert desk.as_(desk.cast.outsider).get(reverse(name, args=[row.pk])).status_code == 404
        assert desk.as_(desk.cast.agent).get(reverse(name, args=[row.pk])).status_code == 403
    assert desk.as_(desk.cast.outsider).post(reverse("start_announcement", args=[row.pk])).status_code == 404
    with activate(desk.organization):
        role = desk.cast.supervisor.roles.get().role
        role.permissions = sorted({*map(str, role.granted)} - {"contacts:reveal", "contacts:unmasked"})
        role.built_in = ""
        role.save()
    page = desk.as_(desk.cast.supervisor)
    file = b"".join(page.get(reverse("announcement_file", args=[row.pk])).streaming_content).decode()
    assert number(1)[-7:-4] not in file
    listed = {"name": "x", "line": desk.line.pk, "purpose": "alert", "body": "y", "audience": "list"}
    refused = page.post(reverse("new_announcement"), {**listed, "numbers": number(1)})
    assert refused.status_code == 422
    assert b"for those who see numbers" in refused.content


def test_names_and_numbers_leave_in_a_file_only_with_whoever_may_export_contacts(desk):
    """Everybody who prepares announcements reads them on the page: in a file they would be the list of contacts."""
    customers(desk, 1)
    row = checked(desk)
    file, listed = (reverse(f"announcement_{name}", args=[row.pk]) for name in ("file", "recipients"))
    shown = "(212) 555-1001"
    for member, taken in ((desk.cast.owner, True), (desk.cast.supervisor, False)):
        page = desk.as_(member)
        assert (shown in b"".join(page.get(file).streaming_content).decode()) == taken
        assert shown in page.get(listed).content.decode()
        assert b"Nobody is in this state" in page.get(listed + "?state=failed").content
    assert desk.as_(desk.cast.outsider).get(listed).status_code == 404
    masked = with_rights(desk.cast, MASKED)
    assert shown not in desk.as_(masked).get(listed).content.decode()


def test_a_draft_is_put_away(desk):
    customers(desk, 1)
    row = checked(desk)
    page = desk.as_(desk.cast.owner)
    assert b"The draft is gone" in page.post(reverse("discard_announcement", args=[row.pk]), follow=True).content
    with activate(desk.organization):
        assert not Announcement.objects.exists()


def test_what_a_leaver_started_pauses_until_a_colleague_goes_on_with_it(desk):
    customers(desk, 1, 2)
    row = started(desk)
    step = Announcements()
    with activate(desk.organization):
        assert step.preview(desk.cast.owner) == 1
        [item] = step.end(Leaving(desk.cast.owner, desk.cast.admin, timezone.now(), None))
        assert (item.label, step.probe(desk.cast.owner, [item]).open) == ("Paused", 0)
    assert (fresh(desk, row).state, fresh(desk, row).why) == ("paused", "left")
    assert hand_over(desk) == 0
    act(desk, running.resume, row, desk.cast.supervisor)
    assert hand_over(desk) == 2
    work(desk, row)
    assert (fresh(desk, row).state, fresh(desk, row).started_by_id) == ("finished", desk.cast.supervisor.pk)
