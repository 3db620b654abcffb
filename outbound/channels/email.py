"""Mail: to a server when one is set, otherwise one readable file per message under PORTAL_HOME/mail."""

import os
import smtplib
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.timezone import localtime

from outbound.channels.base import Envelope
from outbound.enums import FailureCode
from outbound.errors import PermanentFailure, TemporaryFailure

SMTP = "django.core.mail.backends.smtp.EmailBackend"


class EmailChannel:
    """Sends plain UTF-8 text, unencoded (8bit), so that it reads the same in a file and in a mail program."""

    def send(self, envelope: Envelope) -> None:
        message = as_message(envelope)
        if settings.EMAIL_DELIVERY == "smtp":
            _hand_to_server(message)
        else:
            _write_file(envelope, message)


def as_message(envelope: Envelope) -> EmailMessage:
    """The mail as it leaves. Its Message-ID is made of the message's id, so a repeated try is seen as the same mail."""
    host = settings.PORTAL_URL.split("//")[-1].split("/")[0].split(":")[0]
    return EmailMessage(
        subject=envelope.subject,
        body=envelope.body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[envelope.to],
        headers={
            "Message-ID": f"<{envelope.id}@{host}>",
            "Date": localtime(envelope.at).strftime("%a, %d %b %Y %H:%M:%S %z"),
            "Auto-Submitted": "auto-generated",
        },
    )


def _hand_to_server(message: EmailMessage) -> None:
    try:
        get_connection(SMTP, fail_silently=False).send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        if all(code >= 500 for code in codes):
            raise PermanentFailure(FailureCode.BOUNCED) from None
        raise TemporaryFailure(FailureCode.BUSY) from None
    except smtplib.SMTPAuthenticationError:
        raise TemporaryFailure(FailureCode.SIGN_IN) from None
    except smtplib.SMTPResponseException as error:
        if error.smtp_code >= 500:
            raise PermanentFailure(FailureCode.REFUSED) from None
        raise TemporaryFailure(FailureCode.BUSY) from None
    except (smtplib.SMTPException, OSError):
        raise TemporaryFailure(FailureCode.UNREACHABLE) from None


def _write_file(envelope: Envelope, message: EmailMessage) -> None:
    folder = Path(settings.PORTAL_HOME) / "mail"
    path = folder / f"{envelope.at:%Y%m%d-%H%M%S}-{envelope.id}.eml"
    half = path.with_suffix(".part")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(half, "wb", opener=_private) as out:
            out.write(message.message().as_bytes())
        half.replace(path)
    except OSError:
        raise TemporaryFailure(FailureCode.NO_SPACE) from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
