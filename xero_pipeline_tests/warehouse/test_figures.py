"""docs/figures/: what every mart means, held to the models that make it.

After a change of a model or of its .yml, write the pages anew with `xero-pipeline docs`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xero_pipeline.warehouse import Kind, ModelGraph
from xero_pipeline.warehouse.figures import Figure, figures_of, pages_of, read_queries, write_pages
from xero_pipeline.warehouse.models.units import unit_of
from xero_pipeline_tests.documents import DOCS
from xero_pipeline_tests.sql.warehouse import graph
from xero_pipeline_tests.warehouse.project import ORGANISATIONS, write_project

WRITE_ANEW = "`xero-pipeline docs` writes it anew"


@pytest.fixture(scope="module")
def figures() -> list[Figure]:
    return figures_of(graph())


# --- the pages of this project -------------------------------------------------------------------


def test_no_page_is_stale(figures: list[Figure]) -> None:
    expected = pages_of(DOCS, figures)
    found = {page.name: page.read_text() for page in (DOCS / "figures").glob("*.md")}
    stale = sorted(name for name in expected | found if expected.get(name) != found.get(name))
    assert not stale, f"{stale}: {WRITE_ANEW}"


def test_links_in_the_docs_lead_somewhere() -> None:
    for page in [*DOCS.glob("*.md"), *(DOCS / "figures").glob("*.md"), DOCS.parent / "README.md"]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_table_and_table_function_of_marts_is_a_figure(figures: list[Figure]) -> None:
    marts = {
        node.relation
        for node in graph().nodes.values()
        if node.schema == "marts" and (node.kind is Kind.MODEL or " as table" in node.sql)
    }
    assert {figure.relation for figure in figures} == marts


def test_every_figure_says_what_a_row_is(figures: list[Figure]) -> None:
    for figure in figures:
        assert figure.description.startswith("One row per "), figure.relation
        assert figure.key or figure.arguments is not None, f"{figure.relation} tests no key"


def test_every_column_is_described(figures: list[Figure]) -> None:
    undescribed = [
        f"{figure.relation}.{column.name}"
        for figure in figures
        for column in figure.columns
        if not column.description
    ]
    assert not undescribed


def test_every_number_says_its_unit_and_money_its_currency(figures: list[Figure]) -> None:
    """In the name (`_base`, `_aud`), in words ("in base currency") or by `currency_code`."""
    silent = [
        f"{figure.relation}.{column.name}"
        for figure in figures
        for column in figure.columns
        if column.unit is None
    ]
    assert not silent


def test_every_column_that_may_be_null_says_what_null_means(figures: list[Figure]) -> None:
    silent = [
        f"{figure.relation}.{column.name}"
        for figure in figures
        for column in figure.columns
        if column.is_nullable and "NULL" not in column.description
    ]
    assert not silent


# --- how units are told --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "type_", "description", "unit"),
    [
        ("cash_base", "DECIMAL(18,2)", "Cash.", "base currency"),
        ("arpa", "DECIMAL(18,2)", "A customer's mean, in base currency.", "base currency"),
        ("amount", "DECIMAL(18,2)", "Open, in currency_code.", "currency_code"),
        ("price", "DECIMAL(18,2)", "What recurs.", "currency_code"),
        ("fee", "DECIMAL(18,2)", "A fee.", None),
        ("cost_aud", "DECIMAL(18,2)", "The price.", "AUD"),
        ("rate", "DECIMAL(20,10)", "Rate.", "units of currency_code per unit of base currency"),
        ("runway_months", "DECIMAL(18,2)", "Cash / burn.", "months"),
        ("days_overdue", "INTEGER", "Since the due date.", "days"),
        ("dso", "DOUBLE", "Days sales outstanding.", "days"),
        ("brier_score", "DOUBLE", "0 is perfect.", "score"),
        ("slope", "DOUBLE", "How steep it is.", None),
        ("documents", "BIGINT", "Open documents.", "number"),
        ("on_time_rate", "DECIMAL(9,4)", "Share paid on time, 0 to 1.", "ratio"),
        ("day", "DATE", "The day.", "calendar day"),
        ("closed_at", "TIMESTAMP", "When.", "instant, UTC"),
        ("sentence", "VARCHAR", "In words.", ""),
        ("documents", "UUID[]", "Ids.", ""),
    ],
)
def test_a_unit_is_told_by_name_type_and_words(
    name: str, type_: str, description: str, unit: str | None
) -> None:
    beside = {"currency_code": "Currency of price.", name: description}
    assert unit_of(name, type_, beside) == unit


# --- any project ---------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> ModelGraph:
    return write_project(
        tmp_path / "models",
        staging__organisations=ORGANISATIONS,
        staging__bills="select organisation_id, invoice_id, total from raw.invoices",
        marts__debts="""
            select organisation_id, sum(total)::decimal(18, 2) as owed_base
            from staging.bills group by organisation_id
        """,
        yml__marts="""
            version: 2
            models:
              - name: debts
                description: One row per organisation. Paid bills count, too.
                data_tests:
                  - unique_combination_of_columns:
                      combination_of_columns: [organisation_id]
                columns:
                  - name: organisation_id
                    description: Xero tenant id.
                    data_tests: [not_null]
                  - name: owed_base
                    description: All bills | together; NULL without any.
        """,
    )


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "queries.md").write_text(
        "# Queries\n\n## What do I owe?\n\n```sql\nselect owed_base from marts.debts\n```\n"
    )
    (docs / "why.md").write_text("# Why\n")
    return docs


def test_a_page_tells_grain_key_columns_tests_origin_and_examples(
    project: ModelGraph, docs: Path
) -> None:
    assert write_pages(docs, figures_of(project)) == 2
    page = (docs / "figures" / "debts.md").read_text()
    assert page.startswith("# marts.debts\n\nOne row per organisation. Paid bills count, too.\n")
    assert "Key: `organisation_id`." in page
    assert (
        "| `owed_base` | DECIMAL(18,2) | base currency | may be | All bills \\| together; " in page
    )
    assert "- error: never NULL: `organisation_id`." in page
    assert "- error: No two rows share organisation_id." in page
    assert "reads `staging.bills`." in page
    assert "made of `raw.invoices`." in page
    assert "| `owed_base` | `staging.bills.total` |" in page
    assert "- [What do I owe?](../queries.md#what-do-i-owe)" in page
    assert "```sql\nselect owed_base from marts.debts\n```" in page


def test_the_index_leads_from_a_question_to_the_tables_that_answer_it(
    project: ModelGraph, docs: Path
) -> None:
    write_pages(docs, figures_of(project))
    index = (docs / "figures" / "README.md").read_text()
    assert "| [What do I owe?](../queries.md#what-do-i-owe) | [marts.debts](debts.md) |" in index
    assert "| [marts.debts](debts.md) | One row per organisation. |" in index


def test_the_page_of_a_table_that_is_gone_goes_too(project: ModelGraph, docs: Path) -> None:
    (docs / "figures").mkdir()
    (docs / "figures" / "gone.md").write_text("# marts.gone")
    write_pages(docs, figures_of(project))
    assert sorted(page.name for page in (docs / "figures").iterdir()) == ["README.md", "debts.md"]


def test_blocks_of_sql_are_found_under_their_headings(tmp_path: Path) -> None:
    document = tmp_path / "queries.md"
    document.write_text(
        "# All\n\n## Who's late?\n\n```sql\nselect 1\n```\n\n```\n## no heading\n```\n\n"
        "### And how?\n\n```sql\nfrom marts.a join marts.b using (x)\n```\n"
    )
    first, second = read_queries(document)
    assert (first.anchor, first.sql) == ("queries.md#whos-late", "select 1")
    assert (second.title, second.reads) == ("And how?", {"marts.a", "marts.b"})
