"""What a request for figures asks, and of whom."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError
from starlette.requests import Request

from xero_pipeline.connections import Connection
from xero_pipeline.console.context import Console, console_of
from xero_pipeline.console.errors import FiguresMissing, QuestionUnclear
from xero_pipeline.console.listings import Question
from xero_pipeline.console.queries.receivables import TOTALS, Totals
from xero_pipeline.console.reading import Reader
from xero_pipeline.console.views.places import Place


@dataclass(frozen=True)
class Asked:
    """A question, and whose books can answer it."""

    console: Console
    connection: Connection
    question: Question

    @property
    def place(self) -> Place:
        return Place(self.connection.organisation_key, self.question.as_of, self.question.month)

    def totals(self, reader: Reader) -> Totals:
        """
        Raises:
            FiguresMissing: nothing was published of these books yet.
        """
        rows = reader.rows(Totals, TOTALS, organisation=self.connection.organisation_id)
        if not rows:
            raise FiguresMissing(self.connection.organisation_name)
        return rows[0]


def asked(request: Request) -> Asked:
    """
    Raises:
        QuestionUnclear: the address holds no day where one should be, and the like.
        XeroError: no such organisation is connected.
    """
    question = question_of(request)
    console = console_of(request)
    return Asked(console, console.connections.find(question.organisation), question)


def question_of(request: Request) -> Question:
    """Fields of a form that were left empty are not asked for."""
    given = {name: value for name, value in request.query_params.items() if value}
    try:
        return Question.model_validate(given)
    except ValidationError as error:
        fields = sorted({str(each["loc"][0]) for each in error.errors()})
        raise QuestionUnclear(fields) from None
