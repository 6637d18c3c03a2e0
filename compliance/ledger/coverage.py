"""What a permission covers by its kind, where no program says it."""

from compliance.models import ConsentEvent, Program
from compliance.scopes import EXEMPT, INFORMATIONAL, MARKETING, REPLY

_BY_KIND = {
    ConsentEvent.Kind.REPLY: REPLY,
    ConsentEvent.Kind.EXPRESS: INFORMATIONAL,
    ConsentEvent.Kind.WRITTEN: MARKETING,
    ConsentEvent.Kind.HEALTHCARE: EXEMPT,
    ConsentEvent.Kind.PURCHASE: INFORMATIONAL,
}
BY_LAW = frozenset({ConsentEvent.Kind.HEALTHCARE, ConsentEvent.Kind.PURCHASE})
"""Nobody said so: they cover what is written here, whatever their program is about, and lift no opt-out."""


def scopes_of(kind: ConsentEvent.Kind, program: Program | None) -> list[str]:
    """What an entry of that kind permits."""
    return program.scopes if program and kind not in BY_LAW else [_BY_KIND[kind]]
