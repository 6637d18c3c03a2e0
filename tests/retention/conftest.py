"""The cast, and a desk with a line and customers, for every test of retention."""

from tests.cast import cast
from tests.texting.conftest import far_end, scene
from tests.texting.desk import busy_desk, desk

__all__ = ["busy_desk", "cast", "desk", "far_end", "scene"]
