"""What an increment cannot see is found anyway, by the sync that is named here."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from xero_pipeline.sync import Depth
from xero_pipeline_tests.proof.silent import Found, watch


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Found]:
    return watch(tmp_path_factory.mktemp("landing"))


@pytest.mark.parametrize(
    ("change", "after", "calls"),
    [
        ("due date of a part-paid invoice", Depth.NIGHTLY, 2),
        ("sent flag of a part-paid invoice", Depth.NIGHTLY, 2),
        ("contact's balance", Depth.FULL, 1),
        ("contact's customer flag", Depth.FULL, 1),
        ("item deleted", Depth.NIGHTLY, 1),
        ("account deleted", Depth.NIGHTLY, 1),
        # Its two sides are bank transactions, and those are announced.
        ("bank transfer deleted", Depth.INCREMENT, 1),
        ("repeating invoice edited", Depth.NIGHTLY, 1),
        ("repeating invoice deleted", Depth.NIGHTLY, 1),
        # The loser is archived, which is announced.
        ("contacts merged", Depth.INCREMENT, 1),
    ],
)
def test_a_silent_change_is_known_after(
    found: Mapping[str, Found], change: str, after: Depth, calls: int
) -> None:
    """And not before; `calls` went to its endpoint in that sync."""
    assert (found[change].after, found[change].calls) == (after, calls)
