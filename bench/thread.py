"""`python -m bench.thread`: a thread of 50 sealed texts, against the same page when its columns were plain.

The same texts, the same page. For the plain rounds what opens a sealed text hands out a text kept in memory, and no
keys are fetched: all that encryption costs a page is in the difference.
"""

import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.databases import own_databases
from bench.results import keep, spread, verdict

TEXTS, ROUNDS, PAGES = 50, 8, 12
CEILING = 1.3


@contextmanager
def plain(texts: dict[bytes, str]) -> Iterator[None]:
    """As if the columns held text: nothing is decrypted and no key is asked for."""
    from tenancy.encryption import fields, keyring

    def hand_out(self: Any, row: Any, stored: Any) -> None:
        stored.text = texts[bytes(stored.sealed)]

    kept, asked = fields.EncryptedTextField.open, keyring.refresh
    fields.EncryptedTextField.open = hand_out  # type: ignore[method-assign]
    keyring.refresh = lambda organization, key_ids: {}
    try:
        yield
    finally:
        fields.EncryptedTextField.open, keyring.refresh = kept, asked  # type: ignore[method-assign]


@contextmanager
def remembering(texts: dict[bytes, str]) -> Iterator[None]:
    """Note what every sealed text says, for `plain`."""
    from tenancy.encryption import fields

    kept = fields.EncryptedTextField.open

    def open_and_note(self: Any, row: Any, stored: Any) -> None:
        kept(self, row, stored)
        texts[bytes(stored.sealed)] = stored.text

    fields.EncryptedTextField.open = open_and_note  # type: ignore[method-assign]
    try:
        yield
    finally:
        fields.EncryptedTextField.open = kept  # type: ignore[method-assign]


def main() -> int:
    """Measure, check, append. 1 when the ceiling is exceeded."""
    with own_databases():
        from django.db import connections

        from accounts.models import Membership
        from bench.office import forms, make_office
        from bench.pages import browser_of, milliseconds
        from tenancy.isolation import activate
        from texting.providers.base import Inbound
        from texting.receiving import receive_all

        office = make_office("bench", "+12125550110")
        with activate(office.organization):
            said = [form for form, _ in zip(forms("a", office.line.number), range(TEXTS), strict=False)]
            texts = [
                Inbound(form["MessageSid"], "+12125550123", form["To"], form["Body"].replace("STOP", "Hm"), "")
                for form in said
            ]
            stored = receive_all(office.line, texts)
            assert stored[0] is not None
            conversation = stored[0].conversation_id
            browser = browser_of(Membership.objects.get(organization=office.organization))
        address, expect = f"/inbox/c/{conversation}/", f"to {TEXTS - 2} o".encode()
        opened: dict[bytes, str] = {}
        with remembering(opened):
            for _ in range(5):
                milliseconds(browser, address, expect)
        times: dict[str, list[float]] = {"sealed": [], "plain": []}
        for number in range(ROUNDS):
            for name in ("sealed", "plain") if number % 2 else ("plain", "sealed"):
                for _ in range(PAGES):
                    if name == "sealed":
                        times[name].append(milliseconds(browser, address, expect))
                    else:
                        with plain(opened):
                            times[name].append(milliseconds(browser, address, expect))
        connections.close_all()
    ratio = statistics.median(times["sealed"]) / statistics.median(times["plain"])
    rows = ["| columns | ms, median and spread |", "| --- | --- |"]
    rows += [f"| {name} | {spread(found, 1)} |" for name, found in times.items()]
    keep(
        "thread",
        "\n".join(rows) + f"\n\nThe page with {TEXTS} texts: **{ratio:.2f} ×** (at most {CEILING}, aim 1.15:"
        f" {verdict(ratio, CEILING, at_most=True)}).",
    )
    return int(ratio > CEILING)


if __name__ == "__main__":
    sys.exit(main())
