"""What the pages of single sign-on show. Everything here needs the organization active."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.factors.enrolled import ways_by_user
from accounts.factors.ways import STRONG
from accounts.models import (
    BreakGlass,
    KeyUse,
    Membership,
    RequestKind,
    SamlAttempt,
    SamlCertificate,
    SamlFoundCertificate,
    SamlKey,
    SamlMapping,
    SamlProvider,
    SamlRequest,
    SsoDomain,
    SsoDoor,
)
from accounts.saml.addresses import Addresses, addresses
from accounts.saml.configuring import TRUST
from accounts.saml.doors import door_of
from accounts.saml.explaining import Explained, explained, fact_words
from accounts.saml.metadata_words import problem_words
from accounts.saml.people import Plan, plan
from accounts.saml.postcheck import Assertion
from accounts.saml.provider_metadata import MOST_CERTIFICATES
from tenancy.encryption import prefetch, readable

SOON = timedelta(days=30)
SHOWN = 100
Found = TypeVar("Found")
Row = tuple[str | Promise, str, bool]

_TABS: tuple[tuple[str | Promise, str], ...] = (
    (_("Provider"), "sso"),
    (_("Options"), "sso_options"),
    (_("Roles and teams"), "sso_mappings"),
    (_("Domains"), "sso_domains"),
    (_("Enforcement"), "sso_enforcement"),
    (_("Log"), "sso_log"),
)


def tabs(active: str) -> list[Row]:
    """The pages of single sign-on, for `{% tabs %}`."""
    return [(label, reverse(route), route == active) for label, route in _TABS]


@dataclass(frozen=True)
class ShownEnd:
    """A certificate or key of ours: `state` is `good`, `soon`, `over` or `early`."""

    id: UUID
    name: str
    subject: str
    use: str
    ends_at: datetime
    state: str
    begins_at: datetime | None = None
    gone_at: datetime | None = None


@dataclass(frozen=True)
class Overview:
    """How far single sign-on is set up. `steps`: (what, where, done)."""

    door: SsoDoor
    ours: Addresses
    provider: SamlProvider | None
    certificates: list[ShownEnd]
    keys: list[ShownEnd]
    has_next_key: bool
    has_old_key: bool
    steps: list[Row]
    found: list[ShownEnd]
    problem: str
    may_trust: bool

    @property
    def may_add(self) -> bool:
        """Whether the member may add a certificate, and there is room for one."""
        return self.may_trust and len(self.certificates) < MOST_CERTIFICATES


def overview(member: Membership) -> Overview:
    """Everything for the first page."""
    door = door_of(member.organization_id)
    provider = SamlProvider.objects.first()
    certificates = [_certificate(one) for one in SamlCertificate.objects.all()]
    keys = list(SamlKey.objects.all())
    may_trust = all(member.may(one) for one in TRUST)
    proved = SsoDomain.objects.filter(organization=member.organization_id, proved_at__isnull=False).exists()
    tried = SamlAttempt.objects.filter(kind=RequestKind.TEST, reason="").exists()
    steps: list[Row] = [
        (_("Describe your provider"), reverse("sso_provider") if may_trust else "", provider is not None),
        (_("Prove your e-mail domain"), reverse("sso_domains"), proved),
        (_("Try it"), "", tried),
        (_("Switch it on"), "", door.is_on),
    ]
    uses = {key.use for key in keys}
    return Overview(
        door=door,
        ours=addresses(door.slug),
        provider=provider,
        certificates=certificates,
        keys=[_key(one) for one in keys],
        has_next_key=KeyUse.NEXT in uses,
        has_old_key=KeyUse.OLD in uses,
        steps=steps,
        found=[_certificate(one) for one in SamlFoundCertificate.objects.all()],
        problem=problem_words(provider.metadata_problem) if provider and provider.metadata_problem else "",
        may_trust=may_trust,
    )


def _certificate(row: SamlCertificate | SamlFoundCertificate) -> ShownEnd:
    state = "early" if row.begins_at > timezone.now() else _state(row.ends_at)
    gone_at = row.gone_at if isinstance(row, SamlCertificate) else None
    name = row.fingerprint[:16].upper()
    return ShownEnd(row.pk, name, row.subject, "", row.ends_at, state, row.begins_at, gone_at)


def _key(row: SamlKey) -> ShownEnd:
    return ShownEnd(row.pk, row.fingerprint[:16].upper(), "", row.use, row.ends_at, _state(row.ends_at))


def _state(ends_at: datetime) -> str:
    now = timezone.now()
    if ends_at <= now:
        return "over"
    return "soon" if ends_at <= now + SOON else "good"


def access_certificate(certificate_id: UUID) -> SamlCertificate:
    """One of the organization's provider. Raises Http404."""
    return _or_404(SamlCertificate.objects.select_related("provider").filter(pk=certificate_id).first())


def access_found(found_id: UUID) -> SamlFoundCertificate:
    """One that the metadata names and nobody has taken. Raises Http404."""
    return _or_404(SamlFoundCertificate.objects.select_related("provider").filter(pk=found_id).first())


def access_key(use: str) -> SamlKey:
    """Our `old` or `next` key. Raises Http404."""
    return _or_404(SamlKey.objects.filter(use=use).first())


def access_mapping(mapping_id: UUID) -> SamlMapping:
    """One of the organization's. Raises Http404."""
    return _or_404(SamlMapping.objects.filter(pk=mapping_id).first())


def access_domain(member: Membership, domain_id: UUID) -> SsoDomain:
    """One that the member's organization has claimed. Raises Http404."""
    return _or_404(SsoDomain.objects.filter(organization=member.organization_id, pk=domain_id).first())


def access_owner(member: Membership, member_id: UUID) -> Membership:
    """An active owner of the member's organization. Raises Http404."""
    found = Membership.objects.filter(organization=member.organization_id, pk=member_id, is_owner=True, is_active=True)
    return _or_404(found.select_related("user").first())


def _or_404(found: Found | None) -> Found:
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True)
class ShownAttempt:
    """One message of the provider. `facts`: (name, value) of what was expected and came."""

    at: datetime
    reference: str
    kind: str
    who: str
    address: str
    explained: Explained | None
    facts: list[tuple[str, str]]
    name_id: str
    attributes: dict[str, list[str]] = field(default_factory=dict)


def last_attempts(member: Membership) -> list[ShownAttempt]:
    """The last hundred, the newest first."""
    rows = list(SamlAttempt.objects.select_related("member__user")[:SHOWN])
    prefetch(rows)
    return [_attempt(row) for row in rows]


def _attempt(row: SamlAttempt) -> ShownAttempt:
    facts: dict[str, Any] = json.loads(readable(row, "facts") or "{}")
    came = facts.pop("came", {})
    return ShownAttempt(
        at=row.at,
        reference=row.reference,
        kind=row.kind,
        who=row.member.user.name if row.member else str(came.get("name_id") or facts.get("name_id") or ""),
        address=row.address or "",
        explained=explained(row.reason),
        facts=[(fact_words(name), str(value)) for name, value in facts.items()],
        name_id=str(came.get("name_id") or ""),
        attributes=came.get("attributes") or {},
    )


@dataclass(frozen=True)
class TestResult:
    """What came of a test: `attempt` None while the provider has not answered."""

    attempt: ShownAttempt | None
    plan: Plan | None
    is_over: bool


def test_result(asked_id: UUID) -> TestResult:
    """One test of the organization. Raises Http404."""
    asked = _or_404(SamlRequest.objects.filter(pk=asked_id, kind=RequestKind.TEST).first())
    row = SamlAttempt.objects.select_related("member__user").filter(request=asked).order_by("at").first()
    provider = SamlProvider.objects.first()
    if row is None or provider is None:
        return TestResult(None, None, asked.expires_at <= timezone.now())
    attempt = _attempt(row)
    if not attempt.name_id:
        return TestResult(attempt, None, True)
    return TestResult(attempt, preview(attempt.name_id, attempt.attributes, provider), True)


def preview(name_id: str, attributes: Any, provider: SamlProvider) -> Plan:
    """What an assertion that says this would do."""
    told = {name: tuple(values) for name, values in attributes.items()}
    return plan(Assertion("", name_id, "", told), provider)


@dataclass(frozen=True)
class Owner:
    """An owner, and whether they may come in without the provider."""

    member: Membership
    break_glass: BreakGlass | None
    has_factor: bool


def owners(member: Membership) -> list[Owner]:
    """The organization's active owners, by name."""
    found = Membership.objects.filter(organization=member.organization_id, is_owner=True, is_active=True)
    rows = list(found.select_related("user", "break_glass").order_by("user__name"))
    own = ways_by_user([one.user_id for one in rows])
    strong = {user_id for user_id, ways in own.items() if ways & STRONG}
    return [Owner(one, getattr(one, "break_glass", None), one.user_id in strong) for one in rows]
