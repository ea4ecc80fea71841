#!/usr/bin/env bash
#: the stack's throughput and latency against its floor: the same nginx and limits, answering a constant
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/measure.sh
source "$ROOT/scripts/lib/measure.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha ceiling [flags]     (the load comes from wrk, outside the limits)
  -c CONNECTIONS   how many requests are in flight at once (default: 14)
  -d SECONDS       the length of one turn (default: 10)
  --rounds N       turns of each, stack and floor in alternation (default: 5)
  --json FILE      every round and the medians, as JSON
  --min-ratio X    exit 1 when stack / floor is below X
TEXT
}

connections=14 seconds=10 rounds=5 json='' min_ratio=0
while (($#)); do
  case $1 in
    -c) take connections "$@" && shift ;;
    -d) take seconds "$@" && shift ;;
    --rounds) take rounds "$@" && shift ;;
    --json) take json "$@" && shift ;;
    --min-ratio) take min_ratio "$@" && shift ;;
    --help) usage && exit ;;
    *) unknown_flag "$1" ;;
  esac
  shift
done
check_counts "$connections" "$seconds" "$rounds"
[[ $min_ratio =~ ^[0-9]*\.?[0-9]+$ ]] || misuse "not a ratio: '$min_ratio'"

need wrk wrk
# Both are up all the time, on the disk that the repository is on: the one that waits costs nothing.
scratch=$ROOT/artifacts/ceiling
figures=$scratch/figures

finish() {
  local kind
  for kind in stack floor; do
    [[ ! -d $scratch/$kind ]] || "$ROOT/rinha" stop --data "$scratch/$kind" >/dev/null
  done
  rm -rf -- "$scratch"
}

# show FORM: the figures as a table of medians, as JSON, or only their ratio.
show() {
  awk -F '\t' -v form="$1" -v connections="$connections" -v seconds="$seconds" -f "$ROOT/scripts/wrk/figures.awk" \
    "$figures"
}

# turn KIND ROUND: one round of one of them; round 0 is the warm-up, which is not kept.
turn() {
  local line
  line=$(measure "$scratch/$1" "$connections" "$(($2 == 0 ? 2 : seconds))")
  if (($2 > 0)); then
    printf '%s\t%s\n' "$1" "$line" >>"$figures"
    printf 'round %d  %s  %8.0f requests/s  p99 %.2f ms\n' "$2" "$1" "$(cut -f 1 <<<"$line")" "$(cut -f 3 <<<"$line")"
  fi
}

trap finish EXIT
trap 'exit 1' INT TERM
finish
mkdir -p "$scratch"
"$ROOT/rinha" run --detach --data "$scratch/stack" --port 19999
"$ROOT/rinha" run --detach --data "$scratch/floor" --port 19998 --floor
for ((round = 0; round <= rounds; round++)); do
  turn stack "$round"
  turn floor "$round"
done
show table
[[ -z $json ]] || show json >"$json"
ratio=$(show ratio)
if awk -v ratio="$ratio" -v least="$min_ratio" 'BEGIN { exit ratio >= least }'; then
  die "the stack reaches $ratio of its floor, less than $min_ratio"
fi
echo "the stack reaches $ratio of its floor at $connections connections"
