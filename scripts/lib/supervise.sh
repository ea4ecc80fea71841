# shellcheck shell=bash
# shellcheck disable=SC2004,SC2034 # the arrays and variables of a stack are declared in stack.sh
# The supervisor: starts the processes in their cgroups, waits until they answer, and starts again what dies.

# Restarts of a process that keeps dying: the first after 0.2 s, then twice as long each time up to 10 s. Having
# lived for 10 s clears the record.
readonly BACKOFF_MIN_MS=200 BACKOFF_MAX_MS=10000 HEALTHY_BOUND_S=15
declare -A BACKOFF_MS RESTART_AT_MS STARTED_MS

# supervise: does not return; its end, by a signal or by a failure, is the end of the stack.
supervise() {
  local name
  process_look $BASHPID
  SUPERVISOR_PID=$BASHPID SUPERVISOR_START=$STARTED
  trap supervisor_exit EXIT
  trap 'exit 0' INT TERM HUP

  SOCKETS=$(sockets_directory)
  # A pipe that nobody writes to: reading it with a time-out is a sleep without a process.
  mkfifo "$SOCKETS/tick"
  exec 7<>"$SOCKETS/tick"
  [[ -n $NO_LIMITS ]] || cgroup_locate "rinha-$PORT-$BASHPID" || true
  state_write
  echo "$BASHPID" >"$RUN/supervisor.pid"
  create_cgroups
  rotate_logs
  # The floor's APIs are nginx as well.
  nginx_command
  "prepare_$PROXY"
  if [[ ${NAMES[0]} == db ]]; then
    postgres_configure "$CLUSTER"
    # Beside a name that others can see: only a directory that is new is ours.
    mkdir -m 0700 "$(database_sockets)" || die "$(database_sockets) is there already"
    postgres_own "$(database_sockets)"
    start db
    wait_healthy db
  fi
  for name in api01 api02; do start "$name"; done
  # The proxy after its upstreams: its first requests must not meet a missing socket.
  for name in api01 api02; do wait_healthy "$name"; done
  start "$PROXY"
  wait_healthy "$PROXY"
  READY=yes
  state_write
  stack_describe

  while :; do
    read -rt 0.2 -u 7 || true
    for name in "${NAMES[@]}"; do watch "$name"; done
    roll
  done
}

prepare_nginx() {
  nginx_render "$ROOT/nginx/nginx.conf" "$SOCKETS" "$PORT" >"$RUN/nginx.conf"
  [[ -z $TCP ]] || nginx_tcp "$RUN/nginx.conf" "$(api_port api01)" "$(api_port api02)"
}

prepare_caddy() {
  caddy_prepare "$SOCKETS"
}

supervisor_exit() {
  local status=$?
  trap '' INT TERM HUP
  trap - EXIT
  stack_end
  ((status != 0)) || echo "stopped: $DATA"
  exit "$status"
}

create_cgroups() {
  local name
  [[ $CGROUP_VERSION != none ]] || return 0
  for name in "${NAMES[@]}"; do
    if ! cgroup_create "$name" "${CPU_LIMIT[$name]}" "${MEMORY_LIMIT[$name]}"; then
      cgroup_remove || true
      CGROUP_VERSION=none
      return
    fi
  done
}

# The logs of the run before stay readable, the ones of this run start empty.
rotate_logs() {
  local name
  for name in "${NAMES[@]}"; do
    [[ ! -e $LOGS/$name.log ]] || mv -f "$LOGS/$name.log" "$LOGS/$name.log.old"
  done
}

start() {
  local name=$1
  local -a command
  command_of "$name"
  # nginx refuses a socket file left by a killed predecessor.
  rm -f "$SOCKETS/$name.sock"
  {
    # Neither the lock nor the tick may stay open in a child: the lock must die with the supervisor.
    exec 7<&- 9>&-
    cgroup_join "$name" || die "$name could not enter its cgroup"
    # Other users have no business in the database; the socket gets its own mode.
    umask 077
    # A session of its own keeps Ctrl-C away from it: the supervisor stops the processes, in order.
    exec setsid "${command[@]}"
  } </dev/null >>"$LOGS/$name.log" 2>&1 &
  PID[$name]=$!
  process_look "${PID[$name]}" || true
  START[$name]=$STARTED
  STATE[$name]=running SINCE[$name]=$EPOCHSECONDS RESTARTS[$name]=${RESTARTS[$name]:-0}
  now
  STARTED_MS[$name]=$NOW_MS
  state_write
}

# Sets `command` to what starts the process of this name.
command_of() {
  local name=$1 mode=0600 reset=true drain_ms=0
  local -a address
  if [[ $name == nginx ]]; then
    command=("${NGINX_RUN[@]}" -p "$SOCKETS" -c "$RUN/nginx.conf")
  elif [[ $name == caddy ]]; then
    caddy_command "$SOCKETS" "$PORT"
  elif [[ $name == db ]]; then
    postgres_command "$CLUSTER" "$(database_sockets)"
  elif [[ $BACKEND == floor ]]; then
    sed -e "s#/run/rinha/#$SOCKETS/#g" -e "s#NAME#$name#" -e "s/#${FLOOR_LOAD:-mix}: //" \
      "$ROOT/nginx/floor.conf" >"$RUN/$name.conf"
    command=("${NGINX_RUN[@]}" -p "$SOCKETS" -c "$RUN/$name.conf")
  else
    ((EUID != 0)) || mode=0660
    # nginx learns from its connections that a server leaves; Caddy has to be told on /health, and given time to ask.
    [[ $PROXY != caddy ]] || drain_ms=1000
    # The contest needs it; whoever is open to a network with TLS does not.
    [[ -z $TLS_DIR ]] || reset=false
    address=("API_SOCKET=$SOCKETS/$name.sock" "API_SOCKET_MODE=$mode")
    [[ -z $TCP ]] || address=(API_HOST=127.0.0.1 "API_PORT=$(api_port "$name")")
    command=(env "DATABASE_URL=$(database_url)" "${address[@]}"
      "RINHA_ENABLE_RESET=${RINHA_ENABLE_RESET:-$reset}" "RINHA_DRAIN_DELAY_MS=$drain_ms" "$SERVER")
    # The socket belongs to the group of the proxy's user, and nobody else may connect.
    ((EUID != 0)) || command=(setpriv "--regid=$(id -g "$(nginx_user)")" --keep-groups "${command[@]}")
  fi
}

# api_port NAME: where an API listens with --tcp.
api_port() {
  echo $((PORT + ${1#api0}))
}

database_url() {
  [[ $LEDGER == postgres ]] && echo "postgres://rinha@/rinha?host=$(database_sockets)" || echo "$DATA/rinha.db"
}

# wait_healthy NAME: during the start a process that ends is an error, not something to start again.
wait_healthy() {
  local name=$1 deadline=$((SECONDS + HEALTHY_BOUND_S)) status
  # bash reports children killed by a signal whenever it sees fit; the line below says it once.
  until { is_healthy "$name"; } 2>/dev/null; do
    if ! process_is_up "$name"; then
      wait "${PID[$name]}" 2>/dev/null && status=0 || status=$?
      die "$name could not start ($(exit_text "$status")): $(last_line "$LOGS/$name.log")"
    fi
    ((SECONDS < deadline)) ||
      die "$name does not answer after $HEALTHY_BOUND_S s: $(last_line "$LOGS/$name.log")"
    read -rt 0.05 -u 7 || true
  done
}

is_healthy() {
  local -a where=(--unix-socket "$SOCKETS/$1.sock" http://localhost/health)
  [[ -z $TCP || $1 != api0? ]] || where=("http://127.0.0.1:$(api_port "$1")/health")
  if [[ $1 == db ]]; then
    postgres_answers "$(database_sockets)" 7<&- 9>&-
    return
  fi
  [[ $1 != "$PROXY" ]] || where=("http://127.0.0.1:$PORT/health")
  curl --silent --fail --output /dev/null --noproxy '*' --max-time 1 "${where[@]}" 7<&- 9>&-
}

# watch NAME: notices a death, and starts again when it is time.
watch() {
  local name=$1 status
  if [[ ${STATE[$name]} == restarting ]]; then
    now
    ((NOW_MS < RESTART_AT_MS[$name])) || restart "$name"
  elif ! process_is_up "$name"; then
    wait "${PID[$name]}" 2>/dev/null && status=0 || status=$?
    schedule_restart "$name" "$status"
  fi
}

schedule_restart() {
  local name=$1 status=$2
  now
  if ((NOW_MS - STARTED_MS[$name] >= BACKOFF_MAX_MS)) || [[ -z ${BACKOFF_MS[$name]:-} ]]; then
    BACKOFF_MS[$name]=$BACKOFF_MIN_MS
  else
    BACKOFF_MS[$name]=$((BACKOFF_MS[$name] * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : BACKOFF_MS[$name] * 2))
  fi
  # A killed nginx leaves workers that keep the port, PostgreSQL some that keep its memory.
  stack_kill "$name"
  RESTART_AT_MS[$name]=$((NOW_MS + BACKOFF_MS[$name]))
  STATE[$name]=restarting
  state_write
  event "$name ended ($(exit_text "$status")); starting it again in ${BACKOFF_MS[$name]} ms"
}

restart() {
  RESTARTS[$1]=$((RESTARTS[$1] + 1))
  start "$1"
  event "$1 started again, pid ${PID[$1]}"
}

exit_text() {
  (($1 > 128)) && echo "killed by SIG$(kill -l $(($1 - 128)))" || echo "exit status $1"
}

last_line() {
  local line
  line=$(tail -n 1 "$1" 2>/dev/null) && [[ -n $line ]] && echo "$line" || echo "nothing in $1"
}

# Sets NOW_MS.
now() {
  NOW_MS=${EPOCHREALTIME/[.,]/}
  NOW_MS=${NOW_MS%???}
}
