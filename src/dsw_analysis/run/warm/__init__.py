"""Warm execution: notebooks run in fresh processes forked from one in which everything is imported already."""

KEY = b"pipe"
"""Key that kernel and client sign messages with: their pipe needs none, but jupyter_client warns of an empty one."""
