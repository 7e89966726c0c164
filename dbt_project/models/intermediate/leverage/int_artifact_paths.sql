-- Path patterns of artifacts that are only a part of their repository; an artifact without rows here is the whole of it.
select distinct a.artifact_id, {{ glob_regex('g.path_glob') }} as path_regex
from {{ ref('dim_artifacts') }} as a
{{ each('a.path_globs', 'g', 'path_glob') }}
