-- K21: which of four artifacts each shipped release or deployment with AI-affecting changes has.
with shipped as (
    select
        *,
        {{ utc_date('shipped_at') }} as shipped_on,
        kind || 's' as source_kind,
        coalesce(release_id, deployment_id) as source_record_id,
        coalesce(tag_name, environment, sha) as release_name
    from {{ ref('fct_gated_releases') }}
    where shipping_state = 'shipped' and shipped_at is not null and coalesce(is_ai_affecting, true)
),

reasons as (
    select brought.gated_release_id, bool_and(changes.has_stated_reason or changes.has_linked_issue) as is_explained
    from {{ ref('bridge_gated_release_pull_requests') }} as brought
    inner join {{ ref('fct_prompt_changes') }} as changes on brought.pull_request_id = changes.pull_request_id
    group by brought.gated_release_id
),

envelopes as (
    select distinct shipped.gated_release_id
    from shipped
    inner join {{ ref('dim_documents') }} as documents
        on
            shipped.repository_id = documents.repository_id and documents.kind = 'envelope' and documents.first_seen_at <= shipped.shipped_at
            and (documents.removed_at is null or documents.removed_at > shipped.shipped_at)
),

present as (
    select
        shipped.*,
        case when shipped.gate_state in ('no_gate', 'no_run', 'not_observed') then 0 else 1 end
        + case when shipped.scored_n > 0 then 1 else 0 end
        + case when reasons.is_explained then 1 else 0 end
        + case when envelopes.gated_release_id is not null then 1 else 0 end as n_present
    from shipped
    left join reasons on shipped.gated_release_id = reasons.gated_release_id
    left join envelopes on shipped.gated_release_id = envelopes.gated_release_id
)

{{ kpi_members('K21', 'present', {
    'member_id': 'gated_release_id', 'observed_on': 'shipped_on', 'project_id': 'project_id', 'subject_name': 'release_name',
    'value': 'case when is_ai_affecting then n_present end', 'weight': 'case when is_ai_affecting then 4 else 0 end',
    'n_excluded': 'case when is_ai_affecting then 0 else 1 end', 'source_system': "'github'", 'source_kind': 'source_kind',
    'source_record_id': 'source_record_id', 'source_url': 'source_url',
}) }}
