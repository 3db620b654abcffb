"""Asking the web server of this machine whether the portal is ready."""

import http.client
import json

from django.conf import settings


def health_host() -> str:
    """A host name that the portal answers to."""
    named = [host.lstrip(".") for host in settings.ALLOWED_HOSTS if host != "*"]
    return "localhost" if "localhost" in named or not named else named[0]


def not_ready(port: int) -> str | None:
    """None when /readyz says 200; else what is waited for."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": health_host()})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status == 200:
            return None
        checks = json.loads(text)["checks"]
        return ", ".join(name for name, check in checks.items() if not check["ok"])
    except (OSError, http.client.HTTPException):
        return "web"
    except (ValueError, KeyError):
        return "a good answer from web"
    finally:
        connection.close()
