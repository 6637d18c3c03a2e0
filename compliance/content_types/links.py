"""What links a text may hold. Carriers filter shared shorteners, addresses without a name and look-alikes.

Sources: CTIA Messaging Principles and Best Practices, May 2023, section 5.3 (shared public URL shorteners, evasion);
AT&T's and Twilio's rules for links. Plain values: no Django.
"""

import json
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from urllib.parse import unquote_plus

MOST_LINKS = 20  # of a text that are looked at; a text of 1,600 characters holds few more
_LINK = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]{1,14})[:：]//|(?<![\w@.-])(?=[^\s/:@]{1,80}[.。．｡][^\s]))(?P<rest>[^\s<>\"]+)",
    re.IGNORECASE,
)
_INSIDE = re.compile(
    r"(?:https?:)?[/\\]{2}(?:[^\s/?#&@]{0,80}@)?([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})", re.IGNORECASE
)
_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|0x[0-9a-f]{6,10}|\d{8,10}")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_DOTS = str.maketrans({"。": ".", "．": ".", "｡": "."})
_WORDS = frozenset(
    ("am", "at", "be", "de", "do", "es", "in", "is", "it", "la", "me", "no", "re", "so", "st", "to", "us")
)
"""Endings that are words too: "come in.Is it" is no link unless a path follows."""
_TRAILING = ".,;:!?)]}'’\"”»…"


class Wrong(StrEnum):
    """Why a link may not go, the worst first."""

    SHORTENER = "shortener"
    ADDRESS = "address"  # a number instead of a name
    LOGIN = "login"  # user:password@
    LOOK_ALIKE = "look_alike"
    REDIRECT = "redirect"  # another address stands inside it
    NOT_OURS = "not_ours"
    NOT_SECURE = "not_secure"


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it stands in a text. `host` is in lower case; `scheme` is "" when it is written without."""

    text: str
    scheme: str
    host: str
    login: bool
    rest: str

    @property
    def said(self) -> str:
        """What path and query say once percent signs are undone, for detectors; "" for a bare domain."""
        return unquote_plus(self.rest, errors="replace")


def _read() -> tuple[frozenset[str], frozenset[str]]:
    data = json.loads(files("compliance.content_types").joinpath("data/links.json").read_text(encoding="utf-8"))
    return frozenset(data["shorteners"]), frozenset(data["endings"])


SHORTENERS, _ENDINGS = _read()


def links_in(text: str) -> list[Link]:
    """Every link of a text, also those that are written without https. At most `MOST_LINKS`."""
    found: list[Link] = []
    for match in _LINK.finditer(text):
        link = _link(match)
        if link is not None:
            found.append(link)
            if len(found) == MOST_LINKS:
                break
    return found


def wrong_with(link: Link, *, allowed: Collection[str] = (), only_https: bool = False) -> Wrong | None:
    """The worst that speaks against a link; None when nothing does.

    `allowed`: the only domains that may be linked, with everything below them; empty: any. `only_https`: a link that
    names another scheme is refused; one that names none is opened by phones as they like, and passes.
    """
    return next(_all_wrong(link, allowed, only_https=only_https), None)


def is_domain(text: str) -> bool:
    """Whether this is a domain name that could stand in a list of allowed ones: "example.com"."""
    labels = text.split(".")
    return (
        len(labels) > 1
        and len(text) <= 253
        and not _IPV4.fullmatch(text)
        and all(len(label) <= 63 and _LABEL.fullmatch(label) for label in labels)
    )


def below(host: str, domains: Collection[str]) -> bool:
    """Whether the host is one of these domains or lies below one."""
    labels = host.split(".")
    return any(".".join(labels[at:]) in domains for at in range(len(labels)))


def _all_wrong(link: Link, allowed: Collection[str], *, only_https: bool) -> Iterator[Wrong]:
    plain = unicodedata.normalize("NFKC", link.host).translate(_DOTS)
    if below(plain, SHORTENERS):
        yield Wrong.SHORTENER
    if _IPV4.fullmatch(plain) or plain.startswith("["):
        yield Wrong.ADDRESS
    if link.login:
        yield Wrong.LOGIN
    if any(not below(inner, allowed) and _site(inner) != _site(plain) for inner in _addresses_inside(link)):
        yield Wrong.REDIRECT
    if below(plain, allowed):
        pass
    elif not link.host.isascii() or any(label.startswith("xn--") for label in plain.split(".")):
        yield Wrong.LOOK_ALIKE
    if allowed and not below(plain, allowed):
        yield Wrong.NOT_OURS
    if only_https and link.scheme not in ("", "https"):
        yield Wrong.NOT_SECURE


def _addresses_inside(link: Link) -> list[str]:
    """The hosts of addresses that stand in path or query, also behind percent signs, once or twice."""
    if "//" not in link.rest and "%" not in link.rest:
        return []
    return [host.lower() for host in _INSIDE.findall(unquote_plus(link.said, errors="replace"))]


def _site(host: str) -> str:
    """The domain that somebody registered, as good as can be told without a list: example.com, example.co.uk."""
    labels = host.split(".")
    short = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3 if short else -2 :])


def _link(match: re.Match[str]) -> Link | None:
    scheme, whole = (match["scheme"] or "").lower(), match["rest"]
    if scheme not in ("", "http", "https"):
        return None
    whole = whole.rstrip(_TRAILING)
    before, mark, after = _split_authority(whole)
    authority, login = before.rpartition("@")[2], "@" in before
    host = authority.lower().partition(":")[0] if not authority.startswith("[") else authority.lower()
    host = host.translate(_DOTS).strip(".")
    if "." not in host and not host.startswith("[") and not (scheme and _IPV4.fullmatch(host)):
        return None
    if not scheme and (login or not _is_written_as_link(host, has_path=mark == "/")):
        return None
    return Link(match[0].rstrip(_TRAILING), scheme, host, login, f"{mark}{after}")


def _split_authority(whole: str) -> tuple[str, str, str]:
    """Before the path, the sign that ends it, and what follows."""
    at = next((place for place, sign in enumerate(whole) if sign in "/?#\\"), len(whole))
    return whole[:at], whole[at : at + 1], whole[at + 1 :]


def _is_written_as_link(host: str, *, has_path: bool) -> bool:
    """Without a scheme only what phones make a link of: a name with a known ending; an e-mail address is none."""
    plain = unicodedata.normalize("NFKC", host)
    ending = plain.rpartition(".")[2]
    return ending in _ENDINGS and (has_path or ending not in _WORDS or plain.startswith("www."))
