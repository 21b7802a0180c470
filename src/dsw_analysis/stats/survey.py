"""Estimates from stratified, weighted or clustered samples, as the R package ``survey`` computes them."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dsw_analysis.stats.common import (
    Codes,
    Interval,
    Labels,
    Numbers,
    UndefinedError,
    Vector,
    check_level,
    vector,
)


@dataclass(frozen=True, eq=False)
class Design:
    """A single-stage sample; make one with :func:`design`.

    Attributes
    ----------
    weights:
        One weight a row: how many units of the population it stands for.
    strata, clusters:
        Codes of the stratum and of the primary sampling unit (PSU), one a row, counted from 0.
    sampled:
        PSUs in the sample, one number a stratum.
    fpc:
        Share of PSUs not sampled, ``1 - n_h / N_h``, one number a stratum; 1 where no population is known.
    """

    weights: Vector
    strata: Codes
    clusters: Codes
    sampled: Vector
    fpc: Vector


@dataclass(frozen=True)
class Estimate:
    """An estimate from a design.

    Attributes
    ----------
    value, se:
        Estimate and its Taylor-linearised standard error, in the unit of the variable.
    interval:
        Student's t limits of a mean or total, logit limits of a proportion; ``None`` where no variance can
        be had (no degrees of freedom) or the logit does not exist (a proportion of 0 or 1).
    deff:
        Design effect: variance over that of a simple random sample without replacement of the same
        size; ``None`` where the latter is 0 or the weights do not sum to a population.
    df:
        Degrees of freedom: PSUs less strata, among rows that answered.
    n:
        Rows that answered.
    """

    value: float
    se: float
    interval: Interval | None
    deff: float | None
    df: int
    n: int


def design(
    rows: int,
    *,
    strata: Labels | None = None,
    clusters: Labels | None = None,
    weights: Numbers | None = None,
    population: Mapping[Hashable, int] | int | None = None,
) -> Design:
    """Describe how the rows were sampled.

    Parameters
    ----------
    rows:
        Number of rows; every other column has this length and order.
    strata:
        Stratum of each row. Without it the sample is one stratum.
    clusters:
        Cluster (PSU) of each row; equal labels in two strata are two clusters. Without it every row is one.
    weights:
        Sampling weights, above 0. Without them ``N_h / n_h``, or 1 where no population is given.
    population:
        PSUs in the population: a number, or one a stratum by its label. Gives the finite
        population correction (FPC).

    Raises
    ------
    UndefinedError
        If there is no row.
    ValueError
        If lengths differ, a label is missing, a weight is not above 0, a stratum has no population or fewer
        than were sampled, or a stratum has a single PSU without being a census (its variance is unknown:
        join it with a like stratum).
    """
    if rows == 0:
        raise UndefinedError("a sample of no rows estimates nothing")
    stratum, names = _codes(strata, rows, "strata")
    inner, _ = _codes(clusters, rows, "clusters")
    if clusters is None:
        inner = np.arange(rows)
    cluster, _ = pd.factorize(stratum * np.intp(rows + 1) + inner)
    owner = np.zeros(int(cluster.max()) + 1, dtype=np.intp)
    owner[cluster] = stratum
    sampled = np.bincount(owner, minlength=len(names)).astype(np.float64)
    sizes = _sizes(population, names)
    if (sizes < sampled).any():
        short = names[int(np.argmax(sizes < sampled))]
        raise ValueError(f"more units were sampled than the population holds in stratum {short!r}")
    fpc = np.where(np.isinf(sizes), 1.0, 1 - sampled / np.where(np.isinf(sizes), 1.0, sizes))
    lonely = (sampled == 1) & (fpc > 0)
    if lonely.any():
        raise ValueError(f"stratum {names[int(np.argmax(lonely))]!r} has a single sampled unit: join it with another")
    if weights is None:
        per_stratum = np.where(np.isinf(sizes), 1.0, sizes / sampled)
        weight = per_stratum[stratum]
    else:
        weight = vector(weights)
    if len(weight) != rows or not (weight > 0).all():
        raise ValueError("weights must be above 0, one a row")
    return Design(weight, stratum, cluster, sampled, fpc)


def _codes(labels: Labels | None, rows: int, what: str) -> tuple[Codes, list[Hashable]]:
    if labels is None:
        return np.zeros(rows, dtype=np.intp), ["all"]
    codes, names = pd.factorize(pd.Series(labels))
    if len(codes) != rows or (codes < 0).any():
        raise ValueError(f"{what} must be given for every row")
    return codes.astype(np.intp), list(names)


def _sizes(population: Mapping[Hashable, int] | int | None, names: list[Hashable]) -> Vector:
    if population is None:
        return np.full(len(names), np.inf)
    if isinstance(population, Mapping):
        missing = [name for name in names if name not in population]
        if missing:
            raise ValueError(f"population of stratum {missing[0]!r} is not given")
        return np.array([float(population[name]) for name in names])
    if len(names) > 1:
        raise ValueError("give the population of each stratum by its label")
    return np.array([float(population)])


def variance(design: Design, scores: Vector) -> Vector:
    """Covariance matrix of the sums of ``scores`` (rows x variables, weights already in them).

    Taylor linearisation for one stage: within each stratum ``(1 - n_h/N_h) n_h / (n_h - 1)`` times the
    squared deviations of PSU totals (Lumley 2010, *Complex Surveys*, chapter 2).
    """
    scores = scores.reshape(len(design.weights), -1)
    totals = np.zeros((int(design.clusters.max()) + 1, scores.shape[1]))
    np.add.at(totals, design.clusters, scores)
    owner = np.zeros(len(totals), dtype=np.intp)
    owner[design.clusters] = design.strata
    means = np.zeros((len(design.sampled), scores.shape[1]))
    np.add.at(means, owner, totals)
    means /= design.sampled[:, None]
    deviations = totals - means[owner]
    # A certainty stratum of one unit has no variance: its fpc is 0, whatever the divisor.
    scale = design.fpc * design.sampled / np.maximum(design.sampled - 1, 1)
    return np.asarray(deviations.T @ (deviations * scale[owner][:, None]), dtype=np.float64)


def design_mean(design: Design, values: Numbers, *, level: float = 0.95) -> Estimate:
    """Weighted mean; rows without a value leave the estimate but stay in the design (a domain).

    As ``svymean(~y, design, na.rm = TRUE, deff = TRUE)``; ``value`` in the unit of ``values``.

    Raises
    ------
    UndefinedError
        If no row has a value.
    ValueError
        If the lengths differ.
    """
    y, weight = _answers(design, values)
    size = float(weight.sum())
    value = float((weight * y).sum() / size)
    spread = float(variance(design, weight * (y - value) / size)[0, 0])
    return _estimate(design, weight, value, spread=spread, srs=_srs_variance(y, weight), level=level)


def design_total(design: Design, values: Numbers, *, level: float = 0.95) -> Estimate:
    """Weighted total over the rows that have a value, as ``svytotal(..., na.rm = TRUE, deff = TRUE)``.

    Units without an answer are not made up: where answers are missing this is the total of those that
    answer. Errors as for :func:`design_mean`.
    """
    y, weight = _answers(design, values)
    value = float((weight * y).sum())
    spread = float(variance(design, weight * y)[0, 0])
    srs = _srs_variance(y, weight) * float(weight.sum()) ** 2
    return _estimate(design, weight, value, spread=spread, srs=srs, level=level)


def design_proportion(design: Design, flags: Numbers, *, level: float = 0.95) -> Estimate:
    """Share of a yes/no variable (1, 0, missing) with logit limits, as ``svyciprop(method = "logit")``.

    Limits: ``expit(logit p ± t se / (p (1 - p)))`` with t at the design's degrees of freedom (Korn and
    Graubard 1999, *Analysis of Health Surveys*). Errors as for :func:`design_mean`, and ``ValueError`` for
    any other number.
    """
    given = vector(flags)
    known = given[~np.isnan(given)]
    if not np.isin(known, (0.0, 1.0)).all():
        raise ValueError("a proportion needs 1, 0 or missing")
    plain = design_mean(design, given, level=level)
    p = plain.value
    if plain.interval is None or len(np.unique(known)) == 1:
        return replace(plain, interval=None)
    half = _t_quantile(level, plain.df) * plain.se / (p * (1 - p))
    centre = math.log(p / (1 - p))
    limits = Interval(1 / (1 + math.exp(half - centre)), 1 / (1 + math.exp(-half - centre)), level, "logit")
    return replace(plain, interval=limits)


def _answers(design: Design, values: Numbers) -> tuple[Vector, Vector]:
    """Values with blanks as 0, and weights that are 0 where the value is blank."""
    y = vector(values)
    if len(y) != len(design.weights):
        raise ValueError("values must be given for every row of the design")
    given = ~np.isnan(y)
    if not given.any():
        raise UndefinedError("no row has a value")
    return np.where(given, y, 0.0), np.where(given, design.weights, 0.0)


def _srs_variance(y: Vector, weight: Vector) -> float:
    """Variance of the mean of a simple random sample as large; not above 0 where there is none."""
    size, n = float(weight.sum()), int((weight > 0).sum())
    if n < 2:
        return 0.0
    centre = float((weight * y).sum() / size)
    spread = float((weight * (y - centre) ** 2).sum() / size) * n / (n - 1)
    return spread * (size - n) / (size * n)


def _estimate(design: Design, weight: Vector, value: float, *, spread: float, srs: float, level: float) -> Estimate:
    given = weight > 0
    df = len(np.unique(design.clusters[given])) - len(np.unique(design.strata[given]))
    se = math.sqrt(max(spread, 0.0))
    limits = None
    if df > 0:
        half = _t_quantile(level, df) * se
        limits = Interval(value - half, value + half, level, "t")
    return Estimate(value, se, limits, spread / srs if srs > 0 else None, df, int(given.sum()))


def _t_quantile(level: float, df: int) -> float:
    from scipy.special import stdtrit  # noqa: PLC0415

    return float(stdtrit(df, 0.5 + check_level(level) / 2))
