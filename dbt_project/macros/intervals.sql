{#- Intervals of 95 % in plain SQL, each formula written down once. -#}

{#- Wilson's score interval for a share; hits need not be whole. Null where nothing was tried. -#}
{% macro wilson_low(hits, n) -%}
    case when {{ n }} > 0 then greatest(0.0, {{ wilson_centre(hits, n) }} - {{ wilson_half_width(hits, n) }}) end
{%- endmacro %}

{% macro wilson_high(hits, n) -%}
    case when {{ n }} > 0 then least(1.0, {{ wilson_centre(hits, n) }} + {{ wilson_half_width(hits, n) }}) end
{%- endmacro %}

{#- Did a rate fall by more than chance would let it: does Newcombe's interval of the difference lie below zero? -#}
{% macro fell_beyond_noise(before, n_before, after, n_after) -%}
    {{ after }} - {{ before }} + sqrt(
        power({{ wilson_high(after ~ ' * ' ~ n_after, n_after) }} - {{ after }}, 2)
        + power({{ before }} - {{ wilson_low(before ~ ' * ' ~ n_before, n_before) }}, 2)
    ) < 0
{%- endmacro %}

{#-
    Bounds of the share of n pairs that became better less the share that became worse, with half a pair added to each of the four outcomes
    (Agresti and Min 2005): wide of zero even where no pair differs. They hold the plain difference.
-#}
{% macro paired_net_low(better, worse, n) -%}
    greatest(-1.0, least(
        ({{ better }} - {{ worse }}) / cast({{ n }} as double), {{ paired_centre(better, worse, n) }} - {{ paired_half_width(better, worse, n) }}
    ))
{%- endmacro %}

{% macro paired_net_high(better, worse, n) -%}
    least(1.0, greatest(
        ({{ better }} - {{ worse }}) / cast({{ n }} as double), {{ paired_centre(better, worse, n) }} + {{ paired_half_width(better, worse, n) }}
    ))
{%- endmacro %}

{% macro paired_centre(better, worse, n) -%}
    (({{ better }} - {{ worse }}) / ({{ n }} + 2.0))
{%- endmacro %}

{% macro paired_half_width(better, worse, n) -%}
    ({{ z_95() }} * sqrt({{ better }} + {{ worse }} + 1 - power({{ better }} - {{ worse }}, 2) / ({{ n }} + 2.0)) / ({{ n }} + 2.0))
{%- endmacro %}

{% macro wilson_centre(hits, n) -%}
    ((cast({{ hits }} as double) + {{ z_95() }} * {{ z_95() }} / 2.0) / (cast({{ n }} as double) + {{ z_95() }} * {{ z_95() }}))
{%- endmacro %}

{% macro wilson_half_width(hits, n) -%}
    ({{ z_95() }} * sqrt(
        greatest(0.0, cast({{ hits }} as double) * (cast({{ n }} as double) - cast({{ hits }} as double)) / nullif(cast({{ n }} as double), 0))
        + {{ z_95() }} * {{ z_95() }} / 4.0
    ) / (cast({{ n }} as double) + {{ z_95() }} * {{ z_95() }}))
{%- endmacro %}

{#-
    Which values of n in ascending order bound the median: rounded outwards, so at least 95 % from six values on (held against the binomial
    distribution by a test); of fewer the lowest and the highest.
-#}
{% macro median_low_rank(n) -%}
    cast(greatest(1, floor(({{ n }} - {{ z_95() }} * sqrt({{ n }})) / 2.0)) as integer)
{%- endmacro %}

{% macro median_high_rank(n) -%}
    cast(least({{ n }}, ceil(1 + ({{ n }} + {{ z_95() }} * sqrt({{ n }})) / 2.0)) as integer)
{%- endmacro %}

{#- Fisher's interval for a rank correlation of n pairs, with the variance of Bonett and Wright (2000); `side` is -1 or 1.
    A perfect correlation, or one of three pairs, has none. -#}
{% macro rank_correlation_bound(rho, n, side) -%}
    case
        when abs({{ rho }}) < 1 and {{ n }} > 3
            then tanh(atanh({{ rho }}) + {{ side }} * {{ z_95() }} * sqrt((1 + {{ rho }} * {{ rho }} / 2.0) / ({{ n }} - 3)))
    end
{%- endmacro %}

{% macro z_95() -%}1.959963984540054{%- endmacro %}
