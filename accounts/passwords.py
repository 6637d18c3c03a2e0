"""How passwords are kept, and which ones are refused."""

from collections.abc import Iterable

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.easy_passwords import what_is_left
from accounts.models.user import User, normalized_password

SHORTEST = 15
SHORTEST_WITH_SECOND_FACTOR = 12
LONGEST = 128
LEFT_OVER = 8
PRODUCT_WORDS = ("parley", "password", "passwort", "contraseña", "texting")


class Argon2id(Argon2PasswordHasher):
    """Argon2id with 32 MiB and three passes on one lane: 50 to 100 ms, above OWASP's least (19 MiB, two passes).

    Django's 100 MiB on eight lanes would let a few requests to the sign-in page use up a small server.
    """

    time_cost = 3
    memory_cost = 32 * 1024  # KiB
    parallelism = 1


class LengthValidator:
    """15 characters, 12 for somebody who has a second factor, 128 at most (NIST SP 800-63B-4, 3.1.1.2: 15 or 8)."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError when the password is too short or too long."""
        shortest = SHORTEST
        from accounts.factors.enrolled import enrolled_ways
        from accounts.factors.ways import STRONG

        if user is not None and user.pk and enrolled_ways(user) & STRONG:
            shortest = SHORTEST_WITH_SECOND_FACTOR
        length = len(normalized_password(password))
        if length < shortest:
            raise ValidationError(
                ngettext_lazy(
                    "Use at least %(shortest)d characters; this has %(count)d.",
                    "Use at least %(shortest)d characters; this has %(count)d.",
                    "count",
                ),
                code="too_short",
                params={"shortest": shortest, "count": length},
            )
        if length > LONGEST:
            raise ValidationError(
                _("Use at most %(longest)d characters."), code="too_long", params={"longest": LONGEST}
            )

    def get_help_text(self) -> str:
        """What the form says beforehand."""
        return str(_("At least %(shortest)d characters. A few words that do not belong together work well.")) % {
            "shortest": SHORTEST
        }


class EasyValidator(CommonPasswordValidator):
    """Refuse common passwords, and long ones that are little more than one, a row of keys, or the same twice."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError when fewer than LEFT_OVER characters stay once the easy parts are taken out."""
        super().validate(password, user)
        if len(what_is_left(normalized_password(password)[:LONGEST], self.passwords)) < LEFT_OVER:
            raise ValidationError(
                _("This is easy to guess: a common password, keys in a row, or the same again. Use a few more words."),
                code="easy",
            )


class OwnWordsValidator:
    """Refuse passwords that are mostly the person's name or address, the organization's name or the product's."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError when fewer than LEFT_OVER characters stay once the own words are taken out."""
        left = normalized_password(password).casefold()
        for word in sorted(_own_words(user), key=len, reverse=True):
            left = left.replace(word, "")
        if len(left) < min(LEFT_OVER, len(normalized_password(password))) and left != password.casefold():
            raise ValidationError(
                _("Use words that have nothing to do with your name, your organization or this product."),
                code="own_words",
            )

    def get_help_text(self) -> str:
        """What the form says beforehand."""
        return str(_("Not your name, your organization's or this product's."))


def _own_words(user: User | None) -> set[str]:
    texts: list[str] = list(PRODUCT_WORDS)
    if user is not None:
        texts += [user.name, user.email]
        if user.pk:
            texts += [member.organization.name for member in user.memberships.select_related("organization")]
    return {word for text in texts for word in _words(text)}


def _words(text: str) -> Iterable[str]:
    """The text's words of four letters and more, in lower case; also all of them run together."""
    letters = "".join(character if character.isalnum() else " " for character in text.casefold())
    words = letters.split()
    return (word for word in [*words, "".join(words)] if len(word) >= 4)
