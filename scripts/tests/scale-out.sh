#!/usr/bin/env bash
# `scale-out`, short: that hosts come, go and are cut off as it says, and that none of them is left behind.
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/hosts.sh
source "$ROOT/scripts/lib/hosts.sh"

running=''
tear_down() {
  [[ -z $running ]] || kill "$running" 2>/dev/null || true
}

hosts_are_needed() {
  [[ -x $SERVER && -x $LOADTEST ]] || skip 'not built'
  ((EUID == 0)) || skip 'not root: no network namespaces'
  needs wrk
  needs jq
  hosts_possible || skip 'no network namespaces can be made here'
  cgroup_locate "rinha-test-$$" || skip 'no cgroups can be made here'
}

# what_is_left PID: of that run.
what_is_left() {
  ip netns list | grep "^rinha-$1-" || true
  find /sys/fs/cgroup -maxdepth 4 -name "rinha-$1" 2>/dev/null
  [[ ! -e $ROOT/artifacts/scale-out ]] || echo "$ROOT/artifacts/scale-out"
}

# figure STAGE EXPRESSION: something that must be so of one line of that stage.
figure() {
  jq -es "map(select(.stage == \"$1\")) | any($2)" "$SCRATCH/figures" >/dev/null ||
    fail "not so of $1: $2: $(grep "\"$1\"" "$SCRATCH/figures")"
}

test_hosts_come_go_and_are_cut_off_and_the_books_are_right() {
  hosts_are_needed
  local status=0 stage
  "$ROOT/rinha" scale-out --short --json "$SCRATCH/figures" >"$SCRATCH/out" 2>&1 &
  running=$!
  wait "$running" || status=$?
  ((status == 0)) || fail "exit status $status: $(<"$SCRATCH/out")"
  [[ -z $(what_is_left "$running") ]] || fail "left behind: $(what_is_left "$running")"
  running=''
  figure rates '.apis == 2 and .requests > 0 and .dbUs > 0 and .syncs > 0'
  figure hosts '.changes == 5 and .failed == 0'
  figure cutapi '.failed <= 64 and .leastCompleted > 0 and .servesAt > .backAt'
  figure cutdb '.failed == 0 and .sentAgain > 0 and .turnedAway > 0 and .wellAt > .backAt'
  for stage in hosts cutapi cutdb; do
    figure $stage '.wrongClients == 0 and .rows > 0'
    figure $stage '.violations == 0 and .acknowledged > 0'
  done
}

test_whoever_ends_it_early_finds_no_host_left() {
  hosts_are_needed
  "$ROOT/rinha" scale-out rates --short >"$SCRATCH/out" 2>&1 &
  running=$!
  eventually 60 grep -q 'API hosts of' "$SCRATCH/out"
  [[ -n $(what_is_left "$running") ]] || fail 'there were no hosts at all'
  kill -TERM "$running"
  wait "$running" && fail 'it ended as if all were well'
  [[ -z $(what_is_left "$running") ]] || fail "left behind: $(what_is_left "$running")"
  running=''
}

test_nonsense_is_refused_before_anything_starts() {
  expect_exit 2 "not rates, hosts, cutapi or cutdb: 'sky'" "$ROOT/rinha" scale-out sky
  expect_exit 2 "not a number of API hosts from 2 to 8: '1'" "$ROOT/rinha" scale-out --apis 1
  expect_exit 2 "not a number of accounts from 5 to 999999: '4'" "$ROOT/rinha" scale-out --accounts 4
  expect_exit 1 "not a number of CPUs: 'half'" "$ROOT/rinha" scale-out --db-cpus half
  [[ ! -e $ROOT/artifacts/scale-out ]] || fail 'something was started'
}

run_tests "$@"
