"""Pages of templates: the list in its states, the library, one that is written anew, changed, looked at."""

from collections.abc import Iterator

from compliance.models import MessageTemplate
from tenancy.isolation import activate
from tenancy.models import Organization


def template_sights(organization: Organization) -> Iterator[tuple[str, str]]:
    """(name of the page, its path)."""
    templates = "/settings/templates/"
    yield from (("templates", templates), ("templates-archived", f"{templates}?state=archived"))
    yield from (("template-library", f"{templates}library/"), ("template-new", f"{templates}new/"))
    with activate(organization):
        made = MessageTemplate.objects.order_by("-version", "name").first()
    if made:
        yield from (("template", f"{templates}{made.pk}/"), ("template-edit", f"{templates}{made.pk}/edit/"))
