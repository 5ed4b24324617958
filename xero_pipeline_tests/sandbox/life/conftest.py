from __future__ import annotations

import pytest

from xero_pipeline_tests.sandbox.life.tiny import TinyBook


@pytest.fixture
def book() -> TinyBook:
    return TinyBook()
