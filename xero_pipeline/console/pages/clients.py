"""One client: its signals, what it owes, what recurs."""

from __future__ import annotations

from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline.console.errors import NoSuchClient, QuestionUnclear
from xero_pipeline.console.listings import DOCUMENTS, rows_of
from xero_pipeline.console.pages.asked import Asked, asked
from xero_pipeline.console.queries import clients, signals
from xero_pipeline.console.queries.documents import Document
from xero_pipeline.console.reading import Reader
from xero_pipeline.console.rendering import page
from xero_pipeline.console.views.client import ClientView
from xero_pipeline.console.views.documents import DocumentTable
from xero_pipeline.console.views.risk import risk_rows
from xero_pipeline.console.views.signals import client_cards


def client(request: Request) -> Response:
    what = asked(request)
    if what.question.contact is None:
        raise QuestionUnclear(["contact"])
    with what.console.figures.reading() as reader:
        view = _client(reader, what, str(what.question.contact))
    return page(request, "signals/client.html", view)


def _client(reader: Reader, what: Asked, contact: str) -> ClientView:
    organisation, place, totals = what.connection.organisation_id, what.place, what.totals(reader)
    name = _name(reader, organisation, contact)
    of_client = {"organisation": organisation, "contact": contact}
    found = reader.rows(signals.Signal, signals.CLIENT, **of_client)
    risks = reader.rows(clients.Risk, clients.CLIENT_RISK, **of_client)
    return ClientView(
        name=name,
        organisation=what.connection.organisation_name,
        currency=totals.base_currency,
        day=totals.as_of_date,
        cards=client_cards(found, place, contact),
        risk=next(iter(risk_rows(risks, place)), None),
        receivables=DocumentTable(
            "Documents that are open",
            totals.base_currency,
            _documents(reader, "receivables", what, totals.as_of_date),
        ),
        plans=DocumentTable(
            "Plans",
            f"{totals.base_currency} a month",
            _documents(reader, "recurring", what, totals.as_of_date),
        ),
        receivables_csv=place.csv("receivables", contact=contact),
        back=place.today,
    )


def _name(reader: Reader, organisation: str, contact: str) -> str:
    found = reader.rows(clients.Client, clients.CLIENT, organisation=organisation, contact=contact)
    if not found:
        raise NoSuchClient
    return found[0].client_name


def _documents(reader: Reader, of: str, what: Asked, today: date) -> tuple[Document, ...]:
    question = what.question.model_copy(update={"as_of": None, "month": today.replace(day=1)})
    rows = rows_of(
        reader,
        DOCUMENTS[of],
        question,
        what.connection.organisation_id,
        short_code=what.connection.short_code,
    )
    return tuple(rows)
