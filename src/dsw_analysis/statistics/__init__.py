"""Statistics under the measures: numbers in, small frozen results out; knows no findings and no prose.

Whatever is undefined raises ``UndefinedError``, or is ``None`` in a result of which other numbers exist; it is never 0
or NaN. scipy is imported by the functions that need it, so that importing this package stays light.
"""
