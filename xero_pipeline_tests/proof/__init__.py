"""The proof that extraction loses nothing: whatever changes at Xero, whenever a sync dies.

`python -m xero_pipeline_tests.proof` runs for as long as one likes what the tests here run briefly.
"""
