"""The cast, and a desk with a line and customers, for every test of the portal."""

from tests.cast import cast
from tests.kept import kept_upon
from tests.portal.sent import Sent, send_securely
from tests.texting.conftest import far_end
from tests.texting.desk import busy_desk, desk

__all__ = ["busy_desk", "cast", "desk", "far_end"]


@kept_upon("desk")
def sent(desk) -> Sent:
    """A message that opens with a code."""
    return send_securely(desk)
