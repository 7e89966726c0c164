-- A manifest of one project declares another project: its package, or its repository.
{{ manifest_uses(ref('int_project_identifiers'), 'project_id', "'package:' || ecosystem") }}
