#!/usr/bin/env bash
#: load a running stack: latencies, the highest rate, or correctness (all its flags: ./rinha load --help)
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/common.sh
source "$ROOT/scripts/lib/common.sh"
# shellcheck source=scripts/lib/need.sh
source "$ROOT/scripts/lib/need.sh"
# shellcheck source=scripts/lib/publish.sh
source "$ROOT/scripts/lib/publish.sh"

if [[ ${1:-} == --help ]]; then
  echo 'usage: ./rinha load [URL] [flags]     (the URL of ./rinha run when none is given)'
fi
# Everything it says goes to the standard error: the standard output is the report's.
publish "$LOADTEST" >&2
exec "$LOADTEST" load "$@"
