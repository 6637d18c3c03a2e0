"""Every kind of event in the audit log, as `resource:action`. A kind is never renamed: old events keep theirs."""

from enum import StrEnum


class AuditKind(StrEnum):
    """What happened. Pages show `label`."""

    SIGNED_IN = "sign_in:succeeded"
    SIGN_IN_FAILED = "sign_in:failed"
    SIGN_IN_LOCKED = "sign_in:locked"
    SIGN_IN_RESET = "sign_in:reset"
    SIGNED_OUT = "sign_in:ended"
    PASSWORD_CHANGED = "password:changed"  # noqa: S105
    SECOND_FACTOR_ADDED = "second_factor:added"
    SECOND_FACTOR_REMOVED = "second_factor:removed"
    SESSION_ENDED = "session:ended"
    PERMISSION_DENIED = "permission:denied"

    MEMBER_INVITED = "member:invited"
    MEMBER_INVITATION_WITHDRAWN = "member:invitation_withdrawn"
    MEMBER_JOINED = "member:joined"
    MEMBER_CHANGED = "member:changed"
    MEMBER_DEACTIVATED = "member:deactivated"
    MEMBER_REACTIVATED = "member:reactivated"
    ROLE_CREATED = "role:created"
    ROLE_CHANGED = "role:changed"
    ROLE_DELETED = "role:deleted"
    TEAM_CREATED = "team:created"
    TEAM_CHANGED = "team:changed"
    TEAM_DELETED = "team:deleted"
    ORGANIZATION_CREATED = "organization:created"
    ORGANIZATION_CHANGED = "organization:changed"

    SSO_CHANGED = "sso:changed"
    SSO_KEY_CHANGED = "sso:key_changed"
    SSO_DOMAIN_CLAIMED = "sso_domain:claimed"
    SSO_DOMAIN_PROVED = "sso_domain:proved"
    SSO_DOMAIN_REMOVED = "sso_domain:removed"
    SSO_ENFORCED = "sso:enforced"
    SSO_LINKED = "sso:linked"
    BREAK_GLASS_CHANGED = "break_glass:changed"
    BREAK_GLASS_USED = "break_glass:used"

    API_KEY_CREATED = "api_key:created"
    API_KEY_ROLLED = "api_key:rolled"
    API_KEY_REVOKED = "api_key:revoked"

    DIRECTORY_CONNECTED = "directory:connected"
    DIRECTORY_TOKEN_CREATED = "directory_token:created"  # noqa: S105
    DIRECTORY_TOKEN_REVOKED = "directory_token:revoked"  # noqa: S105
    DIRECTORY_PERSON_ADDED = "directory_person:added"
    DIRECTORY_PERSON_CHANGED = "directory_person:changed"
    DIRECTORY_PERSON_REMOVED = "directory_person:removed"
    DIRECTORY_GROUP_ADDED = "directory_group:added"
    DIRECTORY_GROUP_CHANGED = "directory_group:changed"
    DIRECTORY_GROUP_REMOVED = "directory_group:removed"
    DIRECTORY_GROUP_MAPPED = "directory_group:mapped"
    DIRECTORY_REFUSED = "directory:refused"

    CONVERSATION_STARTED = "conversation:started"
    CONVERSATION_READ = "conversation:read"
    CONVERSATION_CLAIMED = "conversation:claimed"
    CONVERSATION_ASSIGNED = "conversation:assigned"
    CONVERSATION_RESOLVED = "conversation:resolved"
    CONVERSATION_REOPENED = "conversation:reopened"
    MESSAGE_SENT = "message:sent"
    MESSAGE_REFUSED = "message:refused"
    MESSAGE_SENT_AGAIN = "message:sent_again"
    MESSAGE_GIVEN_UP = "message:given_up"
    MESSAGE_DUPLICATE = "message:duplicate"
    MESSAGE_SETTLED = "message:settled"
    NOTE_ADDED = "note:added"
    ATTACHMENT_OPENED = "attachment:opened"
    ATTACHMENT_REFUSED = "attachment:refused"
    CONTACT_CREATED = "contact:created"
    CONTACT_CHANGED = "contact:changed"
    CONTACT_REVEALED = "contact:revealed"
    CONSENT_GIVEN = "consent:given"
    CONSENT_WITHDRAWN = "consent:withdrawn"

    LINE_CREATED = "line:created"
    LINE_CHANGED = "line:changed"
    OUTBOX_RESTORED = "outbox:restored"
    LINE_STOPPED = "line:stopped"
    LINE_RESUMED = "line:resumed"
    WEBHOOK_REJECTED = "webhook:rejected"
    WEBHOOK_REPLAYED = "webhook:replayed"
    WEBHOOK_ENDPOINT_ADDED = "webhook_endpoint:added"
    WEBHOOK_ENDPOINT_CHANGED = "webhook_endpoint:changed"
    WEBHOOK_ENDPOINT_ENABLED = "webhook_endpoint:enabled"
    WEBHOOK_ENDPOINT_DISABLED = "webhook_endpoint:disabled"
    WEBHOOK_ENDPOINT_REMOVED = "webhook_endpoint:removed"
    WEBHOOK_ENDPOINT_TESTED = "webhook_endpoint:tested"
    WEBHOOK_CONTENT_CHANGED = "webhook_endpoint:content_changed"
    WEBHOOK_SECRET_READ = "webhook_endpoint:secret_read"  # noqa: S105
    WEBHOOK_SECRET_CHANGED = "webhook_endpoint:secret_changed"  # noqa: S105
    WEBHOOK_DELIVERY_REPLAYED = "webhook_delivery:replayed"
    WEBHOOK_DISCARDED = "webhook:discarded"
    WEBHOOK_FORGOTTEN = "webhook:forgotten"

    SENDING_CEILING_NEAR = "sending:ceiling_near"
    SENDING_CEILING_REACHED = "sending:ceiling_reached"
    SENDING_CEILING_CHANGED = "sending:ceiling_changed"
    SENDING_RATE_CHANGED = "sending:rate_changed"
    SENDING_COUNTRY_ADDED = "sending:country_added"
    SENDING_COUNTRY_REMOVED = "sending:country_removed"
    SENDING_STOPPED = "sending:stopped"
    SENDING_STOP_LIFTED = "sending:stop_lifted"

    KEY_ROTATED = "key:rotated"
    KEY_DESTROYED = "key:destroyed"
    AUDIT_READ = "audit:read"
    AUDIT_EXPORTED = "audit:exported"

    @property
    def label(self) -> str:
        """Words for a page: `Conversation claimed`."""
        return " ".join(self.value.replace("_", " ").split(":")).capitalize()
