"""What one consent is about: a purpose, and where the policy asks apart, a channel or a class of recipient. Pure."""

import re
from dataclasses import dataclass

_PART = re.compile(r"[a-z0-9-]{0,60}")


@dataclass(frozen=True, slots=True, order=True)
class ConsentKey:
    """One thing a person can agree to. All three are codes of the policy pack; the last two may be empty."""

    purpose: str
    channel: str = ""
    recipient_class: str = ""

    @property
    def token(self) -> str:
        """The key as it travels in a form."""
        return f"{self.purpose}.{self.channel}.{self.recipient_class}"

    @classmethod
    def from_token(cls, token: str) -> "ConsentKey | None":
        """The key a form names, or None when the text is not one."""
        parts = token.split(".")
        if len(parts) != 3 or not parts[0] or not all(_PART.fullmatch(part) for part in parts):
            return None
        return cls(*parts)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a form. `shown` is the hash of the wording the person had on screen, when the form carries it."""

    key: ConsentKey
    granted: bool
    shown: bytes | None = None
