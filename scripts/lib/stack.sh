# shellcheck shell=bash
# One stack: two APIs and a proxy, perhaps PostgreSQL, on one data directory. What must outlive the supervisor (pids,
# cgroups, sockets) is in DIR/run/state, so that `stop`, `status` and the next `run` know what is theirs even after a crash.

declare -A PID START STATE RESTARTS SINCE

# stack_at DIR: every path of the stack, and nothing on the disk.
stack_at() {
  DATA=$(realpath -m "$1")
  RUN=$DATA/run LOGS=$DATA/logs CLUSTER=$DATA/postgres
  SUPERVISOR_PID='' SUPERVISOR_START='' PORT='' SOCKETS='' BACKEND=server READY=''
  CGROUP_VERSION=none CGROUP_CPU='' CGROUP_ACCT='' CGROUP_MEMORY=''
}

# stack_find [DIR]: stack_at DIR; without DIR at the only stack that runs, or at the default when none does.
stack_find() {
  local data
  local -a choices=("$@")
  (($#)) || mapfile -t choices < <(stacks_running)
  if ((${#choices[@]} > 1)); then
    echo 'rinha: several stacks run; choose one with --data:' >&2
    for data in "${choices[@]}"; do
      (stack_at "$data" && state_read && printf '  --data %q  port %s, %s\n' "$DATA" "$PORT" "$STACK" >&2) || true
    done
    exit 2
  fi
  stack_at "${choices[0]:-$ROOT/data}"
}

# The data directories of this user's stacks, one per line, whatever checkout started them, with those whose supervisor
# was killed. Each stack's sockets directory has a file that names its data directory; a file is stale when the state
# there is of other sockets. Other users' files are ignored: stopping a stack kills and deletes what its state says.
stacks_running() {
  local record data
  for record in "$SOCKETS_PARENT"/rinha-*/data; do
    [[ -f $record && -O $record && -O ${record%/data} ]] || continue
    data=$(cat "$record" 2>/dev/null) || continue
    (stack_at "$data" && state_read && [[ $SOCKETS/data == "$record" ]] && echo "$DATA") || true
  done
}

# The lock is the supervisor's alone: whoever holds it is alive, however it was started.
stack_is_running() {
  [[ -e $RUN/lock ]] && ! flock -n "$RUN/lock" true
}

state_write() {
  local name text
  text=$(
    echo "boot $(</proc/sys/kernel/random/boot_id)"
    echo "supervisor $SUPERVISOR_PID $SUPERVISOR_START"
    echo "port $PORT"
    echo "sockets $SOCKETS"
    echo "server $SERVER"
    echo "stack $STACK $SPLIT"
    echo "backend $BACKEND"
    echo "cgroup $CGROUP_VERSION $CGROUP_CPU $CGROUP_ACCT $CGROUP_MEMORY"
    for name in "${NAMES[@]}"; do
      [[ -z ${PID[$name]:-} ]] ||
        echo "process $name ${PID[$name]} ${START[$name]} ${STATE[$name]} ${RESTARTS[$name]} ${SINCE[$name]}"
    done
    [[ -z $READY ]] || echo ready yes
  )
  STATE_DUE=''
  if ! { echo "$text" >"$RUN/state.new" && mv "$RUN/state.new" "$RUN/state"; } 2>/dev/null; then
    [[ -n $READY ]] || die "$RUN/state cannot be written; is the disk full?"
    # A stack that serves outlives a full disk; the supervisor writes the state when it can.
    # shellcheck disable=SC2034 # read in supervise.sh
    STATE_DUE=yes
  fi
}

# Fails when there is none, or when it is from before the last boot: then nothing of it can be alive.
state_read() {
  local key a b c d e f text
  # Read once: the stack may end meanwhile, and remove it.
  text=$(cat "$RUN/state" 2>/dev/null) || return 1
  grep -qx "boot $(</proc/sys/kernel/random/boot_id)" <<<"$text" || return 1
  while read -r key a b c d e f; do
    case $key in
      supervisor) SUPERVISOR_PID=$a SUPERVISOR_START=$b ;;
      port) PORT=$a ;;
      sockets) SOCKETS=$a ;;
      stack) stack_choose "$a" "$b" ;;
      backend) BACKEND=$a ;;
      cgroup) CGROUP_VERSION=$a CGROUP_CPU=$b CGROUP_ACCT=$c CGROUP_MEMORY=$d ;;
      process) PID[$a]=$b START[$a]=$c STATE[$a]=$d RESTARTS[$a]=$e SINCE[$a]=$f ;;
      ready) READY=$a ;;
    esac
  done <<<"$text"
  [[ $BACKEND != floor ]] || stack_without_ledger
}

process_is_up() {
  [[ -n ${PID[$1]:-} ]] && is_process "${PID[$1]}" "${START[$1]}"
}

# The directory of PostgreSQL's socket, which is another user's than the APIs' sockets.
database_sockets() {
  echo "$SOCKETS-db"
}

# stack_end: ends every process of the stack and removes what it left outside the data directory. For the
# supervisor at its end, and for whoever finds the leftovers of a supervisor that was killed.
stack_end() {
  local name
  # The proxy first: it finishes the requests it has, for which the APIs must still be there.
  stack_signal QUIT nginx
  stack_signal TERM caddy
  stack_wait 5 "$PROXY"
  stack_signal TERM api01 api02 "$PROXY"
  # A server that stops gives its requests 8 s and its writer, waiting for a lock, 2 more.
  stack_wait 15 api01 api02 "$PROXY"
  # PostgreSQL's fast end, when nobody needs it any more: it writes what it has in memory.
  stack_signal INT db
  stack_wait 10 db
  for name in "${NAMES[@]}"; do
    [[ -z ${PID[$name]:-} ]] || stack_kill "$name"
  done
  cgroup_remove || echo "rinha: the cgroup $CGROUP_CPU could not be removed" >&2
  [[ -z $SOCKETS ]] || rm -rf -- "$SOCKETS" "$(database_sockets)"
  rm -f -- "$RUN/state" "$RUN/supervisor.pid" "$RUN/restart" "$RUN"/*.conf
}

# stack_kill NAME: all processes of this name, even when the first of them is gone already.
stack_kill() {
  if [[ $1 == db ]]; then
    postgres_kill "$CLUSTER"
  else
    session_kill "${PID[$1]}" "${START[$1]}"
  fi
}

# stack_pids NAME: nginx is a master and its worker, PostgreSQL a process for each connection and some of its own.
stack_pids() {
  if [[ $1 == db ]]; then
    postgres_pids "$CLUSTER"
  else
    session_pids "${PID[$1]}" "${START[$1]}"
  fi
}

# stack_resident_kb NAME: PostgreSQL's processes share most of their memory, which is counted once.
stack_resident_kb() {
  local -a pids
  if [[ $1 == db ]]; then
    mapfile -t pids < <(postgres_pids "$CLUSTER")
    proportional_kb "${pids[@]}"
  else
    resident_kb "${PID[$1]}" "${START[$1]}"
  fi
}

stack_signal() {
  local signal=$1 name
  shift
  for name in "$@"; do
    ! process_is_up "$name" || kill "-$signal" "${PID[$name]}" 2>/dev/null || true
  done
}

# stack_wait SECONDS NAME…: until these have ended, or the time is over.
stack_wait() {
  local deadline=$((SECONDS + $1)) name
  shift
  for name in "$@"; do
    while process_is_up "$name" && ((SECONDS < deadline)); do
      sleep 0.05
    done
  done
}

# What `run` prints once the stack answers. The limits are read back from the kernel.
stack_describe() {
  local name limits
  for name in "${NAMES[@]}"; do
    limits='no limit'
    [[ $CGROUP_VERSION == none ]] || limits=$(stack_limits "$name")
    printf '  %-6s pid %-7s %s\n' "$name" "${PID[$name]}" "$limits"
  done
  if [[ $CGROUP_VERSION == none ]]; then
    echo '  NO LIMIT is in force: these processes may use the whole machine'
  else
    echo "  limits in force through cgroup $CGROUP_VERSION, $(basename "$CGROUP_CPU")"
  fi
  echo "  logs   $LOGS"
  echo "  stack  $STACK, limits of ${SPLIT_FILE#"$ROOT/"}"
  echo "  data   $(stack_ledger)"
  echo "up: http://127.0.0.1:$PORT"
}

stack_ledger() {
  [[ $LEDGER == postgres ]] && echo "$CLUSTER" || echo "$DATA/rinha.db"
}

stack_limits() {
  echo "$(cpu_text "$(cgroup_cpu_limit "$1")") CPU, $(memory_text "$(cgroup_memory_limit "$1")")"
}
