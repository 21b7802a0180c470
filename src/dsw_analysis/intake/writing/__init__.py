"""Writing: files that people read, in our typeface, whole or not at all; intake's lists and the report share it."""
