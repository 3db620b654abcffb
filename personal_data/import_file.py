"""The file of an import, sealed on disk under a key of its own until the import is done with it.

What holds for the whole file stands in its first line, so that the checksum covers it.
"""

import hashlib
import json
from dataclasses import dataclass

from core.encryption import new_key, unwrap, wrap
from personal_data import storage
from personal_data.errors import ImportChanged
from personal_data.import_table import Common
from personal_data.models import ImportBatch


@dataclass(frozen=True, slots=True)
class ImportFile:
    """What was brought: the file's bytes, what was said of it, and the number of the policy's version it follows."""

    data: bytes
    common: Common
    version: int

    def content(self) -> bytes:
        """The bytes as they are kept."""
        head = json.dumps([self.common.as_json(), self.version], sort_keys=True)
        return head.encode() + b"\n" + self.data

    def digest(self) -> bytes:
        """The checksum a person sees and approves."""
        return hashlib.sha256(self.content()).digest()


def keep(batch: ImportBatch, file: ImportFile) -> None:
    """Seal the file on disk and set the batch's key and checksum; the caller saves the batch. Raises OSError."""
    key = new_key()
    batch.wrapped_key = wrap(key, context=key_context(batch))
    batch.digest = file.digest()
    storage.write_blob(batch.pk, file.content(), key=key)


def opened(batch: ImportBatch) -> ImportFile:
    """The file of a batch. Raises ImportChanged unless it is the one the checksum stands for; FileNotFoundError."""
    key = unwrap(batch.wrapped_key or b"", context=key_context(batch))
    head, _newline, data = storage.read_blob(batch.pk, key=key).partition(b"\n")
    common, version = json.loads(head)
    file = ImportFile(data, Common(**common), version)
    if file.digest() != bytes(batch.digest):
        raise ImportChanged
    return file


def key_context(batch: ImportBatch) -> str:
    """What the wrapped key of a batch is bound to."""
    return f"personal_data.ImportBatch:key:{batch.pk}"
