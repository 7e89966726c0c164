#!/bin/sh
# Makes the results beside this folder. Needs lm-eval 0.4.13 in /srv/eval/lm-venv.
set -e
here=$(cd "$(dirname "$0")" && pwd)
export HOME=/srv/eval HF_HUB_OFFLINE=1 HF_DATASETS_OFFLINE=1 TOKENIZERS_PARALLELISM=false
export GIT_AUTHOR_NAME=Ana GIT_AUTHOR_EMAIL=ana@acme.example GIT_COMMITTER_NAME=Ana GIT_COMMITTER_EMAIL=ana@acme.example
export GIT_AUTHOR_DATE=2026-03-02T10:00:00Z GIT_COMMITTER_DATE=2026-03-02T10:00:00Z
rm -rf /srv/eval/lm && mkdir -p /srv/eval/lm && cp "$here"/*.yaml "$here"/cases.jsonl /srv/eval/lm/
cd /srv/eval/lm && git init -q -b main && git add -A && git commit -qm "Support tasks"
lm_eval="/srv/eval/lm-venv/bin/python -m lm_eval --model dummy --model_args pretrained=acme/dummy-1 --include_path /srv/eval/lm --log_samples"
$lm_eval --tasks support_text --system_instruction "Answer in one word." --output_path out/text
$lm_eval --tasks support_text,support --limit 3 --seed 7 --output_path out/several
# Outside of any working tree there is no commit to name.
mkdir -p /srv/eval/elsewhere && cd /srv/eval/elsewhere && rm -rf out
$lm_eval --tasks support_route --limit 1 --metadata '{"project": "support", "created_by": "ana"}' --output_path out/single
rm -rf "$here"/../text "$here"/../several "$here"/../single
cp -r /srv/eval/lm/out/text/*/ "$here"/../text
cp -r /srv/eval/lm/out/several/*/ "$here"/../several
cp -r out/single/*/ "$here"/../single
