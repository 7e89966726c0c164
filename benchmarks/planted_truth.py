"""How much of what is planted in demo organisations is found, and how much of what is found was planted, by kind.

`./run truth` makes an organisation for each seed and size, runs the whole pipeline against its servers, and prints precision and recall
of every kind. It ends with 1 where one of them is below 1: all of it is planted to be found exactly.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pipelines.evidence.snapshot import reading
from pipelines.warehouse import Home

Query = Callable[[str], list[tuple[Any, ...]]]
Truth = dict[str, Any]
Fact = tuple[str, str, tuple[Any, ...]]
"""Family, kind within it, and what tells one fact of the kind from another."""
SEEDS, SIZES = (7, 11, 13), (40, 80)
PIPE_WIDTH = 120
"""Into a file or a pipe, eighty columns would cut the names of kinds."""
NOT_PLANTED = frozenset({"green"})
"""Gate outcomes where nothing happened, which is no outcome to find."""
CONTEXTS = ("ambiguity", "dependencies", "novelty")
BY_CONTENT = frozenset({"content_restore", "inverse_patch", "content_restored"})


@dataclass
class Recovered:
    """How many facts of one kind were planted and found, and how many are both."""

    planted: set[tuple[Any, ...]] = field(default_factory=set[tuple[Any, ...]])
    found: set[tuple[Any, ...]] = field(default_factory=set[tuple[Any, ...]])

    @property
    def both(self) -> int:
        """Facts that were planted and found."""
        return len(self.planted & self.found)

    @property
    def precision(self) -> float | None:
        """Share of what was found that was planted; None where nothing was found."""
        return self.both / len(self.found) if self.found else None

    @property
    def recall(self) -> float | None:
        """Share of what was planted that was found; None where nothing was planted."""
        return self.both / len(self.planted) if self.planted else None


def recovered(query: Query, truth: Truth) -> dict[tuple[str, str], Recovered]:
    """Every kind of fact of every family, planted or found.

    Args:
        query: rows of a query on the restricted snapshot.
        truth: what was planted (`truth.json`).
    """
    kinds: dict[tuple[str, str], Recovered] = defaultdict(Recovered)
    for family, kind, key in planted_facts(truth):
        kinds[family, kind].planted.add(key)
    for family, kind, key in found_facts(query):
        kinds[family, kind].found.add(key)
    return dict(sorted(kinds.items()))


def _pull(one: Truth) -> tuple[str, int]:
    return one["repository"], one["pull_request"]


def _attempt(one: Truth) -> list[Fact]:
    if one["outcome"] == "landed":
        return []
    if one["outcome"] == "reverted":
        return [("revert", _revert_kind(one["how"]), _pull(one)), ("evidence", "difficulty", (*_pull(one), "reverted"))]
    return [("evidence", "difficulty", (*_pull(one), "gate_failed"))]


def _leverage(one: Truth) -> list[Fact]:
    bounds = ("leverage_low", "leverage_mid", "leverage_high")
    told = (one["period"], one["artifact"])
    inherited = [
        ("inherited use", f"over {len(use['way']) - 1} steps", (*told, " > ".join(use["way"]), use["u_high"]))
        for use in one["projects"]
        if use["way"]
    ]
    return inherited + [
        ("evidence", "second_order_leverage", (*told, who["person"], *_rounded(who[bound] for bound in bounds)))
        for who in one["people"]
        if who["person"] and who["leverage_high"] > 0
    ]


def _effect(one: Truth) -> list[Fact]:
    """The planted points to a decimal, where chance decided who met it; only the direction where everybody did."""
    points = one["effect_points"]
    told = points if points is None or one["has_holdout"] else math.copysign(1, points)
    return [("evidence", "experiment_impact", (one["native_id"], one["owner"], told))]


def _step(one: Truth) -> list[Fact]:
    """The direction: a trend and a handful of weeks leave the size within wide bounds."""
    return [("evidence", "lead_time: steps", (one["artifact"], one["project"], math.copysign(1, one["hours"])))]


def _line(kind: str, *names: str) -> Callable[[Truth], list[Fact]]:
    """Facts of an evidence line that are told by some fields of their row."""
    return lambda one: [("evidence", kind, tuple(one[name] for name in names))]


PLANTED: dict[str, Callable[[Truth], list[Fact]]] = {
    "citations": lambda one: [("citation", one["channel"], (one["artifact"], one["project"], one["path"], one["not_counted_reason"]))],
    "gate_outcomes": lambda one: [("gate outcome", one["outcome"], _pull(one))] if one["outcome"] not in NOT_PLANTED else [],
    "prompt_attempts": _attempt,
    "target_attempts": _line("difficulty: slices and metrics", "repository", "pull_request", "target_kind", "target", "failed", "ending"),
    "acknowledgements": lambda one: [
        ("acknowledgement", one["consent"], (one["artifact"], one["project"], one["author"], one["not_counted_reason"]))
    ],
    "leverage": _leverage,
    "experiments": _effect,
    "lead_time_steps": _step,
    "deliveries": lambda one: [
        ("evidence", "delivery", (one["epic"], person, one["n_reopened"], one["n_taken_back"], one["n_hotfixed"]))
        for person in {one["assignee"], *one["authors"]}
    ],
    "launches": lambda one: [("evidence", "system_framing: missing", (one["native_id"], one["owner"], part)) for part in one["missing"]],
    "launch_neighbours": lambda one: [("beside a launch", one["kind"], (one["native_id"], one["neighbour"]))],
    "flag_changes": lambda one: [("change of a flag", one["change"], (one["flag"], one["repository"], one["environment"], one["by"]))],
    "removed_flags": _line("kill_decision: flags", "flag", "removed_by"),
    "document_citations": lambda one: [("document cited", one["citing_kind"], (one["path"], one["citing"], one["how"], one["by"]))],
    "document_incidents": lambda one: [("document of an incident", "names it", (one["path"], one["issue_key"]))],
    "project_contexts": lambda one: _line("project_context: told", "project", "by", *CONTEXTS)(one) if one["counts"] else [],
    "model_migrations": _line("model_migration", "repository", "pull_request", "from_model", "to_model"),
    "kill_decisions": lambda one: [
        ("evidence", "kill_decision", (one["epic"], one["decided_by"] or one["assignee"], one["evidence_class"]))
    ],
    "review_outcomes": _line("invisible_work: reviews", "person", "period", "reviewed", "changed"),
    "on_call_hours": _line("invisible_work: on call", "person", "period", "hours"),
    "gate_catches": _line("gate_catches", "period", "artifact", "person", "n_low", "n_mid", "n_high"),
    "lead_times": _line("lead_time: weeks", "artifact", "project", "adopted_on", "n_weeks_before", "n_weeks_after"),
    "prompt_authors": _line("prompt_provenance", "repository", "pull_request", "person"),
    "suite_owners": _line("eval_ownership", "period", "suite", "person", "n_runs", "n_cases"),
    "custodians": _line("custodianship: experiments", "native_id", "person", "n_eval_runs", "n_changes"),
    "merged_in_projects": _line("project_context", "period", "project", "person", "n_merged"),
}
"""What the story says happened, by the key of `truth.json` under which it stands."""


def planted_facts(truth: Truth) -> Iterator[Fact]:
    """What the story says happened."""
    for name, facts_of in PLANTED.items():
        for one in truth[name]:
            yield from facts_of(one)


FOUND: dict[tuple[str, str], str] = {
    ("citation", ""): """
        select c.channel, c.artifact_id, coalesce(p.name, c.project_id), coalesce(c.path, ''), c.not_counted_reason
        from core.fct_citations c left join core.dim_projects p using (project_id)""",
    ("gate outcome", ""): """
        select g.outcome, p.name, r.number from core.fct_gate_catches g join core.fct_pull_requests r using (pull_request_id)
        join core.dim_projects p on g.project_id = p.project_id""",
    ("revert", ""): """
        select c.reverted_how, p.name, c.pull_request_number from core.fct_prompt_changes c join core.dim_projects p using (project_id)
        where c.outcome = 'reverted'""",
    ("acknowledgement", ""): """
        select a.consent, a.artifact_id, p.name, a.author_person_id, a.not_counted_reason
        from core.fct_acknowledgements a join core.dim_projects p using (project_id) where a.said_in = 'packet'""",
    ("inherited use", ""): """
        select 'over ' || l.n_steps || ' steps', l.period_id, l.artifact_id, string_agg(p.name, ' > ' order by way.place), l.u_high
        from core.fct_leverage l, unnest(string_split(l.via, ' > ')) with ordinality as way(project_id, place)
        join core.dim_projects p on way.project_id = p.project_id
        group by l.leverage_id, l.n_steps, l.period_id, l.artifact_id, l.u_high""",
    ("beside a launch", ""): """
        select b.kind, e.native_id, coalesce(o.native_id, b.neighbour_id)
        from core.bridge_launch_neighbours b join core.fct_experiments e using (experiment_id)
        left join core.fct_experiments o on b.neighbour_id = o.experiment_id""",
    ("change of a flag", ""): """
        select f.change, f.flag_key, p.name, f.environment, f.actor_person_id
        from core.fct_flag_changes f join core.dim_projects p using (project_id)""",
    ("evidence", "kill_decision: flags"): """
        select distinct subject_name, person_id from evidence.evidence_kill_decision where subject_kind = 'flag'""",
    ("document cited", ""): """
        select c.citing_kind, d.path, coalesce(o.path, p.name || '#' || r.number, regexp_extract(c.source_url, '[^/]+$')), c.how,
            c.citing_person_id
        from core.fct_document_citations c join core.dim_documents d using (document_id)
        left join core.dim_documents o on c.citing_id = o.document_id
        left join core.fct_pull_requests r on c.citing_kind = 'pull_request' and c.citing_id = r.pull_request_id::varchar
        left join core.dim_projects p on r.project_id = p.project_id""",
    ("document of an incident", "names it"): """
        select d.path, i.issue_key from core.bridge_document_incidents b join core.dim_documents d using (document_id)
        join core.fct_incidents i using (incident_id) where d.repository_id like 'documents:%'""",
    ("evidence", "difficulty"): """
        select distinct p.name, c.pull_request_number, f.ending from evidence.evidence_difficulty e
        join core.fct_failed_attempts f using (prompt_change_id)
        join core.fct_prompt_changes c on c.prompt_change_id = f.failed_change_id
        join core.dim_projects p on c.project_id = p.project_id""",
    ("evidence", "difficulty: slices and metrics"): """
        select distinct p.name, c.pull_request_number, f.target_kind, f.target, coalesce(x.native_id, r.number::varchar), f.ending
        from evidence.evidence_difficulty e join core.fct_failed_attempts f using (prompt_change_id)
        join core.fct_prompt_changes c using (prompt_change_id) join core.dim_projects p on c.project_id = p.project_id
        left join core.fct_experiments x on f.experiment_id = x.experiment_id
        left join core.fct_pull_requests r on f.pull_request_id = r.pull_request_id where f.target_kind <> 'prompt'""",
    ("evidence", "model_migration"): """
        select p.name, r.number, s.from_model, s.to_model
        from core.fct_model_switches s join core.fct_pull_requests r using (pull_request_id)
        join core.dim_projects p on p.project_id = r.project_id""",
    ("evidence", "kill_decision"): """
        select distinct subject_name, person_id, evidence_class from evidence.evidence_kill_decision where subject_kind = 'epic'""",
    ("evidence", "invisible_work: reviews"): """
        select person_id, period_id, sum(n)::bigint, sum(value_low)::bigint from evidence.evidence_invisible_work
        where work_kind in ('substantive_reviews', 'eval_prompt_reviews') and n > 0 group by all""",
    ("evidence", "invisible_work: on call"): """
        select person_id, period_id, hours_on_call from evidence.evidence_invisible_work
        where work_kind = 'on_call' and state = 'value'""",
    ("evidence", "delivery"): """
        select distinct issue_key, person_id, n_reopened, n_taken_back, n_hotfixed
        from evidence.evidence_delivery where subject_kind = 'epic'""",
    ("evidence", "second_order_leverage"): """
        select period_id, subject_id, person_id, value_low, value_mid, value_high from evidence.evidence_second_order_leverage
        where state = 'value'""",
    ("evidence", "gate_catches"): """
        select period_id, subject_id, person_id, value_low, value_mid, value_high from evidence.evidence_gate_catches
        where state = 'value'""",
    ("evidence", "lead_time: weeks"): """
        select distinct e.subject_id, p.name, e.adopted_on::varchar, e.n_weeks_before, e.n_weeks_after
        from evidence.evidence_lead_time e join core.dim_projects p using (project_id)""",
    ("evidence", "lead_time: steps"): """
        select distinct e.subject_id, p.name, sign(e.value_mid)
        from evidence.evidence_lead_time e join core.dim_projects p using (project_id) where e.state = 'value'""",
    ("evidence", "prompt_provenance"): """
        select distinct p.name, c.pull_request_number, e.person_id from evidence.evidence_prompt_provenance e
        join core.fct_prompt_changes c using (prompt_change_id) join core.dim_projects p using (project_id)""",
    ("evidence", "eval_ownership"): """
        select period_id, subject_id, person_id, n_runs, examples_end from evidence.evidence_eval_ownership
        where subject_kind = 'eval_suite' and period_id like '%H%'""",
    ("evidence", "experiment_impact"): """
        select distinct x.native_id, e.person_id,
            case e.basis when 'randomised' then round(e.value_mid, 1) when 'no_holdout' then sign(e.value_mid) end
        from evidence.evidence_experiment_impact e join core.fct_experiments x on e.subject_id = x.experiment_id""",
    ("evidence", "custodianship: experiments"): """
        select distinct x.native_id, e.person_id, e.n_eval_runs, e.n_prompt_changes + e.n_other_changes
        from evidence.evidence_custodianship e join core.fct_experiments x on e.subject_id = x.experiment_id""",
    ("evidence", "system_framing: missing"): """
        select distinct x.native_id, p.person_id, p.part
        from (unpivot evidence.evidence_system_framing
              on offline_harness, online_ab, flag, rollback_playbook, cost_analysis, monitoring into name part value told) p
        join core.fct_experiments x on p.subject_id = x.experiment_id where p.told = 'missing'""",
    ("evidence", "project_context"): """
        select period_id, subject_name, person_id, n_merged from evidence.evidence_project_context where subject_kind = 'project'""",
    ("evidence", "project_context: told"): """
        select distinct subject_name, told_by_person_id, ambiguity_told, dependencies_told, novelty_told
        from evidence.evidence_project_context where told_reason is not null""",
}
"""What the published tables say, by family and kind; where the kind is empty it stands in the first column."""


def found_facts(query: Query) -> Iterator[Fact]:
    """What the published tables say happened."""
    for (family, kind), sql in FOUND.items():
        for row in query(sql):
            if family == "revert":
                yield family, _revert_kind(row[0]), row[1:]
            elif kind:
                yield family, kind, _rounded(row)
            else:
                yield family, row[0], row[1:]


def _revert_kind(how: str) -> str:
    return "by content" if how in BY_CONTENT else "by words"


def _rounded(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(round(value, 6) if isinstance(value, float) else value for value in values)


def made_demo(root: Path, seed: int, engineers: int) -> Home:
    """Run the demo of a seed and size below a folder.

    Raises:
        RuntimeError: when the demo fails.
    """
    program = [sys.executable, "-c", "from pipelines.cli import main; main()", "--home", str(root), "--json", "demo"]
    done = subprocess.run([*program, "--seed", str(seed), "--engineers", str(engineers)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"the demo of seed {seed} with {engineers} engineers failed:\n{done.stderr[-4000:]}")
    return Home(root / "demo")


def of_demo(home: Home) -> dict[tuple[str, str], Recovered]:
    """Hold the tables of a demo's home against what was planted in it."""
    truth = json.loads((home.root / "organisation" / "truth.json").read_text())
    with reading(home, "restricted") as connection:
        return recovered(lambda sql: connection.execute(sql).fetchall(), truth)


def main(arguments: list[str] | None = None) -> int:
    """Print precision and recall by kind over all organisations; 1 where one is below 1."""
    parser = argparse.ArgumentParser(prog="./run truth", description="Precision and recall of what is planted in demo organisations.")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--engineers", type=int, nargs="+", default=SIZES)
    given = parser.parse_args(arguments)
    talk, totals = Console(stderr=True), defaultdict[tuple[str, str], Recovered](Recovered)
    for seed in given.seeds:
        for engineers in given.engineers:
            talk.print(f"seed {seed}, {engineers} engineers")
            with tempfile.TemporaryDirectory() as folder:
                for kind, one in of_demo(made_demo(Path(folder), seed, engineers)).items():
                    totals[kind].planted |= {(seed, engineers, *key) for key in one.planted}
                    totals[kind].found |= {(seed, engineers, *key) for key in one.found}
    table = Table("family", "kind", "planted", "found", "both", "precision", "recall")
    for (family, kind), one in sorted(totals.items()):
        counts = map(str, (len(one.planted), len(one.found), one.both))
        table.add_row(family, kind, *counts, _shown(one.precision), _shown(one.recall))
    Console(width=None if sys.stdout.isatty() else PIPE_WIDTH).print(table)
    return int(any(one.planted != one.found for one in totals.values()))


def _shown(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"


if __name__ == "__main__":
    sys.exit(main())
