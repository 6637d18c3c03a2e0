"""What a phone number has permitted one organization, and the numbers that must not be texted."""

from hashlib import sha256
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Team
from compliance.models.program import Disclosure, Program
from tenancy.encryption import DayKey, EncryptedTextField
from tenancy.isolation import AppendOnly, TenantModel, same_organization
from texting.models import Brand, Line

MARK = 31
"""Hex digits: with the 32 of an id they fit into an audit event's `object_id`."""


def audit_mark(number_index: bytes | memoryview) -> str:
    """What stands for a number in the audit log: 31 hex digits, made of its blind index, that say no number."""
    return sha256(b"parley/consent/number\0" + bytes(number_index)).hexdigest()[:MARK]


class ConsentEvent(TenantModel):
    """One entry of the consent ledger; never changed, never deleted by hand. The current state is derived from it.

    Keyed by the number's blind index (the same as `Contact.number_index`), not by the contact: it outlives the contact.
    """

    class Action(models.TextChoices):
        ASKED = "asked", _("Asked for permission")
        GIVEN = "given", _("Permission given")
        WITHDRAWN = "withdrawn", _("Permission withdrawn")
        HELP = "help", _("Asked for help")
        RETRACTED = "retracted", _("An import taken back")

    class Kind(models.TextChoices):
        """What the permission is in law (47 CFR 64.1200(a), (f)(9)), the strongest last; then those that follow from
        what happened (`compliance.implied`).
        """

        REPLY = "reply", _("Wrote to us first")
        EXPRESS = "express", _("Express")
        WRITTEN = "written", _("Express, in writing")
        HEALTHCARE = "healthcare", _("Health care")
        PURCHASE = "purchase", _("Bought from us")

    class Source(models.TextChoices):
        KEYWORD = "keyword", _("A keyword texted to us")
        FORM = "form", _("A web form")
        INBOUND = "inbound", _("A text to us")
        REQUEST = "request", _("A question by text")
        AGENT = "agent", _("Recorded by a member")
        IMPORT = "import", _("An imported list")
        API = "api", _("A program of ours")
        CARRIER = "carrier", _("Reported by the carrier")

    class Channel(models.TextChoices):
        """How a customer told a member, for entries that a member made."""

        PHONE = "phone", _("By phone")
        IN_PERSON = "in_person", _("In person")
        EMAIL = "email", _("By e-mail")
        LETTER = "letter", _("On paper")
        TEXT = "text", _("In a text")
        OTHER = "other", _("Another way")

    class Act(models.TextChoices):
        """What the person did to say so."""

        TICKED = "ticked", _("Ticked the box")
        KEYWORD = "keyword", _("Texted the keyword")
        YES = "yes", _("Answered YES")
        WROTE = "wrote", _("Wrote to us")
        TOLD = "told", _("Told a member")
        ATTESTED = "attested", _("Attested by whoever imported it")
        BOUGHT = "bought", _("Bought from us")
        GAVE = "gave", _("Gave us the number")

    class Quality(models.TextChoices):
        """How well it can be proved."""

        COMPLETE = "complete", _("Complete")
        VERBAL = "verbal", _("By word only")
        IMPORTED = "imported", _("Imported, with its wording")
        WEAK = "weak", _("Imported, without its wording")

    number_index = models.BinaryField(max_length=16)
    action = models.CharField(max_length=10, choices=Action.choices)
    kind = models.CharField(max_length=10, choices=Kind.choices, blank=True)
    scopes = ArrayField(models.CharField(max_length=30), default=list, help_text="What it permits, see `scopes`.")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Whose lines it is about."
    )
    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Whose texts it is about."
    )
    line = models.ForeignKey(
        Line, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Where they said it."
    )
    source = models.CharField(max_length=10, choices=Source.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices, blank=True)
    act = models.CharField(max_length=10, choices=Act.choices, blank=True)
    quality = models.CharField(max_length=10, choices=Quality.choices, blank=True)
    disclosure = models.ForeignKey(Disclosure, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=5, blank=True)
    words = EncryptedTextField(keys=[DayKey("consent", "recorded_at")], blank=True)
    circumstances = EncryptedTextField(
        keys=[DayKey("consent", "recorded_at")],
        blank=True,
        help_text="JSON object of texts: url, form_version, page_digest, ip, browser, referrer, visit, time_zone, name,"
        " how_collected, exemption, conditions.",
    )
    matched = models.CharField(max_length=60, blank=True, help_text="The keyword that matched, from our own list.")
    rules_version = models.CharField(max_length=40, blank=True)
    message_id = models.UUIDField(null=True, blank=True)
    retracts = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The entry that was untrue.",
    )
    actor = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    happened_at = models.DateTimeField(null=True, blank=True, help_text="When the customer said so, if that is known.")
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Until when a permission counts; empty: no end.")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("actor", "program", "team", "brand", "line", "disclosure", "retracts"),
            models.CheckConstraint(
                condition=~models.Q(action="given") | ~models.Q(scopes=[]), name="compliance_consentevent_scoped"
            ),
            models.UniqueConstraint(
                fields=["organization", "retracts"],
                condition=models.Q(retracts__isnull=False),
                name="compliance_consentevent_retracted_once",
            ),
            models.CheckConstraint(
                condition=models.Q(action="retracted", retracts__isnull=False)
                | (~models.Q(action="retracted") & models.Q(retracts__isnull=True)),
                name="compliance_consentevent_retracts",
            ),
            AppendOnly(name="compliance_consentevent_append_only"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "number_index", "-recorded_at"], name="compliance_consent_by_number"),
            models.Index(
                fields=["organization", "recorded_at"],
                include=["action", "kind", "source", "program", "team", "line"],
                name="compliance_consent_by_time",
            ),
            models.Index(
                fields=["organization", "recorded_at"],
                include=["number_index", "team", "happened_at"],
                condition=models.Q(action="withdrawn"),
                name="compliance_consent_gone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.source}"

    @property
    def audit_id(self) -> str:
        """The number's mark, then the id: so the log finds all there ever was of a number, and of this entry too."""
        return audit_mark(self.number_index) + self.pk.hex


class Suppression(TenantModel):
    """A number that must not be texted. Its presence is what the gate asks for; it outlives the contact.

    With neither team nor brand it holds for every line of the organization; else for the lines of that team, and for
    those of that brand.
    """

    number_index = models.BinaryField(max_length=16)
    event = models.ForeignKey(ConsentEvent, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("event", "team", "brand"),
            models.UniqueConstraint(
                fields=["organization", "number_index", "team", "brand"],
                name="compliance_suppression_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"suppressed since {self.since:%Y-%m-%d}"

    @property
    def audit_id(self) -> str:
        """As of an entry."""
        return audit_mark(self.number_index) + self.pk.hex


class ConsentRules(TenantModel):
    """How one organization reads what customers say; one row, made when something is changed.

    `revoke_all`: a STOP ends the texts of every team and brand, not of the line's alone that it came to. 47 CFR
    64.1200(a)(10) will ask for that from 31 January 2027 (DA 26-12), so it is on unless somebody switches it off.
    """

    revoke_all = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization"], name="compliance_consentrules_once"),
        ]

    def __str__(self) -> str:
        return "revoke all" if self.revoke_all else "revoke by team"
