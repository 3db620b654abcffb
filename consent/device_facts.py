"""What may be noted of a device: four facts, from what a browser sends by itself and from one small script. Pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from consent.browsers import LONGEST_HEADER, browser_words

if TYPE_CHECKING:
    from ua_parser import Parser

_SCREEN = re.compile(r"[1-9][0-9]{1,4}x[1-9][0-9]{1,4}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_PLAIN = re.compile(r"[^\w .,()/+-]")
LONGEST = 80


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """A device as the pack names it: name, operating system, screen size, language. Unknown facts are empty."""

    name: str
    system: str
    screen: str = ""
    language: str = ""

    def to_bytes(self) -> bytes:
        """The facts as they are sealed."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "DeviceFacts":
        """Undo `to_bytes`."""
        return cls(**json.loads(data))

    def same_device(self, other: "DeviceFacts") -> bool:
        """Whether both look like one device; screen and language of a device may change."""
        return (self.name, self.system) == (other.name, other.system)

    def with_known(self, earlier: "DeviceFacts") -> "DeviceFacts":
        """These facts, and where one is unknown now, what was known before."""
        return DeviceFacts(
            self.name, self.system or earlier.system, self.screen or earlier.screen, self.language or earlier.language
        )


def read_facts(headers: Mapping[str, str], *, screen: str = "", language: str = "") -> DeviceFacts:
    """The facts in a request's headers, and those a page's script adds. Whatever does not look right is dropped."""
    agent = headers.get("User-Agent", "")[:LONGEST_HEADER]
    parser = _parser()
    system, device = parser.parse_os(agent), parser.parse_device(agent)
    system_words = " ".join(part for part in (system.family, system.major) if part) if system else ""
    name = headers.get("Sec-CH-UA-Model", "").strip('" ') or (device.family if device else "") or browser_words(agent)
    accepted = headers.get("Accept-Language", "").split(",")[0].split(";")[0].strip()
    return DeviceFacts(
        name=_plain(name),
        system=_plain(system_words or headers.get("Sec-CH-UA-Platform", "").strip('" ')),
        screen=screen if _SCREEN.fullmatch(screen) else "",
        language=next((code for code in (language, accepted) if _LANGUAGE.fullmatch(code)), ""),
    )


def _plain(text: str) -> str:
    return " ".join(_PLAIN.sub("", text).split())[:LONGEST]


@lru_cache(maxsize=1)
def _parser() -> "Parser":
    # Loaded when a device is first noted; without the library's cache, which would keep what browsers sent.
    from ua_parser import Parser
    from ua_parser.basic import Resolver
    from ua_parser.loaders import load_lazy_builtins

    return Parser(Resolver(load_lazy_builtins()))
