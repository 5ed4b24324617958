"""What each event does to the records, one module per subject.

Every function takes the records and one event, checks everything that Xero would check before it
changes anything, and raises Refused with the records as they were.
"""
