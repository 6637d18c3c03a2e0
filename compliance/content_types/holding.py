"""Keeps the texts that the gate holds, in the transaction that stores its decision: nothing of them is lost."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.db.models import Max
from django.utils import timezone

from accounts import notices
from accounts.mail import MailKind
from accounts.models import Membership
from accounts.permissions import Permission
from compliance.content_types.notified import NAME, HeldTexts
from compliance.content_types.rules import decided
from compliance.content_types.telling import show
from compliance.models import Automation, HeldText
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.automatic import acting
from tenancy.encryption import fetch_current_keys
from tenancy.ids import new_id
from texting.attachments import binding
from texting.gate import Verdict
from texting.notifications import things
from texting.notifications.choosing import is_quiet_for
from texting.refusals import Objected

_whose: ContextVar[Membership | None] = ContextVar("whose", default=None)


@contextmanager
def held_as(member: Membership) -> Iterator[None]:
    """What is sent inside in nobody's name and waits for a second person waits as this member's."""
    token = _whose.set(member)
    try:
        yield
    finally:
        _whose.reset(token)


def note(objected: Sequence[Objected]) -> None:
    """A row for each that waits for a second person. One that is kept already, sent again, is not kept twice."""
    held = [text for text in objected if text.message_id is None and text.outcome.is_held]
    author = _for_whom() if any(text.draft.author is None for text in held) else None
    held = [text for text in held if text.draft.author or author]
    if not held:
        return
    now = timezone.now()
    life = timedelta(hours=decided().wait_hours)
    rows = [_row(text, HeldText(author=author, asked_at=now, expires_at=now + life)) for text in held]
    known = set(HeldText.objects.filter(message_id__in=[row.message_id for row in rows]).values_list("message_id"))
    new = [row for row in rows if (row.message_id,) not in known]
    fetch_current_keys(new)
    HeldText.objects.bulk_create(new, ignore_conflicts=True)
    stored = set(HeldText.objects.filter(pk__in=[row.pk for row in new]).values_list("pk", flat=True))
    files = {row.pk: text.draft.files for row, text in zip(rows, held, strict=True)}
    for row in new:
        if row.pk in stored:  # and not what the same request, a moment before, has stored
            binding.hold(files[row.pk], message_id=row.message_id)
            audit.record(event=AuditKind.MESSAGE_HELD, actor=row.author, object=row, rule=row.rule)
    _list_for_those_who_decide([row for row in new if row.pk in stored])
    if stored:
        mail_due()
    show(new)


def _list_for_those_who_decide(rows: Sequence[HeldText]) -> None:
    """In their notifications; whether they may read its conversation is asked when they look."""
    able = set(notices.holders(Permission.MESSAGES_APPROVE).values_list("pk", flat=True)) if rows else set()
    for row in rows:
        things.waits(NAME, row.pk, members=able - {row.author_id}, actor=row.author)


def mail_due() -> int:
    """Mail those who may decide and have not been mailed of the newest that waits for them. Returns how many."""
    return notices.tell_of_waiting(
        Permission.MESSAGES_APPROVE,
        MailKind.TEXT_WAITS,
        route="held_texts",
        waiting=HeldText.objects.filter(state=HeldText.State.WAITING),
        newest=_newest_for,
        is_quiet=is_quiet_for,
    )


def _newest_for(member: Membership) -> datetime | None:
    found: datetime | None = HeldTexts().waiting(member).aggregate(newest=Max("asked_at"))["newest"]
    return found


def _for_whom() -> Membership | None:
    """Whose a text of nobody's own is while it waits, and when it is approved: the owner of the rule that acts now, or
    whoever was named (`held_as`).
    """
    rule = acting()
    if rule is None:
        return _whose.get()
    return Automation.objects.select_related("owner").get(pk=rule.rule).owner


def _row(text: Objected, row: HeldText) -> HeldText:
    draft = text.draft
    reason = next(one for one in text.outcome.objections if one.verdict is Verdict.HOLD)
    row.message_id = text.asked_id or new_id()
    row.conversation_id, row.contact_id = text.conversation.pk, text.conversation.contact_id
    row.origin = text.origin
    row.author = draft.author or row.author
    row.body, row.purpose = draft.body, draft.purpose
    row.rule, row.rules_version = reason.rule, reason.version
    return row
