"""What the pages of figures ask the marts: every SELECT, and what a row of it is.

All are by organisation. A figure, the documents behind it and its CSV come from the same SELECT, so
they cannot differ. `$day`, `$month`, `$contact` and the like are NULL for "any".
"""
