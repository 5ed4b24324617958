"""The SQL in Markdown documents, under the headings it stands under."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_HEADING = re.compile(r"^#{2,}\s+(.+?)\s*$")
_FENCE = re.compile(r"^```\s*(\w*)\s*$")
_MART = re.compile(r"\bmarts\.\w+")


@dataclass(frozen=True)
class Query:
    """One SQL block.

    Attributes:
        document: file name of the document.
        title: the heading that it stands under.
        sql: as written.
    """

    document: str
    title: str
    sql: str

    @property
    def anchor(self) -> str:
        """Where the heading is found: `queries.md#who-owes-me-what`."""
        words = re.sub(r"[^\w\s-]", "", self.title.lower()).split()
        return f"{self.document}#{'-'.join(words)}"

    @property
    def reads(self) -> set[str]:
        """The marts that it names."""
        return set(_MART.findall(self.sql))


def read_queries(document: Path) -> list[Query]:
    """Every block marked `sql`, in order."""
    found: list[Query] = []
    title = ""
    language: str | None = None
    lines: list[str] = []
    for line in document.read_text(encoding="utf-8").splitlines():
        fence = _FENCE.match(line)
        if language is None and fence:
            language, lines = fence[1], []
        elif fence:
            if language == "sql":
                found.append(Query(document.name, title, "\n".join(lines)))
            language = None
        elif language is not None:
            lines.append(line)
        elif heading := _HEADING.match(line):
            title = heading[1]
    return found
