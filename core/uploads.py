"""Uploaded files never stand on disk in clear, and no request fills the memory.

What is small stays in memory. What is larger goes to a nameless temporary file, sealed under a key of this request.
"""

import tempfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from core.encryption import new_key
from core.sealed_stream import SealedWriter, sealed_pieces

IN_MEMORY_BYTES = 2 * 1024 * 1024
# Beyond this multiple of the limit nobody is answering in good faith, and reading on would only hold a worker.
PATIENCE = 3
_CONTEXT = "core.uploads:content"


class SealedUpload(UploadedFile):
    """A larger upload. Read it by `chunks`; `read` gives the whole of it, for those who must have it at once."""

    def __init__(self, source: BinaryIO, *, key: bytes, name: str, content_type: str, size: int) -> None:
        super().__init__(cast(Any, source), name, content_type, size)
        self._key = key

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The content in clear, in pieces of the sealer's size."""
        source = cast(BinaryIO, self.file)
        source.seek(0)
        yield from sealed_pieces(source, key=self._key, context=_CONTEXT)

    def multiple_chunks(self, chunk_size: int | None = None) -> bool:
        return True

    def read(self, num_bytes: int | None = None) -> bytes:
        """The whole content, whatever number is asked for."""
        return b"".join(self.chunks())


class BoundedUploadHandler(FileUploadHandler):
    """Takes up to `PORTAL_UPLOAD_MAX_BYTES` of one request; a file beyond it arrives empty, with its true size.

    The form then says how large it was and how large it may be.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.received = 0
        self._begin()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._begin()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > settings.PORTAL_UPLOAD_MAX_BYTES * PATIENCE:
            if self.spilled is not None:
                self.spilled.close()
            raise StopUpload(connection_reset=True)
        if self.received > settings.PORTAL_UPLOAD_MAX_BYTES:
            if self.spilled is not None:
                self.spilled.close()
            self._begin()
            self.is_over = True
        elif self.writer is not None:
            self.writer.write(raw_data)
        elif not self.is_over:
            self.small.write(raw_data)
            if self.small.tell() > IN_MEMORY_BYTES:
                self._spill()

    def file_complete(self, file_size: int) -> UploadedFile:
        name, kind = self.file_name or "", self.content_type or ""
        if self.writer is not None and self.spilled is not None:
            self.writer.finish()
            return SealedUpload(self.spilled, key=self.key, name=name, content_type=kind, size=file_size)
        self.small.seek(0)
        return InMemoryUploadedFile(self.small, self.field_name, name, kind, file_size, self.charset)

    def upload_interrupted(self) -> None:
        if self.spilled is not None:
            self.spilled.close()

    def _begin(self) -> None:
        self.small = BytesIO()
        self.spilled: BinaryIO | None = None
        self.writer: SealedWriter | None = None
        self.key = b""
        self.is_over = False

    def _spill(self) -> None:
        self.key = new_key()
        # Without a name, it goes when the request lets go of it.
        self.spilled = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  outlives this call
        self.writer = SealedWriter(self.spilled, key=self.key, context=_CONTEXT)
        self.writer.write(self.small.getvalue())
        self.small = BytesIO()
