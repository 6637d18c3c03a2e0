"""Two rules that disagree: what is past the maximum is hidden from everybody until somebody decides, and not lost."""

import zipfile
from datetime import UTC, timedelta
from io import BytesIO

import pytest
from django.db.models import Q
from django.utils import timezone

from compliance.measures.profiles import taking
from compliance.measures.profiles.rules import PROFILES
from compliance.models import ProfileChange
from retention.backups.checking import _live
from retention.backups.tombstones import Tombstones
from retention.conflicts import hiding
from retention.conflicts.reading import undecided
from retention.exporting import asking, copying, running
from retention.models import ConflictDecision, DataExport
from tenancy.encryption import KeyDestroyed, day_shredding, keyring, opening_withheld
from tenancy.encryption.day_shredding import shred_day
from tenancy.encryption.withholding import withhold_before
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.callers import make_caller
from tests.retention.asked import ask_request
from tests.retention.purging.conftest import told
from tests.texting.attachments.keeping import keep_file
from tests.texting.attachments.samples import png_with_place
from tests.texting.desk import FIRST, SECOND
from texting.models import Attachment, Message, Note

__all__ = ["told"]

PLACE = "/settings/retention/"
DECIDE = f"{PLACE}disagreements/bodies/"
HIDDEN = "Hidden until somebody decides how long it is kept"
OLD = timedelta(days=3 * 365)


@pytest.fixture
def old(desk, told):
    """A text with a note and a picture of three years ago and one of today, both of customers who are known."""
    text = told("About my crown, somebody called", timezone.now() - OLD, number=FIRST, name="Delia Moreno")
    desk.hear("About my braces", number=SECOND, name="Rosa Bright")
    with activate(desk.organization):
        Note.objects.create(
            conversation=text.conversation,
            contact_id=text.contact_id,
            author=desk.cast.agent,
            body="Is allergic to crowns",
            created_at=text.created_at,
        )
        keep_file(text, png_with_place())
    return text


@pytest.fixture
def disagreeing(desk, old):
    """Financial allows two years, Broker-dealer asks for six; since a month ago, the clock has come by."""
    take_both(desk)
    with activate(desk.organization):
        assert hiding.settle(timezone.now()) > 0
    return old


def take_both(desk, ago=timedelta(days=30)):
    """As `taking.take` leaves it, so long ago."""
    with activate(desk.organization):
        for key in ("financial", "broker_dealer"):
            ProfileChange.objects.create(profile=key, holds=True, by=desk.cast.owner, at=timezone.now() - ago)


def waiting(desk):
    with activate(desk.organization):
        return undecided(desk.cast.admin)


def settle(desk):
    with activate(desk.organization):
        return hiding.settle(timezone.now())


def decide(desk, outcome, because="Our lawyers: FINRA 4511 goes first", member=None):
    return desk.as_(member or desk.cast.admin).post(DECIDE, {"outcome": outcome, "because": because})


def everything_about(desk, text):
    """All that a member, a program and a person get to see of the old text."""
    agent = desk.as_(desk.cast.agent)
    shown = [
        agent.get(f"/inbox/c/{text.conversation_id}/").content.decode(),
        agent.get("/inbox/").content.decode(),
        agent.post("/search/", {"q": "somebody"}).content.decode(),
        agent.post("/search/", {"since": "2020-01-01"}).content.decode(),
        make_caller(desk.cast.owner).get(f"messages/{text.pk}").content.decode(),
    ]
    return shown


def copy_for(desk, kind):
    """The data, the page and the names of the files of a copy for the customer."""
    with activate(desk.organization):
        request = ask_request(desk.cast.admin, FIRST, kind=kind)
        asking.ask_copy(member=desk.cast.admin, request=request)
    running.go_on(desk.organization.pk)
    with activate(desk.organization):
        export = DataExport.objects.latest("pk")
    copy = desk.as_(desk.cast.admin).get(f"/settings/exports/{export.pk}/")
    archive = zipfile.ZipFile(BytesIO(b"".join(copy.streaming_content)))
    files = [name for name in archive.namelist() if name.startswith("files/")]
    return archive.read("data.json").decode(), archive.read("index.html").decode(), files


def opened(desk, text):
    """What the text says to whoever opens it now."""
    with activate(desk.organization):
        return Message.objects.get(pk=text.pk).body


def test_nobody_sees_finds_or_is_handed_what_is_past_the_maximum_until_somebody_decides(desk, disagreeing):
    text = disagreeing
    shown = everything_about(desk, text)
    thread, inbox, found, listed, answered = shown
    data, page, files = copy_for(desk, "access")
    for one in (*shown, data, page):
        assert "About my crown" not in one
        assert "allergic" not in one
    assert files == []
    assert HIDDEN in thread
    assert HIDDEN in answered
    assert copying.HIDDEN in data
    assert copying.HIDDEN in page
    assert "About my braces" in inbox
    assert "About my braces" in listed
    assert f"/inbox/c/{text.conversation_id}/" not in found + listed, "not even by the words that stand in its place"
    with activate(desk.organization):
        picture = Attachment.objects.get()
    assert desk.as_(desk.cast.agent).get(f"/inbox/attachments/{picture.pk}/").status_code == 404

    told_of = desk.as_(desk.cast.admin).get(PLACE).content.decode()
    assert "two rules disagree" in told_of
    assert "1 day is hidden" in told_of
    assert waiting(desk) == 2, "words, and files"
    assert decide(desk, "show").status_code == 302
    assert decide(desk, "show", "Once more, the same").status_code == 422
    for one in everything_about(desk, text):
        assert "crown" in one
    assert HIDDEN in everything_about(desk, text)[0], "its picture is another kind, of which nobody has decided"
    data, page, files = copy_for(desk, "both")
    assert "About my crown" in data
    assert files == []
    assert waiting(desk) == 1

    with activate(desk.organization):
        row = ConflictDecision.objects.get()
    back = desk.as_(desk.cast.owner).post(f"{PLACE}decisions/{row.pk}/take-back/")
    assert back.status_code == 302
    assert all("About my crown" not in one for one in everything_about(desk, text))
    assert "FINRA 4511" in desk.as_(desk.cast.admin).get(DECIDE).content.decode(), "the history has the reason"
    with activate(desk.organization):
        events = set(AuditEvent.objects.values_list("event", flat=True))
    assert {f"retention:{one}" for one in ("hidden", "shown", "decided", "undecided")} <= events


def test_a_decision_needs_a_reason_a_disagreement_and_the_right(desk, old):
    assert "nothing to decide" in desk.as_(desk.cast.admin).get(DECIDE).content.decode()
    assert decide(desk, "show").status_code == 422, "no rules disagree"
    take_both(desk)
    assert decide(desk, "show", "no").status_code == 422
    assert decide(desk, "burn").status_code == 422
    assert decide(desk, "show", member=desk.cast.agent).status_code == 403
    with activate(desk.organization):
        assert not ConflictDecision.objects.exists()
    assert settle(desk) > 0
    assert settle(desk) == 0, "twice is once"
    assert decide(desk, "hide").status_code == 302
    assert waiting(desk) == 1
    with pytest.raises(KeyDestroyed):
        opened(desk, old)
    assert decide(desk, "show", "Somebody thought again").status_code == 302, "the earlier one is taken back"
    assert opened(desk, old) == "About my crown, somebody called"


def test_when_a_rule_is_gone_it_is_shown_again(desk, disagreeing):
    with activate(desk.organization):
        taking.leave(actor=desk.cast.owner, profile=PROFILES["broker_dealer"], reason="No broker any more")
    assert settle(desk) > 0
    assert opened(desk, disagreeing) == "About my crown, somebody called"


def test_what_is_hidden_survives_a_purge_of_its_day_and_the_check_of_a_restored_backup(desk, disagreeing, monkeypatch):
    text = disagreeing
    monkeypatch.setattr(day_shredding, "REPLACED_KEYS_STAY", timedelta(0))
    day = text.created_at.astimezone(UTC).date()
    old_ids = keyring.stored_ids(desk.organization.pk, "body", day.isoformat())
    assert not _live(Tombstones())[0], "hidden is not lost"
    done = shred_day(
        desk.organization.pk,
        "body",
        day,
        old_ids,
        lambda model: Q(conversation_id=text.conversation_id) if model is Message else None,
        reason="test",
    )
    assert done.gone
    with pytest.raises(KeyDestroyed):
        opened(desk, text)
    with opening_withheld():
        assert opened(desk, text) == "About my crown, somebody called"
    with activate(desk.organization):
        withhold_before("body", None)
    assert opened(desk, text) == "About my crown, somebody called"
