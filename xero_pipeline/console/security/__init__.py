"""What stands between a browser and the pages: one file for each danger."""

from xero_pipeline.console.security.access import Access
from xero_pipeline.console.security.attempts import Attempts
from xero_pipeline.console.security.gate import Gate
from xero_pipeline.console.security.headers import SafeHeaders
from xero_pipeline.console.security.sessions import Session, Sessions

__all__ = ["Access", "Attempts", "Gate", "SafeHeaders", "Session", "Sessions"]
