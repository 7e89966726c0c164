{#- What people and tools write in titles, texts and commit messages, read in one place. -#}

{#- Number of the pull request that a text says it reverts: `Reverts acme/shop#12`, `reverted PR #12`. -#}
{% macro reverted_number(text) -%}
    try_cast({{ extract(text, "'(?i)(?:^|[^a-z])revert(?:s|ed|ing)?(?: (?:pr|pull request))? +(?:[a-z0-9_.-]+/[a-z0-9_.-]+)?#([0-9]+)'") }} as bigint)
{%- endmacro %}

{#- Does a commit's first line say that it merges a branch into another? -#}
{% macro merges_branch(headline) -%}
    {{ matches(headline, "'^Merge (remote-tracking )?branch '") }}
{%- endmacro %}

{#- The word for a check's severity: 3 fail, 2 warn, 1 unknown, 0 pass. -#}
{% macro check_status(severity) -%}
    case {{ severity }} when 3 then 'fail' when 2 then 'warn' when 1 then 'unknown' else 'pass' end
{%- endmacro %}

{#- Does an experiment's decision say that what it tried is not shipped? -#}
{% macro is_not_shipped(decision) -%}
    lower({{ decision }}) in ('lost', 'no_ship', 'no ship', 'dnf')
{%- endmacro %}

{#- Resolutions, in lower case, of what ended without being done. -#}
{% macro given_up_resolutions() -%}
    ('won''t do', 'won''t fix', 'declined', 'cancelled', 'canceled')
{%- endmacro %}

{#- Is a Jira issue an epic, by the site's hierarchy or by what its type is called? -#}
{% macro is_epic_issue(issues) -%}
    ({{ issues }}.is_epic or lower({{ issues }}.issue_type) in ('epic', 'initiative'))
{%- endmacro %}
