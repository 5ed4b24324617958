"""Pages out of one organisation, over real HTTP."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import requests
from pydantic import SecretStr

from xero_pipeline.settings import Settings
from xero_pipeline.xero.client import OrganisationClient
from xero_pipeline.xero.endpoints import ENDPOINTS, REPORTS, Endpoint
from xero_pipeline.xero.errors import (
    AccessTokenExpired,
    DailyLimitReached,
    MalformedPage,
    MissingScope,
    NotEnoughCalls,
    OrganisationNotConnected,
    OrganisationOffline,
    XeroUnavailable,
)
from xero_pipeline.xero.limits import DayBudget, DayCountInMemory, OrganisationLimits, SlidingWindow
from xero_pipeline.xero.transport import GetOnly, Wire
from xero_pipeline_tests.xero.double import START, Double, Reply, Request, TestClock, json_reply

BY_NAME = {endpoint.name: endpoint for endpoint in ENDPOINTS}
INVOICES = BY_NAME["invoices"]
ROOT = "/api.xro/2.0/"


class Tokens:
    """Hands out token-1; after a rejection token-2, and so on."""

    def __init__(self) -> None:
        self.issued = 1

    def __call__(self, rejected: SecretStr | None = None) -> SecretStr:
        if rejected is not None:
            self.issued += 1
        return SecretStr(f"token-{self.issued}")


def client_of(
    xero: Double,
    clock: TestClock,
    *,
    daily_limit: int = 1000,
    page_size: int = 1000,
    tokens: Tokens | None = None,
    wire: Wire | None = None,
    answer_seconds: float = 10,
) -> OrganisationClient:
    settings = Settings.model_validate(
        {"api_url": xero.url, "page_size": page_size, "answer_seconds": answer_seconds}
    )
    limits = OrganisationLimits(
        organisation_id="tenant-1",
        organisation_name="Harbour Digital",
        budget=DayBudget(daily_limit),
        app=SlidingWindow(10_000, clock),
        day_count=DayCountInMemory(),
        clock=clock,
    )
    return OrganisationClient(
        organisation_id="tenant-1",
        organisation_name="Harbour Digital",
        access_token=tokens or Tokens(),
        limits=limits,
        settings=settings,
        wire=wire,
    )


def listing(endpoint: Endpoint, records: int, page_count: int | None = None) -> Reply:
    body: dict[str, object] = {"Status": "OK"}
    if page_count is not None:
        body["pagination"] = {"page": 1, "pageCount": page_count, "itemCount": 7}
    body[endpoint.list_key] = [{endpoint.id_field: str(number)} for number in range(records)]
    return json_reply(body)


def numbered(
    page_count: int | None, records_on: Callable[[int], int]
) -> Callable[[Request], Reply]:
    """A listing whose answer depends on the page asked for."""
    return lambda request: listing(INVOICES, records_on(int(request.query["page"])), page_count)


def detail(status: int, text: str) -> Reply:
    return json_reply({"Status": status, "Detail": text}, status)


def test_every_call_says_json_gzip_who_asks_and_for_whom(xero: Double, clock: TestClock) -> None:
    xero.answers(ROOT + "Users", listing(BY_NAME["users"], 1))
    list(client_of(xero, clock).pages(BY_NAME["users"]))
    headers = xero.requests[0].headers
    assert headers["accept"] == "application/json"
    assert headers["accept-encoding"] == "gzip"
    assert headers["xero-tenant-id"] == "tenant-1"
    assert headers["authorization"] == "Bearer token-1"
    assert headers["user-agent"].startswith("xero-pipeline/")


def test_chosen_records_are_asked_for_no_more_at_once_than_a_page_holds(
    xero: Double, clock: TestClock
) -> None:
    xero.answers(ROOT + "Invoices", numbered(1, lambda page: 2))
    asked = client_of(xero, clock, page_size=2).pages_of(INVOICES, ["a", "b", "c"])
    assert len(list(asked)) == 2
    assert [request.query["IDs"] for request in xero.requests] == ["a,b", "c"]


def test_pages_are_walked_by_id_in_thousands_until_the_last(xero: Double, clock: TestClock) -> None:
    xero.answers(ROOT + "Invoices", numbered(3, lambda page: 2))
    pages = list(client_of(xero, clock).pages(INVOICES))
    assert [page.number for page in pages] == [1, 2, 3]
    assert [request.query for request in xero.requests] == [
        {"page": str(page), "pageSize": "1000", "order": "InvoiceID", "unitdp": "4"}
        for page in (1, 2, 3)
    ]
    assert pages[0].page_count == 3
    assert pages[0].item_count == 7


def test_without_pagination_the_walk_ends_at_an_empty_page(xero: Double, clock: TestClock) -> None:
    xero.answers(ROOT + "Invoices", numbered(None, lambda page: 2 if page < 3 else 0))
    pages = list(client_of(xero, clock).pages(INVOICES))
    assert [page.number for page in pages] == [1, 2]
    assert len(xero.requests) == 3


def test_an_empty_page_ends_the_walk_whatever_the_count_says(
    xero: Double, clock: TestClock
) -> None:
    xero.answers(ROOT + "Invoices", numbered(9, lambda page: 2 if page < 2 else 0))
    assert len(list(client_of(xero, clock).pages(INVOICES))) == 1


def test_nothing_new_is_one_empty_page_with_xeros_time(xero: Double, clock: TestClock) -> None:
    xero.answers(ROOT + "Invoices", listing(INVOICES, 0, page_count=0))
    (page,) = client_of(xero, clock).pages(INVOICES, modified_since=START)
    assert page.is_empty
    assert page.server_time == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert len(xero.requests) == 1


def test_manual_journals_are_never_ordered(xero: Double, clock: TestClock) -> None:
    journals = BY_NAME["manual_journals"]
    xero.answers(ROOT + "ManualJournals", listing(journals, 1, page_count=1))
    list(client_of(xero, clock).pages(journals))
    assert "order" not in xero.requests[0].query


def test_an_unpaged_endpoint_is_one_call_without_page_numbers(
    xero: Double, clock: TestClock
) -> None:
    xero.answers(ROOT + "BankTransfers", listing(BY_NAME["bank_transfers"], 4))
    (page,) = client_of(xero, clock).pages(BY_NAME["bank_transfers"])
    assert page.page_count is None
    assert xero.requests[0].query == {"includeDeleted": "true"}


def test_modified_since_goes_out_in_whole_utc_seconds_rounded_down(
    xero: Double, clock: TestClock
) -> None:
    xero.answers(ROOT + "Invoices", listing(INVOICES, 1, page_count=1))
    since = datetime.fromisoformat("2026-03-02T10:15:30.900+13:00")
    list(client_of(xero, clock).pages(INVOICES, modified_since=since))
    assert xero.requests[0].headers["if-modified-since"] == "2026-03-01T21:15:30"


def test_modified_since_is_not_sent_where_xero_ignores_it(xero: Double, clock: TestClock) -> None:
    xero.answers(ROOT + "TaxRates", listing(BY_NAME["tax_rates"], 1))
    list(client_of(xero, clock).pages(BY_NAME["tax_rates"], modified_since=START))
    assert "if-modified-since" not in xero.requests[0].headers


def test_the_body_is_kept_byte_for_byte_and_both_sizes_are_counted(
    xero: Double, clock: TestClock
) -> None:
    body = b'{\r\n  "Users": [ {"UserID": "\\/\xc3\xa9", "Rate": 1.0000000000} ]\r\n}' + b" " * 500
    packed = gzip.compress(body)
    xero.answers(ROOT + "Users", Reply(200, packed, {"Content-Encoding": "gzip"}))
    client = client_of(xero, clock)
    (page,) = client.pages(BY_NAME["users"])
    assert page.body == body
    assert (page.wire_bytes, page.body_bytes) == (len(packed), len(body))
    assert (client.usage.calls, client.usage.wire_bytes) == (1, len(packed))
    assert client.usage.by_endpoint["users"].body_bytes == len(body)


def test_a_report_is_asked_for_as_of_a_day(xero: Double, clock: TestClock) -> None:
    xero.answers(ROOT + "Reports/TrialBalance", json_reply({"Reports": [{"ReportName": "TB"}]}))
    trial_balance = next(report for report in REPORTS if report.name == "trial_balance")
    page = client_of(xero, clock).report(trial_balance, date(2026, 2, 28))
    assert xero.requests[0].query == {"date": "2026-02-28"}
    assert json.loads(page.body)["Reports"][0]["ReportName"] == "TB"


def test_the_organisation_introduces_itself(xero: Double, clock: TestClock) -> None:
    who = {
        "OrganisationID": "tenant-1",
        "Name": "Harbour Digital",
        "CountryCode": "NZ",
        "BaseCurrency": "NZD",
        "ShortCode": "!1lqVQ",
        "Timezone": "NEWZEALANDSTANDARDTIME",
        "PaymentTerms": {},
    }
    xero.answers(ROOT + "Organisation", json_reply({"Organisations": [who]}))
    organisation = client_of(xero, clock).organisation()
    assert organisation.name == "Harbour Digital"
    assert (organisation.country_code, organisation.base_currency) == ("NZ", "NZD")
    assert organisation.short_code == "!1lqVQ"


@pytest.mark.parametrize("answer", [[], [{"Name": "No id"}]])
def test_an_answer_that_does_not_say_who_answers_is_refused(
    xero: Double, clock: TestClock, answer: list[dict[str, str]]
) -> None:
    xero.answers(ROOT + "Organisation", json_reply({"Organisations": answer}))
    with pytest.raises(MalformedPage, match="which organisation"):
        client_of(xero, clock).organisation()


@pytest.mark.parametrize(
    "trouble",
    [
        Reply(500, b"<html>"),
        Reply(503, b"The Xero API is temporarily unavailable"),
        Reply(200, b'{"Status": "OK", "Users": [{"UserID": "a"}', {}),
        Reply(200, b'{"Status": "OK", "Users": [{"UserID": "a"}]}', {}, cut_at=20),
        Reply(200, b"<Response/>", {}),
        Reply(429, b"", {"X-Rate-Limit-Problem": "concurrent"}),
    ],
    ids=["500", "503", "truncated", "broken off", "XML", "concurrent"],
)
def test_what_passes_is_asked_again(xero: Double, clock: TestClock, trouble: Reply) -> None:
    users = BY_NAME["users"]
    xero.answers(ROOT + "Users", trouble, trouble, listing(users, 1))
    client = client_of(xero, clock)
    assert len(list(client.pages(users))) == 1
    assert client.usage.calls == len(xero.requests) == 3
    assert len(clock.slept) == 2


@pytest.mark.parametrize(
    ("trouble", "error"),
    [(Reply(500), XeroUnavailable), (Reply(200, b'{"Users": ['), MalformedPage)],
)
def test_what_does_not_pass_ends_after_three_tries(
    xero: Double, clock: TestClock, trouble: Reply, error: type[Exception]
) -> None:
    xero.answers(ROOT + "Users", trouble)
    with pytest.raises(error, match="Harbour Digital"):
        list(client_of(xero, clock).pages(BY_NAME["users"]))
    assert len(xero.requests) == 3


def test_a_malformed_page_names_endpoint_and_page(xero: Double, clock: TestClock) -> None:
    xero.answers(ROOT + "Invoices", listing(INVOICES, 1, page_count=2), Reply(200, b'{"a": 1}'))
    pages = client_of(xero, clock).pages(INVOICES)
    assert next(pages).number == 1
    with pytest.raises(MalformedPage, match=r"Page 2 of invoices .* no list called Invoices"):
        next(pages)


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (detail(401, "AuthorizationUnsuccessful"), MissingScope),
        (detail(403, "AuthenticationUnsuccessful"), OrganisationNotConnected),
        (Reply(503, b"The Organisation is offline"), OrganisationOffline),
    ],
)
def test_what_will_not_pass_soon_is_asked_once(
    xero: Double, clock: TestClock, trouble: Reply, error: type[Exception]
) -> None:
    xero.answers(ROOT + "Users", trouble)
    with pytest.raises(error):
        list(client_of(xero, clock).pages(BY_NAME["users"]))
    assert len(xero.requests) == 1


def test_an_expired_token_is_renewed_once_and_the_page_comes(
    xero: Double, clock: TestClock
) -> None:
    users = BY_NAME["users"]
    xero.answers(ROOT + "Users", detail(401, "TokenExpired: token expired"), listing(users, 1))
    assert len(list(client_of(xero, clock).pages(users))) == 1
    assert [request.headers["authorization"] for request in xero.requests] == [
        "Bearer token-1",
        "Bearer token-2",
    ]


def test_a_fresh_token_that_is_called_expired_is_not_renewed_for_ever(
    xero: Double, clock: TestClock
) -> None:
    xero.answers(ROOT + "Users", detail(401, "TokenExpired: token expired"))
    with pytest.raises(AccessTokenExpired):
        list(client_of(xero, clock).pages(BY_NAME["users"]))
    assert len(xero.requests) == 2


def test_the_minute_limit_is_waited_out_as_long_as_xero_says(
    xero: Double, clock: TestClock
) -> None:
    users = BY_NAME["users"]
    full = Reply(429, b"", {"X-Rate-Limit-Problem": "minute", "Retry-After": "23"})
    xero.answers(ROOT + "Users", full, listing(users, 1))
    assert len(list(client_of(xero, clock).pages(users))) == 1
    assert clock.now() == START + timedelta(seconds=23)


def test_the_daily_limit_stops_at_once_and_nothing_more_is_sent(
    xero: Double, clock: TestClock
) -> None:
    over = Reply(429, b"", {"X-Rate-Limit-Problem": "day", "Retry-After": "7200"})
    xero.answers(ROOT + "Users", over)
    client = client_of(xero, clock)
    for _ in range(2):
        with pytest.raises(DailyLimitReached) as stopped:
            list(client.pages(BY_NAME["users"]))
        assert stopped.value.resume_at == START + timedelta(hours=2)
    assert len(xero.requests) == 1
    assert clock.slept == []


def test_pages_before_the_daily_limit_are_given(xero: Double, clock: TestClock) -> None:
    xero.answers(ROOT + "Invoices", numbered(5, lambda page: 1))
    pages = client_of(xero, clock, daily_limit=2).pages(INVOICES)
    assert [next(pages).number, next(pages).number] == [1, 2]
    with pytest.raises(DailyLimitReached):
        next(pages)
    assert len(xero.requests) == 2


def test_endpoints_may_be_read_by_several_threads(xero: Double, clock: TestClock) -> None:
    for endpoint in ENDPOINTS:
        xero.answers(ROOT + endpoint.path, listing(endpoint, 1, page_count=1))
    client = client_of(xero, clock)
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda endpoint: list(client.pages(endpoint)), ENDPOINTS))
    assert all(len(each) == 1 for each in pages)
    assert client.usage.calls == len(ENDPOINTS) == len(client.usage.by_endpoint)


def test_nothing_but_get_can_leave(xero: Double) -> None:
    session = requests.Session()
    session.mount("http://", GetOnly())
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        with pytest.raises(ValueError, match="only reads"):
            session.request(method, xero.url + "/api.xro/2.0/Invoices")
    assert xero.requests == []


def test_organisations_share_connections(xero: Double, clock: TestClock) -> None:
    xero.answers(ROOT + "Users", listing(BY_NAME["users"], 1))
    wire = Wire(xero.url + ROOT)
    for _ in range(3):
        with client_of(xero, clock, wire=wire) as client:
            list(client.pages(BY_NAME["users"]))
    assert len(xero.requests) == 3
    assert xero.connections == 1
    wire.close()


def test_a_proxy_of_the_environment_is_used(
    xero: Double, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", xero.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    xero.answers(ROOT + "Users", listing(BY_NAME["users"], 1))
    client = client_of(xero, clock, wire=Wire("http://api.xero.example" + ROOT))
    assert len(list(client.pages(BY_NAME["users"]))) == 1
    assert xero.requests[0].headers["host"] == "api.xero.example"


def test_no_cookie_of_one_organisation_is_sent_for_another(xero: Double, clock: TestClock) -> None:
    users = listing(BY_NAME["users"], 1)
    xero.answers(ROOT + "Users", replace(users, headers={"Set-Cookie": "whose=tenant-1; Path=/"}))
    client = client_of(xero, clock)
    for _ in range(2):
        list(client.pages(BY_NAME["users"]))
    assert "cookie" not in xero.requests[1].headers


def test_an_answer_that_does_not_come_is_not_waited_for_for_ever(
    xero: Double, clock: TestClock
) -> None:
    never = threading.Event()

    def silence(request: Request) -> Reply:
        never.wait(10)
        return Reply(200)

    xero.answers(ROOT + "Users", silence)
    with pytest.raises(XeroUnavailable, match="no answer in time"):
        list(client_of(xero, clock, answer_seconds=0.05).pages(BY_NAME["users"]))
    never.set()
    assert len(xero.requests) == 3


def test_the_apps_minute_limit_is_waited_out_too(xero: Double, clock: TestClock) -> None:
    full = Reply(429, b"", {"X-Rate-Limit-Problem": "appminute"})
    xero.answers(ROOT + "Users", full, listing(BY_NAME["users"], 1))
    assert len(list(client_of(xero, clock).pages(BY_NAME["users"]))) == 1
    assert clock.now() == START + timedelta(seconds=60)


def test_what_is_left_of_the_day_is_known_without_a_call(xero: Double, clock: TestClock) -> None:
    client = client_of(xero, clock, daily_limit=7)
    assert client.calls_left() == 7
    with pytest.raises(NotEnoughCalls):
        client.require_calls(8)
    assert xero.requests == []


def test_a_server_that_is_not_there_is_said_so(clock: TestClock) -> None:
    with Double() as gone:
        client = client_of(gone, clock)
    with pytest.raises(XeroUnavailable, match=r"users of the organisation 'Harbour Digital'"):
        list(client.pages(BY_NAME["users"]))
