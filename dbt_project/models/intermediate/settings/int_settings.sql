-- One row: what models need from the configuration, with the defaults written down once.
with given as (
    select
        max(case when key = 'organisation' then value end) as organisation,
        max(case when key = 'timezone' then value end) as timezone,
        max(case when key = 'review_lines' then value end) as review_lines,
        max(case when key = 'incident_projects' then value end) as incident_projects,
        max(case when key = 'incident_issue_types' then value end) as incident_issue_types,
        max(case when key = 'incident_repositories' then value end) as incident_repositories,
        max(case when key = 'eval_attributable_field' then value end) as eval_attributable_field,
        max(case when key = 'eval_attributable_labels' then value end) as eval_attributable_labels,
        max(case when key = 'eval_step_pattern' then value end) as eval_step_pattern,
        max(case when key = 'setup_step_pattern' then value end) as setup_step_pattern,
        max(case when key = 'kpi_owners' then value end) as kpi_owners,
        max(case when key = 'kpi_targets' then value end) as kpi_targets,
        max(case when key = 'safety_pattern' then value end) as safety_pattern,
        max(case when key = 'injection_pattern' then value end) as injection_pattern
    from {{ ref('stg_config__settings') }}
),

settings as (
    select
        organisation,
        coalesce(timezone, 'UTC') as timezone,
        review_lines,
        {{ json_list('incident_projects') }} as incident_projects,
        {{ json_list(
            "coalesce(nullif(nullif(incident_issue_types, '[]'), 'null'), '[\"Incident\", \"[System] Incident\"]')"
        ) }} as incident_issue_types,
        {{ json_list('lower(incident_repositories)') }} as incident_repositories,
        eval_attributable_field,
        {{ json_list("lower(coalesce(eval_attributable_labels, '[\"eval-gap\", \"eval-attributable\"]'))") }} as eval_attributable_labels,
        -- The step that judges; a failure elsewhere says nothing about the change.
        coalesce(eval_step_pattern, 'eval|gate|score') as eval_step_pattern,
        -- Steps named like these prepare or tidy up, also when their name contains "eval".
        coalesce(
            setup_step_pattern,
            '^(post |set ?up|checkout|install|download|restore|cache|upload|prepare|complete job|start |stop |log ?in|authenticate)'
        ) as setup_step_pattern,
        kpi_owners,
        kpi_targets,
        -- What names of tasks, slices and failure modes say that a case of them probes.
        coalesce(safety_pattern, 'safety|harm|toxic|violen|abus|self.?harm') as safety_pattern,
        coalesce(injection_pattern, 'inject|jailbreak|prompt.?leak') as injection_pattern
    from given
)

select * from settings
