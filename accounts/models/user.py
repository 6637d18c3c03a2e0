"""A person with one sign-in; may be a member of several organizations."""

import unicodedata
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from tenancy.ids import new_id


def normalized_email(value: str) -> str:
    """The one spelling under which an address is stored and looked up: NFKC, trimmed, lower case."""
    return unicodedata.normalize("NFKC", value).strip().lower()


def normalized_password(value: str) -> str:
    """NFKC, so that one password typed on two keyboards is one password (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", value)


class Language(models.TextChoices):
    """What members read Parley in, each by its own name (`accounts.languages`)."""

    ENGLISH = "en", "English"
    SPANISH = "es", "Español"


class UserManager(BaseUserManager["User"]):
    """Creates users and finds them by e-mail address in any case."""

    def create_user(self, *, email: str, name: str, password: str | None = None, **fields: Any) -> "User":
        """A new user; without a password nobody can sign in as them. Raises IntegrityError for a taken address."""
        user = self.model(email=normalized_email(email), name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=normalized_email(username or ""))


class User(AbstractBaseUser):
    """A directory row: it belongs to no organization and is read before one is known.

    `auth_epoch` grows whenever everything that was signed in before must end; each session carries the epoch it began
    in. `email_proved_at`: when somebody last opened a link that was mailed to this address. `reset_at`: when an admin
    took the sign-in away; None again once the link that the admin handed over has set a password. `is_operator`: see
    `accounts.operators`. `language`: the one they chose; "": their browser's, which `browser_language` remembers.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)
    auth_epoch = models.PositiveIntegerField(default=0)
    recovery_failures = models.PositiveIntegerField(default=0, help_text="Wrong recovery codes in a row.")
    recovery_failed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    email_proved_at = models.DateTimeField(null=True, blank=True)
    reset_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=5, choices=Language.choices, blank=True)
    browser_language = models.CharField(max_length=5, choices=Language.choices, blank=True)
    last_login = None

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="accounts_user_email_lower"),
            models.CheckConstraint(
                condition=Q(language__in=["", *Language.values], browser_language__in=["", *Language.values]),
                name="accounts_user_languages",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(None if raw_password is None else normalized_password(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        return super().check_password(None if raw_password is None else normalized_password(raw_password))
