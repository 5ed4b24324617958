"""api.xero.com: the Accounting API, read only."""
