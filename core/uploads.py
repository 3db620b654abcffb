"""Uploaded files stay in memory, never on disk in clear, and never more of them than one request may bring."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

# Beyond this multiple of the limit nobody is answering in good faith, and reading on would only hold a worker.
PATIENCE = 3


class BoundedUploadHandler(FileUploadHandler):
    """Keeps up to `PORTAL_UPLOAD_MAX_BYTES` of one request; a file beyond it arrives empty, with its true size.

    The form then says how large it was and how large it may be.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.received = 0
        self.content = BytesIO()
        self.is_over = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.content = BytesIO()
        self.is_over = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > settings.PORTAL_UPLOAD_MAX_BYTES * PATIENCE:
            raise StopUpload(connection_reset=True)
        if self.received > settings.PORTAL_UPLOAD_MAX_BYTES:
            self.is_over = True
            self.content = BytesIO()
        if not self.is_over:
            self.content.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.content.seek(0)
        return InMemoryUploadedFile(
            self.content, self.field_name, self.file_name or "", self.content_type or "", file_size, self.charset
        )
