"""Markdown for asset metadata. Names come from Xero: what they hold is text, never markup."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

_MARKUP = re.compile(r"([\\`*_{}\[\]|])")


def plain(text: str) -> str:
    """The text as it reads, on one line."""
    return _MARKUP.sub(r"\\\1", html.escape(" ".join(text.split()), quote=False))


def table(header: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[str] = ()) -> str:
    """A table.

    Args:
        right: the headings of columns that are aligned to the right, such as amounts.
    """
    rule = ["---:" if name in right else "---" for name in header]
    body = [[plain(cell) for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in [list(header), rule, *body])
