"""docs/figures/: a page per mart and an index by question, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from xero_pipeline.warehouse.figures.catalogue import Figure
from xero_pipeline.warehouse.figures.queries import Query, read_queries
from xero_pipeline.warehouse.models.lineage import Column

INDEX = "README.md"
_WITH_QUERIES = ("queries.md", "why.md")

_HEAD = """# The figures

What every table in `marts` holds, column by column: written by `xero-pipeline docs` from the `.yml`
beside the SQL, the SQL itself and the queries in [queries.md](../queries.md) and
[why.md](../why.md). Do not edit these pages; a test holds them to their sources.

Columns that end in `_base` are in the organisation's base currency, the one in
`staging.organisations.base_currency`. Never add those of organisations with different base
currencies. Other amounts stand beside their `currency_code`. A day is the organisation's own
calendar day, an instant is UTC.
"""


def write_pages(docs: Path, figures: Sequence[Figure]) -> int:
    """Write `figures/` below a folder of documents anew.

    Returns:
        The number of pages.
    """
    folder = docs / "figures"
    folder.mkdir(exist_ok=True)
    written = pages_of(docs, figures)
    for name, content in written.items():
        (folder / name).write_text(content, encoding="utf-8")
    for page in folder.glob("*.md"):
        if page.name not in written:
            page.unlink()
    return len(written)


def pages_of(docs: Path, figures: Sequence[Figure]) -> dict[str, str]:
    """File name -> content.

    Args:
        docs: the folder with the documents whose queries are shown.
    """
    queries = [query for name in _WITH_QUERIES for query in read_queries(docs / name)]
    return {INDEX: _index(figures, queries)} | {
        f"{figure.node.name}.md": _page(figure, queries) for figure in figures
    }


# --- the index -----------------------------------------------------------------------------------


def _index(figures: Sequence[Figure], queries: Sequence[Query]) -> str:
    asked: dict[str, set[str]] = {}
    titles = {query.anchor: query.title for query in queries}
    for query in queries:
        asked.setdefault(query.anchor, set()).update(query.reads)
    known = {figure.relation for figure in figures}
    questions = [
        (f"[{titles[anchor]}](../{anchor})", _links(sorted(reads & known)))
        for anchor, reads in asked.items()
        if reads & known
    ]
    tables = [(_link(figure.relation), _cell(figure.grain)) for figure in figures]
    return "\n".join(
        [
            _HEAD,
            "## By question\n",
            *_table(("question", "tables"), questions),
            "\n## By table\n",
            *_table(("table", "holds"), tables),
            "",
        ]
    )


# --- a page --------------------------------------------------------------------------------------


def _page(figure: Figure, queries: Sequence[Query]) -> str:
    sections = (
        _title(figure),
        _columns(figure.columns),
        _tests(figure),
        _origin(figure),
        _asked(figure, queries),
    )
    return "\n".join(line for section in sections for line in section)


def _title(figure: Figure) -> Iterable[str]:
    yield f"# {figure.relation}\n"
    yield f"{figure.description}\n"
    if figure.arguments is not None:
        names = ", ".join(argument.name for argument in figure.arguments)
        yield f"A function: `from {figure.relation}({names})`."
        for argument in figure.arguments:
            yield f"`{argument.name}` ({argument.type}): {argument.description}"
        yield ""
    if figure.key:
        yield f"Key: {', '.join(f'`{name}`' for name in figure.key)}.\n"


def _columns(columns: Sequence[Column]) -> Iterable[str]:
    yield "## Columns\n"
    yield from _table(
        ("column", "type", "unit", "NULL", "meaning"),
        [
            (
                f"`{column.name}`",
                _cell(_short(column.type)),
                column.unit or "",
                "may be" if column.is_nullable else "never",
                _cell(column.description),
            )
            for column in columns
        ],
    )
    yield ""


def _tests(figure: Figure) -> Iterable[str]:
    if not figure.tests:
        return
    yield "## What is tested\n"
    yield "After every build; what is an error keeps the tables from being published.\n"
    never = [case.column for case in figure.tests if case.name.endswith("_not_null")]
    if never:
        yield f"- error: never NULL: {', '.join(f'`{column}`' for column in never)}."
    for case in figure.tests:
        if not case.name.endswith("_not_null"):
            yield f"- {'warning' if case.severity == 'warn' else 'error'}: {case.description}"
    yield ""


def _origin(figure: Figure) -> Iterable[str]:
    yield "## Where it comes from\n"
    schema = "macros" if figure.arguments is not None else figure.node.schema
    file = f"dbt_like_sql/{schema}/{figure.node.path.name}"
    yield f"[{file}](../../{file}) reads {_names(figure.reads)}."
    yield f"All of it is made of {_names(figure.sources)}.\n"
    if figure.comes_from:
        yield from _table(
            ("column", "made of"),
            [
                (f"`{column}`", ", ".join(f"`{relation}.{name}`" for relation, name in sources))
                for column, sources in _in_order(figure).items()
            ],
        )
        yield ""


def _in_order(figure: Figure) -> Mapping[str, list[tuple[str, str]]]:
    names = [column.name for column in figure.columns]
    return {name: figure.comes_from[name] for name in names if name in figure.comes_from}


def _asked(figure: Figure, queries: Sequence[Query]) -> Iterable[str]:
    own = [query for query in queries if figure.relation in query.reads]
    if not own:
        return
    yield "## Questions it answers\n"
    for anchor, title in {query.anchor: query.title for query in own}.items():
        yield f"- [{title}](../{anchor})"
    yield "\nFor example:\n"
    yield f"```sql\n{min(own, key=lambda query: len(query.sql)).sql}\n```\n"


# --- Markdown ------------------------------------------------------------------------------------


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    for cells in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _short(type_: str) -> str:
    """A list of records is called so; its fields are in the description."""
    if not type_.startswith("STRUCT"):
        return type_
    return "list of records" if type_.endswith("[]") else "record"


def _names(relations: Iterable[str]) -> str:
    return ", ".join(
        _link(each) if each.startswith("marts.") else f"`{each}`" for each in relations
    )


def _links(relations: Iterable[str]) -> str:
    return ", ".join(_link(each) for each in relations)


def _link(relation: str) -> str:
    return f"[{relation}]({relation.partition('.')[2]}.md)"
