#!/usr/bin/env bash
# A stack from its start to its end, and past the death of every part of it. With the server when it is built,
# otherwise with the floor: the supervisor is the same.
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"

RUN_FLAGS=()
[[ -x $SERVER ]] || RUN_FLAGS=(--floor)

# run_detached [FLAG…]: a stack on $SCRATCH/data, or on another $directory.
run_detached() {
  port=$(free_port)
  "$ROOT/rinha" run --detach --data "${directory:=$SCRATCH/data}" --port "$port" "${RUN_FLAGS[@]}" "$@"
  stack_at "$directory"
  state_read
}

tear_down() {
  local run
  for run in "$SCRATCH"/*/run; do
    [[ ! -d $run ]] || "$ROOT/rinha" stop --data "${run%/run}"
  done
}

answers() {
  curl --silent --fail --noproxy '*' --max-time 30 --output /dev/null "http://127.0.0.1:$port/health"
}

is_up_again() {
  state_read && [[ ${RESTARTS[$1]} == "$2" ]] && process_is_up "$1" && answers
}

nothing_is_left() {
  local name
  for name in "${NAMES[@]}"; do
    ! process_is_up "$name" || fail "$name is still there"
  done
  [[ ! -e $SOCKETS ]] || fail "$SOCKETS is still there"
  [[ ! -d ${CGROUP_CPU:-/none} && ! -d ${CGROUP_MEMORY:-/none} ]] || fail "$CGROUP_CPU is still there"
}

test_it_starts_answers_and_leaves_nothing() {
  run_detached | grep -q "up: http://127.0.0.1:" || fail 'no address in the last line'
  stack_at "$SCRATCH/data"
  state_read && port=$PORT
  answers || fail 'does not answer'
  expect_exit 0 'running: http' "$ROOT/rinha" status --data "$SCRATCH/data"
  expect_exit 0 '"running":true' "$ROOT/rinha" status --data "$SCRATCH/data" --json
  expect_exit 0 'stopped:' "$ROOT/rinha" stop --data "$SCRATCH/data"
  nothing_is_left
  expect_exit 3 'not running' "$ROOT/rinha" status --data "$SCRATCH/data"
}

test_the_limits_in_force_are_those_asked_for() {
  run_detached
  [[ $CGROUP_VERSION != none ]] || skip 'no cgroup can be written here'
  limits_load "$ROOT/.env"
  local name
  for name in "${NAMES[@]}"; do
    [[ $(cgroup_cpu_limit "$name") == "${CPU_LIMIT[$name]}" ]] || fail "CPU of $name"
    [[ $(cgroup_memory_limit "$name") == "${MEMORY_LIMIT[$name]}" ]] || fail "memory of $name"
    grep -qx "${PID[$name]}" "$CGROUP_CPU/$name/cgroup.procs" || fail "$name is not in its CPU cgroup"
    grep -qx "${PID[$name]}" "$CGROUP_MEMORY/$name/cgroup.procs" || fail "$name is not in its memory cgroup"
  done
}

test_without_limits_it_says_so() {
  run_detached --no-limits >"$SCRATCH/out"
  grep -q 'NO LIMIT is in force' "$SCRATCH/out"
}

test_a_second_stack_on_the_same_directory_is_refused() {
  run_detached
  expect_exit 1 'a stack is already running' \
    "$ROOT/rinha" run --data "$SCRATCH/data" --port "$(free_port)" "${RUN_FLAGS[@]}"
  answers || fail 'the first one was disturbed'
}

test_a_taken_port_is_refused() {
  run_detached
  expect_exit 1 "port $port is taken by the stack on $SCRATCH/data" \
    "$ROOT/rinha" run --data "$SCRATCH/other" --port "$port" "${RUN_FLAGS[@]}"
  [[ ! -e $SCRATCH/other ]] || fail 'a refused start left a directory'
}

test_a_port_of_another_program_names_it() {
  [[ -x $SERVER ]] || skip 'the server is not built'
  local process
  port=$(free_port)
  env API_HOST=127.0.0.1 "API_PORT=$port" "DATABASE_URL=$SCRATCH/alone.db" "$SERVER" >"$SCRATCH/log" 2>&1 &
  process=$!
  eventually 15 answers
  expect_exit 1 "port $port is taken by Rinha.Server, pid $process" \
    "$ROOT/rinha" run --data "$SCRATCH/data" --port "$port"
  kill "$process" && wait "$process"
}

# A second checkout, where nothing was built: $checkout. Its verbs never reach a stack in this one's data directory.
second_checkout() {
  checkout=$SCRATCH/checkout
  mkdir "$checkout"
  cp -r "$ROOT/rinha" "$ROOT/scripts" "$ROOT/nginx" "$ROOT/stacks" "$ROOT/.env" "$checkout"
}

test_without_data_the_only_stack_is_found_from_any_checkout() {
  second_checkout
  mkdir "$SCRATCH/rinha-stale"
  echo "$SCRATCH/gone" >"$SCRATCH/rinha-stale/data"
  expect_exit 0 'nothing runs on' "$checkout/rinha" stop
  expect_exit 3 'not running' "$checkout/rinha" status
  directory="$SCRATCH/the data"
  run_detached
  expect_exit 0 "on $directory" "$checkout/rinha" status
  [[ ! -x $LOADTEST ]] || expect_exit 0 'requests_per_s' "$ROOT/rinha" top --count 1
  [[ ${#RUN_FLAGS[@]} != 0 ]] || expect_exit 0 'api02 anew' "$checkout/rinha" restart
  kill -KILL "$SUPERVISOR_PID"
  expect_exit 3 "the supervisor of $directory was killed" "$checkout/rinha" status
  expect_exit 0 "left behind: $directory" "$checkout/rinha" stop
  nothing_is_left
  expect_exit 0 'nothing runs on' "$checkout/rinha" stop
}

test_of_several_stacks_none_is_chosen() {
  local verb first
  second_checkout
  run_detached
  first=$port directory="$SCRATCH/the data"
  run_detached
  for verb in stop status restart top; do
    expect_exit 2 "--data $SCRATCH/data  port $first, $STACK" "$checkout/rinha" "$verb"
    expect_exit 2 "--data $SCRATCH/the\\ data  port $port, $STACK" "$checkout/rinha" "$verb"
  done
  answers || fail 'one was disturbed'
  "$checkout/rinha" stop --data "$directory"
  expect_exit 0 "on $SCRATCH/data" "$checkout/rinha" status
}

# Root must not end and delete what a state says that another user wrote.
test_a_stack_that_another_user_names_is_ignored() {
  ((EUID == 0)) || skip 'only root can play another user'
  second_checkout
  run_detached
  chown nobody "$SOCKETS/data"
  expect_exit 3 'not running' "$checkout/rinha" status
  chown root "$SOCKETS/data"
  expect_exit 0 'running: http' "$checkout/rinha" status
}

test_a_state_that_cannot_be_written_does_not_end_the_stack() {
  run_detached
  # As a full disk does.
  mkdir "$RUN/state.new"
  kill -KILL "${PID[api01]}"
  eventually 15 grep -q 'api01 started again' "$LOGS/supervisor.log"
  is_process "$SUPERVISOR_PID" "$SUPERVISOR_START" || fail 'the supervisor has ended'
  answers || fail 'does not answer'
  rmdir "$RUN/state.new"
  eventually 15 is_up_again api01 1
}

test_a_data_directory_that_cannot_be_used_is_one_clear_line() {
  local output
  touch "$SCRATCH/file"
  output=$("$ROOT/rinha" run --data "$SCRATCH/file" --port "$(free_port)" 2>&1) && fail 'it was taken'
  [[ $output == "rinha: $SCRATCH/file cannot be used as the data directory: Not a directory" ]] || fail "$output"
}

test_a_killed_api_comes_back_and_is_not_missed() {
  local attempt
  run_detached
  kill -KILL "${PID[api01]}"
  for attempt in {1..5}; do
    answers || fail "request $attempt failed although the other API is up"
  done
  eventually 60 is_up_again api01 1
  grep -q 'api01 ended (killed by SIGKILL)' "$SCRATCH/data/logs/supervisor.log"
}

test_a_killed_nginx_comes_back() {
  run_detached
  kill -KILL "${PID[nginx]}"
  eventually 60 is_up_again nginx 1
}

test_leftovers_of_a_killed_supervisor_are_ended_by_the_next_run() {
  local before
  run_detached
  before=${PID[api01]}
  kill -KILL "$SUPERVISOR_PID"
  answers || fail 'the stack must outlive its supervisor'
  expect_exit 3 'the supervisor' "$ROOT/rinha" status --data "$SCRATCH/data"
  local old_sockets=$SOCKETS old_cgroup=$CGROUP_CPU
  run_detached
  [[ ${PID[api01]} != "$before" && ! -e /proc/$before/exe ]] || fail 'the old API is still there'
  [[ ! -e $old_sockets && ! -d ${old_cgroup:-/none} ]] || fail 'the old sockets or cgroup are still there'
}

test_leftovers_of_a_killed_supervisor_are_ended_by_stop() {
  run_detached
  kill -KILL "$SUPERVISOR_PID"
  expect_exit 0 'killed supervisor' "$ROOT/rinha" stop --data "$SCRATCH/data"
  nothing_is_left
}

test_an_api_that_cannot_start_is_one_clear_line() {
  [[ -x $SERVER ]] || skip 'the server is not built'
  port=$(free_port)
  mkdir -p "$SCRATCH/data/rinha.db"
  expect_exit 1 'api01 could not start (exit status' "$ROOT/rinha" run --data "$SCRATCH/data" --port "$port"
  expect_exit 1 'api01 could not start (exit status' "$ROOT/rinha" run --detach --data "$SCRATCH/data" --port "$port"
  [[ ! -e $SCRATCH/data/run/state ]] || fail 'a failed start left its state'
}

test_fresh_deletes_the_database_and_nothing_else() {
  mkdir "$SCRATCH/data"
  touch "$SCRATCH/data/rinha.db-gate" "$SCRATCH/data/rinha.dbx"
  echo old >"$SCRATCH/data/rinha.db-wal"
  run_detached --fresh
  ! grep -qsx old "$SCRATCH/data/rinha.db-wal" || fail 'the old log is still there'
  [[ -e $SCRATCH/data/rinha.dbx ]] || fail 'deleted a file that is not its own'
}

run_tests "$@"
