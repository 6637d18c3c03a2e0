"""The consent receipt as PDF and as JSON."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.paper import LINE, Paper, moment
from compliance.receipts.shapes import Entry, Proof, Receipt
from tenancy.models import Organization


def as_json(receipt: Receipt) -> bytes:
    """UTF-8; `docs/consent-receipt.md` describes it."""
    return json.dumps(asdict(receipt), ensure_ascii=False, indent=2, default=_plain).encode()


def as_pdf(receipt: Receipt, organization: Organization) -> bytes:
    """One document (A4), times in the organization's zone."""
    zone = ZoneInfo(organization.time_zone)
    paper = Paper(title=_("Consent receipt"), foot=f"{receipt.number}   {receipt.schema}", at=receipt.made_at)
    paper.head(_("Consent receipt"), receipt.number)
    paper.fact(_("Organization"), receipt.organization)
    paper.fact(_("Made"), f"{moment(receipt.made_at, zone)}, {receipt.made_by}")
    paper.fact(_("Entries"), str(receipt.entries_in_all))
    paper.fact(_("Texts sent"), str(receipt.texts_in_all))
    paper.fact(_("Texts refused"), str(receipt.refusals_in_all))
    _proof(paper, receipt, zone)
    _standing(paper, receipt, zone)
    paper.section(_("What this number said"))
    for entry in receipt.entries:
        _entry(paper, entry, zone)
    _texts(paper, receipt, zone)
    return bytes(paper.output())


def _proof(paper: Paper, receipt: Receipt, zone: ZoneInfo) -> None:
    paper.section(_("Proof"))
    wrong, known = len(receipt.unproved), receipt.checkpoint
    paper.paragraph(
        ngettext(
            "%(count)d entry does NOT agree with the audit chain.",
            "%(count)d entries do NOT agree with the audit chain.",
            wrong,
        )
        % {"count": wrong}
        if wrong
        else _("Every entry that is here agrees with the audit chain.")
    )
    for gone in receipt.removed:
        paper.paragraph(
            _("REMOVED from the database: %(id)s, audit event %(n)s of %(when)s.")
            % {"id": gone.id, "n": gone.event, "when": moment(gone.at, zone)}
        )
    if known is None:
        paper.paragraph(_("No signed checkpoint covers all of them yet."))
        return
    paper.paragraph(
        _("Signed checkpoint over them: event %(n)d, %(when)s.") % {"n": known.event, "when": moment(known.at, zone)}
    )
    paper.paragraph(known.note, size=7, mono=True)


def _standing(paper: Paper, receipt: Receipt, zone: ZoneInfo) -> None:
    paper.section(_("What counts now"))
    for stop in receipt.stops:
        paper.paragraph(
            _("Opted out since %(when)s: %(team)s")
            % {"when": moment(stop.since, zone), "team": stop.team or _("every team")}
        )
    for here in receipt.standing:
        permitted = [
            word
            for word, given in (
                (_("answers"), here.answers),
                (_("marketing"), here.marketing),
                (_("informational texts"), here.informational),
            )
            if given
        ]
        permitted += [] if here.informational else here.categories
        paper.fact(here.team, ", ".join(permitted) or _("nothing"))


def _entry(paper: Paper, entry: Entry, zone: ZoneInfo) -> None:
    paper.ln(2)
    paper.paragraph(f"{moment(entry.happened_at or entry.recorded_at, zone)}  {entry.title}", bold=True)
    for name, value in entry.facts:
        paper.fact(name, value, size=8)
    for name, at in ((_("recorded"), entry.recorded_at), (_("counts until"), entry.expires_at)):
        if at:
            paper.fact(name, moment(at, zone), size=8)
    gone = _("Destroyed with the key of its day")
    paper.fact(_("their words"), gone if entry.words is None else entry.words or "-", size=8)
    for name, value in entry.how:
        paper.fact(name, value, size=8)
    if entry.circumstances is None:
        paper.fact(_("circumstances"), gone, size=8)
    if entry.wording:
        paper.fact(_("shown to them"), entry.wording.text, size=8)
        paper.paragraph(f"SHA-256 {entry.wording.digest}", size=7, mono=True)
    paper.paragraph(f"{entry.id}  {_proved(entry)}\n{entry.anchor.digest}", size=7, mono=True)


def _proved(entry: Entry) -> str:
    return {
        Proof.PROVED: _("audit event %(n)s agrees"),
        Proof.PLACE_ONLY: _("audit event %(n)s names it; its digest was destroyed with a key"),
        Proof.ALTERED: _("AUDIT EVENT %(n)s DISAGREES"),
        Proof.ABSENT: _("THE AUDIT CHAIN DOES NOT KNOW IT"),
    }[entry.anchor.proof] % {"n": entry.anchor.event}


def _texts(paper: Paper, receipt: Receipt, zone: ZoneInfo) -> None:
    if receipt.texts:
        paper.section(_("Texts to this number, the newest first"))
    for text in receipt.texts:
        paper.paragraph(f"{moment(text.at, zone)}  {text.line}  {text.purpose}  {text.status}", size=8)
        allowed = text.permission or ", ".join(text.rules)
        paper.paragraph(f"{_('decision')} {text.decision}  {_('allowed by')} {allowed}", size=7, mono=True)
    if receipt.refusals:
        paper.section(_("Texts that were not let go"))
    for refusal in receipt.refusals:
        paper.paragraph(f"{moment(refusal.at, zone)}  {refusal.purpose}  {', '.join(refusal.rules)}", size=8)
    paper.ln(LINE)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"a {type(value).__name__} has no place in a receipt")
