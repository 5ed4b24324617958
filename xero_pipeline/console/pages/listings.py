"""Documents behind a figure, and tables as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline.console.listings import DOCUMENTS, TABLES, Listing, as_csv, rows_of
from xero_pipeline.console.pages.asked import Asked, asked
from xero_pipeline.console.reading import Reader
from xero_pipeline.console.rendering import page
from xero_pipeline.console.views.documents import Books, documents_view


def documents(request: Request) -> Response:
    of = request.path_params["of"]
    listing = _named(DOCUMENTS, of)
    what = asked(request)
    with what.console.figures.reading() as reader:
        totals = what.totals(reader)
        view = documents_view(
            of,
            what.question,
            _rows(reader, listing, what),
            Books(
                what.connection.organisation_name,
                totals.base_currency,
                what.place.day or totals.as_of_date,
            ),
            what.place,
        )
    return page(request, "signals/documents.html", view)


def csv(request: Request) -> Response:
    of = request.path_params["of"]
    listing = _named(TABLES, of)
    what = asked(request)
    with what.console.figures.reading() as reader:
        text = as_csv(listing.row, _rows(reader, listing, what))
    name = f"{what.connection.organisation_key}-{of}.csv"
    return Response(
        text,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _named(listings: Mapping[str, Listing], of: str) -> Listing:
    if of not in listings:
        raise HTTPException(404)
    return listings[of]


def _rows(reader: Reader, listing: Listing, what: Asked) -> list[Any]:
    return rows_of(
        reader,
        listing,
        what.question,
        what.connection.organisation_id,
        day=what.place.day or what.totals(reader).as_of_date,
        short_code=what.connection.short_code,
    )
