"""`manage.py rotate_keys`: replace keys while everything runs."""

import base64
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from tenancy.encryption import EncryptionError, wrapping
from tenancy.encryption.key_sources import INSTALLATION
from tenancy.encryption.records import KEY_BYTES
from tenancy.encryption.rotation import REPLACED_KEYS_STAY, leave_old_root, rotate, wrap_for_next_root
from tenancy.models import Organization


class Command(BaseCommand):
    help = (
        "Replace every organization's key and settings key. A run that was stopped is finished by the next one. "
        "To change the root key: 1. run with --new-root-key-file; 2. restart everything with the new ROOT_KEY; "
        "3. run with --old-root-key-file."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="only this organization")
        parser.add_argument(
            "--stay-minutes",
            type=int,
            default=int(REPLACED_KEYS_STAY.total_seconds() // 60),
            help="how long a replaced settings key stays for processes that still hold it (default: %(default)s)",
        )
        root = parser.add_mutually_exclusive_group()
        root.add_argument("--new-root-key-file", metavar="FILE", help="the next root key, 32 bytes in base64")
        root.add_argument("--old-root-key-file", metavar="FILE", help="the root key that ROOT_KEY has replaced")

    def handle(self, *args: Any, **options: Any) -> None:
        owners = self._owners(options["organization"])
        try:
            if options["new_root_key_file"] or options["old_root_key_file"]:
                self._change_root(owners, options)
            else:
                self._rotate(owners, timedelta(minutes=options["stay_minutes"]))
        except EncryptionError as error:
            raise CommandError(f"Stopped: {error}. Nothing is lost; run the same command again.") from None

    def _owners(self, slug: str | None) -> dict[str, UUID]:
        organizations = dict(Organization.objects.order_by("slug").values_list("slug", "pk"))
        if slug is None:
            return {**organizations, "(installation)": INSTALLATION}
        if slug not in organizations:
            raise CommandError(f"There is no organization {slug}.")
        return {slug: organizations[slug]}

    def _rotate(self, owners: dict[str, UUID], stay: timedelta) -> None:
        waiting = 0
        for name, owner in owners.items():
            done = rotate(owner, stay=stay)
            waiting += done.waiting
            self.stdout.write(
                f"{name}: {done.rewrapped} keys wrapped again, {done.resealed} texts sealed anew, "
                f"{done.unreadable} unreadable, {done.removed} replaced keys removed"
            )
        if waiting:
            minutes = int(stay.total_seconds() // 60)
            self.stdout.write(f"{waiting} replaced keys stay; run this again after {minutes} minutes to remove them.")

    def _change_root(self, owners: dict[str, UUID], options: dict[str, Any]) -> None:
        if options["new_root_key_file"]:
            current, following = wrapping.root_key(), _key_in(options["new_root_key_file"])
        else:
            current, following = _key_in(options["old_root_key_file"]), wrapping.root_key()
        if current == following:
            raise CommandError("The file holds the root key that is in use already.")
        wrapped = sum(wrap_for_next_root(owner, current, following) for owner in owners.values())
        self.stdout.write(f"{wrapped} organization keys wrapped under the new root key too.")
        if options["old_root_key_file"]:
            left = sum(leave_old_root(owner) for owner in owners.values())
            self.stdout.write(f"{left} organization keys no longer need the old root key.")


def _key_in(path: str) -> bytes:
    try:
        key = base64.b64decode(Path(path).read_text().strip(), validate=True)
    except (OSError, ValueError):
        raise CommandError(f"{path} cannot be read as 32 bytes in base64.") from None
    if len(key) != KEY_BYTES:
        raise CommandError(f"{path} must hold 32 bytes in base64, not {len(key)}.")
    return key
