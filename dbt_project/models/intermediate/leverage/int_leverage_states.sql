{{ config(materialized='by_key') }}
-- What the leverage of each artifact in each period was last computed from, and when. Built after all that is computed by these keys,
-- so that a build that stopped between leaves them due.
-- depends_on: {{ ref('int_leverage_people') }}
-- depends_on: {{ ref('int_leverage_shares') }}
select
    k.artifact_id,
    k.period_id,
    k.fingerprint,
    k.inputs,
    k.closed_on,
    {{ built_at() }} as computed_at
from {{ ref('int_leverage_keys') }} as k
{{ only_due('k') }}
where k.inputs is not null
