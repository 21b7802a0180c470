"""Warm processes that put equal parts together once for all tests of a file: a report made again is not made twice."""

from dsw_analysis.run.warm.processes import WarmExecutor

_WORK = "dsw_analysis.run.execution"
PURE = {f"{_WORK}:{name}" for name in ("compose_paper", "paper_file", "report_file", "compose_briefs")}
"""What depends on its arguments and the words of the project alone; that it gives the same bytes other tests hold."""
MADE = {}


class Remembering(WarmExecutor):
    """Executor that makes what it is asked for, if it was not asked for the same before."""

    def submit(self, call, scratch, work, *arguments):
        if work not in PURE:
            return super().submit(call, scratch, work, *arguments)
        key = repr((call.keywords, work, arguments))
        if key in MADE:
            return MADE[key]
        future = super().submit(call, scratch, work, *arguments)
        future.add_done_callback(lambda done: done.cancelled() or done.exception() or MADE.setdefault(key, done))
        return future
