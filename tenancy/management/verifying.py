"""What commands that hold stored things against the audit chain have in common."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tenancy.audit_checkpoints import BadNote, read_notes, trusted_keys
from tenancy.audit_verification import Report, verify_chain
from tenancy.models import Organization


class VerifyingCommand(BaseCommand):
    """Verifies the chain of each organization that was asked for; a subclass says what follows from it."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="only this organization")
        parser.add_argument(
            "--checkpoints",
            metavar="DIR",
            default=settings.AUDIT_CHECKPOINT_DIR,
            help="folder with the notes that left the database (default: AUDIT_CHECKPOINT_DIR)",
        )
        parser.add_argument(
            "--public-key", metavar="BASE64", action="append", default=[], help="trust this signing key too"
        )

    def chains(self, options: dict[str, Any]) -> Iterator[tuple[Organization, Report]]:
        """Each organization with what its chain says. Raises CommandError for an unknown one or a key that is none."""
        organizations = Organization.everyone.order_by("slug")
        if options["organization"]:
            organizations = organizations.filter(slug=options["organization"])
            if not organizations:
                raise CommandError(f"There is no organization {options['organization']}.")
        try:
            trusted = trusted_keys(*options["public_key"])
        except BadNote as error:
            raise CommandError(f"The public key cannot be used: {error}.") from None
        folder = options["checkpoints"]
        for organization in organizations:
            notes = read_notes(Path(folder), organization.pk) if folder else ()
            yield organization, verify_chain(organization, checkpoints=notes, trusted=trusted)
