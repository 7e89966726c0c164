"""Statistics that SQL should not do, by scipy and statsmodels, as tables in `raw_statistics` that dbt reads.

`experiments` reads what experiment stores reported and runs before dbt. `gates` reads models (`gates.INPUTS`), so that it runs
after these and before whatever reads its tables; every other number of the warehouse is SQL.
"""
