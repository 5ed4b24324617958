"""Many organisations for little: copies of one office, each with ids of its own.

Copies share the rows and the wire text of the office until something happens to one of them, which
from then on has a book of its own. So a thousand organisations cost little more than one.
"""

from xero_pipeline.sandbox.series.opening import Series, open_series

__all__ = ["Series", "open_series"]
