"""The fields of each endpoint that become columns, and why the others do not."""
