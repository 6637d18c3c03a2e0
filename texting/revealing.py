"""Showing one customer to one member for some minutes, for a reason; and telling admins when somebody looks at many.

A reveal holds for the session that asked. What is shown because of it is decided in `texting.queries.seeing`.
"""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import notices
from accounts.mail import MailKind
from accounts.mail.writing import Word
from accounts.models import Membership
from accounts.permissions import Permission, require
from accounts.setting_floors import require_strong
from tenancy import audit
from tenancy.audit import AuditKind
from texting.models import Contact, Reveal, RevealSettings
from texting.models.reveal import MOST_MINUTES, MOST_USUAL
from texting.queries import NotYours

LEAST_WORDS, MOST_WORDS = 5, 200  # characters that say something, and that fit on the report
HOUR = timedelta(hours=1)


class NotPossible(Exception):
    """It is not done; the message is a sentence for the person who asked."""


def rules() -> RevealSettings:
    """How the active organization wants it; the defaults while nobody has changed them."""
    return RevealSettings.objects.first() or RevealSettings()


def reveal(*, member: Membership, contact: Contact, reason: Reveal.Reason, words: str) -> Reveal:
    """Show a contact (of `queries.access_to_reveal`) to the member's session for the organization's minutes.

    Revealed again before its time is over, it is shown for the whole time anew. Raises NotPossible, NotYours outside
    a session.
    """
    require(member, Permission.CONTACTS_REVEAL)
    if member.session_id is None:
        raise NotYours
    words = " ".join(words.replace("\x00", "").split())
    if not LEAST_WORDS <= len(words) <= MOST_WORDS:
        raise NotPossible(_("Say in a few words why you need to see who it is."))
    wanted, now = rules(), timezone.now()
    Membership.objects.select_for_update(of=("self",), no_key=True).get(pk=member.pk)  # two at once count together
    row = Reveal(
        member=member,
        contact=contact,
        session_id=member.session_id,
        reason=reason,
        words=words,
        created_at=now,
        until=now + timedelta(minutes=wanted.minutes),
    )
    seen = _seen_lately(row)
    row.told = seen > wanted.contacts_an_hour and not _told_lately(row)
    row.save(force_insert=True)
    member.shown_until = None  # asked anew
    audit.record(
        event=AuditKind.CONTACT_REVEALED, actor=member, object=contact, reason=reason.value, minutes=wanted.minutes
    )
    if row.told:
        _tell(member, seen)
    return row


def hide(*, member: Membership, contact: Contact) -> None:
    """Hide what this session has revealed of a contact before its time; harmless when nothing is shown.

    Raises NotYours outside a session.
    """
    require(member, Permission.CONTACTS_REVEAL)
    if member.session_id is None:
        raise NotYours
    now = timezone.now()
    shown = Reveal.objects.filter(member=member, contact=contact, session_id=member.session_id, until__gt=now)
    if shown.filter(hidden_at=None).update(hidden_at=now):
        audit.record(event=AuditKind.CONTACT_HIDDEN, actor=member, object=contact)
    member.shown_until = None


def change_rules(*, member: Membership, minutes: int, contacts_an_hour: int) -> None:
    """How long a contact is shown from now on, and how many an hour are usual. Raises NotPossible, TooWeak."""
    require(member, Permission.ROLES_MANAGE)
    if not (1 <= minutes <= MOST_MINUTES and 1 <= contacts_an_hour <= MOST_USUAL):
        raise NotPossible(
            _("Choose 1 to %(minutes)d minutes and 1 to %(most)d customers.")
            % {"minutes": MOST_MINUTES, "most": MOST_USUAL}
        )
    require_strong(member, "reveal_rules", minutes=minutes)
    RevealSettings.objects.bulk_create([RevealSettings()], ignore_conflicts=True)
    row = RevealSettings.objects.select_for_update().get()
    if (row.minutes, row.contacts_an_hour) == (minutes, contacts_an_hour):
        return
    row.minutes, row.contacts_an_hour = minutes, contacts_an_hour
    row.save(update_fields=["minutes", "contacts_an_hour"])
    audit.record(event=AuditKind.REVEAL_RULES_CHANGED, actor=member, minutes=minutes, contacts_an_hour=contacts_an_hour)


def _seen_lately(row: Reveal) -> int:
    """How many different contacts the member has revealed within the hour, with this one."""
    lately = Reveal.objects.filter(member=row.member, created_at__gt=row.created_at - HOUR)
    others = lately.exclude(contact=row.contact).order_by()
    return others.values("contact_id").distinct().count() + 1


def _told_lately(row: Reveal) -> bool:
    return Reveal.objects.filter(member=row.member, told=True, created_at__gt=row.created_at - HOUR).exists()


def _tell(member: Membership, seen: int) -> None:
    audit.record(event=AuditKind.REVEALS_UNUSUAL, actor=member, contacts=seen)
    words: dict[str, Word] = {"person": member.user.name, "number": seen}
    notices.tell(Permission.ROLES_MANAGE, MailKind.REVEALS_UNUSUAL, route="reveals", words=words)
