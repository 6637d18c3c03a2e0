"""What accounts stores: users, their memberships, roles, teams, second factors, sessions, attempts to sign in."""

from accounts.models.access_review import AccessDecision, AccessKind, AccessLine, AccessReview, AccessSignOff
from accounts.models.access_rules import AccessRules, SessionProfile
from accounts.models.directory import (
    Directory,
    DirectoryGroup,
    DirectoryGroupMember,
    DirectoryPerson,
    DirectoryToken,
)
from accounts.models.integration import ApiKey, Integration
from accounts.models.invitation import Invitation
from accounts.models.kept_answer import KeptAnswer
from accounts.models.known_device import KnownDevice
from accounts.models.leaving import DoorTrial, OffboardingReceipt, PlannedLeaving
from accounts.models.mailed_link import MailedLink
from accounts.models.membership import Membership, MembershipState
from accounts.models.operator_event import OperatorEvent
from accounts.models.outgoing_mail import LocalMail, OutgoingMail
from accounts.models.recovery import RecoveryAgreement, RecoveryRequest
from accounts.models.role import MembershipRole, Role
from accounts.models.saml_provider import (
    Binding,
    KeyUse,
    SamlCertificate,
    SamlFoundCertificate,
    SamlKey,
    SamlMapping,
    SamlProvider,
    Signed,
)
from accounts.models.saml_use import RequestKind, SamlAttempt, SamlIdentity, SamlRequest, SamlSession, SamlUsed
from accounts.models.second_factors import CodeMailbox, CodePhone, Passkey, RecoveryCode, RememberedDevice, SentCode
from accounts.models.session import Session
from accounts.models.sign_in_event import SignInEvent, SignInOutcome
from accounts.models.sign_in_policy import SignInPolicy
from accounts.models.sso_door import BreakGlass, Enforced, SsoDomain, SsoDoor
from accounts.models.team import Team, TeamMember
from accounts.models.totp_device import TotpDevice
from accounts.models.user import User

__all__ = [
    "AccessDecision",
    "AccessKind",
    "AccessLine",
    "AccessReview",
    "AccessRules",
    "AccessSignOff",
    "ApiKey",
    "Binding",
    "BreakGlass",
    "CodeMailbox",
    "CodePhone",
    "Directory",
    "DirectoryGroup",
    "DirectoryGroupMember",
    "DirectoryPerson",
    "DirectoryToken",
    "DoorTrial",
    "Enforced",
    "Integration",
    "Invitation",
    "KeptAnswer",
    "KeyUse",
    "KnownDevice",
    "LocalMail",
    "MailedLink",
    "Membership",
    "MembershipRole",
    "MembershipState",
    "OffboardingReceipt",
    "OperatorEvent",
    "OutgoingMail",
    "Passkey",
    "PlannedLeaving",
    "RecoveryAgreement",
    "RecoveryCode",
    "RecoveryRequest",
    "RememberedDevice",
    "RequestKind",
    "Role",
    "SamlAttempt",
    "SamlCertificate",
    "SamlFoundCertificate",
    "SamlIdentity",
    "SamlKey",
    "SamlMapping",
    "SamlProvider",
    "SamlRequest",
    "SamlSession",
    "SamlUsed",
    "SentCode",
    "Session",
    "SessionProfile",
    "SignInEvent",
    "SignInOutcome",
    "SignInPolicy",
    "Signed",
    "SsoDomain",
    "SsoDoor",
    "Team",
    "TeamMember",
    "TotpDevice",
    "User",
]
