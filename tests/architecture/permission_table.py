"""What tests/architecture/test_permissions.py cannot read from the code. Whoever adds a route adds its row here.

PUBLIC   every address that works without signing in, each with the reason.
OBJECTS  for each parameter that stands in an address: an object of organization A whose id is put there.
"""

from collections.abc import Callable
from typing import Any

from accounts.invitations import _new_link
from accounts.models import Session
from tests.cast import Cast

PUBLIC = {
    "health/live": "the supervisor asks before anybody is known",
    "health/ready": "the load balancer asks before anybody is known",
    "sign-in/": "the way in",
    "sign-in/code/": "half signed in; checks the session's own state",
    "sign-in/set-up/": "half signed in; checks the session's own state",
    "sign-out/": "ends whatever there is",
    "join/": "the link that was opened is the permission",
    "join/<str:token>/": "the token is the permission",
    "organization/<uuid:organization_id>/": "runs in neither of two organizations; checks the session itself",
}


def session_of_the_agent(cast: Cast) -> Any:
    """A session of A's agent, who is none of the people that the table plays."""
    return Session.objects.filter(membership=cast.agent).values_list("pk", flat=True).first()


OBJECTS: dict[str, Callable[[Cast], Any]] = {
    "member_id": lambda cast: cast.second_agent.pk,
    "organization_id": lambda cast: cast.organization.pk,
    "session_id": session_of_the_agent,
    "token": lambda cast: _new_link(cast.leaver),
}
