"""The one way to call an address that a member or a stranger gave.

Such an address may be meant for a machine that only we can reach: a database, a cloud's metadata, ourselves. So: https
at two ports, a host that resolves once and to public machines only, a connection to exactly those, the name's own
certificate, no redirect, and bounds on time and size. `docs/decisions/0018-egress.md` has the reasons.

    to = egress.address("https://hooks.example.com/parley")  # when it is entered: raises EgressRefused
    answer = await egress.call(to, body=b"{}")               # when it is called: may raise EgressFailed as well
"""

from tenancy.egress.addresses import EgressRefused, Refusal, WebAddress
from tenancy.egress.calling import Answer, address, call
from tenancy.egress.failures import EgressFailed, Failure

__all__ = ["Answer", "EgressFailed", "EgressRefused", "Failure", "Refusal", "WebAddress", "address", "call"]
