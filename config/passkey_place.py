"""Where passkeys belong: to the host name of the public address, and to no other."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def passkey_place(public_base_url: str, *, local: bool) -> tuple[str, list[str]]:
    """RP ID and the one origin that browsers may answer from.

    Browsers know passkeys only for host names, and only over https or on this machine. There the name is `localhost`,
    also when the public address says 127.0.0.1. No origin: nobody is offered a passkey.
    """
    parts = urlsplit(public_base_url)
    host, port = parts.hostname or "", f":{parts.port}" if parts.port else ""
    if local and (host == "localhost" or _is_loopback(host)):
        return "localhost", [f"{parts.scheme}://localhost{port}"]
    if parts.scheme != "https" or _is_address(host):
        return host, []
    name = host.encode("idna").decode()
    return name, [f"https://{name}{port}"]


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return _is_address(host) and ip_address(host).is_loopback
