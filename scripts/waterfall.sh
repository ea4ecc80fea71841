#!/usr/bin/env bash
#: what each choice of the product buys, from the design it comes from to the product, one by one
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/measure.sh
source "$ROOT/scripts/lib/measure.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha waterfall [flags]     (the load is the contest's mix, from wrk, outside the limits)
Each step is a stack of two APIs behind nginx, on a file of its own, and keeps the choices of the steps before it:
  seed        the choices of the design it comes from: RINHA_SEED=all, TCP between nginx and the APIs
  sockets     unix sockets
  silent      no log line per request
  immediate   BEGIN IMMEDIATE instead of a deferred BEGIN
  gate        the gate instead of SQLite's busy handler
  group       one writer that commits what waits together, instead of 14 connections with a commit per request
  product     checkpoints beside the requests instead of inside a commit

  -c CONNECTIONS   how many requests are in flight at once (default: 14)
  -d SECONDS       the length of one turn (default: 10)
  --rounds N       turns of each, in alternation, forwards and backwards by turns (default: 5)
  --json FILE      every round and the medians, as JSON
All steps are up at once, and the ones that wait cost nothing. At the end every ledger is verified.
TEXT
}

connections=14 seconds=10 rounds=5 json=''
while (($#)); do
  case $1 in
    -c) take connections "$@" && shift ;;
    -d) take seconds "$@" && shift ;;
    --rounds) take rounds "$@" && shift ;;
    --json) take json "$@" && shift ;;
    --help) usage && exit ;;
    *) unknown_flag "$1" ;;
  esac
  shift
done
check_counts "$connections" "$seconds" "$rounds"

# The steps in order; of each its RINHA_SEED and what it changes.
steps=(seed sockets silent immediate gate group product)
seeds=(all all 'connections,begin,busy,checkpoint' 'connections,busy,checkpoint' 'connections,checkpoint' checkpoint '')
labels=('the design it comes from, TCP' '+ unix sockets' '+ no log line per request' '+ BEGIN IMMEDIATE'
  '+ gate instead of busy handler' '+ one writer, group commit' '+ checkpoints aside = the product')

need wrk wrk
scratch=$ROOT/artifacts/waterfall
figures=$scratch/figures

finish() {
  end_stacks "$scratch"
}

# start INDEX
start() {
  local step=${steps[$1]}
  local -a flags=(--detach --data "$scratch/$step" --port $((19970 + 3 * $1)))
  # Two more ports are its APIs'.
  [[ $step != seed ]] || flags+=(--tcp)
  mkdir -p "$scratch/$step"
  RINHA_SEED=${seeds[$1]} "$ROOT/rinha" run "${flags[@]}" >/dev/null
}

# turn STEP ROUND: one round of one of them. Round 0 is the warm-up, which is not kept.
turn() {
  local line
  if (($2 == 0)); then
    measure "$scratch/$1" "$connections" $((seconds < 2 ? seconds : 2)) mix >/dev/null
    return
  fi
  line=$(measure "$scratch/$1" "$connections" "$seconds" mix)
  printf '%s\t%s\n' "$1" "$line" >>"$figures"
  [[ $line =~ rightPerSecond=([0-9.]+).*p99Ms=([0-9.]+) ]]
  printf 'round %d  %-9s %8.0f requests/s  p99 %.2f ms\n' "$2" "$1" "${BASH_REMATCH[@]:1}"
}

# show FORM: the figures as a table of medians or as JSON.
show() {
  awk -F '\t' -v form="$1" -v steps="${steps[*]}" -v labels="$(joined "${labels[@]}")" -v seeds="$(joined "${seeds[@]}")" \
    -v seconds="$seconds" -v connections="$connections" -f "$ROOT/scripts/wrk/rounds.awk" \
    -f "$ROOT/scripts/wrk/waterfall.awk" "$figures"
}

joined() {
  local IFS='|'
  echo "$*"
}

trap finish EXIT
trap 'exit 1' INT TERM
finish
# What they have in common is the default, whatever this shell has.
unset RINHA_SYNCHRONOUS RINHA_LOG_LEVEL RINHA_LOG_FORMAT RINHA_SLOW_REQUEST_MS RINHA_SEED
for index in "${!steps[@]}"; do start "$index"; done
for ((round = 0; round <= rounds; round++)); do
  for ((place = 0; place < ${#steps[@]}; place++)); do
    turn "${steps[round % 2 ? place : ${#steps[@]} - 1 - place]}" "$round"
  done
done
show table
[[ -z $json ]] || show json >"$json"
# Faster or slower, no step may lose a cent.
for step in "${steps[@]}"; do
  "$SERVER" verify --database-url "$scratch/$step/rinha.db" >"$scratch/verified" 2>&1 ||
    die "the ledger of $step is not sound: $(tail -n 1 "$scratch/verified")"
done
echo 'the ledgers of all steps are sound (Rinha.Server verify)'
