select * from {{ ref('stg_ops__outcomes') }}
