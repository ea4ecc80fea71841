# shellcheck shell=bash
# What one turn of wrk costs a stack: the CPU of each process, the throttled periods, and wrk's own figures.

# cpu_us NAME: the CPU time a process of the stack has used so far, children included.
cpu_us() {
  if [[ $CGROUP_VERSION != none ]]; then
    cgroup_cpu_usage_us "$1"
    return
  fi
  local pid ticks=0
  for pid in /proc/[0-9]*; do
    pid=${pid#/proc/}
    if process_look "$pid" && [[ ${FIELDS[3]} == "${PID[$1]}" ]]; then
      ticks=$((ticks + FIELDS[11] + FIELDS[12]))
    fi
  done
  echo $((ticks * 1000000 / $(getconf CLK_TCK)))
}

# measure DIR CONNECTIONS SECONDS: one line of figures, tab-separated:
# requests/s, p50 ms, p99 ms, max ms, nginx us, API us (per request), throttled nginx, api01, api02, unexpected answers,
# socket errors, resident KB of api01 and api02.
measure() {
  local name result requests duration p50 p99 max unexpected errors
  local -A cpu throttled
  stack_at "$1"
  state_read || die "no stack on $1"
  for name in "${NAMES[@]}"; do
    cpu[$name]=$(cpu_us "$name")
    throttled[$name]=$(cgroup_throttled "$name")
  done
  result=$(wrk -t $(($2 > 14 ? 2 : 1)) -c "$2" -d "$3s" --timeout 10s --latency -s "$ROOT/scripts/wrk/mix.lua" \
    "http://127.0.0.1:$PORT") || die "wrk failed: $result"
  read -r _ requests duration p50 p99 max unexpected errors < <(grep '^result ' <<<"$result")
  ((requests > 0)) || die "not one request was answered on port $PORT"
  for name in "${NAMES[@]}"; do
    cpu[$name]=$(($(cpu_us "$name") - cpu[$name]))
    throttled[$name]=$(($(cgroup_throttled "$name") - ${throttled[$name]:-0}))
  done
  awk -v n="$requests" -v us="$duration" -v p50="$p50" -v p99="$p99" -v max="$max" -v nginx="${cpu[nginx]}" \
    -v api=$((cpu[api01] + cpu[api02])) 'BEGIN {
      printf "%.0f\t%.3f\t%.3f\t%.3f\t%.1f\t%.1f", n * 1e6 / us, p50 / 1e3, p99 / 1e3, max / 1e3, nginx / n, api / n
    }'
  printf '\t%d' "${throttled[nginx]}" "${throttled[api01]}" "${throttled[api02]}" "$unexpected" "$errors" \
    "$(resident_kb "${PID[api01]}" "${START[api01]}")" "$(resident_kb "${PID[api02]}" "${START[api02]}")"
  echo
}
