"""The schemas of a project, ``data/schemas/<dataset>.yaml`` and the package's own, as datasets of a round."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Final, Self

from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.corrections import CORRECTIONS
from dsw_analysis.intake.dataset import Dataset
from dsw_analysis.intake.rules import WORDS, Rule
from dsw_analysis.intake.schema_files import kind_of, read_schema
from dsw_analysis.intake.yaml_keys import Entry, near
from dsw_analysis.problems import UsageError
from dsw_analysis.rounds import Round

OWN: Final = Path(__file__).parents[1] / "schemas"
"""Schemas that every project has: the plan, registers, returns, corrections. One of the project's takes its place."""


class Schemas(Mapping[str, Dataset]):
    """Id -> dataset of a round, in reading order; a file is read when its dataset, or all of them, are asked for.

    Raises
    ------
    UsageError
        When a dataset is asked for that there is not in the round, with the nearest names, or whose file has a
        mistake, with its line.
    """

    def __init__(self, folder: Path, round_: Round) -> None:
        self.folder = folder
        self.round = round_
        self._made: dict[str, Dataset] = {}

    @classmethod
    def of(cls, data_dir: str | Path, round_: Round) -> Self:
        """Schemas beside the folder that holds one folder of raw files a round, ``data/raw``."""
        return cls(Path(os.path.abspath(data_dir)).parent / "schemas", round_)  # noqa: PTH100 - knows "..", follows no link

    def at(self, round_: Round) -> Schemas:
        """The same schemas as they are in another round."""
        return Schemas(self.folder, round_)

    def __getitem__(self, id_: str) -> Dataset:
        if id_ not in self._made:
            self._made[id_] = self._dataset(id_, ())
        return self._made[id_]

    def __contains__(self, id_: object) -> bool:
        return id_ in self._order

    def __iter__(self) -> Iterator[str]:
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._order)

    def in_file(self, stem: str) -> list[Dataset]:
        """Datasets that a raw file holds, by its stem."""
        return [dataset for dataset in self.values() if dataset.stem == stem]

    @cached_property
    def _order(self) -> tuple[str, ...]:
        if not self.folder.is_dir():
            raise UsageError(f"no schemas in {self.folder}; run dsw in the project's folder or give --project")
        found = {id_: entry for id_ in self.files() if (entry := self._entry(id_)) is not None}
        return tuple(sorted(found, key=lambda id_: (found[id_].get("dsw:order", float("inf")), id_)))

    def files(self) -> list[str]:
        """Ids of the schemas that there are, of whatever round."""
        return sorted({path.stem for folder in (self.folder, OWN) for path in folder.glob("*.yaml")})

    def _entry(self, id_: str) -> Entry | None:
        """What a file declares; ``None`` if there is no such file, or not in this round."""
        for folder in (self.folder, OWN):
            with suppress(FileNotFoundError, NotADirectoryError):
                content = (folder / f"{id_}.yaml").read_bytes()
                break
        else:
            return None
        entry = read_schema(f"{self.folder.name}/{id_}.yaml", content)
        return entry if entry.valid(self.round) else None

    def _dataset(self, id_: str, asking: tuple[str, ...]) -> Dataset:
        entry = self._entry(id_)
        if entry is None:
            raise UsageError(f"no dataset {id_!r} in round {self.round}{near(id_, self)}")
        fields = [field for field in entry["fields"] if field.valid(self.round)]
        names = {field["name"] for field in fields}
        rules = [_rule(rule) for rule in entry.get("dsw:rules", ())]
        return Dataset(
            id=id_,
            title=entry["title"],
            columns=tuple(
                _column(
                    field,
                    self.round,
                    entry.get("missingValues", ()),
                    self._titles() if field.get("dsw:kind") == "dataset" else {},
                )
                for field in fields
            ),
            rules=tuple(rule for rule in rules if names.issuperset(rule.columns)),
            file=entry.get("dsw:file"),
            sheet=entry.get("dsw:sheet"),
            registries={
                field["name"]: self._registry(field, (*asking, id_)) for field in fields if "dsw:registry" in field
            },
            may_be_empty=entry.get("dsw:may_be_empty", False),
            optional=entry.get("dsw:optional", False),
            persons="dsw:persons" in entry,
            **{key: tuple(listed) for key, listed in entry.get("dsw:persons", {}).items()},
            corrections=None if id_ == CORRECTIONS else self._corrections,
        )

    def _corrections(self) -> Dataset | None:
        return None if self._entry(CORRECTIONS) is None else self[CORRECTIONS]

    def _titles(self) -> dict[str, str]:
        """Id -> title of all datasets but the optional ones: what a column of datasets may name."""
        titles: dict[str, str] = {}
        for id_ in self._order:
            entry = self._entry(id_)
            if entry is None or entry.get("dsw:optional"):
                continue
            if (title := entry["title"]) in titles.values():
                raise UsageError(f"{self.folder.name}/{id_}.yaml: another dataset has the title {title!r} already")
            titles[id_] = title
        return titles

    def _registry(self, field: Entry, asking: tuple[str, ...]) -> tuple[Dataset, str]:
        """The dataset that lists the names of a field, and its column."""
        id_, _, column = field["dsw:registry"].partition(".")
        place = f"{self.folder.name}/{asking[-1]}.yaml line {field.lines['dsw:registry']}"
        if id_ in asking:
            raise UsageError(f"{place}: {id_!r} is listed by {asking[-1]!r}, which it lists itself")
        if self._entry(id_) is None:
            raise UsageError(f"{place}: no dataset {id_!r} in round {self.round}{near(id_, self.files())}")
        registry = self._dataset(id_, asking)
        if column not in registry.names:
            raise UsageError(f"{place}: {id_!r} has no field {column!r}{near(column, registry.names)}")
        return registry, column


_ATTRIBUTES: Final = {
    "required": "required",
    "unique": "unique",
    "minimum": "ge",
    "maximum": "le",
    "description": "help",
    **{f"dsw:{name}": name for name in ("units", "in_round", "days_after", "monthly", "topic", "statement", "persons")},
    "dsw:two_digit_be": "two_digit_be",
}
"""Keys of a field and its constraints -> attributes of a column that they are as they stand."""


def _column(field: Entry, round_: Round, missing_values: tuple[str, ...], titles: Mapping[str, str]) -> Column:
    said = {**field, **field.get("constraints", {})}
    codes = {c["value"]: c for c in field.get("categories", ()) if c.valid(round_)}
    return Column(
        field["name"],
        field["title"],
        kind_of(field),
        codes=titles or {code: category["label"] for code, category in codes.items()},
        missing_codes={code: c["dsw:missing"] for code, c in codes.items() if "dsw:missing" in c},
        missing_values=missing_values,
        counted=tuple(code for code in field.get("dsw:counted", ()) if code in codes),
        concern=tuple(code for code in field.get("dsw:concern", ()) if code in codes),
        **{"required": False, **{name: said[key] for key, name in _ATTRIBUTES.items() if key in said}},
    )


def _rule(entry: Entry) -> Rule:
    word = next(key for key in entry if key in WORDS)
    said = {key: entry[key] for key in ("name", "column", "expected", "action")}
    return Rule(word=word, given=entry[word], **said)
