{#- Ids of language models as one spelling. -#}

{#- A model's id without provider, region, account and `-latest`: what is left names the model that answers. -#}
{% macro model_key(name) -%}
    {{ replace_all(
        replace_all('lower(' ~ name ~ ')', "'^.*/|^(us|eu|apac|global)\\.|@.*$'", "''"), "'^(us|eu|apac|global)\\.|^(anthropic|meta|mistral|amazon|cohere)\\.|[-:]latest$'", "''"
    ) }}
{%- endmacro %}

{#- The model that answered, by the answers; null where they only repeat what was asked for, with another provider before it or none. -#}
{% macro answered_key(answered, asked) -%}
    case
        when {{ replace_all('lower(' ~ answered ~ ')', "'^.*/'", "''") }} <> {{ replace_all('lower(' ~ asked ~ ')', "'^.*/'", "''") }}
            then lower({{ answered }})
    end
{%- endmacro %}
