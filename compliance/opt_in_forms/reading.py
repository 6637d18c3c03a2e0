"""What colleagues read about a form: its address, how to put it on a site, its versions with what changed in each."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.html import escape

from compliance.models import Disclosure, FormKey, FormVersion, OptInForm
from compliance.opt_in_forms.words import NAMES

MOST_VERSIONS = 50


@dataclass(frozen=True)
class Wording:
    """The words of a version in one language, and of the one before it; `digest` names the page that was served."""

    language: str
    before: str
    after: str
    digest: str


@dataclass(frozen=True)
class Version:
    """One version, for a page."""

    number: int
    published_by: str
    published_at: datetime
    wordings: list[Wording]


def public_address(form: OptInForm) -> str:
    """Where customers find it."""
    key = FormKey.objects.get(form_id=form.pk).key
    return f"{settings.PUBLIC_BASE_URL}{reverse('public_form', args=[key])}"


def newest_number(form: OptInForm) -> int | None:
    """Of the version that customers see or saw last; None for one that was never published."""
    return form.versions.order_by("-number").values_list("number", flat=True).first()


def embed_snippet(form: OptInForm, brand: str) -> str:
    """What a site puts where the form is to be seen."""
    address, title = escape(public_address(form)), escape(form.texts[form.languages[0]].get("title", brand))
    return (
        f'<iframe src="{address}" title="{title}" width="100%" height="900" loading="lazy"'
        ' referrerpolicy="strict-origin-when-cross-origin"></iframe>'
    )


def versions(form: OptInForm) -> list[Version]:
    """The newest versions, the newest first."""
    rows = list(form.versions.select_related("published_by__user").order_by("-number")[: MOST_VERSIONS + 1])
    ids = {pk for row in rows for box in row.boxes for pk in box["disclosures"].values()}
    texts = {str(pk): text for pk, text in Disclosure.objects.filter(pk__in=ids).values_list("pk", "text")}
    before = [*rows[1:], None]
    return [
        Version(row.number, row.published_by.user.name, row.published_at, _wordings(row, old, texts))
        for row, old in zip(rows[:MOST_VERSIONS], before, strict=False)
    ]


def _wordings(row: FormVersion, old: FormVersion | None, texts: dict[str, str]) -> list[Wording]:
    return [
        Wording(NAMES[code], _words(old, code, texts), _words(row, code, texts), row.digests[code])
        for code in row.pages
    ]


def _words(row: FormVersion | None, code: str, texts: dict[str, str]) -> str:
    if row is None or code not in row.pages:
        return ""
    own = row.texts[code]
    boxes = [texts[box["disclosures"][code]] for box in row.boxes]
    return "\n".join(words for words in (own["title"], own["introduction"], *boxes) if words)


def versions_by_form(form_ids: list[UUID]) -> dict[UUID, int]:
    """The number of the newest version of each form that has one."""
    found: dict[UUID, int] = {}
    for form_id, number in FormVersion.objects.filter(form_id__in=form_ids).values_list("form_id", "number"):
        found[form_id] = max(number, found.get(form_id, 0))
    return found
