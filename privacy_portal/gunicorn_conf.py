"""How gunicorn serves the portal: loaded once, then forked, so that workers share what was loaded."""

import gc
import os
import socket
import struct
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_portal.settings")

from django.conf import settings

WORKERS = 2
THREADS = 4
SILENCE_SECONDS = 15  # a browser that went away in the middle of a request gives its thread back


def _addresses() -> list[str]:
    """The address to listen on: PORTAL_BIND in a container, else the loopback of both kinds (passkeys need
    `localhost`).
    """
    given = os.environ.get("PORTAL_BIND", "")
    if given:
        return [f"{given}:{settings.PORT}"]
    return [f"127.0.0.1:{settings.PORT}", *([f"[::1]:{settings.PORT}"] if _has_ipv6_loopback(settings.PORT) else [])]


def _has_ipv6_loopback(port: int) -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("::1", port))
    except OSError:
        return False
    return True


bind = _addresses()
wsgi_app = "privacy_portal.wsgi:application"
workers = int(os.environ.get("PORTAL_WEB_WORKERS", WORKERS))
worker_class = "gthread"
threads = THREADS
preload_app = True
timeout = 30
graceful_timeout = 8
keepalive = 5
max_requests = 20_000  # a slow leak never grows old
max_requests_jitter = 2_000
limit_request_line = 4094
limit_request_field_size = 8190
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112  a heartbeat file, never written to disk
accesslog = None  # an address names a person
errorlog = "-"
loglevel = "warning"
proc_name = "portal-web"
forwarded_allow_ips = os.environ.get("PORTAL_PROXY_ADDRESSES", "127.0.0.1")
control_socket_disable = True


def when_ready(server: Any) -> None:
    """Keep what is loaded out of the collector: looking at it would copy its pages into every worker."""
    _load_what_the_first_pages_would()
    for listener in server.LISTENERS:
        # Each connection inherits it. Without it eight silent ones would hold every thread of the portal for good.
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SILENCE_SECONDS, 0))
    gc.collect()
    gc.freeze()


def _load_what_the_first_pages_would() -> None:
    """Addresses in every language with their views, and the domains passkeys are checked against.

    Once here instead of once in each worker: some ten megabytes. Compiled templates are left out; a worker writes to
    most of what it renders with, and what it writes to is not shared any more.
    """
    import fido2.rpid  # noqa: F401
    from django.urls import URLResolver, get_resolver
    from django.utils import translation

    def load(resolver: URLResolver) -> None:
        resolver._populate()
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                load(pattern)

    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            load(get_resolver())
