"""The part of a form's page that asks: drawn once, kept to the letter, served as it was kept.

A version keeps this HTML for each language with its SHA-256, so what a customer saw can be shown again however the
templates change. Nothing in it depends on who asks: the fields that do stand where FIELDS is.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from uuid import UUID

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from compliance.models import FormBox, FormKey, OptInForm
from compliance.opt_in_forms.words import WORDS
from compliance.publish_check.disclosure_words import LINK
from compliance.publish_check.disclosures import Box, Content, is_public_page
from tenancy.isolation import current_organization_id
from tenancy.models import Organization

FIELDS = "<!--fields-->"  # as it stands in the template


@dataclass(frozen=True)
class Asked:
    """What a page draws for one box."""

    value: UUID
    wording: SafeString


@dataclass(frozen=True)
class Written:
    """A form as it is written now, saved or not: everything that its page and its check need."""

    form: OptInForm
    boxes: tuple[FormBox, ...]

    @property
    def content(self) -> Content:
        """For the publish check, with the boxes as the page draws them."""
        brand = organization().name
        drawn = {language: drawn_boxes(page(self, language)) for language in self.form.languages if language in WORDS}
        return Content(
            brand=brand,
            languages=tuple(self.form.languages),
            boxes=tuple(
                Box(
                    program=box.program.name,
                    marketing=box.program.scope == "marketing",
                    wordings=box.wordings,
                    ticked=any(at[str(box.program_id)].ticked for at in drawn.values()),
                    required=any(at[str(box.program_id)].required for at in drawn.values()),
                )
                for box in self.boxes
            ),
            around={language: "\n".join(texts.values()) for language, texts in self.form.texts.items()},
        )


def written(form: OptInForm) -> Written:
    """The form as it is stored."""
    return Written(form, tuple(form.boxes.select_related("program")))


def organization() -> Organization:
    """The active one."""
    return Organization.objects.get(pk=current_organization_id())


def page(given: Written, language: str, *, preview: bool = False) -> SafeString:
    """The part that asks, as HTML. A preview differs by its heading, and its boxes cannot be ticked."""
    form = given.form
    key = FormKey.objects.filter(form_id=form.pk).values_list("key", flat=True).first()
    context = {
        "brand": organization().name,
        "language": language,
        "texts": form.texts.get(language, {}),
        "words": WORDS[language],
        "boxes": [
            Asked(box.program_id, wording_html(box.wordings.get(language, ""), WORDS[language])) for box in given.boxes
        ],
        "logo": form.logo,
        "logo_url": reverse("form_logo", args=[key, form.logo_id]) if key and form.logo_id else "",
        "preview": preview,
    }
    return render_to_string("compliance/_form_asks.html", context)


def wording_html(wording: str, words: Mapping[str, str]) -> SafeString:
    """The wording with its links; what does not lead to a public page stays the text it is."""
    parts: list[tuple[SafeString | str]] = []
    at = 0
    for match in LINK.finditer(wording):
        parts.append((wording[at : match.start()],))
        label, address = match.groups()
        if is_public_page(address):
            hint = words["new_window"]
            link = '<a href="{}" target="_blank" rel="noopener noreferrer">{}<span class="sr"> ({})</span></a>'
            parts.append((format_html(link, address, label, hint),))
        else:
            parts.append((match[0],))
        at = match.end()
    parts.append((wording[at:],))
    return format_html_join("", "{}", parts)


def digest(html: str) -> str:
    """SHA-256 of the HTML in UTF-8, in hex."""
    return hashlib.sha256(html.encode()).hexdigest()


def with_ticks(html: str, ticked: frozenset[str]) -> str:
    """The kept HTML with the boxes ticked that the customer had ticked when they sent it."""
    for value in ticked:
        html = html.replace(f'name="agree" value="{value}"', f'name="agree" value="{value}" checked')
    return html


@dataclass(frozen=True)
class Drawn:
    """A box as it stands on a page."""

    ticked: bool
    required: bool


def drawn_boxes(html: str) -> dict[str, Drawn]:
    """The boxes of a page by their value."""
    reader = _Boxes()
    reader.feed(html)
    return reader.found


class _Boxes(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Drawn] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") == "checkbox":
            self.found[given.get("value") or ""] = Drawn("checked" in given, "required" in given)
