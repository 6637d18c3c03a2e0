"""`manage.py verify_evidence FILE`: is this evidence pack what was signed? Asks no database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from retention.evidence.verifying import BadPack, verify
from tenancy.audit_checkpoints import BadNote, trusted_keys


class Command(BaseCommand):
    help = "Verify an evidence pack (ZIP): signature, every file, every figure. Exits with 1 when it is not as signed."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--key", action="append", default=[], help="A public key to trust, in base64; may be repeated."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            keys = trusted_keys(*options["key"])
            if not keys:
                raise CommandError("No key is trusted: set AUDIT_SIGNING_KEY or give the public key with --key.")
            found = verify(path, keys)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
        except (BadPack, BadNote) as error:
            raise CommandError(str(error)) from None
        said = found.said
        self.stdout.write(f"Signed and unaltered: {found.files} files, {found.figures} figures counted again.")
        self.stdout.write(f"{said['organization']['name']}, {said['since']} to {said['until']}, pack {said['pack']}.")
