"""E-mail domains that an organization says are its own, and their proof: a TXT record at `_parley.<domain>`."""

import re
import secrets

import idna
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Enforced, Membership, SsoDomain, SsoDoor
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.isolation import current_organization_id

MOST_DOMAINS = 50
_NAME = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
# Anybody can have an address there, so it can belong to no organization.
_EVERYBODYS = frozenset(
    {
        *(
            "gmail.com",
            "googlemail.com",
            "outlook.com",
            "hotmail.com",
            "live.com",
            "msn.com",
            "yahoo.com",
            "icloud.com",
        ),
        *("me.com", "mac.com", "aol.com", "proton.me", "protonmail.com", "gmx.com", "gmx.net", "gmx.de", "web.de"),
        *("mail.com", "zoho.com", "yandex.com", "mail.ru", "qq.com"),
    }
)


class NotADomain(Exception):
    """This is no domain that an organization could own."""


class TooManyDomains(Exception):
    """MOST_DOMAINS are claimed already."""


class TakenElsewhere(Exception):
    """Another organization has proved it; the record must first be gone there."""


def domain_in(written: str) -> str:
    """`Example.COM`, `@example.com` or `ada@example.com` as `example.com`. Raises NotADomain."""
    name = written.strip().rpartition("@")[2].rstrip(".").lower()
    if not name.isascii():
        try:
            name = idna.encode(name, strict=True).decode()
        except (idna.IDNAError, UnicodeError):
            raise NotADomain from None
    if not _NAME.fullmatch(name) or name in _EVERYBODYS:
        raise NotADomain
    return name


def record_name(domain: SsoDomain) -> str:
    """Where the TXT record must stand."""
    return f"_parley.{domain.domain}"


def record_value(domain: SsoDomain) -> str:
    """What the TXT record must say."""
    return f"parley-domain-proof={domain.token}"


def is_proved_by(domain: SsoDomain, found: list[str]) -> bool:
    """Whether the record is among those that were found."""
    return record_value(domain) in {record.strip() for record in found}


def claim(*, actor: Membership, written: str) -> SsoDomain:
    """Say that a domain is the organization's; nothing follows before its proof. Raises NotADomain, TooManyDomains."""
    require(actor, Permission.SSO_MANAGE)
    name, organization_id = domain_in(written), current_organization_id()
    own = SsoDomain.objects.filter(organization=organization_id)
    known = own.filter(domain=name).first()
    if known is not None:
        return known
    if len(own[:MOST_DOMAINS]) == MOST_DOMAINS:
        raise TooManyDomains
    domain = SsoDomain.objects.create(organization_id=organization_id, domain=name, token=secrets.token_hex(16))
    audit.record(event=audit.AuditKind.SSO_DOMAIN_CLAIMED, actor=actor, object=domain, domain=name)
    return domain


def note_check(*, actor: Membership, domain: SsoDomain, found: list[str]) -> bool:
    """Whether the records that were found prove the domain; noted either way. Raises TakenElsewhere."""
    require(actor, Permission.SSO_MANAGE)
    now = timezone.now()
    rows = SsoDomain.objects.filter(pk=domain.pk, organization=current_organization_id())
    rows.update(checked_at=now)
    if not is_proved_by(domain, found):
        return False
    rows.update(missing_since=None)
    try:
        with transaction.atomic():
            proved = rows.filter(proved_at__isnull=True).update(proved_at=now)
    except IntegrityError:
        raise TakenElsewhere from None
    if proved:
        audit.record(event=audit.AuditKind.SSO_DOMAIN_PROVED, actor=actor, object=domain, domain=domain.domain)
    return True


class StillEnforced(Exception):
    """Sign-in is enforced for the people of proved domains, and this is the last one."""


def remove(*, actor: Membership, domain: SsoDomain) -> None:
    """Give a domain up. Who is linked stays linked. Raises StillEnforced."""
    require(actor, Permission.SSO_MANAGE)
    organization_id = current_organization_id()
    door = SsoDoor.objects.filter(organization=organization_id).first()
    others = SsoDomain.objects.filter(organization=organization_id, proved_at__isnull=False).exclude(pk=domain.pk)
    if door is not None and door.enforced == Enforced.DOMAINS and domain.proved_at and not others.exists():
        raise StillEnforced
    if SsoDomain.objects.filter(pk=domain.pk, organization=organization_id).delete()[0]:
        audit.record(event=audit.AuditKind.SSO_DOMAIN_REMOVED, actor=actor, domain=domain.domain)
