"""What a listing says, whatever the envelope around it: to see that nothing has changed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable

_DECODER = json.JSONDecoder()


def records_sha256(list_key: str, pages: Iterable[bytes]) -> str | None:
    """A digest of a listing's records, byte for byte as Xero sent them.

    The envelope is left out: its Id and DateTimeUTC differ in every answer.

    Args:
        list_key: the key of a page that holds the records.
        pages: the bodies, decompressed, in order.

    Returns:
        None when a page is not a listing: loading it will say why.
    """
    digest = hashlib.sha256()
    for page in pages:
        records = _records(list_key, page)
        if records is None:
            return None
        digest.update(records.encode())
        digest.update(b"\n")
    return digest.hexdigest()


def _records(list_key: str, page: bytes) -> str | None:
    """The list as it stands in the page, brackets included."""
    try:
        text = page.decode()
        # Before the list there are only scalars and `pagination`: the first such key is the page's.
        found = re.search(rf'"{re.escape(list_key)}"\s*:\s*(?=\[)', text)
        if found is None:
            return None
        _, end = _DECODER.raw_decode(text, found.end())
    except ValueError:
        return None
    return text[found.end() : end]
