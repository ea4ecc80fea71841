#!/usr/bin/env bash
#: each process of the stack with its limits as they are in force; exit 3 when it does not run
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha status [flags]
  --data DIR   the data directory of the stack (default: of the only one that runs)
  --json       the same as one JSON object
TEXT
}

data='' json=''
while (($#)); do
  case $1 in
    --data) take data "$@" && shift ;;
    --json) json=yes ;;
    --help) usage && exit ;;
    *) unknown_flag "$1" ;;
  esac
  shift
done

# Sets the figures of one process; what cannot be known is empty.
look_at() {
  local name=$1
  state=${STATE[$name]:-stopped} pid='' cpu='' memory='' rss='' throttled='' uptime=''
  restarts=${RESTARTS[$name]:-0}
  if process_is_up "$name"; then
    pid=${PID[$name]}
    uptime=$((EPOCHSECONDS - SINCE[$name]))
    rss=$(($(stack_resident_kb "$name") * 1024))
  elif [[ $state == running ]]; then
    state=stopped
  fi
  [[ $state == stopped ]] || cpu=$(cgroup_cpu_limit "$name") memory=$(cgroup_memory_limit "$name")
  [[ $state == stopped ]] || throttled=$(cgroup_throttled "$name")
}

print_table() {
  local name
  printf '%-6s %-10s %8s %6s %8s %8s %10s %9s %8s\n' \
    name state pid cpu memory used throttled restarts uptime
  for name in "${NAMES[@]}"; do
    look_at "$name"
    printf '%-6s %-10s %8s %6s %8s %8s %10s %9s %8s\n' "$name" "$state" "${pid:--}" \
      "$(cpu_text "${cpu:-none}")" "$(memory_text "${memory:-none}")" "$(memory_text "${rss:-none}")" \
      "${throttled:--}" "$restarts" "${uptime:+${uptime}s}"
  done
}

print_json() {
  local name comma=''
  printf '{"running":%s,"data":"%s","stack":"%s","split":"%s","port":%s,"cgroup":"%s","processes":[' \
    "$running" "$(json_escape "$DATA")" "$STACK" "$SPLIT" "${PORT:-null}" "$CGROUP_VERSION"
  for name in "${NAMES[@]}"; do
    look_at "$name"
    printf '%s{"name":"%s","state":"%s","pid":%s,"cpus":%s,"memoryBytes":%s,' "$comma" "$name" "$state" \
      "${pid:-null}" "$(json_cpus "$cpu")" "$(json_number "$memory")"
    printf '"residentBytes":%s,"throttledPeriods":%s,"restarts":%s,"uptimeSeconds":%s}' \
      "${rss:-null}" "${throttled:-null}" "$restarts" "${uptime:-null}"
    comma=,
  done
  printf ']}\n'
}

json_cpus() {
  [[ $1 =~ ^[0-9]+$ ]] && cpu_text "$1" || echo null
}

stack_find ${data:+"$data"}
need flock util-linux
running=false summary="not running: $DATA"
if state_read; then
  if stack_is_running; then
    running=true summary="running: http://127.0.0.1:$PORT ($STACK, ${SPLIT_FILE#"$ROOT/"}) on $DATA"
  else
    summary="not running: the supervisor of $DATA was killed (./rinha stop ends what it left)"
  fi
fi

if [[ -n $json ]]; then
  print_json
else
  [[ ! -e $RUN/state ]] || print_table
  echo "$summary"
fi
[[ $running == true ]] || exit 3
