"""Which languages there are, where their words stand and which files customers read."""

from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Each has a `locale` folder. Templates stand in folders of the same names; other templates, and what several areas say,
# are `config`'s.
AREAS = ("accounts", "texting", "compliance", "retention", "portal", "config")
SHARED = "config"
WITHOUT_LOCALE = ("tenancy",)  # its few words are the shared area's
TEMPLATES = "templates"

# Everything has words in these; in the second ones only what customers read.
FULL = ("es",)
CUSTOMERS = ("fr",)
PLURALS = {"es": "nplurals=2; plural=(n != 1);", "fr": "nplurals=2; plural=(n > 1);"}

# What people outside an organization read: pages that a text's link leads to, the forms, their errors.
CUSTOMERS_READ = (
    "templates/portal/private_*.html",
    "templates/portal/_private_*.html",
    "templates/portal/_languages.html",
    "templates/portal/payments/frame.html",
    "templates/portal/payments/page.html",
    "templates/portal/payments/return.html",
    "templates/portal/payments/elsewhere.html",
    "portal/views/payment_page.py",
    "portal/secure/door.py",
    "portal/secure/codes.py",
    "portal/secure/replying.py",
    "portal/payments/texts.py",
    "texting/attachments/wording.py",
)
# Pages for whoever writes programs against Parley, and of whoever makes Parley: English only.
ENGLISH_ONLY = (
    "templates/styleguide/*",
    "templates/styleguide.html",
)


def customers_read(path: str) -> bool:
    """Whether customers read words of this file: a path from the repository's root."""
    return any(fnmatch(path, pattern) for pattern in CUSTOMERS_READ)


def is_english_only(path: str) -> bool:
    """Whether nobody but their makers reads the words of this file."""
    return any(fnmatch(path, pattern) for pattern in ENGLISH_ONLY)


def area_of(path: str) -> str:
    """The area whose catalogue holds the words of a file, if no other area says the same."""
    parts = path.split("/")
    name = parts[1] if parts[0] == TEMPLATES and len(parts) > 2 else parts[0]
    return name if name in AREAS else SHARED


def catalogue_file(area: str, language: str) -> Path:
    """Where an area's words in a language stand."""
    return ROOT / area / "locale" / language / "LC_MESSAGES" / "django.po"
