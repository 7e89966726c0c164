-- Channel dep_manifest: a manifest on the default branch declares one of the artifact's packages, or its repository by a name that
-- meant it then.
{{ manifest_uses(ref('int_artifact_identifiers'), 'artifact_id') }}
