"""A client of the sandbox's own endpoint, for tests and for the demo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import requests
from pydantic import TypeAdapter

from xero_pipeline.sandbox.event_json import event_to_json
from xero_pipeline.sandbox.events import Event
from xero_pipeline.sandbox.faults import FaultKind
from xero_pipeline.sandbox.life import Truth

_TIMEOUT = 60


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
        found = [x for x in self.overview()["organisations"] if x["key"] == key]
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

    def apply(self, organisation: str, events: Sequence[Event]) -> None:
        body = {"organisation": organisation, "events": [event_to_json(e) for e in events]}
        self._call("POST", "/events", body)

    def fault(
        self,
        kind: FaultKind,
        *,
        path: str = "",
        organisation: str | None = None,
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
            "skip": skip,
            "times": times,
            "seconds": seconds,
            "events": [event_to_json(event) for event in events],
        }
        self._call("POST", "/faults", body)

    def clear_faults(self) -> None:
        self._call("DELETE", "/faults")

    def advance(self, by: dt.timedelta) -> None:
        self._call("POST", "/clock", {"advance_seconds": by.total_seconds()})

    def set_clock(self, now: dt.datetime, *, frozen: bool | None = None) -> None:
        self._call("POST", "/clock", {"now": now.isoformat(), "frozen": frozen})

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

    def register_app(self, **app: object) -> None:
        """Fields of `identity.apps.App`."""
        self._call("POST", "/apps", app)

    def disconnect(self, organisation: str, *, user: str | None = None) -> None:
        self._call("POST", "/disconnect", {"organisation": organisation, "user": user})

    def remove_user(self, email: str) -> None:
        self._call("DELETE", f"/users/{quote(email)}")

    def enforce_limits(self, enforced: bool) -> None:
        self._call("POST", "/limits", {"enforced": enforced})

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
