"""What the portal stores: short links, secure messages and what customers answer to them."""

from portal.models.link import PortalLink
from portal.models.secure_message import PortalSettings, SecureMessage, SecureReply, SecureVisit

__all__ = ["PortalLink", "PortalSettings", "SecureMessage", "SecureReply", "SecureVisit"]
