"""The scene of the texting tests serves here too."""

from tests.texting.conftest import contact, far_end, now, scene

__all__ = ["contact", "far_end", "now", "scene"]
