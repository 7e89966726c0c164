#!/bin/sh
# Records what `triage.py` makes: `sh record.sh <python with deepeval 4.3.1> <folder>`.
set -eu
python=$1 folder=$2 source=$(cd "$(dirname "$0")" && pwd)
export DEEPEVAL_TELEMETRY_OPT_OUT=1 DEEPEVAL_DISABLE_DOTENV=1 DEEPEVAL_NO_INSPECT_PROMPT=1 TZ=Europe/Berlin
export DEEPEVAL_CACHE_FOLDER="$folder/cache"
mkdir -p "$folder" && cd "$folder"
"$python" "$source/triage.py" cases "$folder"
mv "$folder/cache/.latest_run_full.json" "$folder"
DEEPEVAL_LOCAL_STORE=sqlite "$python" "$source/triage.py" cases "$folder"
DEEPEVAL_LOCAL_STORE=sqlite "$python" "$source/triage.py" turns "$folder"
rm -rf "$folder/cache" "$folder/.test_run.lock"
