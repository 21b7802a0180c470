"""The papermill engine ``dsw``, as an entry point: light, because papermill imports every engine that is installed."""

from __future__ import annotations

from typing import Any


class DswEngine:
    """Runs Python notebooks like papermill's own engine, each in a fresh process that is forked warm.

    ``papermill --engine dsw in.ipynb out.ipynb`` works anywhere; inside a call of
    :class:`dsw_analysis.run.warm.processes.WarmExecutor` it is fast. Where there is no fork it is papermill's own
    engine.
    """

    # Not a subclass of papermill's engine: that would import papermill, which looks for this class while it is
    # being imported itself.

    @classmethod
    def execute_notebook(cls, nb: Any, kernel_name: str, **options: Any) -> Any:  # noqa: ANN401 - papermill's
        """Run a notebook.

        Parameters
        ----------
        options:
            Those of papermill's engines, and ``save_cells``: ``False`` saves the notebook once, at the end
            (whatever the end is), instead of twice a cell.
        """
        from dsw_analysis.run.warm.client import WarmEngine  # noqa: PLC0415 - see the module

        return WarmEngine.execute_notebook(nb, kernel_name, **options)

    @classmethod
    def nb_kernel_name(cls, nb: Any, name: str | None = None) -> str:  # noqa: ANN401 - nbformat has no types
        """Name of the kernel that a notebook asks for."""
        from papermill.utils import nb_kernel_name  # noqa: PLC0415 - see the module

        return str(nb_kernel_name(nb, name))

    @classmethod
    def nb_language(cls, nb: Any, language: str | None = None) -> str:  # noqa: ANN401 - nbformat has no types
        """Language that a notebook is in."""
        from papermill.utils import nb_language  # noqa: PLC0415 - see the module

        return str(nb_language(nb, language))
