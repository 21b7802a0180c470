"""The papermill engine ``dsw``, as an entry point: light, because papermill imports every engine that is installed."""

from __future__ import annotations

from typing import Any


class _WhenAsked(type):
    """Has the attributes of the engine itself, which imports papermill: that looks for engines while it is imported."""

    def __getattr__(cls, name: str) -> Any:  # noqa: ANN401 - whatever papermill asks for
        from dsw_analysis.run.warm.client import WarmEngine  # noqa: PLC0415 - see the module

        return getattr(WarmEngine, name)


class DswEngine(metaclass=_WhenAsked):
    """Runs Python notebooks like papermill's own engine, each in a fresh process that is forked warm.

    ``papermill --engine dsw in.ipynb out.ipynb`` works anywhere; inside a call of
    :class:`dsw_analysis.run.warm.processes.WarmExecutor` it is fast. Where there is no fork it is papermill's own.
    """
