"""An opt-in on its way: asked for a YES where that is wanted, permission given, confirmed to the customer."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.models.consent import ConsentEvent
from compliance.models.opt_in_form import OptInForm
from compliance.models.program import Program
from tenancy.isolation import TenantModel, same_organization
from texting.models import Contact, Line


class OptIn(TenantModel):
    """One opt-in of one number to one program.

    Whether the customer got the confirmation is said by that text, one like any other: none, or one that failed, means
    that the opt-in is unconfirmed. `confirmed_at` keeps what it said for when it has been purged.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Waits for YES")
        GIVEN = "given", _("Permission given")
        LAPSED = "lapsed", _("No answer")
        DECLINED = "declined", _("Said no")

    number_index = models.BinaryField(max_length=16)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=10, choices=ConsentEvent.Source.choices)
    form = models.ForeignKey(OptInForm, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices)
    asked = models.ForeignKey(
        ConsentEvent, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="What began it."
    )
    given = models.ForeignKey(ConsentEvent, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    question_id = models.UUIDField(null=True, blank=True, help_text="The text that asked for YES; it may be purged.")
    confirmation_id = models.UUIDField(null=True, blank=True, help_text="The text that confirmed it; likewise.")
    confirmed_at = models.DateTimeField(null=True, blank=True, help_text="When the confirmation left.")
    question_status = models.CharField(max_length=12, blank=True, help_text="Of the question, once its row has gone.")
    confirmation_status = models.CharField(max_length=12, blank=True, help_text="Of the confirmation, likewise.")
    confirmation_sent_at = models.DateTimeField(null=True, blank=True, help_text="Likewise.")
    began_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Until when a YES counts.")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("contact", "line", "program", "form", "asked", "given"),
            models.UniqueConstraint(
                fields=["organization", "number_index", "program"],
                condition=models.Q(state="asked"),
                name="compliance_optin_asked_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "number_index", "state"], name="compliance_optin_by_number"),
            models.Index(fields=["organization", "-began_at"], name="compliance_optin_newest"),
            models.Index(
                fields=["organization", "ended_at"],
                condition=models.Q(state="given", confirmed_at__isnull=True),
                name="compliance_optin_unconfirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} by {self.source}"
