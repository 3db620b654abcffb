"""The organisation's colours as a style sheet: the content security policy refuses inline ones. Pure."""

from policies.contrast import DARK_PAGE, WHITE
from policies.pack_types import Pack

BLACK = "#000000"


def mix(colour: str, other: str, share: float) -> str:
    """`colour` with this share of `other` mixed in, from 0 (none) to 1 (only the other)."""
    parts = (
        round(int(colour[at : at + 2], 16) * (1 - share) + int(other[at : at + 2], 16) * share) for at in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02x}" for part in parts)


def accent_css(pack: Pack) -> str:
    """The pack's accent in the six tones the portal's tokens ask for; the strong ones only raise contrast."""
    tones = {
        "--pack-accent": pack.accent,
        "--pack-accent-strong": mix(pack.accent, BLACK, 0.25),
        "--pack-accent-soft": mix(pack.accent, WHITE, 0.92),
        "--pack-accent-dark": pack.accent_dark,
        "--pack-accent-dark-strong": mix(pack.accent_dark, WHITE, 0.35),
        "--pack-accent-dark-soft": mix(pack.accent_dark, DARK_PAGE, 0.86),
    }
    return ":root{" + ";".join(f"{name}:{value}" for name, value in tones.items()) + "}\n"
