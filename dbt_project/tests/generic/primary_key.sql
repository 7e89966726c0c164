{#- The column names a row: it is never null, and no two rows share it. One test, not two: each costs a build more than its SQL. -#}
{% test primary_key(model, column_name) %}
select {{ column_name }}
from {{ model }}
group by {{ column_name }}
having count(*) > 1 or {{ column_name }} is null
{% endtest %}
