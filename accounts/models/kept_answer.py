"""What a request with an `Idempotency-Key` was answered, so that the same request again does nothing again."""

from typing import ClassVar

from django.db import models

from accounts.models.membership import Membership
from tenancy.encryption import DayKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization


class KeptAnswer(TenantModel):
    """Written in the transaction of what it answers. `key_hash` and `request_hash` are keyed hashes, 32 bytes each.

    `answer` is the sealed body; null when the words of something in it have ended. `revealing`: it
    may hold full names and numbers, for members who may see them.
    """

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    key_hash = models.BinaryField(max_length=32)
    request_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    answer = EncryptedTextField(keys=[DayKey("body", "created_at")], null=True)
    about = models.JSONField(default=list, help_text="The ids in the answer, as texts.")
    revealing = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("membership"),
            models.UniqueConstraint(fields=["organization", "membership", "key_hash"], name="accounts_keptanswer_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "created_at"], name="accounts_keptanswer_age"),
        ]

    def __str__(self) -> str:
        return str(self.id)
