"""Many small batches as one file, which is still replayable batch by batch.

An archive is a tar of batch folders in one zstd frame: most batches of an endpoint repeat the one
before them, which only a common frame can tell. Inside it pages are `.json`, and the manifests say
so; `tar --zstd -xf` gives the folders back, and so does `unpack`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import zstandard

from xero_pipeline.warehouse.batches import MANIFEST, Batch, LandedPage, read_batch, read_page
from xero_pipeline.warehouse.durable import flush
from xero_pipeline.warehouse.errors import PageUnreadable
from xero_pipeline.warehouse.shelf import Archive, Shelf

# An archive is written once and read on a rebuild: time is cheap. The window spans hundreds of
# pages, so that each costs no more than its difference from one before it.
_COMPRESSION = zstandard.ZstdCompressionParameters.from_level(
    9, window_log=23, enable_ldm=True, write_checksum=True
)

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Damage:
    """Something in the landing zone that is not what was landed.

    Attributes:
        sync_id: the batch it belongs to; of an archive, the newest in it.
        as_of_date: of a report, where its manifest can be read.
    """

    error: PageUnreadable
    sync_id: str
    as_of_date: dt.date | None = None


@dataclass
class Contents:
    """What lies on a shelf.

    Attributes:
        batches: oldest first; those out of an archive lie in the workspace.
        damages: what could not be read at all.
    """

    batches: list[Batch] = field(default_factory=list)
    damages: list[Damage] = field(default_factory=list)

    def verify(self) -> None:
        """Put batches that are not what was landed among the damages."""
        intact = []
        for batch in self.batches:
            manifest = batch.manifest
            errors = list(batch.damaged_files())
            self.damages += [Damage(e, manifest.sync_id, manifest.as_of_date) for e in errors]
            if not errors:
                intact.append(batch)
        self.batches = intact


@contextlib.contextmanager
def laid_out(shelf: Shelf, workspace: Path) -> Iterator[Contents]:
    """Everything complete on a shelf, its archives unpacked, until the block is left.

    Args:
        workspace: a folder; what is unpacked lies in it meanwhile.
    """
    folder = workspace / shelf.endpoint / shelf.organisation_id
    try:
        yield _contents(shelf, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _contents(shelf: Shelf, folder: Path) -> Contents:
    contents = Contents()
    for archive in shelf.archives():
        try:
            contents.batches += unpack(shelf, archive, folder)
        except PageUnreadable as error:
            contents.damages.append(Damage(error, archive.last))
    # A compaction that was killed leaves folders of batches that are archived already; two
    # archives may hold the same batch then, too.
    known = {batch.manifest.sync_id: batch for batch in contents.batches}
    for sync_id in shelf.complete():
        if sync_id not in known:
            try:
                known[sync_id] = read_batch(shelf.folder / sync_id)
            except PageUnreadable as error:
                contents.damages.append(Damage(error, sync_id))
    contents.batches = [known[sync_id] for sync_id in sorted(known)]
    return contents


def pack(shelf: Shelf, batches: Sequence[Batch]) -> Archive:
    """Write batches of a shelf into one archive, which is there whole or not at all.

    Args:
        batches: at least one, oldest first.

    Raises:
        PageUnreadable: a page is not what was landed; nothing was written.
    """
    for batch in batches:
        batch.verify()
    ids = [batch.manifest.sync_id for batch in batches]
    archive = Archive.named(shelf.folder, ids[0], ids[-1], len(ids))
    temporary = archive.path.with_name(archive.path.name + ".tmp")
    with temporary.open("wb") as file:
        compressor = zstandard.ZstdCompressor(compression_params=_COMPRESSION)
        with (
            compressor.stream_writer(file, closefd=False) as stream,
            tarfile.open(fileobj=stream, mode="w|") as tar,
        ):
            for batch in batches:
                _add(tar, batch)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(archive.path)
    flush(shelf.folder)
    return archive


def unpack(shelf: Shelf, archive: Archive, folder: Path) -> list[Batch]:
    """The batches of an archive, oldest first, as batch folders below `folder`.

    Raises:
        PageUnreadable: the archive is damaged.
    """
    own = folder / archive.last
    try:
        _extract(archive.path, own)
        batches = [read_batch(path) for path in sorted(own.iterdir())]
    except (OSError, EOFError, tarfile.TarError, zstandard.ZstdError, PageUnreadable) as error:
        raise _unreadable(shelf, archive) from error
    if len(batches) != archive.count:
        raise _unreadable(shelf, archive)
    return batches


def _extract(archive: Path, folder: Path) -> None:
    """Decompressed as a whole first: only the end of the frame proves that nothing is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    frame = zstandard.ZstdDecompressor().decompressobj()
    with tempfile.TemporaryFile(dir=folder.parent) as plain:
        with archive.open("rb") as file:
            while chunk := file.read(_CHUNK):
                plain.write(frame.decompress(chunk))
        if not frame.eof:
            raise EOFError
        plain.seek(0)
        with tarfile.open(fileobj=plain, mode="r") as tar:
            tar.extractall(folder, filter="data")


def _add(tar: tarfile.TarFile, batch: Batch) -> None:
    """A batch's folder, its pages decompressed and its manifest saying so."""
    bodies = [read_page(file) for file in batch.files]
    pages = tuple(
        LandedPage(
            file=f"{number:05d}.json",
            sha256=hashlib.sha256(body).hexdigest(),
            bytes=len(body),
            contact_id=page.contact_id,
            parent=page.parent,
            document_id=page.document_id,
        )
        for number, (body, page) in enumerate(zip(bodies, batch.manifest.pages, strict=True), 1)
    )
    manifest = batch.manifest.model_copy(update={"pages": pages})
    contents = dict(zip((page.file for page in pages), bodies, strict=True))
    contents[MANIFEST] = manifest.model_dump_json(exclude_defaults=True).encode()
    for name, content in contents.items():
        member = tarfile.TarInfo(f"{manifest.sync_id}/{name}")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))


def _unreadable(shelf: Shelf, archive: Archive) -> PageUnreadable:
    return PageUnreadable(
        shelf.organisation_id, shelf.endpoint, archive.path, "the archive is damaged"
    )
