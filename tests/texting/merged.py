"""Two customers who are one person, and a third who may be the same, in an organization that is active."""

from typing import Any

from tests.cast import Cast
from texting import threads
from texting.duplicates import merging
from texting.phone_numbers import parse


def merged_objects(cast: Cast) -> dict[str, Any]:
    """Their ids, as addresses name them."""
    first, second, other = (
        threads.contact_for(parse(f"+121255504{number:02}", "US"), name="Ana Diaz") for number in range(3)
    )
    made = merging.merge(member=cast.owner, survivor=first.pk, other=second.pk)
    return {"other_id": other.pk, "merge_id": made.pk}
