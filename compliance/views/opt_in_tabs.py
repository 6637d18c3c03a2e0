"""The tabs of Settings > Opt-in."""

from django.urls import reverse
from django.utils.translation import gettext as _


def tabs(open_one: str) -> list[tuple[str, str, bool, str]]:
    """All of them, as `{% tabs %}` draws them."""
    names = {
        "programs": (_("Programs"), "programs"),
        "keywords": (_("Keywords"), "keywords"),
        "opt_ins": (_("Opt-ins"), "opt_ins"),
        "limits": (_("Protection"), "opt_in_limits"),
        "rules": (_("Rules"), "consent_rules"),
    }
    return [(name, reverse(route), one == open_one, "") for one, (name, route) in names.items()]
