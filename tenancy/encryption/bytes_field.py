"""A column of bytes, sealed as texts are."""

from typing import Any, TypeVar

from tenancy.encryption.errors import CannotSeal
from tenancy.encryption.fields import EncryptedTextField

_Set = TypeVar("_Set")
_Get = TypeVar("_Get")


class EncryptedBytesField(EncryptedTextField[_Set, _Get]):
    """Bytes (a part of a file) sealed like a text, under all of `keys` together."""

    description = "Bytes, sealed at rest"
    _pyi_private_set_type: bytes  # type: ignore[assignment] # for the type checker only
    _pyi_private_get_type: bytes  # type: ignore[assignment]

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "tenancy.encryption.EncryptedBytesField", args, kwargs

    def check_bytes(self) -> None:
        """Bytes are what it takes."""

    def to_python(self, value: Any) -> Any:
        return value

    def to_record(self, value: Any) -> bytes:
        """As they are. Raises CannotSeal for anything else."""
        if not isinstance(value, bytes | memoryview):
            raise CannotSeal(f"{self} takes bytes")
        return bytes(value)

    def from_record(self, raw: bytes) -> str | bytes:
        """As they are."""
        return raw
