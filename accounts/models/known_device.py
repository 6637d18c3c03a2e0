"""Browsers that a person has signed in with before."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from tenancy.ids import new_id


class KnownDevice(models.Model):
    """`device` is a keyed hash of person and the browser's own random name, which only its cookie holds."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="known_devices")
    device = models.BinaryField(max_length=32)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "device"], name="accounts_knowndevice_once"),
        ]

    def __str__(self) -> str:
        return str(self.id)
