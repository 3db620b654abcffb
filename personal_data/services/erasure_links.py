"""The unguessable link to one erasure: needs no session, shows no value, and works for a while after the end."""

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from personal_data.models import ErasureRun

LINK_WORKS = timedelta(days=30)  # after the end


def progress_token(run: ErasureRun) -> str:
    """The unguessable part of the progress link; needs no session, and is stored only as a hash."""
    return hmac.new(settings.PORTAL_REGISTER_KEY, b"erasure-link:" + run.pk.bytes, hashlib.sha256).hexdigest()


def run_by_token(token: str, *, at: datetime) -> ErasureRun | None:
    """The run a progress link belongs to; None for 30 days after its end and later."""
    ended = at - LINK_WORKS
    works = Q(finished_at=None, cancelled_at=None) | Q(finished_at__gt=ended) | Q(cancelled_at__gt=ended)
    return ErasureRun.objects.filter(works, token_hash=token_hash(token)).select_related("plan").first()


def token_hash(token: str) -> bytes:
    """What is stored of the unguessable part."""
    return hashlib.sha256(token.encode()).digest()
