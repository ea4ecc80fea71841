# shellcheck shell=bash
# The containers of the stack as they are: a table for people, and the checks that nothing of the contest's or of the
# hardening's conditions is only on paper.

print_status() {
  local service id health running=''
  printf '%-6s %-10s %8s %6s %8s %8s %8s %10s %9s\n' \
    service health pid cpu memory used peak throttled restarts
  for service in "${SERVICES[@]}"; do
    health=$(service_health "$service") id=$(containers "$service")
    if [[ $(service_pid "$service") == 0 ]]; then
      printf '%-6s %-10s\n' "$service" "$health"
      continue
    fi
    running=yes
    printf '%-6s %-10s %8s %6s %8s %8s %8s %10s %9s\n' "$service" "$health" "$(service_pid "$service")" \
      "$(cpu_text "$(inspect_cpu_quota "$id")")" "$(memory_text "$(inspect "$id" '{{.HostConfig.Memory}}')")" \
      "$(memory_text "$(service_memory "$service")")" "$(memory_text "$(service_memory_peak "$service")")" \
      "$(service_throttled "$service")" "$(inspect "$id" '{{.RestartCount}}')"
  done
  if [[ -z $running ]]; then
    echo "not running: $PROJECT"
    return 3
  fi
}

# The sum of the peaks is at least the peak of the sum.
print_peaks() {
  local service peak total=0
  for service in "${SERVICES[@]}"; do
    peak=$(service_memory_peak "$service")
    total=$((total + peak))
    printf 'peak memory of %-6s %8s, throttled in %s periods\n' "$service:" "$(memory_text "$peak")" \
      "$(service_throttled "$service")"
  done
  echo "peak memory in all:      $(memory_text "$total"), the page cache of their files included"
}

# Microseconds in 100 ms. Compose 1.29 and 2 set NanoCpus.
inspect_cpu_quota() {
  echo $(($(inspect "$1" '{{.HostConfig.NanoCpus}}') / 10000))
}

# expect SERVICE WHAT EXPECTED ACTUAL: one line, and the count.
expect() {
  if [[ $4 == "$3" ]]; then
    CHECKS_PASSED=$((CHECKS_PASSED + 1))
    printf 'ok      %-6s %s: %s\n' "$1" "$2" "$4"
  else
    CHECKS_FAILED=$((CHECKS_FAILED + 1))
    printf 'FAILED  %-6s %s: %s instead of %s\n' "$1" "$2" "${4:-nothing}" "$3"
  fi
}

# expect_at_most WHAT MOST ACTUAL UNIT
expect_at_most() {
  local within=yes
  (($3 <= $2)) || within="$3 $4"
  expect stack "$1 ($3 of at most $2 $4)" yes "$within"
}

check_containers() {
  local service
  CHECKS_PASSED=0 CHECKS_FAILED=0
  [[ -n $(containers) ]] || die "nothing runs: $PROJECT (./rinha compose up)"
  for service in "${SERVICES[@]}"; do
    expect "$service" health healthy "$(service_health "$service")"
    [[ $(service_pid "$service") != 0 ]] || continue
    [[ -d /proc/$(service_pid "$service") ]] ||
      die "the processes of the containers cannot be seen: the engine runs on another machine"
    check_limits "$service"
    check_hardening "$service"
    check_network "$service"
    [[ $service != api* || ! -r /proc/$(service_pid "$service")/root/run ]] || check_api "$service"
  done
  check_sums
  check_image
  echo "check: $CHECKS_PASSED passed, $CHECKS_FAILED failed"
  ((CHECKS_FAILED == 0))
}

# What the engine was told, and what the kernel has in force.
check_limits() {
  local id
  id=$(containers "$1")
  expect "$1" 'CPU limit of the engine, us in 100 ms' "${CPU_LIMIT[$1]}" "$(inspect_cpu_quota "$id")"
  expect "$1" 'CPU limit of the kernel, us in 100 ms' "${CPU_LIMIT[$1]}" "$(service_cpu_limit "$1")"
  expect "$1" 'memory limit of the engine, bytes' "${MEMORY_LIMIT[$1]}" "$(inspect "$id" '{{.HostConfig.Memory}}')"
  expect "$1" 'memory limit of the kernel, bytes' "${MEMORY_LIMIT[$1]}" \
    "$(service_cgroup "$1" memory/memory.limit_in_bytes memory.max)"
}

check_hardening() {
  local id pid rights
  id=$(containers "$1") pid=$(service_pid "$1")
  expect "$1" 'user and group' "$(service_owner "$1")" "$(status_field "$pid" Uid):$(status_field "$pid" Gid)"
  rights=$(sort -u < <(sed -n 's/^Cap\(Inh\|Prm\|Eff\|Bnd\|Amb\):\t0*//p' "/proc/$pid/status"))
  expect "$1" 'capabilities, of all kinds' "$(service_rights "$1")" "${rights:-none}"
  expect "$1" 'no new privileges' 1 "$(status_field "$pid" NoNewPrivs)"
  expect "$1" 'system calls filtered (2: by a program)' 2 "$(status_field "$pid" Seccomp)"
  expect "$1" 'root file system' ro "$(awk '$2 == "/" { split($4, o, ","); mode = o[1] } END { print mode }' "/proc/$pid/mounts")"
}

# What another may connect to, and what is in the image beside its base: the program and SQLite.
check_api() {
  local root
  root=/proc/$(service_pid "$1")/root
  expect "$1" 'mode and owner of its socket' "660 $(service_owner "$1")" \
    "$(stat -c '%a %u:%g' "$root/run/rinha/$1.sock" 2>&1)"
  expect "$1" 'files of its image' 'Rinha.Server libe_sqlite3.so' "$(cd "$root/app" && LC_ALL=C && echo *)"
}

check_network() {
  local id ports expected='' mode
  id=$(containers "$1")
  # shellcheck disable=SC2016 # the engine's template, not the shell's variables
  ports=$(inspect "$id" '{{range $inner, $outer := .HostConfig.PortBindings}}{{$inner}} {{end}}')
  mode=$(inspect "$id" '{{.HostConfig.NetworkMode}}')
  if [[ $1 != "$PROXY" ]]; then
    expect "$1" network none "$mode"
  elif [[ $mode != host ]]; then
    expected='9999/tcp '
  fi
  expect "$1" 'published ports' "${expected:-none}" "${ports:-none}"
}

# Over everything of the project that runs, whether this script knows it or not.
check_sums() {
  local id cpu=0 memory=0 count=0
  for id in $(containers); do
    [[ $(inspect "$id" '{{.State.Running}}') == true ]] || continue
    count=$((count + 1)) cpu=$((cpu + $(inspect_cpu_quota "$id")))
    memory=$((memory + $(inspect "$id" '{{.HostConfig.Memory}}')))
  done
  expect stack containers ${#SERVICES[@]} "$count"
  expect_at_most 'CPU of all' "$CPU_TOTAL_MAX" "$cpu" 'us in 100 ms'
  expect_at_most 'memory of all' "$MEMORY_TOTAL_MAX" "$memory" bytes
}

check_image() {
  local whole base
  whole=$(image_bytes "$SERVER_IMAGE") base=$(image_bytes "$(runtime_image)")
  ((base > 0)) || die "$(runtime_image) is not here, so what the image adds to it cannot be told"
  echo "        image  $SERVER_IMAGE $((whole / 1000000)) MB on a base of $((base / 1000000)) MB"
  expect_at_most 'the image over its base' "$IMAGE_BYTES_MAX" $((whole - base)) bytes
}

# The owner of the processes, as the compose files and the Dockerfile have it.
service_owner() {
  case $1 in
    nginx | caddy) echo 101:1654 ;;
    db) echo 999:1654 ;;
    *) echo 1654:1654 ;;
  esac
}

# Caddy's program wants the right to low ports among those that could be had (0x400); none is in force.
service_rights() {
  [[ $1 == caddy ]] && printf '\n400' || echo none
}

# status_field PID NAME: the first value of a line of /proc/PID/status.
status_field() {
  awk -v name="$2:" '$1 == name { print $2 }' "/proc/$1/status"
}

service_cpu_limit() {
  local limit
  limit=$(service_cgroup "$1" cpu/cpu.cfs_quota_us cpu.max)
  echo "${limit%% *}"
}

service_memory() {
  service_cgroup "$1" memory/memory.usage_in_bytes memory.current || echo 0
}
