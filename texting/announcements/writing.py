"""What a member writes before anything is sent: name, line, words, audience. A change makes a draft again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.bulk_writes import insert_rows
from texting import sending
from texting.announcements import audiences, earlier, lists
from texting.announcements.audiences import Audience
from texting.filtering.saving import access_saved
from texting.kept_words import kept
from texting.models import Announcement, AnnouncementRecipient, Line
from texting.models.announcement import LONGEST_NAME
from texting.purposes import FOR_MANY, Purpose
from texting.queries import NotYours, sees_everybody
from texting.sending import BadText

State = Announcement.State
OPEN = (State.DRAFT, State.CHECKING, State.CHECKED, State.ASKED, State.PLANNED)
"""Nothing of it has begun, so everything may still change."""
_TOGETHER = 1_000


class CannotAnnounce(ValueError):
    """It is not the time for that, or something is missing; the message says why and what to do."""


@dataclass(frozen=True)
class Written:
    """What a member says: words (`body`) or a template with values, for whom. `numbers`: a list, as bytes of a file."""

    name: str
    line: Line
    purpose: Purpose
    audience: Audience
    body: str = ""
    template_id: UUID | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    numbers: bytes | None = None


def write(*, member: Membership, written: Written, before: Announcement | None = None) -> Announcement:
    """Keep it as a draft, or change one that has not begun. Raises CannotAnnounce; MissingPermission."""
    require_sender(member)
    _check(member, written, before)
    row = lock(before, *OPEN) if before else Announcement(made_by=member)
    listed = lists.read(written.numbers, member.organization.country) if written.numbers is not None else None
    row.name, row.line, row.purpose = written.name.strip()[:LONGEST_NAME], written.line, written.purpose
    row.body = sending.cleaned(written.body) if written.template_id is None else ""
    row.template_id, row.values = written.template_id, dict(written.values)
    row.audience = written.audience.as_json()
    if str(member.pk) not in row.writers:
        row.writers = [*row.writers, str(member.pk)]
    row.state, row.checked_at, row.why, row.words_version = State.DRAFT, None, "", ""
    promise_nothing(row)
    if listed is not None or not written.audience.listed:
        forget_recipients(row)
        row.report, row.is_gathered = {}, False
    row.save()
    if listed is not None:
        for at in range(0, len(listed.contacts), _TOGETHER):
            part = listed.contacts[at : at + _TOGETHER]
            insert_rows([AnnouncementRecipient(announcement=row, contact_id=contact) for contact in part])
        row.report = {"list": dict(listed.left_out), "rows": listed.rows}
        row.is_gathered = True
        row.save(update_fields=["report", "is_gathered"])
    kind = AuditKind.ANNOUNCEMENT_CHANGED if before else AuditKind.ANNOUNCEMENT_WRITTEN
    audit.record(event=kind, actor=member, object=row)
    return row


def _check(member: Membership, written: Written, before: Announcement | None) -> None:
    if not written.name.strip():
        raise CannotAnnounce(_("Give it a name, for you and your colleagues."))
    if written.purpose not in FOR_MANY:
        raise CannotAnnounce(_("Say what it is for."))
    if not written.line.is_active or written.line.sends_codes:
        raise CannotAnnounce(_("This line sends no texts to customers. Choose another."))
    if written.template_id is None:
        try:
            body = sending.cleaned(written.body)
        except BadText as error:
            raise CannotAnnounce(str(error)) from None
        if kept(body) != body:
            raise CannotAnnounce(_("It holds what must not be kept. Take it out."))
    if audiences.is_gone(written.audience):
        raise CannotAnnounce(_("A tag or a program of its audience is not there any more. Choose another, or none."))
    if written.audience.saved is not None:
        _require_filter(member, written.audience.saved, before.made_by if before else member)
    if written.audience.earlier is not None:
        _require_earlier(member, written.audience, before.made_by if before else member)
    if written.audience.listed:
        has_list = before is not None and bool(before.audience.get("listed"))
        if written.numbers is None and not has_list:
            raise CannotAnnounce(_("Choose the file with the numbers, or paste them."))
        if not sees_everybody(member):  # whoever is on it would be known by their numbers
            raise CannotAnnounce(_("Lists of numbers are for those who see numbers. Choose by tag instead."))


def _require_filter(member: Membership, filter_id: UUID, author: Membership) -> None:
    """It is asked with the rights of whoever made the announcement, and chosen by whoever writes it now."""
    for one, said in (
        (member, _("Choose a saved filter that you may use, or none.")),
        (author, _("Whoever made this announcement may not use that filter. Share it with them first.")),
    ):
        try:
            access_saved(one, filter_id)
        except NotYours:
            raise CannotAnnounce(said) from None


def _require_earlier(member: Membership, audience: Audience, author: Membership) -> None:
    """As a filter: with the rights of whoever made the announcement, and chosen by whoever writes it now."""
    if audience.outcome not in earlier.Outcome.values:
        raise CannotAnnounce(_("Say which customers of the earlier announcement are meant."))
    try:
        for one in (member, author):
            earlier.access_begun(one, audience.earlier or UUID(int=0))
    except NotYours:
        raise CannotAnnounce(
            _("Choose an earlier announcement that has begun and that you may see, or none.")
        ) from None


def discard(*, member: Membership, row: Announcement) -> None:
    """Put away what has not begun. Raises CannotAnnounce; MissingPermission."""
    require_sender(member)
    mine = lock(row, *OPEN)
    forget_recipients(mine)
    audit.record(event=AuditKind.ANNOUNCEMENT_DISCARDED, actor=member, object=mine)
    mine.delete()


def forget_recipients(row: Announcement, which: Q | None = None) -> None:
    """Before anything has begun nothing became of them: there is nothing to keep. `which`: a condition on them."""
    if not row._state.adding:
        AnnouncementRecipient.objects.filter(which or Q(), announcement=row).delete()


def promise_nothing(row: Announcement) -> None:
    """No time at which it begins, and nobody who agreed to that; the caller saves the row (`PROMISED`)."""
    row.begins_at, row.begins_theirs = None, ""
    row.approved_by, row.approved_for, row.approved_version = None, 0, ""


def forget_troubles(row: Announcement) -> None:
    """Nothing has broken, it rests no more, and no worker has died at it; the caller saves the row (`TROUBLES`)."""
    row.tries, row.again_at, row.begun_at = 0, None, None


TROUBLES = ("tries", "again_at", "begun_at")
PROMISED = ("begins_at", "begins_theirs", "approved_by", "approved_for", "approved_version")


def require_sender(member: Membership) -> None:
    """Whoever sends to many may send and begin conversations. Raises MissingPermission."""
    require(member, Permission.ANNOUNCEMENTS_PREPARE, Permission.MESSAGES_SEND, Permission.CONVERSATIONS_START)


def lock(row: Announcement, *states: "Announcement.State") -> Announcement:
    """The row as it is now, held until the transaction ends; a worker ends its batch first. Raises CannotAnnounce."""
    rows = Announcement.objects.select_for_update(of=("self",)).select_related(
        "line__team", "made_by", "started_by", "organization"
    )
    locked = rows.get(pk=row.pk)
    if locked.state not in states:
        raise CannotAnnounce(changed_meanwhile())
    return locked


def changed_meanwhile() -> str:
    """What is said where it is too late for something."""
    return _("That is not possible any more. Look at the announcement as it is now.")
