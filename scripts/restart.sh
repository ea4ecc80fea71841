#!/usr/bin/env bash
#: both API processes anew, one after the other, while the stack goes on serving: a new build, say
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha restart [flags]     exit 1 when a new process does not come up; the other one then goes on serving
  --data DIR   the data directory of the stack (default: of the only one that runs)
What is started is the binary that is there now: after a change, ./rinha build && ./rinha restart.
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
state_read || die "nothing runs on $DATA"
stack_is_running || die "the supervisor of $DATA was killed (./rinha stop ends what it left)"
[[ -n $READY ]] || die "the stack on $DATA is just starting; try again"
[[ $BACKEND == server ]] || die "the stack on $DATA has no servers (--floor)"

# The stack may be of another checkout.
SERVER=$(sed -n 's/^server //p' "$RUN/state")
# A binary that cannot even say its version must not cost the stack one of its two servers.
version=$("$SERVER" --version 2>&1) || die "$SERVER does not run: ${version##*$'\n'}"

exec 8>"$RUN/restart.lock"
flock -n 8 || die "another restart of $DATA is under way"
: >"$RUN/restart.log"
: >"$RUN/restart"
echo "restarting $DATA with $version"

# Prints what the supervisor has said since the last time; sets `last`.
said=0 last=''
follow() {
  local line
  while IFS= read -r line; do
    said=$((said + 1)) last=$line
    [[ $line == finished ]] || echo "$line"
  done < <(tail -n "+$((said + 1))" "$RUN/restart.log")
}

while :; do
  follow
  case $last in
    finished) exit 0 ;;
    failed:*) exit 1 ;;
  esac
  if ! is_process "$SUPERVISOR_PID" "$SUPERVISOR_START"; then
    rm -f "$RUN/restart"
    die "the supervisor has ended meanwhile"
  fi
  sleep 0.1
done
