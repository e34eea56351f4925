"""Python's collector of cyclic garbage, while hundreds of thousands of rows go by."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_OBJECTS = 500_000  # more than are alive of a batch of alerts: only what stays is looked through


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Look for cycles seldom: rows make none, and looking costs a third of the time of matching."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
