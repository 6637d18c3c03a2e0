"""What one kind of event is."""

from typing import Self

from django.utils.functional import Promise


class AuditEventKind(str):
    """`resource:action`, as it stands in the log, with words for it in the reader's language."""

    label: Promise
    __slots__ = ("label",)

    def __new__(cls, value: str, label: Promise) -> Self:
        kind = super().__new__(cls, value)
        kind.label = label
        return kind

    def __reduce__(self) -> tuple[type[Self], tuple[str, Promise]]:
        return type(self), (str(self), self.label)  # as a copy is made

    @property
    def value(self) -> str:
        """The plain text."""
        return str(self)
