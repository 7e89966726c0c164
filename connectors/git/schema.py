"""Contracts of the tables of `raw_git`.

All tables but `repositories` are a census wherever a reading lists them whole: after a rewritten history, or when the
configuration no longer asks for a row, the rows that are not listed any more are tombstoned. `Finished.tables` says which.
"""

from connectors.contract import Table, boolean, day, integer, text, timestamp
from connectors.git.columns import REPOSITORY, sha, standing
from connectors.git.schema_documents import DOCUMENT_LINKS, DOCUMENTS

REPOSITORIES = Table(
    name="repositories",
    grain="one repository read from a mirror clone",
    key=("repository_id",),
    columns={
        "repository_id": REPOSITORY,
        "full_name": text(about="owner/name as last seen; may change."),
        "url": text(about="What git clones; never holds a credential."),
        "default_branch": text(),
        "head_sha": sha(about="Commit at which the other tables were read."),
        "is_empty": boolean(null=False),
    },
)

COMMITS = Table(
    name="commits",
    grain="one commit reachable from the default branch",
    key=("repository_id", "sha"),
    census=True,
    pii=("author_name", "author_email", "committer_name", "committer_email", "co_authors"),
    columns={
        "repository_id": REPOSITORY,
        "sha": sha(null=False),
        "parents": text(about="JSON list of shas."),
        "tree_sha": sha(),
        "author_name": text(about="Mailmap applied; as recorded in _raw."),
        "author_email": text(about="Mailmap applied, lowercased; as recorded in _raw."),
        "authored_at": timestamp(),
        "committer_name": text(),
        "committer_email": text(),
        "committed_at": timestamp(),
        "subject": text(),
        "is_merge": boolean(null=False),
        "on_first_parent": boolean(null=False, about="Whether it is itself a landing."),
        "landed_sha": sha(about="First-parent commit that brought it to the default branch."),
        "landed_at": timestamp(about="Committer date of that commit."),
        "pull_request_number": integer(at_least=1, about="From its own subject, else from its landing's."),
        "co_authors": text(about="JSON list of {name, email} from Co-authored-by trailers, mailmap applied."),
        "reverts_sha": text(pattern=r"^[0-9a-f]{7,64}$", about="From 'This reverts commit'; may be short, and may never have landed."),
        "files_changed": integer(at_least=0, about="Null for merges."),
        "insertions": integer(at_least=0),
        "deletions": integer(at_least=0),
    },
)

COMMIT_FILES = Table(
    name="commit_files",
    grain="one path changed by one commit that is no merge",
    key=("repository_id", "sha", "path"),
    census=True,
    columns={
        "repository_id": REPOSITORY,
        "sha": sha(null=False),
        "path": text(null=False, about="After the change; bytes that are no UTF-8 appear as \\xNN."),
        "old_path": text(about="Before a rename."),
        "change_type": text(null=False, one_of=("A", "M", "D", "R", "C", "T")),
        "insertions": integer(at_least=0, about="Null for binary files."),
        "deletions": integer(at_least=0),
        "is_binary": boolean(null=False),
    },
)

PROMPT_VERSIONS = Table(
    name="prompt_versions",
    grain="one landed change of one prompt, rubric or agent instruction",
    key=("repository_id", "prompt_key", "sha"),
    census=True,
    columns={
        "repository_id": REPOSITORY,
        "prompt_key": text(
            null=False,
            about="Path at birth, for a constant with ::name; with #2 where an earlier prompt was born at the same place.",
        ),
        "sha": sha(null=False, about="The landing."),
        "kind": text(null=False, one_of=("prompt", "rubric", "agent_instructions")),
        "symbol": text(about="Name of the constant in code that holds it, by which it was taken for a prompt; null: a file of its own."),
        "path": text(about="After the change; the last one for a deletion."),
        "previous_path": text(),
        "change_type": text(null=False, one_of=("A", "M", "D", "R")),
        "blob_sha": sha(),
        "previous_blob_sha": sha(),
        "text_sha": text(pattern=r"^[0-9a-f]{64}$", about="SHA-256 of the text with all line ends made \\n."),
        "previous_text_sha": text(pattern=r"^[0-9a-f]{64}$"),
        "lines_added": integer(at_least=0, about="Git's own count against the first parent."),
        "lines_removed": integer(at_least=0),
        "is_whitespace_only": boolean(null=False),
        "landed_sha": sha(),
        "landed_at": timestamp(),
        "pull_request_number": integer(at_least=1),
    },
)

MANIFEST_DECLARATIONS = standing(
    name="manifest_declarations",
    grain="one package declared by one manifest, for as long as it was declared on the default branch",
    key=("ecosystem", "package"),
    columns={
        "ecosystem": text(null=False, one_of=("pypi", "npm", "go", "cargo", "conda", "submodule")),
        "package": text(null=False, about="As its index compares names; owner/name for submodules on GitHub."),
        "spec": text(about="Version or place asked for, as last seen in the interval."),
        "scope": text(one_of=("runtime", "build", "optional", "dev", "lock"), about="lock: written by a resolver, nobody's declaration."),
    },
)

PACKAGES = standing(
    name="packages",
    grain="one package that one manifest says the repository makes, for as long as it said so on the default branch",
    key=("ecosystem", "package"),
    columns={
        "ecosystem": text(null=False, one_of=("pypi", "npm", "go", "cargo")),
        "package": text(null=False, about="As its index compares names."),
    },
)

USE_KINDS = ("reusable", "action", "include", "component", "trigger", "orb", "plugin", "template", "library", "image", "command")
CI_SYSTEMS = ("github_actions", "gitlab_ci", "circleci", "buildkite", "azure_pipelines", "jenkins", "docker", "script")

WORKFLOW_USES = standing(
    name="workflow_uses",
    grain="one thing of others that one file of continuous integration uses, for as long as it stood on the default branch",
    key=("uses",),
    columns={
        "uses": text(
            null=False,
            about="owner/name, with the path inside it, without the ref; with the host before it where that is neither GitHub nor the "
            "repository's own; for a command the package of the artifact.",
        ),
        "ref": text(about="As last seen in the interval."),
        "job": text(),
        "step": text(),
        "kind": text(one_of=USE_KINDS),
        "system": text(one_of=CI_SYSTEMS, about="Who reads the file; script: only what the others call."),
        "is_advisory": boolean(null=False, about="In every place where the file uses it, its failure is ignored or it never runs."),
    },
)

MENTIONS = standing(
    name="mentions",
    grain="one artifact named by one document, exactly or nearly, for as long as it stood on the default branch",
    key=("artifact_id", "is_exact"),
    columns={
        "artifact_id": text(null=False),
        "matched_text": text(about="What stands there, with everything that touches it."),
        "is_exact": boolean(null=False, about="False for look-alikes: part of a longer name, another owner's, nearly the same word."),
    },
)

LANGUAGES = ("python", "notebook", "javascript", "go", "rust", "java")
IMPORT_KINDS = ("import", "dynamic", "guarded", "type_only")

IMPORTS = standing(
    name="imports",
    grain="one artifact imported by one source file, for as long as it was on the default branch",
    key=("artifact_id",),
    columns={
        "artifact_id": text(null=False),
        "language": text(null=False, one_of=LANGUAGES),
        "module": text(null=False, about="As the language writes it, as last seen in the interval."),
        "kind": text(
            null=False,
            one_of=IMPORT_KINDS,
            about="The firmest in the file: a statement; a call that imports by name; where a failure is caught; for type checkers only.",
        ),
    },
)

CODE_OWNERS = standing(
    name="code_owners",
    grain="one owner of one pattern of the CODEOWNERS file in force, for as long as the entry stood on the default branch",
    key=("pattern", "owner"),
    pii=("owner",),
    columns={
        "path": text(null=False, about="The CODEOWNERS file: of several places only the first that the host looks at is in force."),
        "pattern": text(null=False, about="As written, in the manner of gitignore."),
        "owner": text(
            null=False, about="@user, @organisation/team or an e-mail address, lowercased; empty for an entry that names nobody."
        ),
        "position": integer(
            null=False, at_least=1, about="At any moment, of the entries in force that match a path the one with the highest position wins."
        ),
    },
)

MODEL_SETTINGS = standing(
    name="model_settings",
    grain="one model that one key of one file asked for, for as long as it did on the default branch",
    key=("key", "model"),
    columns={
        "key": text(null=False, about="Name of the setting, lowercased; a file may use it several times."),
        "model": text(null=False, about="As written, with its provider where one stands before it."),
    },
)

REVERTS = Table(
    name="reverts",
    grain="one way in which one landing is known to take back one earlier landing",
    key=("repository_id", "sha", "how", "target"),
    census=True,
    pii=("author_email",),
    columns={
        "repository_id": REPOSITORY,
        "sha": sha(null=False, about="The landing that takes back."),
        "how": text(
            null=False,
            one_of=("commit_text", "pull_request_text", "title", "branch_name", "inverse_patch", "blob_restored"),
            about="By its words (first four), by the patch turned round, or by files that are what they were before.",
        ),
        "target": text(null=False, about="What is taken back as the words call it; the landing's sha where contents tell."),
        "reverted_sha": sha(about="The landing that is taken back; null where words name none that landed before."),
        "kind": text(null=False, one_of=("revert", "reapply"), about="reapply: what it takes back was itself a revert."),
        "confidence": text(
            null=False,
            one_of=("confirmed", "probable", "possible", "unresolved"),
            about="confirmed: contents agree; probable: the same files; possible: words alone, some files, or files retired; "
            "unresolved: words about what never landed.",
        ),
        "extent": text(one_of=("whole", "partial", "unknown"), about="Whether all files are back; unknown: they have changed since."),
        "files_changed": integer(at_least=0, about="Files that the reverted landing changed."),
        "files_restored": integer(at_least=0, about="Of these, put back."),
        "landed_at": timestamp(),
        "author_email": text(about="Author of the landing, mailmap applied, lowercased."),
        "pull_request_number": integer(at_least=1),
        "reverted_at": timestamp(about="When the reverted landing had landed."),
        "reverted_pull_request_number": integer(at_least=1),
    },
)

MAILMAP_ENTRIES = standing(
    name="mailmap_entries",
    grain="one statement of .mailmap that an address is another's, for as long as it stood on the default branch",
    key=("email", "commit_name", "commit_email"),
    pii=("name", "email", "commit_name", "commit_email"),
    columns={
        "email": text(null=False, about="The author's own address, lowercased."),
        "commit_name": text(null=False, about="Only commits under this name are meant; empty: all of the address."),
        "commit_email": text(null=False, about="The address in commits, lowercased."),
        "name": text(about="The author's own name."),
    },
)

TREE_FILES = Table(
    name="tree_files",
    grain="one file at the head of the default branch",
    key=("repository_id", "path"),
    census=True,
    columns={
        "repository_id": REPOSITORY,
        "path": text(null=False),
        "blob_sha": sha(null=False),
        "size": integer(at_least=0),
    },
)

SURVIVING_LINES = Table(
    name="surviving_lines",
    grain="one author's surviving lines in one file of an artifact at one quarter end",
    key=("repository_id", "as_of", "path", "author_email"),
    census=True,
    pii=("author_email",),
    columns={
        "repository_id": REPOSITORY,
        "as_of": day(null=False, about="First day after the quarter, UTC; the tree is that of the last landing before it."),
        "path": text(null=False),
        "author_email": text(null=False, about="By git blame with the mailmap, lowercased."),
        "commit_sha": sha(about="The commit with most of these lines."),
        "lines": integer(at_least=0, about="Lines, scaled so that no file weighs more than 400."),
    },
)

TABLES = (
    REPOSITORIES,
    COMMITS,
    COMMIT_FILES,
    PROMPT_VERSIONS,
    MANIFEST_DECLARATIONS,
    PACKAGES,
    WORKFLOW_USES,
    MENTIONS,
    IMPORTS,
    CODE_OWNERS,
    MODEL_SETTINGS,
    REVERTS,
    MAILMAP_ENTRIES,
    DOCUMENTS,
    DOCUMENT_LINKS,
    TREE_FILES,
    SURVIVING_LINES,
)
