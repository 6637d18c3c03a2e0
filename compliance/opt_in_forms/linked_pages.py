"""Do the pages that a form links to open for anybody? Each is asked for once, when the form is published.

What cannot be opened from here may open for customers (this machine may be offline), so it is a warning that whoever
publishes answers for, and never a block. Addresses come from members, so they are called through the egress guard, and
each redirect is an address that passes the guard anew.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from django.utils.translation import gettext as _

from compliance.opt_in_forms.asking import Written
from compliance.publish_check.disclosure_words import links
from tenancy.egress import EgressFailed, EgressRefused, address, call

MOST_REDIRECTS = 3
MOST_PAGES = 20
_SECONDS = 20.0  # for all of them, at the same time


@dataclass(frozen=True)
class Unopened:
    """A linked page that did not open, and why, in a sentence."""

    url: str
    why: str


def linked(given: Written) -> list[str]:
    """The addresses in the wordings that customers see, each once, at most MOST_PAGES."""
    found = [url for box in given.boxes for text in box.wordings.values() for _label, url in links(text)]
    return list(dict.fromkeys(found))[:MOST_PAGES]


async def unopened(urls: Sequence[str]) -> list[Unopened]:
    """Those that do not open. No transaction may be open; takes 20 seconds at most."""
    tasks = [asyncio.create_task(_why_not(url)) for url in urls]
    if tasks:
        await asyncio.wait(tasks, timeout=_SECONDS)
    return list(_told(urls, tasks))


def _told(urls: Sequence[str], tasks: Sequence["asyncio.Task[str]"]) -> Iterable[Unopened]:
    for url, task in zip(urls, tasks, strict=True):
        if not task.done():
            task.cancel()
            yield Unopened(url, _("It did not answer in time."))
        elif why := task.result():
            yield Unopened(url, why)


async def _why_not(url: str) -> str:
    """ "" when it opens."""
    try:
        for _turn in range(MOST_REDIRECTS + 1):
            answer = await call(address(url), method="GET", headers={"Accept": "text/html, */*"})
            if answer.status not in (301, 302, 303, 307, 308):
                break
            url = urljoin(url, answer.headers.get("location", ""))
    except EgressRefused:
        return _("This address may not be called from here.")
    except EgressFailed:
        return _("Nothing answers there.")
    if answer.status in (401, 403):
        return _("It asks who is there.")
    if answer.status in (404, 410):
        return _("There is no such page.")
    if answer.status != 200:
        return _("It answers %(status)d instead of a page.") % {"status": answer.status}
    return "" if answer.body.strip() else _("The page is empty.")
