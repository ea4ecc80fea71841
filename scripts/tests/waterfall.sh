#!/usr/bin/env bash
# `waterfall`, short: that every step runs, that its figures are there, and that the money is right in all of them.
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"

tear_down() {
  [[ ! -d $SCRATCH/data ]] || "$ROOT/rinha" stop --data "$SCRATCH/data"
}

# query EXPRESSION: something about the figures that must be so.
query() {
  jq -e "$1" "$SCRATCH/figures.json" >/dev/null || fail "not so: $1: $(<"$SCRATCH/figures.json")"
}

test_every_step_from_the_seed_to_the_product_has_its_figures() {
  [[ -x $SERVER ]] || skip 'the server is not built'
  needs wrk
  needs jq
  local output text
  output=$("$ROOT/rinha" waterfall -d 1 --rounds 1 --json "$SCRATCH/figures.json") || fail "$output"
  for text in requests/s 'p99.9 ms' 'API us' errors buys '+ BEGIN IMMEDIATE' '2,917 requests/s'; do
    [[ $output == *"$text"* ]] || fail "no $text in: $output"
  done
  grep -qE '^product / seed: [0-9.]+ in requests/s, [0-9.]+ in p50, [0-9.]+ in p99' <<<"$output" || fail "$output"
  grep -qx 'the ledgers of all steps are sound (Rinha.Server verify)' <<<"$output" || fail "not verified: $output"
  [[ $(awk 'length > 125' <<<"$output") == '' ]] || fail "too wide: $output"

  query '[.steps[].step] == ["seed", "sockets", "silent", "immediate", "gate", "group", "product"]'
  query '[.steps[] | .seed] | .[0] == "all" and .[5:] == ["checkpoint", ""]'
  query '[.steps[].median | .rightPerSecond, .p50Ms, .p99Ms, .p999Ms, .apiCpuUs] | all(. > 0)'
  # Only a deferred BEGIN finds its snapshot old.
  query '[.steps[3:][].rounds[] | .unexpectedAnswers + .socketErrors] | all(. == 0)'
  query '[.steps[:3][].rounds[] | .socketErrors] | all(. == 0)'
  query '.steps[6].median.rightPerSecond > .steps[0].median.rightPerSecond'
  [[ ! -e $ROOT/artifacts/waterfall ]] || fail 'something is left'
}

test_the_apis_of_a_stack_can_listen_on_TCP() {
  [[ -x $SERVER ]] || skip 'the server is not built'
  local port
  port=$((21000 + RANDOM % 9000))
  "$ROOT/rinha" run --detach --tcp --data "$SCRATCH/data" --port "$port"
  for port in "$port" $((port + 1)) $((port + 2)); do
    curl --silent --fail --noproxy '*' --max-time 30 "http://127.0.0.1:$port/clientes/1/extrato" || fail "nobody at $port"
  done
  # After a restart they are there again.
  "$ROOT/rinha" restart --data "$SCRATCH/data"
  curl --silent --fail --noproxy '*' --max-time 30 "http://127.0.0.1:$port/health" || fail "nobody at $port"
}

test_nonsense_is_refused_before_anything_starts() {
  expect_exit 2 "unknown flag 'seed'" "$ROOT/rinha" waterfall seed
  expect_exit 2 "not a count: '0'" "$ROOT/rinha" waterfall --rounds 0
  expect_exit 2 "not a count: 'many'" "$ROOT/rinha" waterfall -c many
  expect_exit 2 "not a count: '1s'" "$ROOT/rinha" waterfall -d 1s
  expect_exit 2 '--json needs a value' "$ROOT/rinha" waterfall --json
  expect_exit 2 "not a port: '65536'" "$ROOT/rinha" run --tcp --port 65534
  expect_exit 2 "--tcp is nginx's in front of the APIs" "$ROOT/rinha" run --tcp --floor
  [[ ! -e $ROOT/artifacts/waterfall ]] || fail 'something was started'
}

run_tests "$@"
