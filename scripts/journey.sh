#!/usr/bin/env bash
#: the stages that this design went through, in turn in one run, beside what was claimed of them
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/measure.sh
source "$ROOT/scripts/lib/measure.sh"
# shellcheck source=scripts/lib/publish.sh
source "$ROOT/scripts/lib/publish.sh"

readonly STAGES=(caddy-postgres nginx-postgres nginx-postgres-tuned nginx-sqlite)
# The connections of the closed loop; the requests per second and connections of the open one.
readonly CONNECTIONS=14 RATE=340 OPEN_CONNECTIONS=64
# Each stage has a port of its own, from this one on.
readonly FIRST_PORT=19980

usage() {
  cat <<'TEXT'
usage: ./rinha journey [flags]     all stages are up at once and measured in turn (docs/journey.md)
  caddy-postgres        Caddy, two APIs and PostgreSQL
  nginx-postgres        nginx in the place of Caddy
  nginx-postgres-tuned  the same with the tuned split of the limits
  nginx-sqlite          SQLite in the place of PostgreSQL: the stack of ./rinha run
  nginx-sqlite-full     the same with RINHA_SYNCHRONOUS=FULL, on the disk before the answer as PostgreSQL: if named

  --rounds N        turns of each stage under each load, there and back again (default: 4)
  -d SECONDS        the length of a turn (default: 10)
  --simulations N   how often each stage gets the official simulation in its short form (default: 2; 0 for never)
  --only NAME       this stage only (more than once: these, in this order)
  --short           one round of 2 s and no simulation, unless flags after it say otherwise
  --json FILE       every turn and the medians, as JSON
  --html FILE       the same as a page with charts
Loads: 14 connections that wait for their answers, then 340 requests/s on a fixed schedule, 22 debits : 11 credits :
1 statement; then the simulation.
TEXT
}

stages=() rounds=4 seconds=10 simulations=2 json='' html='' only=''
command=$(printf '%q ' ./rinha journey "$@")
while (($#)); do
  case $1 in
    --rounds) take rounds "$@" && shift ;;
    -d) take seconds "$@" && shift ;;
    --simulations) take simulations "$@" && shift ;;
    --only)
      take only "$@"
      stages+=("$only")
      shift
      ;;
    --short) rounds=1 seconds=2 simulations=0 ;;
    --json) take json "$@" && shift ;;
    --html) take html "$@" && shift ;;
    --help) usage && exit ;;
    *) unknown_flag "$1" ;;
  esac
  shift
done
((${#stages[@]} > 0)) || stages=("${STAGES[@]}")
for stage in "${stages[@]}"; do
  [[ " ${STAGES[*]} nginx-sqlite-full " == *" $stage "* ]] ||
    misuse "not a stage: '$stage' (${STAGES[*]} nginx-sqlite-full)"
done
[[ -z $(printf '%s\n' "${stages[@]}" | sort | uniq -d) ]] || misuse "a stage twice: ${stages[*]}"
check_counts "$rounds" "$seconds"
[[ $simulations == 0 ]] || check_counts "$simulations"
# A wrong name must not cost ten minutes.
for file in "$json" "$html"; do
  [[ -z $file || (-w $(dirname "$file") && ! -d $file) ]] || misuse "cannot be written: '$file'"
done

scratch=$ROOT/artifacts/journey

finish() {
  end_stacks "$scratch"
}

# room STAGES: each may use what the contest allows; a machine that runs out of it would measure that.
room() {
  local free
  free=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo)
  (($1 * MEMORY_TOTAL_MAX / 1024 < free)) ||
    die "$1 stages may use $(memory_text $(($1 * MEMORY_TOTAL_MAX))), $((free / 1024))MB are free; see --only"
}

# start STAGE PORT
start() {
  local -a run=("$ROOT/rinha" run --detach --data "$scratch/$1" --port "$2")
  mkdir -p "$scratch/$1"
  echo "starting $1"
  case $1 in
    *-tuned) run+=(--stack "${1%-tuned}" --split tuned) ;;
    *-full) run=(env RINHA_SYNCHRONOUS=FULL "${run[@]}" --stack "${1%-full}") ;;
    *) run+=(--stack "$1") ;;
  esac
  "${run[@]}" >"$scratch/started" || { cat "$scratch/started" && exit 1; }
}

# choose STAGE: makes it the stack that measure.sh looks at.
choose() {
  stack_at "$scratch/$1"
  state_read || die "$1 does not run any more (see $LOGS)"
}

# order ROUND: the stages, one a line; backwards in every second round.
order() {
  if (($1 % 2)); then printf '%s\n' "${stages[@]}"; else printf '%s\n' "${stages[@]}" | tac; fi
}

# others_us STAGE: the CPU time that all the others have used so far; they only wait, and should not cost anything.
others_us() (
  total=0
  for other in "${stages[@]}"; do
    [[ $other != "$1" ]] || continue
    choose "$other"
    for name in "${NAMES[@]}"; do total=$((total + $(cpu_us "$name"))); done
  done
  echo "$total"
)

# await URL: until the stage answers; a proxy that was killed for want of memory is started again.
await() {
  local deadline=$((SECONDS + 15))
  until curl --silent --fail --output /dev/null --noproxy '*' --max-time 2 "$1/clientes/1/extrato"; do
    ((SECONDS < deadline)) || die "$1 does not answer any more"
    sleep 0.1
  done
}

# ask LOAD URL: puts the load tester's report on the standard output.
ask() {
  local -a load=("$LOADTEST" load "$2" -d "${seconds}s" --quiet -o json)
  case $1 in
    closed) "${load[@]}" -c $CONNECTIONS ;;
    open) "${load[@]}" -c $OPEN_CONNECTIONS -r $RATE ;;
    simulation)
      # Its ledger must be empty. Then, as the organiser does, a statement from each API. What failed is in the report.
      curl --silent --fail --output /dev/null --noproxy '*' --max-time 10 -X POST -H 'Content-Type: application/json' \
        "$2/reset" || die "$2 has no /reset"
      await "$2"
      await "$2"
      "$LOADTEST" contest "$2" --short --quiet -o json || true
      ;;
  esac
}

# turn LOAD ROUND STAGE: one turn; what it comes to is added to the file STAGE.turns.
turn() {
  local report=$scratch/report waiting name comma=''
  local -A used=()
  choose "$3"
  await "http://127.0.0.1:$PORT"
  waiting=$(others_us "$3")
  count used
  ask "$1" "http://127.0.0.1:$PORT" >"$report"
  count used
  waiting=$(($(others_us "$3") - waiting))
  [[ -s $report ]] || die "$3 was not measured"
  {
    [[ ! -s $scratch/$3.turns ]] || echo ,
    printf '{"load":"%s","round":%d,"waitingCpuUs":%d,"components":[' "$1" "$2" "$waiting"
    for name in "${NAMES[@]}"; do
      printf '%s{"name":"%s","cpuUs":%d,"throttledPeriods":%d}' "$comma" "$name" "${used[$name.cpu]}" \
        "${used[$name.throttled]}"
      comma=,
    done
    printf '],"report":'
    cat "$report"
    echo '}'
  } >>"$scratch/$3.turns"
  printf '%-10s %2d  %-20s %s\n' "$1" "$2" "$3" "$(glance <"$report")"
}

# What a report says first, which comes indented, one value a line (docs/load-report.md).
glance() {
  awk -F '[:,]' '
    function first(name) { if (!(name in seen) && $1 ~ "^ *\"" name "\"$") seen[name] = $2 + 0 }
    { first("failed"); first("rate") }
    /^  "latency": \{/ { latency = 1 }
    latency { first("p99") }
    END { printf "%8.0f requests/s  p99 %8.2f ms  %d failed\n", seen["rate"], seen["p99"] * 1e3, seen["failed"] }'
}

# component NAME: one process of the stage that was chosen, over the whole run.
component() {
  printf '{"name":"%s","cpus":%s,"memoryBytes":%s,"peakBytes":%s,"full":%s,"killed":%s,"restarts":%d}' "$1" \
    "$(json_number "$(cpu_text "$(cgroup_cpu_limit "$1")")")" "$(json_number "$(cgroup_memory_limit "$1")")" \
    "$(json_number "$(cgroup_memory_peak "$1")")" "$(json_number "$(cgroup_memory_full "$1")")" \
    "$(json_number "$(cgroup_killed "$1")")" "${RESTARTS[$1]}"
}

# Everything that was measured, in the form that the load tester reads.
document() {
  local stage name between='' comma
  printf '{"schema":"rinha-journey/1","command":"%s","version":"%s","startedAt":"%s","seconds":%d,"connections":%d,' \
    "$(json_escape "${command% }")" "$(json_escape "$("$LOADTEST" --version)")" "$started" "$seconds" $CONNECTIONS
  choose "${stages[0]}"
  printf '"rate":%d,"machine":{"processor":"%s","cores":%d,"system":"%s","cgroup":"%s"},"stages":[' $RATE \
    "$(json_escape "$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)")" "$(nproc)" \
    "$(json_escape "$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release), Linux $(uname -r)")" "$CGROUP_VERSION"
  for stage in "${stages[@]}"; do
    choose "$stage"
    printf '%s{"name":"%s","components":[' "$between" "$stage"
    comma=''
    for name in "${NAMES[@]}"; do
      printf '%s%s' "$comma" "$(component "$name")"
      comma=,
    done
    printf '],"turns":[\n'
    cat "$scratch/$stage.turns"
    printf ']}'
    between=,
  done
  printf ']}\n'
}

trap finish EXIT
trap 'exit 1' INT TERM
finish
publish "$LOADTEST"
room ${#stages[@]}
# What they have in common is the default, whatever this shell has; the simulation needs /reset.
unset RINHA_SYNCHRONOUS
export RINHA_ENABLE_RESET=true
started=$(date -u +%Y-%m-%dT%H:%M:%SZ)
for index in "${!stages[@]}"; do start "${stages[$index]}" $((FIRST_PORT + index)); done
# A little of the load, which is not kept: connections to the ledger are open after it.
for stage in "${stages[@]}"; do
  choose "$stage"
  seconds=2 ask closed "http://127.0.0.1:$PORT" >/dev/null
done
for load in closed open; do
  for ((round = 1; round <= rounds; round++)); do
    for stage in $(order "$round"); do turn "$load" "$round" "$stage"; done
  done
done
for ((round = 1; round <= simulations; round++)); do
  for stage in $(order "$round"); do turn simulation "$round" "$stage"; done
done
document >"$scratch/journey.json"
echo
"$LOADTEST" journey "$scratch/journey.json" ${json:+--json "$json"} ${html:+--html "$html"}
