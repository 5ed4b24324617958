"""The .yml beside the models, in dbt's form: what a table means and what must hold in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from xero_pipeline.warehouse.errors import ModelsInvalid

# The parser in C where PyYAML was built with it: ten times faster, same result.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Severity = Literal["error", "warn"]
Text = Annotated[str, BeforeValidator(lambda text: " ".join(str(text).split()))]


class _Entry(BaseModel):
    # An unknown key is a misspelt one: it would be passed over in silence.
    model_config = ConfigDict(frozen=True, extra="forbid")


class TestConfig(_Entry):
    """`config:` of a data test."""

    __test__ = False  # not a test class of pytest

    severity: Severity = "error"


class DataTest(_Entry):
    """One of dbt's generic tests.

    Attributes:
        kind: not_null, unique, accepted_values, relationships, unique_combination_of_columns.
        arguments: the test's own, e.g. {"values": [...]}.
        severity: an `error` keeps the tables from being published.
    """

    kind: Literal[
        "not_null", "unique", "accepted_values", "relationships", "unique_combination_of_columns"
    ]
    arguments: Mapping[str, Any] = Field(default_factory=dict)
    severity: Severity = "error"

    @model_validator(mode="before")
    @classmethod
    def _from_dbt(cls, written: object) -> object:
        """`not_null`, or `accepted_values: {values: [...], config: {severity: warn}}`."""
        if isinstance(written, str):
            return {"kind": written}
        if isinstance(written, dict) and len(written) == 1:
            ((kind, arguments),) = written.items()
            arguments = dict(arguments or {})
            config = TestConfig.model_validate(arguments.pop("config", {}))
            return {"kind": kind, "arguments": arguments, "severity": config.severity}
        return written


class ColumnDoc(_Entry):
    """One column: definition, unit, currency, what NULL means."""

    name: str
    description: Text = ""
    data_tests: tuple[DataTest, ...] = ()


class ModelConfig(_Entry):
    """`config:` of a model.

    Attributes:
        unique_key: of a snapshot: the columns that identify a row.
        strategy: of a snapshot: `versions` keeps what each row was and from when to when; `append`
            stores what has a key that is not there yet, and never touches it again.
        column_types: of a seed: DuckDB types; other columns are VARCHAR. Of a snapshot: all its
            columns, where its SELECT reads what it has recorded so far.
        materialized: of a model: `view` where it only renames and unfolds what another table
            holds, which costs less to read through than to write down again.
    """

    unique_key: tuple[str, ...] = ()
    strategy: Literal["versions", "append"] = "versions"
    column_types: Mapping[str, str] = Field(default_factory=dict)
    materialized: Literal["table", "view"] = "table"


class ModelDoc(_Entry):
    """One table; the description begins with its grain."""

    name: str
    description: Text = ""
    config: ModelConfig = ModelConfig()
    columns: tuple[ColumnDoc, ...] = ()
    data_tests: tuple[DataTest, ...] = ()


class SingularTestDoc(_Entry):
    """One SELECT of failures under tests/.

    Attributes:
        model: the table it belongs to; without a schema, one of the folder of the .yml.
    """

    name: str
    model: str
    severity: Severity = "error"
    description: Text = ""


class ArgumentDoc(_Entry):
    """One argument of a function."""

    name: str
    type: str = ""
    description: Text = ""


class FunctionDoc(_Entry):
    """One table function (a macro that is a table), called as `from marts.name(arguments)`.

    Attributes:
        name: with its schema: all macros lie in one folder.
        columns_of: a table ("marts.runway") whose columns it has, with the same meaning; columns
            of the same name given here win.
    """

    name: str
    description: Text = ""
    arguments: tuple[ArgumentDoc, ...] = ()
    columns_of: str | None = None
    columns: tuple[ColumnDoc, ...] = ()


class DocFile(_Entry):
    """One .yml file."""

    version: Literal[2]
    models: tuple[ModelDoc, ...] = ()
    seeds: tuple[ModelDoc, ...] = ()
    snapshots: tuple[ModelDoc, ...] = ()
    macros: tuple[FunctionDoc, ...] = ()
    tests: tuple[SingularTestDoc, ...] = ()


class Docs(_Entry):
    """All .yml files of a models folder.

    Attributes:
        models: by relation ("marts.runway").
        tests: by name; `model` is a relation here.
        functions: table functions by relation ("marts.ar_aging_as_of").
    """

    models: Mapping[str, ModelDoc]
    tests: Mapping[str, SingularTestDoc]
    functions: Mapping[str, FunctionDoc] = Field(default_factory=dict)

    def of(self, relation: str) -> ModelDoc:
        """The docs of a table or table function; empty ones when nobody has written any."""
        if relation in self.functions:
            return self._of_function(self.functions[relation])
        return self.models.get(relation) or ModelDoc(name=relation.partition(".")[2])

    def _of_function(self, function: FunctionDoc) -> ModelDoc:
        own = {column.name for column in function.columns}
        like = self.of(function.columns_of).columns if function.columns_of else ()
        shared = (column for column in like if column.name not in own)
        return ModelDoc(
            name=function.name.partition(".")[2],
            description=function.description,
            columns=(*shared, *function.columns),
        )


def read_docs(folder: Path) -> Docs:
    """Read every .yml one level below the folder.

    Raises:
        ModelsInvalid: a file is not YAML or not in dbt's form, or two describe the same table.
    """
    models: dict[str, ModelDoc] = {}
    tests: dict[str, SingularTestDoc] = {}
    functions: dict[str, FunctionDoc] = {}
    for path in sorted(folder.glob("*/*.yml")):
        doc_file = _read(path)
        for relation, doc in _described(doc_file, path.parent.name):
            if relation in models:
                raise ModelsInvalid(path, f"describes {relation}, as another file does")
            models[relation] = doc
        functions |= {function.name: function for function in doc_file.macros}
        for test in doc_file.tests:
            if test.name in tests:
                raise ModelsInvalid(path, f"describes the test {test.name}, as another file does")
            relation = _qualified(test.model, path.parent.name)
            tests[test.name] = test.model_copy(update={"model": relation})
    return Docs(models=models, tests=tests, functions=functions)


def _described(doc_file: DocFile, schema: str) -> Iterator[tuple[str, ModelDoc]]:
    for doc in doc_file.models:
        yield _qualified(doc.name, schema), doc
    for doc in doc_file.seeds:
        yield _qualified(doc.name, "seeds"), doc
    for doc in doc_file.snapshots:
        yield _qualified(doc.name, "snapshots"), doc


def _qualified(name: str, schema: str) -> str:
    return name if "." in name else f"{schema}.{name}"


def _read(path: Path) -> DocFile:
    try:
        written = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506
        return DocFile.model_validate(written)
    except yaml.YAMLError as error:
        raise ModelsInvalid(path, f"is not YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise ModelsInvalid(path, f"{place}: {first['msg']}") from error
