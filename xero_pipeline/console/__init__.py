"""Pages for the people who own the books: connect, choose, see.

Shows what was published and who is connected; every change goes through the functions that the
command line uses. Holds no rule of its own.
"""

from xero_pipeline.console.security.access import hashed
from xero_pipeline.console.serve import serve

__all__ = ["hashed", "serve"]
