"""`manage.py verify_certificate FILE`: is this certificate what was signed? Asks no database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from retention.certificates import CLEARED_FORMAT, ENDED_FORMAT, ERASURE_FORMAT, BadCertificate, verify
from tenancy.audit_checkpoints import BadNote, trusted_keys

MOST_BYTES = 50_000_000


def waits(said: dict[str, Any]) -> str:
    """Why it is not final."""
    if said["format"] == CLEARED_FORMAT:
        return "proof of permission is kept for five years"
    if said["carriers"]["waiting"] and said["format"] != ENDED_FORMAT:  # which waits for no carrier
        return "carriers have not answered for all copies"
    return "what the destroyed keys left on disk is not written over"


class Command(BaseCommand):
    help = "Verify the certificate of a purge or an erasure (JSON). Exits with 1 when it is not as it was signed."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--key", action="append", default=[], help="A public key to trust, in base64; may be repeated."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            if path.stat().st_size > MOST_BYTES:
                raise CommandError(f"{path} is too large for a certificate.")
            text = path.read_bytes().decode()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
        except UnicodeDecodeError:
            raise CommandError("This is not a certificate of ours.") from None
        try:
            keys = trusted_keys(*options["key"])
            if not keys:
                raise CommandError("No key is trusted: set AUDIT_SIGNING_KEY or give the public key with --key.")
            said = verify(text, keys)
        except (BadCertificate, BadNote) as error:
            raise CommandError(str(error)) from None
        state = "final" if said["is_final"] else f"not final: {waits(said)}"
        if said["format"] == ERASURE_FORMAT:
            ended = sum(said["ended"].values())
            named = f"Erasure {said['erasure']}"
        elif said["format"] == ENDED_FORMAT:
            ended = sum(said["ended"].values())
            named = f"End {said['closing']}"
        elif said["format"] == CLEARED_FORMAT:
            ended = sum(said["ended"].values())
            named = f"Deleted rows after the end {said['closing']}"
        else:
            ended = sum(sum(rows.values()) for rows in said["ended"].values())
            named = f"Purge {said['purge']}"
        self.stdout.write(f"Signed and unaltered ({state}).")
        self.stdout.write(f"{named} of {said['organization']['name']}, {said['at']}: {ended} rows ended.")
