"""Templates of the demo: taken from the library by a manager, most of them published."""

from typing import Any

from accounts.models import Membership, Team
from compliance.message_templates import library, writing
from compliance.models import MessageTemplate


def take_from_library(maker: Membership, teams: dict[str, Team], rows: list[dict[str, Any]]) -> None:
    """One for each row: `example`, and maybe `team`, `draft` (not published), `then` (a second version's English)."""
    for row in rows:
        example = library.example(row["example"])
        if example is None:
            raise ValueError(f"{row['example']} is not in the library")
        template = writing.copy(actor=maker, example=example)
        if team := row.get("team"):
            MessageTemplate.objects.filter(pk=template.pk).update(team=teams[team])
        if row.get("draft"):
            continue
        writing.publish(actor=maker, template=template)
        if then := row.get("then"):
            wish = writing.Wish(example.name, example.type, {**example.bodies, "en": then}, example.shortcut)
            writing.save(actor=maker, template=template, wish=wish)
            writing.publish(actor=maker, template=template)
