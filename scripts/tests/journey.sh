#!/usr/bin/env bash
# `journey`: what it refuses, and a tiny one of two stages with its table, its JSON and its page.
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"

test_nonsense_is_refused_before_anything_starts() {
  expect_exit 2 "not a stage: 'apache-mysql'" "$ROOT/rinha" journey --only apache-mysql
  expect_exit 2 'a stage twice' "$ROOT/rinha" journey --only nginx-sqlite --only nginx-sqlite
  expect_exit 2 "not a count: '0'" "$ROOT/rinha" journey --rounds 0
  expect_exit 2 "not a count: 'long'" "$ROOT/rinha" journey -d long
  expect_exit 2 "not a count: '-1'" "$ROOT/rinha" journey --simulations -1
  expect_exit 2 "cannot be written: '$SCRATCH/no/journey.json'" "$ROOT/rinha" journey --json "$SCRATCH/no/journey.json"
  expect_exit 2 "cannot be written: '$SCRATCH'" "$ROOT/rinha" journey --html "$SCRATCH"
  expect_exit 2 '--only needs a value' "$ROOT/rinha" journey --only
  [[ ! -e $ROOT/artifacts/journey ]] || fail 'something was started'
}

# query EXPRESSION: something about the figures that must be so.
query() {
  jq -e "$1" "$SCRATCH/journey.json" >/dev/null || fail "not so: $1: $(<"$SCRATCH/journey.json")"
}

test_two_stages_are_measured_in_turn() {
  local output status=0 line
  [[ -x $SERVER && -x $LOADTEST ]] || skip 'the server or the load tester is not built'
  ((EUID == 0)) || postgres_find || skip 'no PostgreSQL'
  needs jq
  output=$("$ROOT/rinha" journey --short --rounds 2 -d 1 --only nginx-postgres --only nginx-sqlite \
    --json "$SCRATCH/journey.json" --html "$SCRATCH/journey.html" 2>&1) || status=$?
  ((status == 0)) || fail "exit status $status: $output"

  for line in '14 connections that wait for their answers: medians of 2 turns of 1 s' '340 requests/s, from' 'claimed' \
    'nginx-postgres db ' 'All stages ran at once'; do
    [[ $output == *"$line"* ]] || fail "no '$line' in: $output"
  done
  # There and back again.
  grep -oE '^closed +[12] +nginx-[a-z]+' <<<"$output" | tr -s ' ' |
    diff <(printf 'closed %s\n' '1 nginx-postgres' '1 nginx-sqlite' '2 nginx-sqlite' '2 nginx-postgres') - ||
    fail "another order: $output"
  [[ $(awk 'length > 120' <<<"$output") == '' ]] || fail "too wide: $output"
  [[ $(tail -n 1 "$SCRATCH/journey.html") == '</html>' ]] || fail 'the page is cut off'

  query '.schema == "rinha-journey/1" and [.stages[].name] == ["nginx-postgres", "nginx-sqlite"]'
  query '[.stages[].medians | .closed, .open | .turns == 2 and .failed == 0 and .rate > 0 and .p50 <= .p99] | all'
  query '[.stages[].medians.open.rate | . > 0] | all'
  query '.stages[0].medians.closed.cpuUs | keys == ["api01", "api02", "db", "nginx"] and all(. > 0)'
  query '.stages[1].medians.closed.cpuUs | keys == ["api01", "api02", "nginx"]'
  query '[.stages[].turns[].report.latency | has("distribution")] | any | not'
  [[ $(jq -r .machine.cgroup "$SCRATCH/journey.json") == none ]] ||
    query '[.stages[].components[] | .cpus > 0 and .peakBytes > 0 and .peakBytes <= .memoryBytes and .killed == 0] | all'
  [[ ! -e $ROOT/artifacts/journey ]] || fail 'something was left behind'
}

run_tests "$@"
