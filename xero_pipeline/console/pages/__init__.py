"""Handlers: ask, decide, render."""
