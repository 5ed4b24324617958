"""A client of the sandbox's own endpoint, for tests and for the demo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import requests
from pydantic import TypeAdapter

from xero_pipeline.sandbox.api.complete import ListedRecord
from xero_pipeline.sandbox.event_json import event_to_json
from xero_pipeline.sandbox.events import Event
from xero_pipeline.sandbox.faults import FaultKind
from xero_pipeline.sandbox.life import Truth
from xero_pipeline.sandbox.limits import Use

_TIMEOUT = 60
_LISTINGS = TypeAdapter(dict[str, dict[str, ListedRecord]])


class ControlClient:
    """Speaks to `<url>/sandbox`. Organisations go by key ("agency"), name or tenant id.

    Every method raises ValueError with the sandbox's own words when it refuses.
    """

    def __init__(self, url: str) -> None:
        self._url = f"{url}/sandbox"

    def overview(self) -> dict[str, Any]:
        """Clock, organisations, users and apps."""
        return dict(self._call("GET", ""))

    def tenant_id(self, key: str) -> str:
        found = [x for x in self.overview()["organisations"] if x["key"].partition("+")[0] == key]
        return str(found[0]["tenant_id"])

    def now(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.overview()["now"])

    def requests(self) -> list[dict[str, Any]]:
        """Every call since the log was cleared, see `request_log.LoggedRequest`."""
        return list(self._call("GET", "/requests"))

    def clear_requests(self) -> None:
        self._call("DELETE", "/requests")

    def egress(self) -> dict[str, dict[str, int]]:
        """By month: calls, bytes_raw, bytes_sent, the Organisation endpoint left out."""
        return dict(self._call("GET", "/egress"))

    def truth(self) -> dict[str, Truth]:
        """The figures that a pipeline must find now, by organisation key."""
        return TypeAdapter(dict[str, Truth]).validate_python(self._call("GET", "/truth"))

    def records(
        self, organisation: str, *list_keys: str, with_records: bool = False
    ) -> Mapping[str, Mapping[str, ListedRecord]]:
        """What complete listings would hold now, by list key ("Invoices") and id.

        Args:
            list_keys: these alone; none means all.
            with_records: the parsed records, too.
        """
        query = {"records": str(with_records).lower()}
        if list_keys:
            query["list_keys"] = ",".join(list_keys)
        path = f"/records/{quote(organisation)}?{urlencode(query)}"
        return _LISTINGS.validate_python(self._call("GET", path))

    def apply(self, organisation: str, events: Sequence[Event]) -> None:
        body = {"organisation": organisation, "events": [event_to_json(e) for e in events]}
        self._call("POST", "/events", body)

    def attempt(self, organisation: str, events: Sequence[Event]) -> int:
        """Makes events happen at this very instant; how many did: the book may refuse some."""
        body = {"organisation": organisation, "events": [event_to_json(e) for e in events]}
        return int(self._call("POST", "/events", {**body, "skip_refused": True})["applied"])

    def fault(
        self,
        kind: FaultKind,
        *,
        path: str = "",
        organisation: str | None = None,
        method: str = "",
        skip: int = 0,
        times: int | None = 1,
        seconds: float = 1.0,
        events: Sequence[Event] = (),
    ) -> None:
        """Arms a fault, see `faults.Fault`."""
        body = {
            "kind": kind,
            "path": path,
            "tenant": organisation,
            "method": method,
            "skip": skip,
            "times": times,
            "seconds": seconds,
            "events": [event_to_json(event) for event in events],
        }
        self._call("POST", "/faults", body)

    def edits(
        self, organisation: str, after: Mapping[int, Sequence[Event]], *, path: str = "/api.xro/"
    ) -> None:
        """Schedules edits between the requests to come, all in one call.

        Args:
            organisation: whose book is edited, and whose requests count.
            after: after so many requests from now on (1 is the next), what happens then, see
                `faults.Fault.events`.
            path: the requests that count.
        """
        body = [
            {
                "kind": "edit_after",
                "path": path,
                "tenant": organisation,
                "skip": count - 1,
                "events": [event_to_json(event) for event in events],
            }
            for count, events in after.items()
        ]
        self._call("POST", "/faults", body)

    def clear_faults(self) -> None:
        self._call("DELETE", "/faults")

    def advance(self, by: dt.timedelta) -> None:
        self._call("POST", "/clock", {"advance_seconds": by.total_seconds()})

    def set_clock(self, now: dt.datetime, *, frozen: bool | None = None) -> None:
        self._call("POST", "/clock", {"now": now.isoformat(), "frozen": frozen})

    def tick(self, by: dt.timedelta) -> None:
        """From now on the clock moves on so far with every request of Xero's."""
        self._call("POST", "/clock", {"tick_seconds": by.total_seconds()})

    def access_tokens(self, life: dt.timedelta) -> None:
        """How long access tokens live that are given out from now on; half an hour at first."""
        self._call("POST", "/tokens", {"life_seconds": life.total_seconds()})

    def expire_access_tokens(self) -> None:
        """Those given out so far; see the fault `token_expired` to do so in the middle of a walk"""
        self._call("POST", "/tokens", {"expire": True})

    def consent(
        self,
        organisations: Sequence[str],
        *,
        user: str | None = None,
        decision: str = "allow",
        automatic: bool = True,
    ) -> None:
        """Settles what the authorise page answers from now on."""
        body = {
            "organisations": list(organisations),
            "user": user,
            "decision": decision,
            "automatic": automatic,
        }
        self._call("POST", "/consent", body)

    def open_series(self, key: str, organisations: int, *, invoices: int) -> list[str]:
        """Opens many organisations that are alike, see `series.Series`; their keys.

        One user, "owner@<key>.example", may consent to all of them at once.
        """
        body = {"key": key, "organisations": organisations, "invoices": invoices}
        return list(self._call("POST", "/series", body))

    def register_app(self, **app: object) -> None:
        """Fields of `identity.apps.App`."""
        self._call("POST", "/apps", app)

    def disconnect(self, organisation: str, *, user: str | None = None) -> None:
        self._call("POST", "/disconnect", {"organisation": organisation, "user": user})

    def reset_demo(self, organisation: str) -> str:
        """As Xero resets a demo company: its books begin anew under a new tenant id, which is
        returned, and nobody is connected to it."""
        return str(self._call("POST", "/demo", {"organisation": organisation})["tenant_id"])

    def remove_user(self, email: str) -> None:
        self._call("DELETE", f"/users/{quote(email)}")

    def enforce_limits(self, enforced: bool) -> None:
        self._call("POST", "/limits", {"enforced": enforced})

    def limit(self, organisation: str | None = None, **limits: int) -> None:
        """Enforces these limits, by the names of `limits.Limits`, for one organisation or all."""
        self._call("POST", "/limits", {"enforced": True, "organisation": organisation, **limits})

    def limit_use(self) -> dict[str, Use]:
        """By organisation key: calls admitted and refused since the limits were last set, the
        most in flight, the busiest minute."""
        return TypeAdapter(dict[str, Use]).validate_python(self._call("GET", "/limits"))

    def rules(self, **rules: object) -> None:
        """Fields of `api.listing.ListingRules`; the rest go back to their defaults."""
        self._call("POST", "/rules", rules)

    def reset(self) -> None:
        """Puts everything back as at the start, except what happened in the books."""
        self._call("POST", "/reset", {})

    def _call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
        response = requests.request(method, self._url + path, json=body, timeout=_TIMEOUT)
        if not response.ok:
            raise ValueError(response.json()["error"])
        return response.json()
