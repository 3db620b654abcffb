"""A browser's family and system in a few words, without a table of every browser ever made. Pure."""

LONGEST_HEADER = 600
# Order matters: most browsers name several others.
_FAMILIES = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("coc_coc", "Cốc Cốc"), ("Zalo", "Zalo"),
    ("FBAN", "Facebook"), ("FxiOS", "Firefox"), ("Firefox", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def browser_words(user_agent: str) -> str:
    """Such as "Firefox, Windows"; empty parts are left out."""
    user_agent = user_agent[:LONGEST_HEADER]
    family = next((name for mark, name in _FAMILIES if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (family, system) if part)
