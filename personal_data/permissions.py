"""Who may see a value in clear."""

from core.actors import Actor
from core.errors import allows
from personal_data.errors import RevealRefused

REVEAL_ROLES = {
    "basic": frozenset({"agent", "dpo"}),
    "sensitive": frozenset({"dpo"}),
    "security": frozenset({"dpo"}),
}


def check_can_reveal(*, by: Actor, sensitivity: str) -> None:
    """Raises RevealRefused unless the actor's role may see this class of data (LV-7, LV-8)."""
    if by.audit_role not in REVEAL_ROLES[sensitivity]:
        raise RevealRefused


can_reveal = allows(check_can_reveal)
