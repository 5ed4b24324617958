from collections.abc import Iterator

import pytest

from xero_pipeline_tests.xero.double import Double, TestClock


@pytest.fixture
def xero() -> Iterator[Double]:
    with Double() as double:
        yield double


@pytest.fixture
def clock() -> TestClock:
    return TestClock()
