{{ config(materialized='by_key') }}
-- Authorship of each artifact in each period, as leverage was last computed with it: a closed period keeps that of its closing.
select s.*
from {{ ref('int_artifact_author_shares') }} as s
{{ only_due('s') }}
