"""Waiting for what does come, however slow and busy the machine is."""

import time

PATIENCE = 300
"""Seconds after which it is taken that it does not come."""


def wait_for(condition):
    """What a condition gives once it is true."""
    until = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < until, f"it did not come in {PATIENCE} s"
        time.sleep(0.02)
    return found
