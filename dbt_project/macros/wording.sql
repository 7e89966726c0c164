{#- What people and tools write in titles, texts and commit messages, read in one place. -#}

{#- Number of the pull request that a text says it reverts: `Reverts acme/shop#12`, `reverted PR #12`. -#}
{% macro reverted_number(text) -%}
    try_cast({{ extract(text, "'(?i)(?:^|[^a-z])revert(?:s|ed|ing)?(?: (?:pr|pull request))? +(?:[a-z0-9_.-]+/[a-z0-9_.-]+)?#([0-9]+)'") }} as bigint)
{%- endmacro %}

{#- Does a commit's first line say that it merges a branch into another? -#}
{% macro merges_branch(headline) -%}
    {{ matches(headline, "'^Merge (remote-tracking )?branch '") }}
{%- endmacro %}
