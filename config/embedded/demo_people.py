"""Who may sign in to the demo: what `seed_demo` said at the first start, kept so that every later start can say it."""

import json
from dataclasses import dataclass
from pathlib import Path

from config.embedded.data_folder import write_privately
from config.embedded.processes import CannotStart


@dataclass(frozen=True)
class Person:
    """One demo account. `totp_secret` is what an authenticator app is given (base32), or empty."""

    organization: str
    email: str
    password: str
    role: str
    totp_secret: str = ""


@dataclass(frozen=True)
class DemoPeople:
    """The file is JSON: `{"people": [{"organization", "email", "password", "role", "totp_secret"?}, ...]}`."""

    file: Path

    @property
    def known(self) -> bool:
        """False before the first start has ended."""
        return self.file.exists()

    def keep(self, printed: str) -> None:
        """Take the last line that `seed_demo` printed. Raises `CannotStart` when it does not say who may sign in."""
        try:
            people = json.loads(printed.splitlines()[-1])["people"]
            _read(people)
        except (IndexError, KeyError, TypeError, ValueError):
            raise CannotStart("The command seed_demo did not say who may sign in; try again with --reset.") from None
        self._write(people)

    def keep_none(self) -> None:
        """A system without a demo."""
        self._write([])

    def table(self) -> str:
        """For the terminal, grouped by organization in the order of the file."""
        people = _read(json.loads(self.file.read_text())["people"])
        if not people:
            return "There are no demo accounts; make the first organization with: manage.py create_organization"
        email, password, role = (
            max(len(getattr(person, name)) for person in people) for name in ("email", "password", "role")
        )
        lines = ["Who may sign in:"]
        for number, person in enumerate(people):
            if number == 0 or person.organization != people[number - 1].organization:
                lines.append(f"  {person.organization}")
            key = f"   authenticator key {person.totp_secret}" if person.totp_secret else ""
            columns = f"{person.email:<{email}}   {person.password:<{password}}   {person.role:<{role}}"
            lines.append(f"    {columns}{key}".rstrip())
        return "\n".join(lines)

    def _write(self, people: list[dict[str, str]]) -> None:
        write_privately(self.file, json.dumps({"people": people}, indent=2) + "\n")


def _read(people: list[dict[str, str]]) -> list[Person]:
    return [
        Person(
            organization=entry["organization"],
            email=entry["email"],
            password=entry["password"],
            role=entry["role"],
            totp_secret=entry.get("totp_secret") or "",
        )
        for entry in people
    ]
