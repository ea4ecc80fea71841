#!/usr/bin/env bash
# ./rinha chaos as a command; its campaigns are tests of their own (./rinha chaos --short).
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"

test_an_unknown_campaign_is_refused_and_the_others_are_named() {
  expect_exit 2 "no campaign 'rain'; there are kill-one, kill-all" "$ROOT/rinha" chaos --only rain
}

test_nonsense_is_refused() {
  expect_exit 2 'not a port' "$ROOT/rinha" chaos --port 0
  expect_exit 2 '--seed' "$ROOT/rinha" chaos --seed x
}

test_a_campaign_leaves_a_table_and_nothing_else() {
  local output port
  port=$(free_port)
  output=$("$ROOT/rinha" chaos --short --only kill-reset --seed 3 --port "$port" 2>&1) || fail "$output"
  [[ $output == *'kill-reset'*'nothing'* ]] || fail "no table: $output"
  ! (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || fail 'something still listens'
}

test_a_campaign_on_postgresql_leaves_a_table_and_nothing_else() {
  local output process port
  port=$(free_port)
  output=$("$ROOT/rinha" chaos --short --only pg-restart --port "$port" 2>&1) || fail "$output"
  [[ $output == *'pg-restart'*'nothing'* ]] || fail "no table: $output"
  [[ ! -e $ROOT/artifacts/chaos-$port ]] || fail 'its directory is still there'
  for process in /proc/[0-9]*; do
    [[ $(readlink "$process/cwd") != "$ROOT/artifacts/chaos-$port"/* ]] || fail "still runs: $(tr '\0' ' ' <"$process/cmdline")"
  done
}

run_tests "$@"
