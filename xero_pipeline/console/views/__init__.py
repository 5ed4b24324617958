"""What pages show: dataclasses, made by pure functions."""
