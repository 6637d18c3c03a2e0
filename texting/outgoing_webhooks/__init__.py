"""Telling an organization's own systems what happens: signed calls to addresses that its admins enter.

    outgoing_webhooks.publish(EventKind.LINE_PROBLEM, {"line_id": line.pk, "problem": "auth"})

A change publishes what happened inside its own transaction; event, deliveries and queue rows commit with it or not at
all. Then a sender calls each endpoint (`delivering`), again and again for three days, at least once, by the Standard
Webhooks specification (https://www.standardwebhooks.com). Bodies hold ids; texts, names and numbers only where an admin
has allowed it, and then they are read when the body is made, so what was erased meanwhile does not leave.

The room stands on the models alone: whatever happens in texting, and above it, may publish.
"""

from texting.outgoing_webhooks.kinds import EventKind
from texting.outgoing_webhooks.publishing import publish
from texting.outgoing_webhooks.telling import tell_assigned, tell_conversation, tell_received, tell_status

__all__ = ["EventKind", "publish", "tell_assigned", "tell_conversation", "tell_received", "tell_status"]
