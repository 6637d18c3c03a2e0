"""The cast, for every test of the portal."""

from tests.cast import cast

__all__ = ["cast"]
