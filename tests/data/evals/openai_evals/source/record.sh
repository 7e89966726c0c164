#!/bin/sh
# Records what OpenAI's evals make of `registry/`: `sh record.sh <oaieval of evals 3.0.1.post1> <folder>`.
set -eu
folder=$2 source=$(cd "$(dirname "$0")" && pwd)
# Logs name the registry and the command: both lie where no home directory shows.
mkdir -p "$folder" /srv/eval/oa/bin
cp -r "$source/registry" "$source/tone.py" /srv/eval/oa
ln -sf "$1" /srv/eval/oa/bin/oaieval
export OPENAI_API_KEY=none EVALS_SEQUENTIAL=1 PYTHONPATH=/srv/eval/oa
cd "$folder"
run() { /srv/eval/oa/bin/oaieval acme-router "$@" --registry_path /srv/eval/oa/registry --user ana; }
run tickets.queue.v1 --record_path queue.jsonl
run tickets.queue.v1 --record_path limited.jsonl --max_samples 2
run tickets.tone.v1 --record_path tone.jsonl
run tickets.broken.v1 --record_path broken.jsonl || true
