#!/usr/bin/env bash
# `top` against a running stack: what it says is what the stack does.
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"

load=''
tear_down() {
  [[ -z $load ]] || kill "$load"
  [[ ! -d $SCRATCH/data ]] || "$ROOT/rinha" stop --data "$SCRATCH/data"
}

# stack [FLAG…]: a fresh one.
stack() {
  "$ROOT/rinha" run --detach --fresh --data "$SCRATCH/data" --port "$(free_port)" "$@" >/dev/null
  stack_at "$SCRATCH/data"
  state_read
}

top() {
  "$ROOT/rinha" top --data "$SCRATCH/data" "$@"
}

# column NAME: a column of $SCRATCH/lines, a line each, without its name.
column() {
  awk -F '\t' -v name="$1" 'NR == 1 { for (at = 1; at <= NF; at++) if ($at == name) found = at; next }
    found { print $found }' "$SCRATCH/lines"
}

# is CONDITION NAME: whether awk's condition on x holds for a line of the column.
is() {
  column "$2" | awk "{ x = \$1 } $1 { found = 1 } END { exit !found }"
}

shows_a_load() {
  top --count 3 >"$SCRATCH/lines"
  is 'x > 0' requests_per_s && is 'x > 0' committed_per_s && is 'x > 0' api01_cpu
}

test_lines_show_the_load_and_the_processes() {
  stack
  "$LOADTEST" load "http://127.0.0.1:$PORT" -r 200 -d 600s --quiet >/dev/null &
  load=$!
  eventually 60 shows_a_load
  kill -TERM "$load"
  wait "$load"
  load=''
  (($(wc -l <"$SCRATCH/lines") == 4)) || fail "not a line of names and three more: $(<"$SCRATCH/lines")"
  is 'x > 0' p99_ms || fail "no p99: $(column p99_ms)"
  is 'x >= 1' batch_mean || fail "no batches: $(column batch_mean)"
  is 'x == "up"' api01_state || fail "api01 is not up: $(column api01_state)"
  is 'x == "up"' api02_state || fail "api02 is not up: $(column api02_state)"
  is 'x > 0' api01_memory_mb || fail "no memory: $(column api01_memory_mb)"
  is 'x > 0' api01_cpu || fail "no CPU: $(column api01_cpu)"
}

test_limits_are_those_in_force() {
  local name
  stack
  [[ $CGROUP_VERSION != none ]] || skip 'no cgroup can be written here'
  top --count 1 >"$SCRATCH/lines"
  for name in "${NAMES[@]}"; do
    [[ $(printf '%.2f' "$(column "${name}_cpu_limit")") == "$(cpu_text "$(cgroup_cpu_limit "$name")")" ]] ||
      fail "CPU of $name: $(column "${name}_cpu_limit")"
    [[ $(column "${name}_memory_limit_mb")MB == "$(memory_text "$(cgroup_memory_limit "$name")")" ]] ||
      fail "memory of $name: $(column "${name}_memory_limit_mb")"
    is 'x > 0' "${name}_memory_mb" || fail "$name has no memory"
  done
}

is_started_again() {
  state_read && [[ ${RESTARTS[api01]} == 1 ]] && process_is_up api01 &&
    curl --silent --fail --unix-socket "$SOCKETS/api01.sock" --output /dev/null http://localhost/health
}

# The second one after BEFORE has been measured whole since then.
shows_more_lines() {
  (($(wc -l <"$SCRATCH/lines") > $1 + 1))
}

test_it_survives_an_api_that_is_killed() {
  local before
  stack
  "$ROOT/rinha" top --data "$SCRATCH/data" --count 600 >"$SCRATCH/lines" &
  load=$!
  eventually 60 test -s "$SCRATCH/lines"
  kill -KILL "${PID[api01]}"
  eventually 60 is_started_again
  before=$(wc -l <"$SCRATCH/lines")
  eventually 60 shows_more_lines "$before"
  kill "$load" || fail "it ended early: $(<"$SCRATCH/lines")"
  load=''
  [[ $(column api01_state | tail -n 1) == up ]] || fail "api01 is not back: $(column api01_state)"
  ! is 'x != "up"' api02_state || fail "api02 was not up: $(column api02_state)"
}

test_without_a_stack_it_says_so() {
  expect_exit 3 "no stack runs on $SCRATCH/data (./rinha run)" top
  stack --floor
  # Nothing that is no bank has metrics; the kernel still speaks of it.
  top --count 1 >"$SCRATCH/lines"
  [[ $(column requests_per_s) == 0 ]] || fail "requests without metrics: $(column requests_per_s)"
}

test_nonsense_is_refused() {
  expect_exit 2 'not a count' top --count x
  expect_exit 2 '--count needs a value' top --count
}

run_tests "$@"
