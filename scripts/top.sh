#!/usr/bin/env bash
#: the running stack second by second: requests, latencies, the ledger, CPU and memory against the limits
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/publish.sh
source "$ROOT/scripts/lib/publish.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha top [flags]     q or Ctrl-C ends it; exit 3 when no stack runs
  --data DIR   the data directory of the stack (default: of the only one that runs)
  --count N    end after N refreshes, one a second
A pipe or a file gets a line of names and then a line a second, in columns parted by tabs. What a process does not say
of itself is a dash; the proxy and PostgreSQL say nothing, only the kernel about them.
TEXT
}

data=''
flags=() count=''
while (($#)); do
  case $1 in
    --data) take data "$@" && shift ;;
    --count)
      take count "$@"
      check_counts "$count"
      flags+=(--count "$count")
      shift
      ;;
    --help) usage && exit ;;
    *) unknown_flag "$1" ;;
  esac
  shift
done

stack_find ${data:+"$data"}
need flock util-linux
if ! state_read || ! stack_is_running; then
  echo "rinha: no stack runs on $DATA (./rinha run)" >&2
  exit 3
fi
[[ $CGROUP_VERSION == none ]] ||
  flags+=(--cgroup "$CGROUP_CPU" --cgroup "$CGROUP_ACCT" --cgroup "$CGROUP_MEMORY")
for name in "${NAMES[@]}"; do flags+=(--process "$name"); done
# The standard output is for the figures alone.
publish "$LOADTEST" >&2
exec "$LOADTEST" top --sockets "$SOCKETS" "${flags[@]}"
