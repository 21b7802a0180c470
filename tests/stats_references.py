"""Reads the reference tables that R made (``references/make_references.R``) and compares with them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

REFERENCES = Path(__file__).parent / "references"


def reference(name: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCES / f"{name}.csv", comment="#")


def rows(name: str) -> list[dict]:
    """Rows as plain dictionaries; a blank (R's NA) is None."""
    frame = reference(name).astype(object)
    return frame.where(frame.notna(), None).to_dict("records")


def close(expected: float, rel: float = 1e-8):
    """Agree to eight significant digits, however small the number is."""
    return pytest.approx(expected, rel=rel, abs=1e-12 if expected == 0 else 0)
