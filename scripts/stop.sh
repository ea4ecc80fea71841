#!/usr/bin/env bash
#: stops the stack on a data directory
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha stop [flags]
  --data DIR   the data directory of the stack (default: of the only one that runs)
TEXT
}

data=''
while (($#)); do
  case $1 in
    --data) take data "$@" && shift ;;
    --help) usage && exit ;;
    *) unknown_flag "$1" ;;
  esac
  shift
done

stack_find ${data:+"$data"}
need flock util-linux
if ! state_read; then
  ! stack_is_running || die "the stack on $DATA is just starting or ending; try again"
  echo "nothing runs on $DATA"
elif stack_is_running; then
  is_process "$SUPERVISOR_PID" "$SUPERVISOR_START" || die "the lock of $DATA is held by somebody else"
  kill -TERM "$SUPERVISOR_PID"
  # The supervisor gives the proxy 5 s, the APIs 15 s, PostgreSQL 10 s and the kernel 3 s.
  deadline=$((SECONDS + 35))
  while is_process "$SUPERVISOR_PID" "$SUPERVISOR_START"; do
    ((SECONDS < deadline)) || die "the supervisor, pid $SUPERVISOR_PID, does not end"
    sleep 0.05
  done
  echo "stopped: $DATA"
else
  stack_end
  echo "stopped what a killed supervisor left behind: $DATA"
fi
