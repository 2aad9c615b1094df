"""The settings of a server, and the addresses it refuses to open at."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass, fields
from pathlib import Path

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
MIN_TOKEN = 32  # characters of a token


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of ``policysearch serve``.

    ``token`` is the secret of its visitors, "" where nobody needs any; ``allowed_hosts`` are names
    the server answers to besides those of the loopback; ``base_url`` is its address for citations
    and feeds, without a slash at the end; ``cors`` is the one other origin that may read the API.
    """

    index: str
    host: str = "127.0.0.1"
    port: int = 8765
    synonyms: str = ""
    token: str = ""
    allowed_hosts: tuple[str, ...] = ()
    base_url: str = ""
    cors: str = ""
    log_queries: bool = False
    threads: int = 2

    def to_json(self) -> str:
        """The settings for another process of the same server."""
        return json.dumps({field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """Returns the settings that `to_json` wrote as ``text``."""
        values = json.loads(text)
        values["allowed_hosts"] = tuple(values["allowed_hosts"])
        return cls(**{field.name: values[field.name] for field in fields(cls)})


def is_loopback(host: str) -> bool:
    """True if only this machine reaches the address ``host``."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def objection(host: str, *, has_token: bool, no_auth: bool, allowed_hosts: tuple[str, ...]) -> str:
    """Why a server must not open at ``host``, with what to do; "" where it may."""
    if has_token and no_auth:
        return "--token-file and --no-auth contradict each other"
    if is_loopback(host):
        return ""
    if not has_token and not no_auth:
        return (
            f"{host} is reached from other machines: give --token-file FILE "
            "(`policysearch token` makes one), or say --no-auth"
        )
    if not allowed_hosts:
        return (
            f"{host} is reached from other machines: say by what name with --allowed-host NAME, "
            "for other names are refused"
        )
    return ""


def read_token(file: Path) -> str:
    """The token that stands in a file. Raises ValueError where it is none, and OSError."""
    token = file.read_text(encoding="utf-8").strip()
    if len(token) < MIN_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise ValueError(
            f"{file} holds no token: {MIN_TOKEN} characters of ASCII at least, as "
            "`policysearch token` makes them"
        )
    return token
