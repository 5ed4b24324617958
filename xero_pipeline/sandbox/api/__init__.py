"""api.xero.com: the Accounting API. Documents that exist can be edited; none are made."""
