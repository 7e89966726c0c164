-- Middle shares of an artifact's authors, with what is unattributed, make a whole.
select artifact_id, period_id, sum(share_mid) as total
from {{ ref('int_artifact_author_shares') }}
group by artifact_id, period_id
having abs(sum(share_mid) - 1) > 1e-9
