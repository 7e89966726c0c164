"""Contracts of the experiment tables: what a store reported, never what was recomputed from it."""

import pandera.polars as pa
import polars as pl

from connectors.contract import Table, boolean, day, integer, number, text, timestamp

KINDS = ("eppo", "files", "growthbook", "launchdarkly", "optimizely", "sql", "statsig")
FLAG_KINDS = ("unleash",)
CHANGES_OF_FLAGS = (
    *("created", "enabled", "disabled", "targeting", "variants", "completed", "reopened"),
    *("archived", "revived", "moved", "deleted"),
)
ROLES = ("primary", "secondary", "guardrail", "monitoring")
DIRECTIONS = ("increase", "decrease")
METRIC_KINDS = ("proportion", "mean", "ratio", "quantile")
SERIES = ("exposed", "control")


def _holds(expression: pl.Expr, error: str) -> pa.Check:
    """A check of whole rows that only speaks where every value is there."""
    return pa.Check(lambda data: data.lazyframe.select(expression.fill_null(True)), error=error)


ENDS_AFTER_START = _holds(pl.col("ended_at") >= pl.col("started_at"), "ended_at is not before started_at")
IS_PROPORTION = pl.col("metric_kind") == "proportion"

EXPERIMENTS = Table(
    name="experiments",
    grain="one experiment, or one launch without one",
    key=("experiment_id",),
    columns={
        "experiment_id": text(null=False, about="sha256 of kind and native id."),
        "kind": text(null=False, one_of=KINDS, about="Which kind of store it is from."),
        "native_id": text(null=False, about="Its id in the store."),
        "name": text(about="Name."),
        "hypothesis": text(about="What was expected, in the owner's words."),
        "owner_raw": text(about="Owner as the store names them: e-mail, login or name."),
        "status": text(about="As the store says: draft, running, stopped."),
        "experiment_type": text(about="As the store says: standard, ab, launch, multi-armed-bandit."),
        "randomization_unit": text(about="What was assigned at random: user, query, shop."),
        "analysis_unit": text(about="What was counted; null: not told."),
        "started_at": timestamp(about="Start of the first phase."),
        "ended_at": timestamp(about="End of the last phase."),
        "decision": text(about="The human verdict as the store has it: won, lost, inconclusive, dnf, ship, no_ship."),
        "decision_reason": text(about="Why, in the decider's words."),
        "decided_at": timestamp(about="When; null: not told."),
        "preregistered_at": timestamp(about="When hypothesis and primary metric were fixed; null: not told."),
        "feature_flag_key": text(about="Flags that it runs on, comma-separated."),
        "project_raw": text(about="Project as the store names it."),
        "repository_raw": text(about="Repository, owner/name, where the store names one."),
        "pull_request_numbers": text(about="JSON list of pull request numbers in that repository."),
        "variations": text(about="JSON list of {key, name, is_control}."),
        "planned_n": integer(at_least=0, about="Planned number of units."),
        "planned_mde_relative": number(at_least=0, about="Planned smallest relative effect, as a fraction."),
        "planned_days": integer(at_least=0, about="Planned duration."),
        "alpha": number(at_least=0, at_most=1, about="Significance level in force."),
        "sequential_method": text(about="Method that allows looking early; null: none or not told."),
        "n_looks": integer(at_least=0, about="How often results were looked at; null: not told."),
        "correction_method": text(about="Correction for several metrics; null: none or not told."),
        "is_cuped": boolean(about="Whether the variance was reduced by data from before the experiment."),
        "has_holdout": boolean(about="Whether a control group was kept; null: not told."),
        "tags": text(about="JSON list."),
    },
    census=True,
    checks=(ENDS_AFTER_START,),
    pii=("owner_raw",),
)

PHASES = Table(
    name="phases",
    grain="one phase of an experiment: the time during which split and coverage stayed as they were",
    key=("experiment_id", "phase"),
    columns={
        "experiment_id": text(null=False, about="The experiment."),
        "phase": integer(null=False, at_least=0, about="Position, from 0."),
        "name": text(about="Name."),
        "started_at": timestamp(about="Start."),
        "ended_at": timestamp(about="End; null: it runs."),
        "coverage": number(at_least=0, at_most=1, about="Share of units that took part."),
        "split": text(about="JSON object: variation key to weight; sums to 1."),
        "ended_reason": text(about="Why it ended, in the owner's words."),
    },
    census=True,
    checks=(ENDS_AFTER_START,),
)

RESULTS = Table(
    name="results",
    grain="one metric of one variation against its baseline, in one phase and slice, as the store last computed it",
    key=("experiment_id", "phase", "metric_key", "dimension", "dimension_value", "variant_key", "baseline_key"),
    columns={
        "experiment_id": text(null=False, about="The experiment."),
        "phase": integer(null=False, at_least=0, about="The phase."),
        "metric_key": text(null=False, about="The metric's id in the store."),
        "dimension": text(null=False, about="What the results are sliced by; empty: not sliced."),
        "dimension_value": text(null=False, about="The slice; empty: not sliced."),
        "variant_key": text(null=False, about="The variation."),
        "baseline_key": text(null=False, about="What it is compared with."),
        "metric_name": text(about="Name of the metric."),
        "metric_role": text(one_of=ROLES, about="What the metric was for."),
        "direction": text(one_of=DIRECTIONS, about="Which way is better."),
        "metric_kind": text(one_of=METRIC_KINDS, about="What can be recomputed from; null: not told."),
        "as_of": timestamp(about="When the store computed it."),
        "n_variant": integer(at_least=0, about="Units in the variation."),
        "n_baseline": integer(at_least=0, about="Units in the baseline."),
        "numerator_variant": number(about="Sum of the metric; for a proportion, how many units."),
        "numerator_baseline": number(about="The same for the baseline."),
        "mean_variant": number(about="Mean per unit; of a ratio without a denominator beside it the ratio, of a quantile it itself."),
        "mean_baseline": number(about="The same for the baseline."),
        "sd_variant": number(
            at_least=0, about="Standard deviation of units, not of the mean; of a quantile its error times the root of n."
        ),
        "sd_baseline": number(at_least=0, about="The same for the baseline."),
        "covariate_mean_variant": number(about="Mean of what the same units did before they were assigned; null: not told."),
        "covariate_mean_baseline": number(about="The same for the baseline."),
        "covariate_sd_variant": number(at_least=0, about="Its standard deviation of units."),
        "covariate_sd_baseline": number(at_least=0, about="The same for the baseline."),
        "covariate_covariance_variant": number(about="Covariance, of units, between the metric and what they did before."),
        "covariate_covariance_baseline": number(about="The same for the baseline."),
        "denominator_mean_variant": number(about="Mean per unit of what a ratio is divided by; null: not told, or no ratio."),
        "denominator_mean_baseline": number(about="The same for the baseline."),
        "denominator_sd_variant": number(at_least=0, about="Its standard deviation of units."),
        "denominator_sd_baseline": number(at_least=0, about="The same for the baseline."),
        "denominator_covariance_variant": number(about="Covariance, of units, between a ratio's numerator and its denominator."),
        "denominator_covariance_baseline": number(about="The same for the baseline."),
        "quantile": number(at_least=0, at_most=1, about="Which quantile it is, such as 0.95; null: none, or not told."),
        "non_inferiority_margin": number(at_least=0, about="How much worse a guardrail may be, relative, as a fraction."),
        "vendor_effect_relative": number(about="Relative effect as the store reports it, as a fraction."),
        "vendor_ci_low": number(about="Lower end of its interval, as a fraction."),
        "vendor_ci_high": number(about="Upper end."),
        "vendor_ci_level": number(at_least=0, at_most=1, about="Level of the interval."),
        "vendor_p": number(at_least=0, at_most=1, about="p-value as the store reports it; null: it reports none."),
        "vendor_engine": text(about="bayesian or frequentist, or as the store says."),
        "vendor_probability_better": number(at_least=0, at_most=1, about="Chance to beat the baseline, of a Bayesian engine."),
        "vendor_srm_p": number(at_least=0, at_most=1, about="p-value of the store's own test of the split."),
        "units_note": text(about="What the store's numbers are in, where that needs saying."),
    },
    census=True,
    checks=(
        _holds(pl.col("variant_key") != pl.col("baseline_key"), "variant_key is not baseline_key"),
        _holds(pl.col("vendor_ci_low") <= pl.col("vendor_ci_high"), "vendor_ci_low is not above vendor_ci_high"),
        _holds(
            ~IS_PROPORTION | pl.col("numerator_variant").is_between(0, pl.col("n_variant")),
            "a proportion's numerator_variant is within 0 and n_variant",
        ),
        _holds(
            ~IS_PROPORTION | pl.col("numerator_baseline").is_between(0, pl.col("n_baseline")),
            "a proportion's numerator_baseline is within 0 and n_baseline",
        ),
    ),
)

METRIC_DAYS = Table(
    name="metric_days",
    grain="one metric on one day, of everybody or of a control that a launch did not touch",
    key=("experiment_id", "metric_key", "series", "day"),
    columns={
        "experiment_id": text(null=False, about="The experiment or launch."),
        "metric_key": text(null=False, about="The metric's id in the store."),
        "series": text(null=False, one_of=SERIES, about="exposed: whom the launch reached; control: a series that it did not touch."),
        "day": day(null=False, about="The day, as the store cuts days."),
        "value": number(about="Rate or mean of that day."),
        "n": integer(at_least=0, about="Units of that day; null: not told."),
        "metric_name": text(about="Name of the metric."),
        "direction": text(one_of=DIRECTIONS, about="Which way is better."),
        "metric_kind": text(one_of=METRIC_KINDS, about="What the value is; null: not told."),
    },
    census=True,
)

FLAG_CHANGES = Table(
    name="flag_changes",
    grain="one change of one feature flag, in one environment where it is of one",
    key=("flag_change_id",),
    columns={
        "flag_change_id": text(null=False, about="sha256 of store and native id."),
        "kind": text(null=False, one_of=FLAG_KINDS, about="Which kind of store it is from."),
        "native_id": text(null=False, about="Its id in the store."),
        "flag_key": text(null=False, about="The flag."),
        "project_raw": text(about="Project as the store names it."),
        "repository_raw": text(about="Repository, owner/name, that the configuration gives for the project."),
        "environment": text(about="Environment; null: it is of the flag as a whole."),
        "environment_type": text(about="As the store says: production, development; null: not told."),
        "changed_at": timestamp(null=False, about="When."),
        "change": text(null=False, one_of=CHANGES_OF_FLAGS, about="What was done; targeting is whom the flag reaches."),
        "event_type": text(null=False, about="The same in the store's words."),
        "reach_before": number(at_least=0, at_most=1, about="Share that the changed strategy reached before; null: it has no share."),
        "reach_after": number(at_least=0, at_most=1, about="Share that it reaches since."),
        "actor_raw": text(about="Who did it, as the store names them: e-mail or login."),
    },
    pii=("actor_raw",),
)

TABLES = (EXPERIMENTS, PHASES, RESULTS, METRIC_DAYS, FLAG_CHANGES)
