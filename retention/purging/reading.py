"""What pages say of purges."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from retention.kinds import Kind
from retention.models import Purge, PurgeStep
from retention.purging.planning import RULE
from retention.words import keeper, title

_PAGE = 25
LONGEST_NUMBER = 6  # digits of a page's number


@dataclass(frozen=True)
class Line:
    """One kind of one purge: how many days, rows and keys."""

    kind: str
    days: int
    rows: int
    keys: int
    waiting: int
    failed: int


@dataclass(frozen=True)
class Shown:
    """One purge with what its page says."""

    purge: Purge
    lines: list[Line]
    kept: list[tuple[str, int]]
    days: list[tuple[str, PurgeStep]]


def list_of(member: Membership, number: int) -> Page[Purge]:
    """Purges of which something was due, the newest first, each with `rows_ended`."""
    require(member, Permission.RETENTION_MANAGE)
    steps = PurgeStep.objects.filter(purge=OuterRef("pk"))
    rows: QuerySet[Purge] = Purge.objects.filter(Exists(steps)).order_by("-at", "-pk")
    page = Paginator(rows, _PAGE).get_page(number)
    ended: Counter[object] = Counter()
    for step in PurgeStep.objects.filter(purge__in=[purge.pk for purge in page]):
        ended[step.purge_id] += sum(step.ended.values())
    for purge in page:
        purge.rows_ended = ended[purge.pk]  # type: ignore[attr-defined]
    return page


def latest_night(member: Membership) -> Purge | None:
    """The newest purge that the clock began, whether something was due or not."""
    require(member, Permission.RETENTION_MANAGE)
    return Purge.objects.exclude(night=None).order_by("-at").first()


def one(member: Membership, purge_id: object) -> Shown:
    """A purge. Raises Http404."""
    require(member, Permission.RETENTION_MANAGE)
    purge = get_object_or_404(Purge.objects.select_related("asked_by__user", "decided_by__user"), pk=purge_id)
    steps = list(PurgeStep.objects.filter(purge=purge).order_by("kind", "day"))
    kept: Counter[str] = Counter()
    for step in steps:
        kept.update(step.kept)
    days = [(title(Kind(step.kind)), step) for step in steps]
    return Shown(purge, _lines(steps), [(reason_words(name), number) for name, number in kept.most_common()], days)


def _lines(steps: Iterable[PurgeStep]) -> list[Line]:
    by_kind: dict[str, list[PurgeStep]] = {}
    for step in steps:
        by_kind.setdefault(step.kind, []).append(step)
    failed = PurgeStep.State.FAILED
    over = (PurgeStep.State.VERIFIED, PurgeStep.State.STAYED, failed)
    return [
        Line(
            title(Kind(kind)),
            len(own),
            sum(sum(step.ended.values()) for step in own),
            sum(len(step.destroyed) for step in own),
            sum(step.state not in over for step in own),
            sum(step.state == failed for step in own),
        )
        for kind, own in by_kind.items()
    ]


def counted(rows: dict[Kind, Counter[str]]) -> list[tuple[str, list[tuple[str, int]]]]:
    """What a plan would end: by kind, in words."""
    return [
        (title(kind), [(model_words(label, kind), number) for label, number in counts.most_common()])
        for kind, counts in rows.items()
    ]


def model_words(label: str, kind: Kind | None = None) -> str:
    """What the rows of a model are called, of a kind's period."""
    if label == "texting.Conversation" and kind == Kind.CONVERSATIONS:
        return _("Conversations with all their texts")
    return {
        "texting.CarrierCopy": _("Copies at carriers"),
        "texting.Contact": _("Contacts"),
        "texting.ContactTag": _("Tags of contacts"),
        "texting.Message": _("Texts"),
        "texting.Note": _("Notes"),
        "texting.Conversation": _("Beginnings shown in the inbox"),
        "texting.Attachment": _("Pictures and files"),
        "texting.AttachmentChunk": _("Parts of files"),
        "compliance.Finding": _("Findings"),
        "compliance.Escalation": _("Escalations"),
        "compliance.EscalationEvent": _("Entries of escalations"),
        "compliance.Letter": _("E-mails"),
        "compliance.CallTask": _("Planned calls"),
        "texting.ScheduledText": _("Texts that were to leave later"),
        "texting.TextSeries": _("Texts that repeat"),
        "compliance.HeldText": _("Texts that waited for a colleague"),
        "portal.SecureReply": _("Private answers"),
        "portal.PaymentRequest": _("Payment requests"),
        "portal.PaymentSession": _("Payment pages"),
        "texting.Turn": _("Turns of conversations"),
        "texting.SendAttempt": _("Handings over to carriers"),
        "texting.StatusEvent": _("Reports of carriers"),
        "texting.FetchedText": _("Marks of texts that were fetched"),
        "texting.Redaction": _("Removals by colleagues"),
        "texting.Notification": _("Notifications"),
        "texting.Draft": _("Drafts"),
        "portal.SecureMessage": _("Private messages"),
        "portal.SecureVisit": _("Visits of private pages"),
        "texting.WebhookAttempt": _("Answers to webhooks"),
        "texting.QuarantinedRequest": _("Refused requests"),
        "tenancy.AuditEvent": _("Details of the audit log"),
        "retention.DataExport": _("Files that were asked for"),
    }.get(label, str(apps.get_model(label)._meta.verbose_name_plural).capitalize())


def reason_words(name: str) -> str:
    """Why rows stayed."""
    if name == RULE:
        return _("A longer period holds for them")
    return keeper(name)
