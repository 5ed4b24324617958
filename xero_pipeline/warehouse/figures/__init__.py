"""What the figures mean and where they come from, gathered from the .yml, the SQL and the docs."""

from xero_pipeline.warehouse.figures.catalogue import Figure, figures_of
from xero_pipeline.warehouse.figures.pages import pages_of, write_pages
from xero_pipeline.warehouse.figures.queries import Query, read_queries

__all__ = ["Figure", "Query", "figures_of", "pages_of", "read_queries", "write_pages"]
