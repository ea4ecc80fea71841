#!/usr/bin/env bash
# ./rinha restart: both servers anew under load, and what becomes of a new binary that does not start.
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"

# A copy of the tree's command with a binary of its own, which the tests replace: the stack must start what is there.
stack_with_binary() {
  [[ -x $SERVER && -x $LOADTEST ]] || skip 'not built'
  mkdir -p "$SCRATCH/tree/artifacts/server"
  cp -r "$ROOT/rinha" "$ROOT/scripts" "$ROOT/nginx" "$ROOT/stacks" "$ROOT/.env" "$SCRATCH/tree"
  cp -r "$(dirname "$SERVER")/." "$SCRATCH/tree/artifacts/server"
  # `run` builds when a source is newer: here there are none.
  mkdir "$SCRATCH/tree/Rinha.Server"
  touch "$SCRATCH/tree/schema.sql" "$SCRATCH/tree/global.json" "$SCRATCH/tree/Directory.Build.props"
  touch "$SCRATCH/tree/artifacts/server/Rinha.Server"
  port=$(free_port)
  "$SCRATCH/tree/rinha" run --detach --data "$SCRATCH/data" --port "$port" >"$SCRATCH/run.log"
  stack_at "$SCRATCH/data"
  state_read
}

tear_down() {
  [[ ! -d $SCRATCH/data ]] || "$SCRATCH/tree/rinha" stop --data "$SCRATCH/data"
}

restart_tree() {
  "$SCRATCH/tree/rinha" restart --data "$SCRATCH/data"
}

answers() {
  curl --silent --fail --noproxy '*' --max-time 30 --output /dev/null "http://127.0.0.1:$port/clientes/1/extrato"
}

is_loaded() {
  curl --silent --noproxy '*' --max-time 30 "http://127.0.0.1:$port/clientes/1/extrato" | grep -q '"valor"'
}

failed_of() {
  sed -nE 's/.*"failed": ?([0-9]+).*/\1/p' "$1" | head -n 1
}

test_both_are_replaced_under_load_and_no_request_fails() {
  stack_with_binary
  local before01=${PID[api01]} before02=${PID[api02]} load
  "$LOADTEST" load "http://127.0.0.1:$port" -d 600s -c 8 --timeout 60s -o json \
    >"$SCRATCH/report.json" 2>"$SCRATCH/load.log" &
  load=$!
  eventually 60 is_loaded
  # A newly built binary has another inode; which one runs is seen in /proc.
  cp "$SCRATCH/tree/artifacts/server/Rinha.Server" "$SCRATCH/new"
  mv "$SCRATCH/new" "$SCRATCH/tree/artifacts/server/Rinha.Server"
  expect_exit 0 'api02 anew' restart_tree
  expect_exit 0 'api01 anew' restart_tree
  kill -TERM "$load"
  wait "$load" || fail "the load: $(tail -n 3 "$SCRATCH/load.log")"
  state_read
  [[ ${PID[api01]} != "$before01" && ${PID[api02]} != "$before02" ]] || fail 'the old processes are still there'
  [[ ! -e /proc/$before01 && ! -e /proc/$before02 ]] || fail 'an old process is still alive'
  [[ $(readlink "/proc/${PID[api01]}/exe") == "$SCRATCH/tree/artifacts/server/Rinha.Server" ]] ||
    fail 'the new process is not of the new binary'
  [[ $(failed_of "$SCRATCH/report.json") == 0 ]] || fail "failed: $(failed_of "$SCRATCH/report.json")"
}

test_a_new_binary_that_does_not_start_leaves_the_other_serving() {
  stack_with_binary
  local before02=${PID[api02]} binary=$SCRATCH/tree/artifacts/server/Rinha.Server
  mv "$binary" "$SCRATCH/good"
  # It knows its version, and nothing else.
  printf '%s\n' '#!/bin/sh' "case \$1 in --version) exit 0 ;; esac" 'echo "no such library"' 'exit 3' >"$binary"
  chmod +x "$binary"
  expect_exit 1 'api01 did not come up again (exit status 3: no such library); api02 goes on serving' restart_tree
  state_read
  [[ ${PID[api02]} == "$before02" ]] || fail 'the other one was touched'
  local attempt
  for attempt in {1..5}; do answers || fail "request $attempt failed although one serves"; done
  mv "$SCRATCH/good" "$binary"
  eventually 60 is_back
  expect_exit 0 'api02 anew' restart_tree
}

is_back() {
  state_read && process_is_up api01 &&
    curl --silent --fail --unix-socket "$SOCKETS/api01.sock" --output /dev/null http://localhost/health
}

test_while_the_other_does_not_answer_nothing_is_ended() {
  stack_with_binary
  local before=${PID[api01]}
  kill -STOP "${PID[api02]}"
  expect_exit 1 'api02 does not answer /health, so api01 goes on as it is' restart_tree
  kill -CONT "${PID[api02]}"
  state_read
  [[ ${PID[api01]} == "$before" ]] || fail 'a server was ended'
}

test_a_binary_that_does_not_run_is_refused_before_anything_is_stopped() {
  stack_with_binary
  local before=${PID[api01]}
  mv "$SCRATCH/tree/artifacts/server/Rinha.Server" "$SCRATCH/good"
  expect_exit 1 'does not run' restart_tree
  mv "$SCRATCH/good" "$SCRATCH/tree/artifacts/server/Rinha.Server"
  state_read
  [[ ${PID[api01]} == "$before" ]] || fail 'a server was ended'
}

test_without_a_stack_it_says_so() {
  expect_exit 1 'nothing runs on' "$ROOT/rinha" restart --data "$SCRATCH/none"
}

run_tests "$@"
