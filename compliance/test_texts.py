"""A text to somebody's own phone, to see that a line works. It passes the gate like every text."""

from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent
from texting import contacts, sending
from texting.gate import OutsideHours
from texting.models import Line, Message
from texting.phone_numbers import PhoneNumber

STATEMENT = "This number is my own, and I agree to get a test text on it."


def send_test_text(*, member: Membership, line: Line, number: PhoneNumber) -> Message:
    """Record the member's statement as evidence of permission, then send.

    A number that opted out stays opted out: only its owner's START lifts that. Raises Refused, BadText,
    MissingPermission.
    """
    require(member, Permission.LINES_MANAGE, Permission.MESSAGES_SEND, Permission.CONSENT_RECORD)
    conversation = contacts.start(member=member, line=line, number=number)
    state = consent.state_of(conversation.contact)
    if not state.permitted and state.suppressed_since is None:
        said = Evidence(source=ConsentEvent.Source.AGENT, words=STATEMENT, actor=member)
        consent.give(conversation.contact, kind=ConsentEvent.Kind.EXPRESS, evidence=said)
    # their own phone, at whatever hour they set a line up
    return sending.send_text(
        conversation=conversation,
        body=_("This is a test text. If you can read it, the line works."),
        author=member,
        outside_hours=OutsideHours.SEND,
    )
