"""Makes the secrets of a production installation with docker-compose.yml: `python3 privacy_portal/deploy_secrets.py
secrets`.

Needs nothing but Python. Existing files are left alone, so it can be run again after an upgrade adds one.
"""

import base64
import os
import secrets
import sys
from pathlib import Path


def values() -> dict[str, str]:
    """Every secret file and a fresh value for it."""

    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    def address(role: str, host: str, database: str) -> str:
        return f"postgresql://{role}:{secrets.token_hex(32)}@{host}:5432/{database}"

    return {
        "django_secret_key": secrets.token_urlsafe(64),
        "portal_keys": f"k1:{key()}",
        "portal_index_key": key(),
        "portal_alias_key": key(),
        "portal_register_key": key(),
        "portal_seal_key": key(),
        "database_url": address("portal_app", "data", "portal"),
        "database_owner_url": address("portal_owner", "data", "portal"),
        "keys_database_url": address("portal_app", "keys", "portal_keys"),
        "keys_database_owner_url": address("portal_owner", "keys", "portal_keys"),
        "redis_url": f"redis://:{secrets.token_hex(32)}@broker:6379/0",
        "data_superuser_password": secrets.token_hex(32),
        "keys_superuser_password": secrets.token_hex(32),
        "email_url": "smtp+tls://user:password@mail.example.vn:587",
    }


def main(folder: Path) -> None:
    """Write what is missing. The folder is closed to others; the files in it can be read by the account inside the
    containers.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, value in values().items():
        try:
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
        except FileExistsError:
            continue
        with os.fdopen(descriptor, "w") as file:
            file.write(value + "\n")
        print(f"made {folder / name}" + ("  <- write your mail server here" if name == "email_url" else ""))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
