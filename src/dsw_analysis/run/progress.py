"""What a batch says while it runs: a bar with the time left on a terminal, a line a section elsewhere."""

from __future__ import annotations

from typing import TextIO

from tqdm import tqdm

from dsw_analysis.run.steps import Outcome, Progress


def progress_on(stream: TextIO) -> Progress:
    """Progress that goes to a stream, by what the stream is."""
    return _bar(stream) if stream.isatty() else _lines(stream)


def failure(outcome: Outcome) -> str:
    """A failed section in words: which, at which cell, the error, and where the executed notebook is."""
    name = outcome.name
    where = outcome.output if outcome.output.exists() else "none was written"
    return f"\n{name} failed: {outcome.error}\nexecuted notebook: {where}"


def _bar(stream: TextIO) -> Progress:
    bar: tqdm[None] | None = None

    def begin(total: int) -> None:
        nonlocal bar
        bar = tqdm(total=total, unit="section", file=stream, dynamic_ncols=True)

    def done(outcome: Outcome) -> None:
        if bar is None:
            return
        bar.set_postfix_str(outcome.name, refresh=False)
        if outcome.error is not None:
            bar.write(f"failed  {outcome.name}", file=stream)
        bar.update()
        if bar.n == bar.total:
            bar.close()

    return Progress(begin=begin, done=done, say=lambda text: tqdm.write(f"dsw: {text}", file=stream))


def _lines(stream: TextIO) -> Progress:
    total = ended = 0

    def begin(steps: int) -> None:
        nonlocal total
        total = steps

    def done(outcome: Outcome) -> None:
        nonlocal ended
        ended += 1
        state = "current" if outcome.reused else outcome.state
        name = outcome.name
        took = "" if outcome.reused else f"  {outcome.seconds:.1f} s"
        print(f"{ended:>{len(str(total))}}/{total}  {state:<7}  {name}{took}", file=stream, flush=True)

    return Progress(begin=begin, done=done, say=lambda text: print(f"dsw: {text}", file=stream, flush=True))
