"""A review line is configuration: a model, its yml, a line in the seed and a name in the union; no engine code changes."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines import publish, transform
from pipelines.cli.app import app
from pipelines.evidence.snapshot import reading
from pipelines.transform import Facts
from pipelines.warehouse import Home
from tests.conftest import Demo

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo"), pytest.mark.filterwarnings("ignore")]

LINE = "reviews_given"
MODEL = """
-- Changes that an engineer reviewed in a half-year.
with facts as (
    select
        b.person_id, t.period_id, t.period_start, t.period_end, 'review' as subject_kind, 'reviews' as subject_id,
        'Reviews' as subject_name, '' as natural_key, 'value' as state,
        'In ' || {{ period_text('t.period_id') }} || ' the engineer reviewed ' || {{ counted_noun('count(distinct b.pull_request_id)', 'change', 'changes') }} || '.'
            as headline,
        'changes reviewed' as measure, 'changes' as unit, count(distinct b.pull_request_id) as value_low,
        count(distinct b.pull_request_id) as value_mid, count(distinct b.pull_request_id) as value_high,
        count(distinct b.pull_request_id) as n, 'count' as method, 'resolved' as strength, cast(null as double) as share_low,
        cast(null as double) as share_mid, cast(null as double) as share_high, 'A review leaves no trace of its depth.' as limits,
        'Another number of reviews.' as falsifier
    from (
        select reviewer_person_id as person_id, pull_request_id, submitted_at from {{ ref('fct_reviews') }} where reviewer_kind = 'human'
    ) as b
    inner join {{ ref('int_periods') }} as t
        on t.grain = 'half' and {{ utc_date('b.submitted_at') }} >= t.period_start and {{ utc_date('b.submitted_at') }} < t.period_end
    group by b.person_id, t.period_id, t.period_start, t.period_end
),

proofs as (
    select distinct
        reviewer_person_id as person_id, t.period_id, 'reviews' as subject_id, '' as natural_key, 1 as priority, 'github' as source_system,
        'pull_requests' as source_kind, cast(pull_request_id as varchar) as source_record_id
    from {{ ref('fct_reviews') }}
    inner join {{ ref('int_periods') }} as t
        on t.grain = 'half' and {{ utc_date('submitted_at') }} >= t.period_start and {{ utc_date('submitted_at') }} < t.period_end
    where reviewer_kind = 'human'
),

{{ evidence_rows('LINE') }}
""".replace("LINE", LINE)


def add_line(project: Path) -> None:
    """What CONTRIBUTING.md asks of somebody who adds a review line."""
    marts = project / "models" / "marts" / "evidence"
    (marts / f"evidence_{LINE}.sql").write_text(MODEL, encoding="utf-8")
    described = f"version: 2\nmodels:\n  - name: evidence_{LINE}\n    description: Changes that an engineer reviewed.\n"
    (marts / f"evidence_{LINE}.yml").write_text(described + "    config:\n      contract:\n        enforced: false\n", encoding="utf-8")
    with (project / "seeds" / "review_lines.csv").open("a", encoding="utf-8") as seed:
        seed.write(f"{LINE},Reviews,1,no review of this engineer is on record,sync reviews,A review by this engineer in the period.\n")
    union = marts / "evidence_all.sql"
    union.write_text(union.read_text(encoding="utf-8").replace("lines = [", f"lines = ['{LINE}', ", 1), encoding="utf-8")
    listed = marts / "evidence_all.yml"
    listed.write_text(listed.read_text(encoding="utf-8").replace("values: [second_", f"values: [{LINE}, second_", 1), encoding="utf-8")


@pytest.fixture(scope="module")
def home(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """The demo's warehouse, built on by a copy of the project with one line more."""
    root = tmp_path_factory.mktemp("added")
    project, home = root / "dbt_project", Home(root / "home")
    shutil.copytree(transform.project_dir(), project, ignore=shutil.ignore_patterns("target", "logs"))
    add_line(project)
    home.root.mkdir()
    shutil.copyfile(demo.home.warehouse, home.warehouse)
    shutil.copyfile(demo.home.root / "pseudonym.key", home.root / "pseudonym.key")
    with reading(demo.home) as connection:
        [(built_at, snapshot_id)] = connection.execute("select distinct built_at, snapshot_id from evidence.evidence_all").fetchall()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(transform, "project_dir", lambda: project)
        patched.setattr(transform, "INSTALLATION", Home(root / "installation"))
        results = transform.run(home, Facts("UTC", built_at, snapshot_id), select=["review_lines", f"evidence_{LINE}", "evidence_all"])
        transform.refuse_failures(results)
        publish.publish(home, snapshot_id, built_at, {})
        yield home


def fulcrum(home: Home, *args: str) -> dict:
    done = CliRunner().invoke(app, ["--json", "--home", str(home.root), *args])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_new_line_stands_in_evidence_and_brief_and_is_explained_down_to_raw_answers(home):
    [row] = fulcrum(home, "evidence", "ana", "--period", "2026H1", "--line", LINE)["rows"]
    assert row["state"] == "value"
    assert row["headline"] == f"In 2026 H1 the engineer reviewed {row['n']} changes."
    explained = fulcrum(home, "explain", row["evidence_id"], "--sources", "0")
    assert explained["model"] == f"evidence.evidence_{LINE}"
    assert "evidence_rows" in explained["sql"]
    assert explained["definition"] == "Changes that an engineer reviewed."
    assert len(explained["sources"]) == row["n"]
    assert [source for source in explained["sources"] if not source["raw"] or not source["url"]] == []


def test_whoever_has_nothing_on_the_new_line_gets_its_gap_row(home):
    with reading(home) as connection:
        gaps = connection.execute(
            "select headline from evidence.evidence_all where review_line = ? and state = 'not_observed'", [LINE]
        ).fetchall()
    assert gaps
    assert all("not observed, as no review of this engineer is on record. To supply it: sync reviews." in headline for (headline,) in gaps)
