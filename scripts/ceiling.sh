#!/usr/bin/env bash
#: the stack's throughput, latency and CPU against its floor, or with one thing changed against without
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/measure.sh
source "$ROOT/scripts/lib/measure.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha ceiling [FIRST SECOND] [flags]     (default: stack floor; the load comes from wrk, outside the limits)
  stack   two APIs behind their proxy, with their default settings
  floor   the same proxy and limits, answering a constant
  tuned   the stack with its tuned split
  NAME    a stack of this name (stacks/README.md), whatever --stack says
  full    the stack with RINHA_SYNCHRONOUS=FULL
  grown   the stack on a file that holds many transactions already
  one     the stack, asked for one account only
  million the stack on a file with 1,000,000 accounts, asked for all of them

  --stack NAME       which stack, and whose floor (default: nginx-sqlite; full, grown and million need SQLite)
  --split NAME       how its limits are shared out: split (default) or tuned
  --load LOAD        what is asked for (default: mix)
                       mix           22 debits, 11 credits and 1 statement in 34 requests
                       connections   the mix with a connection for each request; connecting is not in the latencies
                       refused       only debits far beyond the limit
                       statements    only statements, each of ten transactions
  -c CONNECTIONS     how many requests are in flight at once (default: 14)
  -d SECONDS         the length of one turn (default: 10)
  --rounds N         turns of each, in alternation (default: 5)
  --transactions N   how many the file of `grown` holds at the start (default: 10000000)
  --json FILE        every round and the medians, as JSON
  --min-ratio X      exit 1 when FIRST / SECOND is below X in requests/s
TEXT
}

stack=$STACK_DEFAULT split=$SPLIT_DEFAULT
kinds=() load=mix connections=14 seconds=10 rounds=5 transactions=10000000 json='' min_ratio=0
while (($#)); do
  case $1 in
    --stack) take stack "$@" && shift ;;
    --split) take split "$@" && shift ;;
    --load) take load "$@" && shift ;;
    -c) take connections "$@" && shift ;;
    -d) take seconds "$@" && shift ;;
    --rounds) take rounds "$@" && shift ;;
    --transactions) take transactions "$@" && shift ;;
    --json) take json "$@" && shift ;;
    --min-ratio) take min_ratio "$@" && shift ;;
    --help) usage && exit ;;
    -*) unknown_flag "$1" ;;
    *) kinds+=("$1") ;;
  esac
  shift
done
((${#kinds[@]} > 0)) || kinds=(stack floor)
stack_choose "$stack" "$split"
for kind in "${kinds[@]}"; do
  case $kind in
    stack | floor | tuned | one) ;;
    full | grown | million) [[ $LEDGER == sqlite ]] || misuse "$kind needs SQLite; $STACK has PostgreSQL" ;;
    *-*) (stack_choose "$kind" "$split") || exit ;;
    *) misuse "not stack, floor, tuned, full, grown, one, million or a stack's name: '$kind'" ;;
  esac
done
[[ ${#kinds[@]} == 2 && ${kinds[0]} != "${kinds[1]}" ]] || misuse "two different kinds are compared, not: ${kinds[*]}"
[[ $load =~ ^(mix|connections|refused|statements)$ ]] ||
  misuse "not mix, connections, refused or statements: '$load'"
check_counts "$connections" "$seconds" "$rounds"
[[ $transactions =~ ^[1-9][0-9]{0,8}$ ]] || misuse "not a number of transactions: '$transactions'"
[[ $min_ratio =~ ^[0-9]*\.?[0-9]+$ ]] || misuse "not a ratio: '$min_ratio'"

need wrk wrk
# Both are up all the time, on the disk that the repository is on: the one that waits costs nothing.
scratch=$ROOT/artifacts/ceiling
figures=$scratch/figures

finish() {
  end_stacks "$scratch"
}

# start KIND PORT
start() {
  local data=$scratch/$1
  local -a run=("$ROOT/rinha" run --detach --data "$data" --port "$2" --stack "$STACK" --split "$SPLIT")
  mkdir -p "$data"
  case $1 in
    floor) FLOOR_LOAD=$load "${run[@]}" --floor ;;
    tuned) "${run[@]}" --split tuned ;;
    *-*) "${run[@]}" --stack "$1" ;;
    full) RINHA_SYNCHRONOUS=FULL "${run[@]}" ;;
    grown)
      echo "filling a file with $transactions transactions"
      grow "$data/rinha.db" "$transactions"
      "${run[@]}"
      ;;
    million)
      "${run[@]}"
      "$SERVER" accounts add 6..1000000 --limit 100000 --database-url "$data/rinha.db"
      ;;
    stack | one) "${run[@]}" ;;
  esac
}

# turn KIND ROUND: one round of one of them. Round 0 is the warm-up, which is not kept: a little of the mix, after which
# every client has the transactions for a whole statement.
turn() {
  local line accounts=5
  case $1 in
    one) accounts=1 ;;
    million) accounts=1000000 ;;
  esac
  if (($2 == 0)); then
    measure "$scratch/$1" "$connections" $((seconds < 2 ? seconds : 2)) mix $accounts >/dev/null
    return
  fi
  line=$(measure "$scratch/$1" "$connections" "$seconds" "$load" $accounts)
  printf '%s\t%s\n' "$1" "$line" >>"$figures"
  [[ $line =~ requestsPerSecond=([0-9.]+).*p99Ms=([0-9.]+) ]]
  printf 'round %d  %-14s %8.0f requests/s  p99 %.2f ms\n' "$2" "$1" "${BASH_REMATCH[@]:1}"
}

# show FORM: the figures as a table of medians, as JSON, or only a ratio of theirs.
show() {
  awk -F '\t' -v form="$1" -v first="${kinds[0]}" -v second="${kinds[1]}" -v load="$load" -v seconds="$seconds" \
    -v connections="$connections" -f "$ROOT/scripts/wrk/rounds.awk" -f "$ROOT/scripts/wrk/figures.awk" "$figures"
}

trap finish EXIT
trap 'exit 1' INT TERM
finish
# What they have in common is the default, whatever this shell has.
unset RINHA_SYNCHRONOUS
start "${kinds[0]}" 19999
start "${kinds[1]}" 19998
for ((round = 0; round <= rounds; round++)); do
  for kind in "${kinds[@]}"; do turn "$kind" "$round"; done
done
show table
[[ -z $json ]] || show json >"$json"
ratio=$(show ratio)
if awk -v ratio="$ratio" -v least="$min_ratio" 'BEGIN { exit ratio >= least }'; then
  die "${kinds[0]} / ${kinds[1]} is $ratio in requests/s, less than $min_ratio"
fi
echo "${kinds[0]} / ${kinds[1]}: $ratio in requests/s, $(show p99ratio) in p99 ($load, $connections connections)"
