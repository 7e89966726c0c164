"""Whether an experiment may be believed: one function a check, each with its rule and what it could not know.

`unknown` is an outcome of its own and never a pass: most stores tell neither the planned size nor how often one looked.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pipelines.statistics import effects, novelty
from pipelines.statistics.trials import DAY, Compared, Phase, Trial

Status = Literal["pass", "warn", "fail", "unknown"]
SRM_P_MIN = 0.001
POWER = 0.8
DAYS, FEWEST_DAYS, WEEK = 14, 7, 7
FALSE_DISCOVERY_RATE = 0.10
"""Of secondary metrics, by Benjamini and Hochberg."""


@dataclass(frozen=True)
class Check:
    """Outcome of one check: of the experiment, of a phase, or of one comparison in it.

    Attributes:
        code: SRM, UNIT, POWER, DURATION, PEEKING, MULTI, CUPED, GUARD, HOLD, NOVELTY, RECOMPUTE or PREREG.
        value: what was measured, in the unit that `detail` names.
        threshold: what it was held against.
        phase: None for the whole experiment.
    """

    code: str
    status: Status
    detail: str
    value: float | None = None
    threshold: float | None = None
    phase: int | None = None
    metric_key: str = ""
    variant_key: str = ""


def of(trial: Trial) -> Iterator[Check]:
    """Every check that applies to an experiment."""
    if not trial.row["variations"] or trial.row["variations"] == "[]":
        return  # A launch compared nothing: there is no design that could be checked.
    for check in CHECKS:
        yield from check(trial)


def _about(each: Compared, code: str, status: Status, detail: str, value: float | None = None, threshold: float | None = None) -> Check:
    return Check(code, status, detail, value, threshold, each.phase, each.row["metric_key"], each.row["variant_key"])


def sample_ratio(trial: Trial) -> Iterator[Check]:
    """SRM: assigned counts against the phase's own split by chi-square; once more for a metric that was analysed on fewer units."""
    for phase in trial.phases.values():
        exposed = trial.arms(phase.number)
        yield _ratio(phase, exposed, "")
        for metric in sorted({each.row["metric_key"] for each in trial.whole() if each.phase == phase.number}):
            analysed = trial.arms(phase.number, metric)
            if analysed.keys() == exposed.keys() and analysed != exposed:
                yield _ratio(phase, analysed, metric)


def _ratio(phase: Phase, counts: dict[str, int], metric: str) -> Check:
    arms = list(phase.split)
    p = effects.sample_ratio_p([counts[arm] for arm in arms], [phase.split[arm] for arm in arms]) if set(arms) <= counts.keys() else None
    where = f"units analysed for {metric}" if metric else "units of the phase"
    if p is None:
        return Check("SRM", "unknown", f"no planned split, or no count of every arm: {where}", None, SRM_P_MIN, phase.number, metric)
    told = ", ".join(f"{arm} {counts[arm]:,} of planned share {phase.split[arm]:g}" for arm in arms)
    return Check("SRM", "fail" if p < SRM_P_MIN else "pass", f"{where}: {told}", p, SRM_P_MIN, phase.number, metric)


def unit(trial: Trial) -> Iterator[Check]:
    """UNIT: what was counted is what was assigned at random, or the interval is too narrow."""
    assigned, counted = trial.row["randomization_unit"], trial.row["analysis_unit"]
    if not assigned or not counted:
        missing = "the randomised unit" if not assigned else "the unit of analysis"
        yield Check("UNIT", "unknown", f"the store does not tell {missing}")
    elif assigned == counted:
        yield Check("UNIT", "pass", f"assigned and counted by {assigned}")
    else:
        yield from _other_units(trial, assigned, counted)


def _other_units(trial: Trial, assigned: str, counted: str) -> Iterator[Check]:
    """Ratios whose numerators and denominators are told by assigned unit are sound; of anything else the interval is too narrow."""
    told = f"assigned by {assigned}, counted by {counted}"
    sound = [each for each in trial.whole() if each.is_divided]
    for each in sound:
        yield _about(each, "UNIT", "pass", f"{told}: a ratio, whose interval takes in that what belongs to one {assigned} is alike")
    fault = f"{told}: the interval ignores that what belongs to one {assigned} is alike"
    if not sound:
        yield Check("UNIT", "fail", fault)
        return
    yield from (_about(each, "UNIT", "fail", fault) for each in trial.whole() if not each.is_divided)


def power(trial: Trial) -> Iterator[Check]:
    """POWER: the smallest effect that could be found against the planned one and the one found; never power after the fact."""
    for each in trial.whole("primary"):
        error, found = each.effect.standard_error, each.effect.effect_abs
        if not error or found is None:
            yield _about(each, "POWER", "unknown", "no standard error: the effect could not be recomputed")
            continue
        smallest = effects.detectable(error, trial.alpha, POWER)
        problem = _power_problem(trial, each, smallest, abs(found))
        detail = problem or f"the size finds the planned effect with {POWER:.0%} power"
        yield _about(each, "POWER", "warn" if problem else "pass", detail, smallest, abs(found))


def _power_problem(trial: Trial, each: Compared, smallest: float, found: float) -> str:
    level, planned = each.baseline_level, trial.row["planned_mde_relative"]
    if planned is None or not level:
        return "no planned smallest effect is on record"
    if smallest > planned * abs(level):
        return f"the smallest effect that {POWER:.0%} power finds is larger than the planned one, {planned:.2%} of the baseline"
    is_exaggerated = is_significant(trial, each) and found < smallest
    return "significant, but below what the size could reliably find: such estimates exaggerate" if is_exaggerated else ""


def is_significant(trial: Trial, each: Compared) -> bool:
    """Its own p-value, counted alone, is below the level in force."""
    return each.effect.p_two_sided is not None and each.effect.p_two_sided < trial.alpha


def duration(trial: Trial) -> Iterator[Check]:
    """DURATION: two weeks at least, and whole ones, as days of the week differ."""
    for phase in trial.phases.values():
        days = phase.days
        if days is None:
            yield Check("DURATION", "unknown", "start or end is not told", None, DAYS, phase.number)
            continue
        status: Status = "fail" if days < FEWEST_DAYS else "pass" if days >= DAYS and days % WEEK == 0 else "warn"
        yield Check("DURATION", status, f"{days} days" + ("" if days % WEEK == 0 else ", not whole weeks"), days, DAYS, phase.number)


def peeking(trial: Trial) -> Iterator[Check]:
    """PEEKING: a method that allows looking early, or one look at a fixed end; else the interval that holds at every look is shown."""
    method, looks = trial.row["sequential_method"], trial.row["n_looks"]
    if method or looks == 1:
        how = f"looked at by a method that allows it: {method}" if method else "looked at once, at its end"
        yield Check("PEEKING", "pass", how, looks, 1)
        return
    told = "how often it was looked at is not known" if looks is None else f"looked at {looks} times without a method that allows it"
    for each in trial.whole("primary"):
        low, high = each.effect.ci_low_anytime, each.effect.ci_high_anytime
        if low is None or high is None:
            yield _about(each, "PEEKING", "unknown", f"{told}; no interval could be computed", looks, 1)
            continue
        holds = "excludes" if low > 0 or high < 0 else "contains"
        anytime = f"the interval that holds at every look, {low:.4g} to {high:.4g}, {holds} 0"
        yield _about(each, "PEEKING", "warn", f"{told}; {anytime}", looks, 1)


def several(trial: Trial) -> Iterator[Check]:
    """MULTI: what stays significant once the number of questions is counted in; `correct` must have been called."""
    for each in trial.whole("primary", "secondary"):
        p, adjusted = each.effect.p_two_sided, each.p_adjusted
        if p is None or adjusted is None:
            yield _about(each, "MULTI", "unknown", "no p-value could be computed")
            continue
        alpha = trial.alpha if each.role == "primary" else FALSE_DISCOVERY_RATE
        is_lost = p < alpha <= adjusted
        detail = f"p {p:.2g}, {adjusted:.2g} by {each.correction}" + (": no longer significant" if is_lost else "")
        yield _about(each, "MULTI", "warn" if is_lost else "pass", detail, adjusted, alpha)


def correct(trial: Trial) -> None:
    """Set the adjusted p-values of a trial: Holm over primary metrics and variations of a phase, Benjamini-Hochberg over secondary ones."""
    from statsmodels.stats.multitest import multipletests

    for role, method, name in (("primary", "holm", "Holm"), ("secondary", "fdr_bh", "Benjamini-Hochberg")):
        for phase in trial.phases:
            family = [each for each in trial.whole(role) if each.phase == phase and each.effect.p_two_sided is not None]
            if family:
                adjusted: Any = multipletests([each.effect.p_two_sided for each in family], method=method)[1]
                for each, p in zip(family, adjusted, strict=True):
                    each.p_adjusted, each.correction = float(p), f"{name} over {len(family)}"


def adjusted_variance(trial: Trial) -> Iterator[Check]:
    """CUPED: the effect adjusted by what units did before, ours or else the store's, points the same way as the unadjusted one."""
    computed = [each for each in trial.whole("primary") if each.effect.cuped_effect_abs is not None]
    yield from map(_adjusted_by_us, computed)
    if computed:
        return
    if trial.row["is_cuped"] is None:
        yield Check("CUPED", "unknown", "the store does not tell whether variance was reduced by data from before")
        return
    if not trial.row["is_cuped"]:
        yield Check("CUPED", "pass", "variance was not reduced: there is one effect only")
        return
    for each in trial.whole("primary"):
        ours, theirs = each.effect.effect_rel, each.row["vendor_effect_relative"]
        if ours is None or theirs is None:
            yield _about(each, "CUPED", "unknown", "the adjusted or the unadjusted effect is not on record")
        else:
            is_same = ours * theirs >= 0
            detail = f"unadjusted {ours:+.2%}, adjusted {theirs:+.2%}" + ("" if is_same else ": opposite signs")
            yield _about(each, "CUPED", "pass" if is_same else "warn", detail, theirs, ours)


def _adjusted_by_us(each: Compared) -> Check:
    plain, adjusted = each.effect.effect_abs, each.effect.cuped_effect_abs
    if plain is None or adjusted is None:
        return _about(each, "CUPED", "unknown", "the unadjusted effect could not be recomputed")
    is_same = plain * adjusted >= 0
    detail = f"unadjusted {plain:+.4g}, adjusted by what the units did before {adjusted:+.4g}" + ("" if is_same else ": opposite signs")
    return _about(each, "CUPED", "pass" if is_same else "warn", detail, adjusted, plain)


def guardrails(trial: Trial) -> Iterator[Check]:
    """GUARD: each guardrail is shown to be no worse than its margin; "not significant" is not "not worse"."""
    for each in trial.whole("guardrail"):
        margin, level = each.row["non_inferiority_margin"], each.baseline_level
        effect, error = each.effect.effect_abs, each.effect.standard_error
        if not margin or not level:
            yield _about(each, "GUARD", "unknown", "no margin is declared: no harm is not shown")
        elif effect is None or not error:
            yield _about(each, "GUARD", "unknown", "the effect could not be recomputed")
        else:
            allowed = margin * abs(level)
            tested = effects.non_inferiority(effect, error, allowed, "decrease" if each.direction == "decrease" else "increase")
            detail = f"worst at {effects.ONE_SIDED_LEVEL:.0%}: {tested.bound:.4g}; allowed {allowed:.4g} (p {tested.p:.2g})"
            yield _about(each, "GUARD", "pass" if tested.is_shown else "fail", detail, tested.bound, allowed)


def hold(trial: Trial) -> Iterator[Check]:
    """HOLD: after the ramp, with a share held back, the effect keeps its sign and no guardrail fails."""
    harmed = {check.phase for check in guardrails(trial) if check.status == "fail"}
    for first in _first_of_each(trial):
        later = [each for each in trial.whole("primary") if each.is_same_metric(first) and each.phase > first.phase]
        before, after = first.effect.effect_abs, later[0].effect.effect_abs if later else None
        if before is None or after is None:
            yield _about(first, "HOLD", "unknown", "no later phase kept a control and measured it")
            continue
        status, problem = _kept(later[0], after * before > 0, later[0].phase in harmed)
        yield _about(first, "HOLD", status, _told(trial.phases[later[0].phase], later[0]) + problem, after, before)


def _kept(held: Compared, has_sign: bool, is_harmed: bool) -> tuple[Status, str]:
    if not has_sign or is_harmed:
        return "fail", ": a guardrail fails" if has_sign else ": the effect lost its sign"
    is_firm = bool((held.effect.ci_low_abs or 0) > 0 or (held.effect.ci_high_abs or 0) < 0)
    return ("pass", "") if is_firm else ("warn", ": its interval reaches 0")


def _told(phase: Phase, held: Compared) -> str:
    share = phase.split.get(held.row["baseline_key"])
    days = f", {phase.days} days" if phase.days is not None else ""
    return f"phase {phase.number}{days}" + (f", {share:.0%} held back" if share else "")


def _first_of_each(trial: Trial) -> Iterator[Compared]:
    seen: list[Compared] = []
    for each in sorted(trial.whole("primary"), key=lambda each: each.phase):
        if not any(each.is_same_metric(other) for other in seen):
            seen.append(each)
            yield each


def wearing_off(trial: Trial) -> Iterator[Check]:
    """NOVELTY: without the first days the effect is still there; a slope over days is told."""
    for each in trial.whole("primary"):
        found = novelty.without_first_days(_days(trial, each))
        if found is None:
            yield _about(each, "NOVELTY", "unknown", f"effects of fewer than {novelty.FEWEST_DAYS} days are on record")
            continue
        later = f"from day {novelty.DROPPED + 1} on {found.effect:.4g} ({found.low:.4g} to {found.high:.4g})"
        is_gone = found.low <= 0 <= found.high and is_significant(trial, each)
        detail = f"{later}; {found.slope:+.2g} a day (p {found.slope_p:.2g})"
        yield _about(each, "NOVELTY", "warn" if is_gone else "pass", detail, found.effect, each.effect.effect_abs)


def _days(trial: Trial, each: Compared) -> list[novelty.Day]:
    daily = [
        other for other in trial.compared if other.row["dimension"] == DAY and other.phase == each.phase and other.is_same_metric(each)
    ]
    return [
        novelty.Day(other.row["dimension_value"], other.effect.effect_abs, other.effect.standard_error)
        for other in daily
        if other.effect.effect_abs is not None and other.effect.standard_error
    ]


RELATIVE_TOLERANCE = 0.02
"""Ours and the vendor's effect agree when they differ by less than this share of the standard error, or by rounding."""

ROUNDING = 5e-4


def agreement(effect: effects.Effect, vendor_relative: float | None) -> Literal["match", "differs", "not_possible"]:
    """Whether the vendor's relative effect is ours, within 2 % of the standard error or the vendor's rounding."""
    if effect.effect_rel is None or vendor_relative is None or effect.standard_error is None or not effect.effect_abs:
        return "not_possible"
    relative_error = effect.standard_error * abs(effect.effect_rel / effect.effect_abs)
    return "match" if abs(effect.effect_rel - vendor_relative) <= max(RELATIVE_TOLERANCE * relative_error, ROUNDING) else "differs"


def recomputed(trial: Trial) -> Iterator[Check]:
    """RECOMPUTE: the store's effect against the one that its own counts give."""
    for each in trial.whole("primary", "secondary", "guardrail"):
        ours, theirs = each.effect.effect_rel, each.row["vendor_effect_relative"]
        verdict = agreement(each.effect, theirs)
        status: Status = "pass" if verdict == "match" else "warn" if verdict == "differs" else "unknown"
        is_told = ours is not None and theirs is not None
        detail = f"ours {ours:+.2%}, the store's {theirs:+.2%}" if is_told else "the store's or our own effect is missing"
        yield _about(each, "RECOMPUTE", status, detail, ours, theirs)


def preregistered(trial: Trial) -> Iterator[Check]:
    """PREREG: hypothesis, primary metric and a rule to stop were on record before the start."""
    row = trial.row
    fixed, started = row["preregistered_at"], row["started_at"]
    if fixed is None or started is None:
        yield Check("PREREG", "unknown", "no date of the hypothesis is on record" if fixed is None else "no start is on record")
        return
    if fixed > started:
        yield Check("PREREG", "fail", "the hypothesis is younger than the start")
        return
    has_rule = any(row[name] for name in ("planned_n", "planned_days", "sequential_method"))
    parts = {
        "a hypothesis": row["hypothesis"],
        "a primary metric": any(trial.whole("primary")),
        "a rule to stop (planned size, planned days or a sequential method)": has_rule,
    }
    absent = " and ".join(name for name, is_there in parts.items() if not is_there)
    yield Check("PREREG", "warn" if absent else "pass", "dated before the start" + (f", without {absent}" if absent else ""))


CHECKS: tuple[Callable[[Trial], Iterator[Check]], ...] = (
    sample_ratio,
    unit,
    power,
    duration,
    peeking,
    several,
    adjusted_variance,
    guardrails,
    hold,
    wearing_off,
    recomputed,
    preregistered,
)
