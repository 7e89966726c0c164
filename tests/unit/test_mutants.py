"""Slips in a query, and which of them a unit test as dbt compiles it lets through."""

import pytest
from sqlglot import parse_one

from benchmarks.mutants import let_through
from benchmarks.slips import DIALECT, slips

QUERY = """with late as (
  select id, days from {input} where days > 7 and not is_draft
)
select late.id, coalesce(names.name, 'nobody') as name from late left join {names} as names on late.id = names.id"""

COMPILED = """with dbt_internal_unit_test_actual as (
  select id, name, 'actual' as actual_or_expected from (
    with __dbt__cte__pulls as ({pulls}), __dbt__cte__people as (select 1 as id, 'ana' as name),
    late as (select id, days from __dbt__cte__pulls where days > 7 and not is_draft)
    select late.id, coalesce(names.name, 'nobody') as name from late left join __dbt__cte__people as names on late.id = names.id
  ) _dbt_internal_unit_test_actual
),
dbt_internal_unit_test_expected as (
  select id, name, 'expected' as actual_or_expected from ({expected}) _dbt_internal_unit_test_expected
)
select * from dbt_internal_unit_test_actual union all select * from dbt_internal_unit_test_expected"""

FEW = "select 1 as id, 9 as days, false as is_draft"
ENOUGH = (
    f"{FEW} union all select 2, 8, false union all select 3, 7, false union all select 4, 9, true"
    " union all select 5, 1, true union all select 6, 8, false"
)


def query():
    return parse_one(QUERY.format(input="pulls", names="people"), dialect=DIALECT)


def test_a_query_has_the_slips_that_people_make():
    told = [slip for slip, _ in slips(query())]
    for expected in (
        "late: gte for gt in days > 7",
        "late: one more in 7",
        "late: or for and in days > 7 AND NOT is_draft",
        "late: condition gone in days > 7",
        "late: condition gone in NOT is_draft",
        "late: no not in NOT is_draft",
        "select: no coalesce in COALESCE(names.name, 'nobody')",
    ):
        assert expected in told
    assert any(slip.startswith("select: inner for left") for slip in told)


def test_each_slip_is_one_change_and_leaves_the_query_as_it_was():
    original = query()
    before = original.sql(DIALECT)
    made = [sql for _, sql in slips(original)]
    assert original.sql(DIALECT) == before
    assert before not in made
    assert len(made) == len(set(made))
    for sql in made:
        parse_one(sql, dialect=DIALECT)


def test_rows_that_lie_on_every_edge_let_nothing_through():
    expected = "select 1 as id, 'ana' as name"
    made, few, _ = let_through([COMPILED.format(pulls=FEW, expected=expected)])
    assert any("gte for gt" in slip for slip, _ in few)
    assert any("no coalesce" in slip for slip, _ in few)
    whole = f"{expected} union all select 2, 'nobody' union all select 6, 'nobody'"
    same, enough, _ = let_through([COMPILED.format(pulls=ENOUGH, expected=whole)])
    assert (same, enough) == (made, [])


def test_a_slip_that_one_of_two_tests_notices_is_noticed():
    first = COMPILED.format(pulls=FEW, expected="select 1 as id, 'ana' as name")
    second = COMPILED.format(pulls="select 3 as id, 7 as days, false as is_draft", expected="select 1 as id, 'x' as name where false")
    _, alone, _ = let_through([first])
    _, both, _ = let_through([first, second])
    assert {slip for slip, _ in both} < {slip for slip, _ in alone}
    assert not any("gte for gt" in slip for slip, _ in both)


def test_a_test_that_does_not_hold_is_refused():
    with pytest.raises(ValueError, match="does not hold before anything was changed"):
        let_through([COMPILED.format(pulls=FEW, expected="select 2 as id, 'ana' as name")])
