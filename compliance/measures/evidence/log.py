"""What the audit log shows of itself: signed after it was read again, and still what was signed."""

from collections.abc import Iterator

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from compliance.measures.evidence.figures import Evidence, Figure, Row, moment, within
from compliance.reports.periods import Period
from tenancy.audit_checkpoints import BadNote, read_note, trusted_keys
from tenancy.models import AuditCheckpoint, AuditEvent

MOST_NOTES = 200


class ChainSigned(Evidence):
    """Denominator: signed checkpoints of the audit log, the newest MOST_NOTES of the period. Numerator: those whose
    signature is good and whose event still has the hash that was signed. Each was signed only after every event since
    the one before had been read again (`tenancy.audit_verification.sign_news`), so a good row vouches for all between.
    """

    key = "audit_chain"
    title = _("Checkpoints of the audit log that still hold")
    counted = _(
        "Of the newest 200 signed checkpoints: those with a good signature, whose event is unchanged. Each is "
        "signed only after the log was read again."
    )
    act = _("Whoever runs the installation verifies the log at once.")
    route = "audit_log"
    columns = (_("Event"), _("Signed (UTC)"), _("State"))

    def figure(self, period: Period) -> Figure:
        """Two statements, and as many signatures as there are notes."""
        checked = self._checked(period)
        note = ""
        if checked:
            newest = checked[0][0]
            note = say("Last read and signed up to event %(number)d at %(at)s UTC.") % {
                "number": newest.sequence,
                "at": f"{newest.at:%Y-%m-%d %H:%M}",
            }
        return Figure(sum(good for _row, good in checked), len(checked), self.target, note)

    def rows(self, period: Period, member: Membership, *, missed: bool) -> Iterator[Row]:
        """At most MOST_NOTES."""
        for row, good in self._checked(period):
            if not (missed and good):
                yield Row(good, (str(row.sequence), moment(row.at), say("holds") if good else say("differs")))

    def _checked(self, period: Period) -> list[tuple[AuditCheckpoint, bool]]:
        notes = list(AuditCheckpoint.objects.filter(within(period, "at")).order_by("-sequence")[:MOST_NOTES])
        events = AuditEvent.objects.filter(sequence__in=[row.sequence for row in notes])
        hashes = {sequence: bytes(found) for sequence, found in events.values_list("sequence", "hash")}
        return [(row, self._holds(row, hashes.get(row.sequence))) for row in notes]

    def _holds(self, row: AuditCheckpoint, found: bytes | None) -> bool:
        try:
            signed = read_note(row.note, trusted_keys())
        except BadNote:
            return False
        return (signed.organization_id, signed.sequence, signed.hash) == (row.organization_id, row.sequence, found)


KINDS = (ChainSigned,)
