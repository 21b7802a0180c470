"""Widths of table columns."""

import numpy as np
import pytest

from dsw_analysis.report.tables import PADDING, Needs, shares


def needs(lengths, *, least=3.0, wanted=None):
    """Columns with texts of these lengths, one row a list."""
    rows = np.array(lengths, dtype=float)
    count = rows.shape[1]
    low = np.full(count, least + PADDING)
    return Needs(
        least=low,
        wanted=low if wanted is None else np.array(wanted) + PADDING,
        lengths=rows,
    )


def test_they_add_up_to_the_line():
    assert sum(shares(needs([[5, 80, 12], [9, 3, 40]]), line=60)) == pytest.approx(1)


def test_a_column_of_long_texts_gets_the_room():
    label, number = shares(needs([[40, 4]] * 10), line=50)
    assert 50 * label >= 40 + PADDING
    assert 50 * number >= 4 + PADDING


def test_two_columns_grow_together_where_one_alone_saves_no_row():
    first, second, _ = shares(needs([[60, 60, 1]]), line=60)
    assert min(first, second) * 60 - PADDING > 60 / 3  # three lines each; growing one of them first saves no line


def test_no_column_gets_less_than_its_longest_word_when_short_texts_do_not_fit():
    found = shares(needs([[9] * 8], least=5, wanted=[9] * 8), line=8 * (5 + PADDING) + 4)
    assert min(found) * (8 * (5 + PADDING) + 4) >= 5 + PADDING - 1e-9


def test_short_texts_stay_whole_where_there_is_room():
    found = shares(needs([[9, 30]], least=4, wanted=[9, 4]), line=40)
    assert 40 * found[0] >= 9 + PADDING - 1e-9
