"""The gate of a batch: a whole release is attacked before any of it is put in place, and shows less where it must."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsw_analysis.findings.ledger import LEDGER
from dsw_analysis.findings.repairs import LESS, Repair, as_yaml, path_of, read_repairs
from dsw_analysis.intake.writing.whole import write_whole
from dsw_analysis.problems import UsageError
from dsw_analysis.report.signed import EDITIONS
from dsw_analysis.rounds import Round
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.outputs import INTERNAL, PROVINCES
from dsw_analysis.run.steps import BatchError, Job, Outcome, given

TURNS = 3
"""How often sections are run, at most, until a release passes."""
_NAME = "gate"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What came of the attack on a release.

    ``small`` cells hold 1 to 4 persons; ``narrowed`` says of cells, of these or others, that they are known too well,
    and ``before`` how many were so already by what is published. ``shown`` counts findings by how they are protected.
    """

    small: int
    before: int
    narrowed: tuple[str, ...]
    repairs: tuple[Repair, ...]
    shown: Mapping[str, int]


def guarded(batch: Batch, run: Callable[[], list[Outcome]], provinces: Sequence[str] = ()) -> list[Outcome]:
    """Run sections until what they show, with all else that will be in place, gives no small cell away.

    What must be shown less is written to ``data/disclosure/<round>.yaml``, and the sections that it concerns run again.

    Raises
    ------
    BatchError
        If that does not help: nothing is put in place.
    """
    for _ in range(TURNS):
        outcomes = run()
        if batch.project.exact or _passes(batch, provinces):  # what is exact is kept inside
            return outcomes
        batch.look_again()
    raise BatchError(f"the gate did not come to an end in {TURNS} turns; nothing is put in place")


def _passes(batch: Batch, provinces: Sequence[str]) -> bool:
    """Whether a release passes; if not, what shows less of it has been written down."""
    ledgers, earlier = _ledgers(batch, provinces), _earlier(batch)
    data, made = batch.project.data.parent, tuple(provinces) or ("",)
    piece = batch.stale.gate({**ledgers, **earlier})
    if not piece.reasons or not ledgers:
        return True
    job = Job(_NAME, "dsw_analysis.run.gate:judged", given(batch.project.data, batch.round, ledgers, earlier, made))
    ((_, future),) = batch.ended(deque([job]))
    try:
        verdict: Verdict = future.result()
    except UsageError as error:
        raise BatchError(f"the gate: {error}") from error
    known = read_repairs(data, batch.round)
    new = [r for r in verdict.repairs if r.partition not in known or _less(known[r.partition], r)]
    # How many small cells there are is for the terminal alone: it tells those of none from those of few.
    repaired = [f"{r.partition}: {_said(r)}" for r in known.values()]
    told: dict[str, Any] = {"narrowed": len(verdict.narrowed), **verdict.shown, "repairs": repaired}
    if verdict.narrowed or (verdict.repairs and not new):
        batch.manifest.log("gate", passed=False, **told)
        raise BatchError(_refusal(batch, verdict))
    if new:
        for repair in new:
            batch.progress.say(f"gate: {repair.partition} {_said(repair)}, for {repair.reason}")
        own = {r.partition: r for r in known.values()} | {r.partition: r for r in new}
        write_whole(path_of(data, batch.round), as_yaml(own.values()))
        return False
    batch.note(piece, {}, gate=told)
    batch.progress.say(
        f"gate: {verdict.small:,} cells of 1 to 4 persons, none narrowed by this release"
        + (f"; {verdict.before:,} were known before" if verdict.before else "")
    )
    return True


def _less(old: Repair, new: Repair) -> bool:
    return LESS.index(new.base) > LESS.index(old.base)


def _said(repair: Repair) -> str:
    return f"is rounded to {repair.base}s" if repair.base else "is not shown"


def _refusal(batch: Batch, verdict: Verdict) -> str:
    """Why nothing is put in place, and what can be done."""
    if verdict.narrowed:
        return (
            f"the gate: {len(verdict.narrowed)} cells of few persons follow from what is shown, and nothing is put "
            f"in place: {'; '.join(verdict.narrowed[:5])}; take a split of these columns out of the notebook, or the "
            "exemption of a figure that they follow from out of project.toml"
        )
    places = dict.fromkeys(repair.partition.province for repair in verdict.repairs)
    briefs = ",".join(place for place in places if place)
    commands = [f"`dsw report {batch.round}`"] * ("" in places)
    commands += [f"`dsw run {batch.round} --by province --only {briefs}`"] * bool(briefs)
    return (
        "the gate: what is in place shows more than data/disclosure says, and with it a cell of few persons would "
        f"follow from what was made now; nothing is put in place: run {' and '.join(commands)} first"
    )


def _ledgers(batch: Batch, provinces: Sequence[str]) -> dict[str, bytes]:
    """Ledgers of all that will be in place: of the country, and of briefs that are there or are being made."""
    places = {name.partition("/")[2] for name in batch.manifest.made if name.startswith("brief/")} | {*provinces}
    scopes = ["", *(f"{PROVINCES}{place}/" for place in sorted(places))]
    names = [f"{INTERNAL}{scope}exact/{section}.json" for scope in scopes for section in batch.notebooks]
    return {name: path.read_bytes() for name in names if (path := batch.out / name).is_file()}


def _earlier(batch: Batch) -> dict[str, bytes]:
    """What was shown before: ledgers of earlier rounds of the year, and of editions of this one, in their order."""
    found = {}
    for round_ in sorted(_rounds(batch.out.parent, batch.round)):
        folder = batch.project.outputs(round_)
        for path in (folder / LEDGER, *sorted((folder / PROVINCES).glob(f"*/{LEDGER}"))):
            if path.is_file():
                found[f"{round_}|{path.relative_to(folder).as_posix()}"] = path.read_bytes()
    editions = (path for path in (batch.out / EDITIONS).glob("*") if path.name.isdecimal())
    for edition in sorted(editions, key=lambda path: int(path.name)):
        for path in sorted(edition.rglob(LEDGER)):
            found[f"{batch.round} {edition.name}|{path.relative_to(edition).as_posix()}"] = path.read_bytes()
    return found


def _rounds(outputs: Path, round_: Round) -> list[Round]:
    """Rounds of the same year, before one, that have outputs."""
    names = [path.name for path in outputs.iterdir() if path.is_dir() and path.name.startswith(f"{round_.year}-")]
    return [earlier for name in names if (earlier := Round.parse(name)) < round_ and earlier.year == round_.year]


def judged(
    raw: Path, round_: Round, ledgers: Mapping[str, bytes], earlier: Mapping[str, bytes], made: Sequence[str]
) -> Verdict:
    """In a worker process: the attack on a release; see :func:`dsw_analysis.findings.gate.judge`.

    Raises
    ------
    UsageError
        If a number is not shown as its protection says, or numbers contradict each other.
    """
    from dsw_analysis.findings import released  # noqa: PLC0415 - for workers
    from dsw_analysis.intake.schemas import Schemas  # noqa: PLC0415

    now = [released.Ledger.of(json.loads(content)) for content in ledgers.values()]
    before: dict[str, list[Mapping[str, Any]]] = {}
    for name, content in earlier.items():
        before.setdefault(name.partition("|")[0], []).extend(json.loads(content)["findings"])
    schemas = Schemas.of(raw, round_)
    there = {*schemas.files()}  # none of which is read but for its numbers: a mistake in one stops its own section
    found = [
        released.judged(schemas[dataset], round_, now, before, made, column)
        for dataset in sorted({record["dataset"] for ledger in now for record in ledger.exact if record.get("dataset")})
        if dataset in there
        for column in [""] * schemas[dataset].persons or [c.name for c in schemas[dataset].columns if c.persons]
    ]
    return Verdict(
        small=sum(one.small for one in found),
        before=sum(one.before for one in found),
        narrowed=tuple(said for one in found for said in one.narrowed),
        repairs=tuple(repair for one in found for repair in one.repairs),
        shown=Counter(
            str(record["disclosure"]) for ledger in now for record in ledger.shown.values() if record.get("disclosure")
        ),
    )
