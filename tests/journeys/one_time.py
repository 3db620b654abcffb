"""What an authenticator app computes (RFC 6238)."""

import base64
import hmac
import struct
import time


def app_code(secret: str, *, steps: int = 0) -> str:
    """The six digits an app shows for a secret in base32, now or some half minutes from now. A code works once."""
    key = base64.b32decode(secret.upper() + "=" * (-len(secret) % 8))
    moment = struct.pack(">Q", int(time.time() // 30) + steps)
    digest = hmac.digest(key, moment, "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"
