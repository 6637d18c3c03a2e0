"""The carrier's words about a text, and its refusals, held against what our own rules did.

Carriers that read keywords themselves say with the text what they made of it, and from then on refuse ours to whoever
opted out by it. Where they heard a STOP and we did not, we stop too: a permission that nobody may use is none. Where
they heard a START that we did not, nothing is lifted, since only our own rules may do that.

Not every carrier says it, and none says it always, so a text without such a word means nothing.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.ledger.proof_words import proof_words
from compliance.models import ConsentEvent
from tenancy import audit
from tenancy.audit import AuditKind
from texting.inbound_steps import Arrival
from texting.models import CarrierWord, Contact, Line, Message, OptOutMismatch, Reading

_SAID = {"STOP": Reading.STOP, "START": Reading.START, "HELP": Reading.HELP}
_MEANS = {
    ConsentEvent.Action.WITHDRAWN.value: Reading.STOP,
    ConsentEvent.Action.GIVEN.value: Reading.START,
    ConsentEvent.Action.HELP.value: Reading.HELP,
}


class _Done(NamedTuple):
    """What one text led to here."""

    reading: Reading = Reading.NONE
    stopped: bool = False


class CarrierWords:
    """Runs after the step that hears keywords, because it looks at what that one wrote down."""

    def take(self, arrivals: Sequence[Arrival]) -> None:
        """Compare for the texts that the carrier said something about; usually there is none."""
        said = [(one, word) for one in arrivals if (word := _SAID.get(one.opt_out_type.strip().upper()))]
        if not said:
            return
        done = _done_because_of(arrival.message_id for arrival, _word in said)
        for arrival, word in said:
            reading, stopped = done.get(arrival.message_id, _Done())
            note = CarrierWord(line=arrival.line, message_id=arrival.message_id, carrier=word, ours=reading)
            CarrierWord.objects.bulk_create([note], ignore_conflicts=True)
            if word != reading:
                self._differ(arrival, word, reading, stopped=stopped)

    def opted_out_at_carrier(self, message: Message) -> None:
        """The carrier refused a text of ours: a difference, if it told us something that we did not know."""
        news = ConsentEvent.objects.filter(message_id=message.pk, source=ConsentEvent.Source.CARRIER)
        if news.exists():
            note_mismatch(
                line=message.line,
                contact=message.contact,
                found_by=OptOutMismatch.FoundBy.SENDING,
                carrier=Reading.STOP,
                ours=Reading.NONE,
                suppressed=True,
                found_in=message.pk,
            )

    def _differ(self, arrival: Arrival, word: Reading, reading: Reading, *, stopped: bool) -> None:
        if word is Reading.STOP and consent.state_of(arrival.contact).suppressed_since is None:
            stopped = True
            words = proof_words(arrival.body)
            evidence = Evidence(source=ConsentEvent.Source.CARRIER, words=words, message_id=arrival.message_id)
            consent.withdraw(arrival.contact, evidence=evidence, since=arrival.sent_at)
        note_mismatch(
            line=arrival.line,
            contact=arrival.contact,
            found_by=OptOutMismatch.FoundBy.WEBHOOK,
            carrier=word,
            ours=reading,
            suppressed=stopped,
            found_in=arrival.message_id,
        )


def note_mismatch(
    *,
    line: Line,
    contact: Contact,
    found_by: OptOutMismatch.FoundBy,
    carrier: Reading,
    ours: Reading,
    suppressed: bool,
    found_in: UUID,
) -> None:
    """Store a difference, once for each text or comparison that showed it, and write it into the log."""
    known = OptOutMismatch.objects.filter(found_in=found_in, contact=contact)
    if known.exists():
        return
    row = OptOutMismatch(
        line=line,
        contact=contact,
        found_by=found_by,
        carrier=carrier,
        ours=ours,
        suppressed=suppressed,
        found_in=found_in,
    )
    OptOutMismatch.objects.bulk_create([row], ignore_conflicts=True)
    audit.record(
        event=AuditKind.OPT_OUT_MISMATCH,
        object=contact,
        line=line.pk,
        found_by=found_by.value,
        carrier=carrier.value,
        ours=ours.value,
        suppressed=suppressed,
    )


def _done_because_of(message_ids: Iterable[UUID]) -> dict[UUID, _Done]:
    """What our rules read in these texts, and whether we stopped because the carrier had.

    Permission that merely follows from writing to us is no START.
    """
    events = ConsentEvent.objects.filter(message_id__in=list(message_ids)).exclude(kind=ConsentEvent.Kind.REPLY)
    done: dict[UUID, _Done] = {}
    for message_id, action, source in events.order_by("recorded_at", "id").values_list(
        "message_id", "action", "source"
    ):
        if message_id is None:
            continue
        before = done.get(message_id, _Done())
        if source == ConsentEvent.Source.CARRIER:
            done[message_id] = before._replace(stopped=True)
        else:
            done[message_id] = before._replace(reading=_MEANS[action])
    return done
