"""Takes protection out of one process of a benchmark: texts are stored as they are and screened for nothing but STOP,
the audit log is not written, signatures are believed.

It lives here and not in the product, so that no setting of the product can do the same.
"""

import os
from functools import wraps
from typing import Any

from django.apps import AppConfig

PLAIN_HEAD = b"\x01\x01" + bytes(8)  # version, one key, and the id of a key that does not exist
_ROOM = 16 + 32 + 12 + 16  # salt, commitment, nonce, tag: as long as a record, so that the database writes the same


class Unprotected(AppConfig):
    name = "bench"
    label = "bench_unprotected"

    def ready(self) -> None:
        _store_as_it_is()
        if os.environ.get("BENCH_UNPROTECTED") == "all":
            _screen_for_stop_only()
            _believe()


def _store_as_it_is() -> None:
    from tenancy.encryption import keyring
    from tenancy.encryption.fields import EncryptedTextField, Sealed

    opened: Any = EncryptedTextField.open

    def seal(field: Any, row: Any, text: Any, *, anew: bool = False) -> Sealed:
        return Sealed(PLAIN_HEAD + bytes(_ROOM) + field.to_record(text))

    def open_(field: Any, row: Any, stored: Any) -> None:
        """What the bench's office was made with is really sealed."""
        if stored.sealed.startswith(PLAIN_HEAD):
            stored.text = field.from_record(bytes(stored.sealed[len(PLAIN_HEAD) + _ROOM :]))
        else:
            opened(field, row, stored)

    fields: Any = EncryptedTextField
    fields.seal, fields.open = seal, open_
    keys: Any = keyring
    keys.fetch_current = lambda organization, wanted: None


def _screen_for_stop_only() -> None:
    from compliance import inbound_steps
    from tenancy import audit

    classify = inbound_steps.classify
    nothing = classify("Hello", opted_out=False)
    steps: Any = inbound_steps

    @wraps(classify)
    def plain(body: str, *, opted_out: bool) -> Any:
        return classify(body, opted_out=opted_out) if body == "STOP" else nothing

    steps.classify = plain
    log: Any = audit
    log.record = lambda **what: None


def _believe() -> None:
    from texting.providers import twilio

    adapter: Any = twilio
    adapter.is_signed = lambda hook, secrets: True
