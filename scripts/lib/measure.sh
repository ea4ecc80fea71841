# shellcheck shell=bash
# What one turn of wrk costs a stack: CPU, context switches, throttled periods of each process; and wrk's own figures.

# grow FILE TRANSACTIONS: a new ledger that holds so many, on the disk before anything is measured.
grow() {
  need sqlite3 sqlite3
  local newest
  # Other users have no business in the database.
  (umask 077 && cat "$ROOT/schema.sql" "$ROOT/scripts/lib/grow.sql" |
    sqlite3 -bail -cmd ".parameter set :transactions $2" "$1" >/dev/null) || die "$1 could not be filled"
  newest=$(sqlite3 -bail "$1" <"$ROOT/scripts/lib/newest.sql") || die "$1 could not be read"
  sqlite3 -bail "$1" "$newest" || die "$1 could not be given its clients' newest transactions"
  sync "$1"
}

# end_stacks SCRATCH: every stack whose data directory is in it, and what they leave.
end_stacks() {
  local directory
  for directory in "$1"/*/; do
    [[ ! -d $directory ]] || "$ROOT/rinha" stop --data "$directory" >/dev/null
  done
  rm -rf -- "$1"
}

# cpu_us NAME: the CPU time a process of the stack has used so far, children included.
cpu_us() {
  if [[ $CGROUP_VERSION != none ]]; then
    cgroup_cpu_usage_us "$1"
    return
  fi
  local pid ticks=0
  for pid in $(stack_pids "$1"); do
    ! process_look "$pid" || ticks=$((ticks + FIELDS[11] + FIELDS[12]))
  done
  echo $((ticks * 1000000 / $(getconf CLK_TCK)))
}

# switches NAME: the voluntary and the involuntary context switches so far, of every thread, children included.
switches() {
  local pid
  for pid in $(stack_pids "$1"); do
    # A thread may end meanwhile.
    cat "/proc/$pid/task/"*/status 2>/dev/null || true
  done | awk '/^voluntary_ctxt/ { own += $2 } /^nonvoluntary_ctxt/ { forced += $2 } END { print own + 0, forced + 0 }'
}

# count ARRAY: what every process of the stack has used so far, or since the last time.
count() {
  local -n counters=$1
  local name own forced
  for name in "${NAMES[@]}"; do
    read -r own forced < <(switches "$name")
    counters[$name.own]=$((own - ${counters[$name.own]:-0}))
    counters[$name.forced]=$((forced - ${counters[$name.forced]:-0}))
    counters[$name.cpu]=$(($(cpu_us "$name") - ${counters[$name.cpu]:-0}))
    counters[$name.throttled]=$(($(cgroup_throttled "$name") - ${counters[$name.throttled]:-0}))
  done
}

# measure DIR CONNECTIONS SECONDS LOAD [ACCOUNTS]: one line of figures, NAME=VALUE and tabs between. CpuUs and Switches are per
# request; the proxy's and api01's are each divided by all requests, so they add up to what a request costs.
measure() {
  local result n duration p50 p99 p999 max unexpected errors
  local -A used=()
  stack_at "$1"
  state_read || die "no stack on $1"
  count used
  result=$(wrk -t $(($2 > 14 ? 2 : 1)) -c "$2" -d "$3s" --timeout 10s --latency -s "$ROOT/scripts/wrk/load.lua" \
    "http://127.0.0.1:$PORT" -- "$4" "${5:-5}") || die "wrk failed: $result"
  read -r _ n duration p50 p99 p999 max unexpected errors < <(grep '^result ' <<<"$result")
  ((n > 0)) || die "not one request was answered on port $PORT"
  count used
  # A name, a number, and what it is divided by.
  awk 'NF { printf "%s%s=%.6g", (NR > 1 ? "\t" : ""), $1, $2 / ($3 ? $3 : 1) } END { print "" }' <<TEXT
requestsPerSecond ${n}e6 $duration
rightPerSecond $((n - unexpected))e6 $duration
p50Ms $p50 1000
p99Ms $p99 1000
p999Ms $p999 1000
maxMs $max 1000
proxyCpuUs ${used[$PROXY.cpu]} $n
api01CpuUs ${used[api01.cpu]} $n
api02CpuUs ${used[api02.cpu]} $n
apiCpuUs $((${used[api01.cpu]} + ${used[api02.cpu]})) $n
dbCpuUs ${used[db.cpu]:-0} $n
throttledProxy ${used[$PROXY.throttled]}
throttledApi01 ${used[api01.throttled]}
throttledApi02 ${used[api02.throttled]}
throttledDb ${used[db.throttled]:-0}
proxyVoluntarySwitches ${used[$PROXY.own]} $n
proxyInvoluntarySwitches ${used[$PROXY.forced]} $n
apiVoluntarySwitches $((${used[api01.own]} + ${used[api02.own]})) $n
apiInvoluntarySwitches $((${used[api01.forced]} + ${used[api02.forced]})) $n
unexpectedAnswers $unexpected
socketErrors $errors
residentKbApi01 $(stack_resident_kb api01)
residentKbApi02 $(stack_resident_kb api02)
$([[ $BACKEND == floor || $LEDGER != sqlite ]] || echo "walMiB $(stat -c %s "$DATA/rinha.db-wal") 1048576")
TEXT
}
