#!/bin/sh
# Makes the logs beside this folder. Needs inspect-ai 0.3.285 in /srv/eval/venv and a tiktoken cache in $TIKTOKEN_CACHE_DIR.
set -e
here=$(cd "$(dirname "$0")" && pwd)
export HOME=/srv/eval GIT_AUTHOR_NAME=Ana GIT_AUTHOR_EMAIL=ana@acme.example GIT_COMMITTER_NAME=Ana GIT_COMMITTER_EMAIL=ana@acme.example
export GIT_AUTHOR_DATE=2026-03-02T10:00:00Z GIT_COMMITTER_DATE=2026-03-02T10:00:00Z
inspect="/srv/eval/venv/bin/python -m inspect_ai eval --display none"
for part in support acme-evals; do
    rm -rf /srv/eval/$part /srv/eval/logs && mkdir -p /srv/eval/$part
done
cp "$here"/support_tasks.py "$here"/support.jsonl /srv/eval/support/
cp -r "$here"/acme_evals_package/. /srv/eval/acme-evals/
for part in support acme-evals; do
    git -C /srv/eval/$part init -q -b main && git -C /srv/eval/$part add -A && git -C /srv/eval/$part commit -qm "First"
    git -C /srv/eval/$part remote add origin https://github.com/acme/$part.git
done
/srv/eval/venv/bin/python -m pip install -q --force-reinstall --no-deps --no-build-isolation "git+file:///srv/eval/acme-evals@main"

cd /srv/eval/support
$inspect support_tasks.py@triage --log-dir ../logs/triage --tags nightly,gate --metadata created_by=ana
touch uncommitted.txt
$inspect support_tasks.py@styled --log-dir ../logs/styled --log-format json
rm uncommitted.txt
$inspect support_tasks.py@graded --log-dir ../logs/graded --limit 3
$inspect support_tasks.py@broken --log-dir ../logs/broken || true
(cd .. && $inspect acme_evals/safety --log-dir logs/safety --model mockllm/model)
timeout -s INT 45 $inspect support_tasks.py@slow --log-dir ../logs/cancelled || true
timeout -s KILL 45 $inspect support_tasks.py@slow --log-dir ../logs/killed || true
/srv/eval/venv/bin/python "$here"/edit_scores.py ../logs/triage/*.eval ../logs/edited.eval
for name in triage graded broken safety cancelled killed; do
    mv ../logs/$name/*.eval "$here"/../$name.eval
done
mv ../logs/styled/*.json "$here"/../styled.json
mv ../logs/edited.eval "$here"/../edited.eval
