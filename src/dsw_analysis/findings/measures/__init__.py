"""Measures turn a loaded frame into findings; every one says its base, its blanks and its source."""
