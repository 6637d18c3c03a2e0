"""What pages, mails and files call kinds of data, and why a period is what it is."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from retention.guards import REASONS
from retention.kinds import Kind
from retention.periods import WHOLE, Because, Limit, Period, Scope
from retention.spans import Words, said
from retention.subjects import Subject


@dataclass(frozen=True)
class KindWords:
    """`title`: its name. `what`: what ends. `since`: from when its period counts ("from when it was resolved")."""

    title: Words
    what: Words
    since: Words


KINDS: dict[Kind, KindWords] = {
    Kind.CONTACTS: KindWords(
        _("Contacts"),
        _("Name, number and everything known of a customer. What they said about texts stays, without their number."),
        _("from the last time anything happened with them"),
    ),
    Kind.CONVERSATIONS: KindWords(
        _("Conversations"),
        _("The conversation itself: when who texted whom, and why each text was allowed. Findings stay counted."),
        _("from when it was resolved"),
    ),
    Kind.BODIES: KindWords(
        _("Words of texts and notes"),
        _("What texts, notes, e-mails and calls say. That there was one stays."),
        _("from when they were written"),
    ),
    Kind.ATTACHMENTS: KindWords(_("Pictures and files"), _("What came or left with texts."), _("from when they came")),
    Kind.FINDINGS: KindWords(
        _("Findings"),
        _("What detectors found and what was decided about it. Reports stay."),
        _("from when it was found"),
    ),
    Kind.SECURE_REPLIES: KindWords(
        _("Private answers"), _("What customers answered on private pages."), _("from when they answered")
    ),
    Kind.PAYMENTS: KindWords(
        _("Payment requests"), _("What was to be paid for. Amounts and dates stay."), _("from when it was asked for")
    ),
    Kind.WEBHOOKS: KindWords(
        _("Webhook payloads"),
        _("Answers of your systems, and requests of providers that were refused."),
        _("from when they came"),
    ),
    Kind.EXPORTS: KindWords(
        _("Exports"),
        _("Files that somebody asked for: copies of data, evidence packs. That they were made stays in the log."),
        _("from when they were made"),
    ),
    Kind.AUDIT: KindWords(
        _("Audit details"),
        _("Details of what was done. That it was done stays in the log."),
        _("from when it was done"),
    ),
}
_ROWS: dict[str, Words] = {
    "texting.Contact": _("contacts"),
    "texting.Conversation": _("conversations"),
    "texting.Message": _("texts"),
    "texting.Note": _("notes"),
    "texting.Attachment": _("files"),
    "compliance.Finding": _("findings"),
    "portal.SecureReply": _("private answers"),
    "portal.PaymentRequest": _("payment requests"),
    "texting.WebhookAttempt": _("payloads"),
    "retention.DataExport": _("files that were asked for"),
    "tenancy.AuditEvent": _("events"),
}
_CHOSEN: dict[Scope, Words] = {
    Scope.DEFAULT: _("The default"),
    Scope.ORGANIZATION: _("Your organization's choice"),
    Scope.TEAM: _("The team's choice"),
    Scope.TAG: _("The tag's choice"),
}
_SHORTENED: dict[Scope, Words] = {
    Scope.DEFAULT: _("Never longer than “%(whole)s”. The default is %(wanted)s."),
    Scope.ORGANIZATION: _("Never longer than “%(whole)s”. Your organization's choice is %(wanted)s."),
    Scope.TEAM: _("Never longer than “%(whole)s”. The team's choice is %(wanted)s."),
    Scope.TAG: _("Never longer than “%(whole)s”. The tag's choice is %(wanted)s."),
}


def title(kind: Kind) -> str:
    """The name of a kind."""
    return str(KINDS[kind].title)


def rows_of(subject: Subject) -> str:
    """What the rows of a subject are, in the plural."""
    return str(_ROWS.get(subject.model, subject.model))


def place(team: str, tag: str) -> str:
    """A team, a tag, or customers of a team who have a tag; "" for the whole organization."""
    if team and tag:
        return say("Team %(team)s, tag %(tag)s") % {"team": team, "tag": tag}
    if team:
        return say("Team %(team)s") % {"team": team}
    return say("Tag %(tag)s") % {"tag": tag} if tag else ""


def why(period: Period) -> str:
    """Why a period is what it is: one sentence."""
    if period.because is Because.CHOSEN:
        return str(_CHOSEN[period.wanted.scope])
    if period.because is Because.WHOLE:
        names = {"whole": title(WHOLE[period.kind]), "wanted": said(period.wanted.days)}
        return str(_SHORTENED[period.wanted.scope]) % names
    if period.because is Because.CONFLICT and period.most:
        words = _(
            "Two rules disagree: %(least)s %(most)s Nothing ends before the first is over; what is past the second is"
            " hidden until somebody decides."
        )
        return words % {"least": _asks(period.least, least=True), "most": _asks(period.most, least=False)}
    if period.because is Because.LEFT and period.left and period.left.ends_at:
        return say(
            "The %(owner)s profile asked for at least %(days)s. It was left: what it kept is kept until %(until)s."
        ) % {
            "owner": period.left.owner,
            "days": said(period.days),
            "until": date_format(localtime(period.left.ends_at), "j M Y"),
        }
    limit = period.most if period.because is Because.LONGEST and period.most else period.least
    return _asks(limit, least=limit is period.least)


def limits(period: Period) -> str:
    """Between which periods one may choose."""
    if period.longest is None:
        return say("%(shortest)s or more, or never") % {"shortest": said(period.shortest)}
    return say("%(shortest)s to %(longest)s") % {"shortest": said(period.shortest), "longest": said(period.longest)}


def refusal(period: Period) -> str:
    """Why a period that was typed is not possible."""
    if period.because is Because.LONGEST and period.most:
        return say("At most %(days)s. %(why)s") % {"days": said(period.longest), "why": _asks(period.most, least=False)}
    return say("At least %(days)s. %(why)s") % {"days": said(period.shortest), "why": _asks(period.least, least=True)}


def _asks(limit: Limit, *, least: bool) -> str:
    days = said(limit.shortest if least else limit.longest)
    owner = str(limit.owner)
    if owner and least:
        return say("The %(owner)s profile asks for at least %(days)s. %(source)s") % {
            **{"owner": owner, "days": days},
            "source": limit.source,
        }
    if owner:
        return say("The %(owner)s profile allows at most %(days)s. %(source)s") % {
            **{"owner": owner, "days": days},
            "source": limit.source,
        }
    return say("Bound of the product: %(source)s.") % {"source": limit.source}


def keeper(path: str) -> str:
    """Why a row stays although its period is over, by the keeper's dotted name."""
    reason = REASONS.get(path)
    return str(reason.words) if reason else path.rpartition(".")[2].replace("_", " ").capitalize()


def until(path: str) -> str:
    """When such a row goes: a sentence."""
    reason = REASONS.get(path)
    if reason is None:
        return say("In the first night after the reason is gone")
    return say("In the first night after %(ends)s") % {"ends": reason.ends}
