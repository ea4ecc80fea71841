#!/usr/bin/env bash
# The limits: reading them, adding them up, and writing them into a cgroup file system (a fake one).
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"

test_the_limits_of_the_repository_are_within_the_contest() {
  limits_load "$ROOT/.env"
  limits_check
}

test_a_sum_above_the_contest_is_refused() {
  expect_exit 1 'add up to 1.60 CPU' env NGINX_CPUS=0.6 API_CPUS=0.5 "$ROOT/rinha" run --data "$SCRATCH/data"
  expect_exit 1 'add up to 551MB' env NGINX_MEMORY=51MB API_MEMORY=250MB "$ROOT/rinha" run --data "$SCRATCH/data"
  [[ ! -e $SCRATCH/data ]] || fail 'a refused start left a directory'
}

test_compose_takes_its_limits_from_the_same_file() {
  local services
  # Every limit is a variable of .env, and there is one of each kind for the APIs and one for nginx.
  grep -oE '(cpus|memory): .*' "$ROOT/compose.yaml" | sort >"$SCRATCH/limits"
  # shellcheck disable=SC2016 # compose's variables
  printf '%s\n' 'cpus: "${API_CPUS}"' 'cpus: "${NGINX_CPUS}"' 'memory: ${API_MEMORY}' 'memory: ${NGINX_MEMORY}' |
    diff - "$SCRATCH/limits"
  services=$(awk '/^[a-z]/ { inside = $1 == "services:" } inside && /^  [a-z0-9]+:$/ { printf "%s ", $1 }' "$ROOT/compose.yaml")
  [[ $services == 'api01: api02: nginx: ' ]] || fail "another service: has it limits? $services"
}

test_nonsense_is_refused() {
  expect_exit 1 'not a number of CPUs' env API_CPUS=fast "$ROOT/rinha" run
  expect_exit 1 'not an amount of memory' env API_MEMORY=250 "$ROOT/rinha" run
}

test_units_are_those_of_compose() {
  [[ $(cpu_quota 0.45) == 45000 && $(cpu_quota 1) == 100000 && $(cpu_quota 0.05) == 5000 ]] || fail 'CPU'
  [[ $(memory_bytes 50MB) == 52428800 && $(memory_bytes 1G) == 1073741824 ]] || fail 'memory'
}

test_cgroup_v2_gets_its_files() {
  touch "$SCRATCH/cgroup.controllers" "$SCRATCH/cgroup.subtree_control"
  cgroup_locate stack "$SCRATCH"
  cgroup_create api01 45000 262144000
  [[ $CGROUP_VERSION == v2 ]] || fail "taken for $CGROUP_VERSION"
  grep -qx '+cpu +memory' "$SCRATCH/cgroup.subtree_control" "$SCRATCH/stack/cgroup.subtree_control"
  grep -qx '45000 100000' "$SCRATCH/stack/api01/cpu.max"
  grep -qx 262144000 "$SCRATCH/stack/api01/memory.max"
  grep -qx 0 "$SCRATCH/stack/api01/memory.swap.max"
  (cgroup_join api01 && grep -qx "$BASHPID" "$SCRATCH/stack/api01/cgroup.procs") || fail 'not in its cgroup'
  [[ $(cgroup_cpu_limit api01) == 45000 && $(cgroup_memory_limit api01) == 262144000 ]] || fail 'read back'
}

test_cgroup_v1_gets_its_files() {
  mkdir "$SCRATCH"/{cpu,cpuacct,memory}
  cgroup_locate stack "$SCRATCH"
  cgroup_create nginx 60000 52428800
  [[ $CGROUP_VERSION == v1 ]] || fail "taken for $CGROUP_VERSION"
  grep -qx 100000 "$SCRATCH/cpu/stack/nginx/cpu.cfs_period_us"
  grep -qx 60000 "$SCRATCH/cpu/stack/nginx/cpu.cfs_quota_us"
  grep -qx 52428800 "$SCRATCH/memory/stack/nginx/memory.limit_in_bytes"
  [[ $(cgroup_cpu_limit nginx) == 60000 && $(cgroup_memory_limit nginx) == 52428800 ]] || fail 'read back'
}

test_what_memory_there_was_is_read_back() {
  mkdir -p "$SCRATCH/v1/"{cpu,cpuacct,memory/stack/caddy} "$SCRATCH/v2/stack/caddy"
  cgroup_locate stack "$SCRATCH/v1"
  echo 62914560 >"$CGROUP_MEMORY/caddy/memory.max_usage_in_bytes"
  echo 17 >"$CGROUP_MEMORY/caddy/memory.failcnt"
  printf '%s\n' 'oom_kill_disable 0' 'under_oom 0' 'oom_kill 3' >"$CGROUP_MEMORY/caddy/memory.oom_control"
  [[ "$(cgroup_memory_peak caddy) $(cgroup_memory_full caddy) $(cgroup_killed caddy)" == '62914560 17 3' ]] || fail v1

  touch "$SCRATCH/v2/cgroup.controllers" "$SCRATCH/v2/cgroup.subtree_control"
  cgroup_locate stack "$SCRATCH/v2"
  # A kernel before 5.19 knows no peak.
  printf '%s\n' 'low 0' 'high 0' 'max 17' 'oom 4' 'oom_kill 3' >"$CGROUP_MEMORY/caddy/memory.events"
  [[ "$(cgroup_memory_peak caddy) $(cgroup_memory_full caddy) $(cgroup_killed caddy)" == ' 17 3' ]] || fail v2
  echo 62914560 >"$CGROUP_MEMORY/caddy/memory.peak"
  [[ $(cgroup_memory_peak caddy) == 62914560 ]] || fail 'v2, peak'
}

test_no_cgroups_is_said_and_not_pretended() {
  ! cgroup_locate stack "$SCRATCH/nothing" || fail 'found cgroups where there are none'
  [[ $(cgroup_cpu_limit api01) == none && $(cgroup_memory_limit api01) == none ]] || fail 'a limit was made up'
}

run_tests "$@"
