"""The tabs of the register."""

from django.urls import reverse
from django.utils.translation import gettext as _


def tabs(active: str) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is open), for `{% tabs %}`."""
    names = {"measures": _("Register"), "measure_answers": _("Questions"), "measure_profiles": _("Profiles")}
    return [(label, reverse(route), route == active) for route, label in names.items()]
