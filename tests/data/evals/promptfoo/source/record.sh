#!/bin/sh
# Makes the outputs beside this folder. Needs promptfoo 0.123.1 in /srv/eval/node_modules and node >= 22.22 first on PATH.
set -e
here=$(cd "$(dirname "$0")" && pwd)
export HOME=/srv/eval PROMPTFOO_CONFIG_DIR=/srv/eval/promptfoo-home PROMPTFOO_DISABLE_TELEMETRY=1 PROMPTFOO_DISABLE_UPDATE=1
export PROMPTFOO_AUTHOR=ana@acme.example PROMPTFOO_DISABLE_REMOTE_GENERATION=1
rm -rf /srv/eval/pf /srv/eval/promptfoo-home && mkdir -p /srv/eval/pf && cp "$here"/* /srv/eval/pf/ && cd /srv/eval/pf
promptfoo="node /srv/eval/node_modules/promptfoo/dist/src/entrypoint.js eval --no-cache --no-progress-bar --no-table"
$promptfoo -c promptfooconfig.yaml -o queues.json || test $? -eq 100
$promptfoo -c two_prompts.yaml -o two_prompts.json || test $? -eq 100
$promptfoo -c from_file.yaml -o from_file.json || test $? -eq 100
cp queues.json two_prompts.json from_file.json "$here"/..
