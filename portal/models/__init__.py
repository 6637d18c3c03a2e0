"""What the portal stores: short links, secure messages and what customers answer to them."""

from portal.models.link import PortalLink

__all__ = ["PortalLink"]
