"""What Xero's OpenAPI file says about records, in short.

    python -m xero_pipeline_tests.warehouse.openapi path/to/xero_accounting.yaml

rewrites `xero_pipeline/warehouse/fields/xero_fields.json`, which the warehouse and the tests read.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

from xero_pipeline.warehouse.fields.known import SNAPSHOT, XeroFields
from xero_pipeline.xero.endpoints import ATTACHMENTS, ENDPOINTS, EXTRA_ENDPOINTS, REPORTS

SPECIFICATION = Path(__file__).parents[3] / "shared" / "xero" / "openapi" / "xero_accounting.yaml"

# Longer lists are codes (currencies, countries, time zones, tax types), not words with a meaning.
_MOST_WORDS = 30

Schema = dict[str, Any]


class Specification:
    """The parsed OpenAPI file."""

    def __init__(self, file: Path) -> None:
        self._parsed = yaml.load(file.read_text(), Loader=yaml.CSafeLoader)
        self._schemas: dict[str, Schema] = self._parsed["components"]["schemas"]

    def in_short(self) -> XeroFields:
        """The records of every endpoint and report, and all that is nested in them."""
        lists = {each.list_key: each.path for each in (*ENDPOINTS, *EXTRA_ENDPOINTS)}
        records = {key: self._record_of(path, key) for key, path in lists.items()}
        records |= {"Reports": self._record_of(REPORTS[0].path, "Reports")}
        of_document = f"BankTransactions/{{BankTransactionID}}/{ATTACHMENTS.path}"
        records |= {ATTACHMENTS.list_key: self._record_of(of_document, ATTACHMENTS.list_key)}
        fields: dict[str, dict[str, str | None]] = {}
        words: dict[str, tuple[str, ...]] = {}
        waiting = list(records.values())
        while waiting:
            schema = waiting.pop()
            if schema in fields:
                continue
            properties: dict[str, Schema] = self._schemas[schema].get("properties", {})
            fields[schema] = {name: self._nested(each) for name, each in properties.items()}
            for name, each in properties.items():
                listed = self._resolved(each).get("enum", ())
                if 0 < len(listed) <= _MOST_WORDS:
                    words[f"{schema}.{name}"] = tuple(str(word) for word in listed if word)
            waiting += [nested for nested in fields[schema].values() if nested]
        return XeroFields(
            version=self._parsed["info"]["version"],
            records=records,
            fields=dict(sorted(fields.items())),
            words=dict(sorted(words.items())),
        )

    def example(self, path: str) -> dict[str, Any]:
        """The answer that the file shows for a listing or report."""
        example = self._answer(path)["example"]
        # YAML makes dates of what are texts in JSON.
        text = example if isinstance(example, str) else json.dumps(example, default=str)
        parsed: dict[str, Any] = json.loads(text)
        return parsed

    def _answer(self, path: str) -> Schema:
        responses = self._parsed["paths"][f"/{path}"]["get"]["responses"]
        answer: Schema = responses["200"]["content"]["application/json"]
        return answer

    def _record_of(self, path: str, list_key: str) -> str:
        schema = self._resolved(self._answer(path)["schema"])
        return str(self._nested(schema["properties"][list_key]))

    def _nested(self, schema: Schema) -> str | None:
        """The name of the record that a field holds, or holds a list of."""
        reference = schema.get("items", schema).get("$ref")
        if reference is None or "properties" not in self._resolved({"$ref": reference}):
            return None
        return str(reference.rpartition("/")[2])

    def _resolved(self, schema: Schema) -> Schema:
        reference = schema.get("$ref")
        return schema if reference is None else self._schemas[reference.rpartition("/")[2]]


def main() -> None:
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else SPECIFICATION
    SNAPSHOT.write_text(written(Specification(file).in_short()))


def written(fields: XeroFields) -> str:
    """As it lies in the repository: a line per record, so that a new version's changes show."""
    parts = []
    for name, value in fields.model_dump(mode="json").items():
        if isinstance(value, dict):
            lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value[key])}" for key in value)
            parts.append(f"{json.dumps(name)}: {{\n{lines}\n }}")
        else:
            parts.append(f"{json.dumps(name)}: {json.dumps(value)}")
    return "{\n " + ",\n ".join(parts) + "\n}\n"


if __name__ == "__main__":
    main()
