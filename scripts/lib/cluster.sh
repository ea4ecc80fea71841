# shellcheck shell=bash
# The bank on hosts of its own (hosts.sh): PostgreSQL on one, nginx on another, an API on each of the others, the load
# on one more. WORK is the directory of all that is written, and is gone afterwards.

readonly PROXY_ADDRESS=10.24.1.2 DB_ADDRESS=10.24.1.3 DB_PORT=5432 BANK_PORT=9999
readonly BANK_URL=http://$PROXY_ADDRESS:$BANK_PORT
readonly CLUSTER_BOUND_S=15
# Which of the APIs nginx sends requests to.
LISTED=()

api_address() {
  echo "10.24.1.$((10 + $1))"
}

# cluster_open APIS API_QUOTA DB_QUOTA: the hosts and their limits, in microseconds of CPU per period (cgroup.sh).
cluster_open() {
  local number
  hosts_open
  cgroup_locate "$HOSTS" || die 'no cgroup can be made here, and without limits all hosts would be one'
  host_add load 10.24.1.1
  host_add proxy "$PROXY_ADDRESS"
  host_add db "$DB_ADDRESS"
  cluster_limit proxy 50000 128M
  cluster_limit db "$3" 512M
  for ((number = 1; number <= $1; number++)); do
    host_add "api$number" "$(api_address "$number")"
    cluster_limit "api$number" "$2" 128M
  done
  # Whoever is gone without a word is given up after some 3 s instead of 15 minutes, when it owes an answer to what was
  # sent; and when it is only silent. The default is for the Internet, this is for one room.
  host_tune proxy tcp_retries2=2 tcp_keepalive_time=1 tcp_keepalive_intvl=1 tcp_keepalive_probes=2
}

cluster_limit() {
  cgroup_create "$1" "$2" "$(memory_bytes "$3")" || die "the limits of $1 could not be set"
}

# cluster_database PASSWORD: with a socket for its administrator, and a port for the hosts.
cluster_database() {
  local -a command
  mkdir -p "$WORK/sockets"
  chmod 0755 "$WORK" "$WORK/sockets"
  postgres_own "$WORK/sockets/db"
  postgres_create "$WORK/db"
  postgres_configure "$WORK/db"
  postgres_command "$WORK/db" "$WORK/sockets/db"
  echo "host rinha rinha $HOSTS_NETWORK scram-sha-256" >>"$WORK/db/pg_hba.conf"
  # Connections: 9 of each API, and as many again that a lost API has left. A client that is gone without a word may
  # hold the locks of half a batch: it is given up before the others have waited for them in vain (5 s).
  command+=(-c "listen_addresses=$DB_ADDRESS" -c "port=$DB_PORT" -c max_connections=100
    -c tcp_keepalives_idle=1 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=2 -c tcp_user_timeout=3000)
  host_start db "$WORK/db.log" "${command[@]}"
  cluster_await db postgres_answers "$WORK/sockets/db" "$DB_PORT"
  database_ask -q -c "ALTER ROLE rinha PASSWORD '$1'"
  DATABASE_URL=postgres://rinha:$1@$DB_ADDRESS:$DB_PORT/rinha$DATABASE_OPTIONS
}

# database_ask ARGUMENT…: psql as the administrator, through the socket: also while the host is cut off.
database_ask() {
  postgres_ask "$WORK/sockets/db" "$DB_PORT" "$@"
}

# cluster_api NUMBER: starts it, and waits until it serves.
cluster_api() {
  local name=api$1 address
  address=$(api_address "$1")
  host_start "$name" "$WORK/$name.log" env "DATABASE_URL=$DATABASE_URL" "API_HOST=$address" "API_PORT=$BANK_PORT" \
    RINHA_DRAIN_DELAY_MS=0 "$SERVER"
  cluster_await "$name" cluster_asks "http://$address:$BANK_PORT/health"
}

# cluster_api_stop NUMBER: with leave to finish what it does.
cluster_api_stop() {
  local pid=${HOST_PID[api$1]}
  kill -TERM "$pid"
  wait "$pid" || die "api$1 ended with exit status $?: $(tail -n 1 "$WORK/api$1.log")"
}

# cluster_asks URL: whether it answers well, asked from the load's host.
cluster_asks() {
  host_run load curl --silent --fail --output /dev/null --noproxy '*' --max-time 1 "$1"
}

# cluster_await NAME COMMAND…: until it succeeds; a process that ends first is an error.
cluster_await() {
  local name=$1 deadline=$((SECONDS + CLUSTER_BOUND_S))
  shift
  until "$@"; do
    kill -0 "${HOST_PID[$name]}" 2>/dev/null || die "$name could not start: $(tail -n 1 "$WORK/$name.log")"
    ((SECONDS < deadline)) || die "$name does not answer: $(tail -n 1 "$WORK/$name.log")"
    sleep 0.05
  done
}

# cluster_proxy: nginx, with the repository's configuration but for the way to the APIs.
cluster_proxy() {
  local directory=$WORK/sockets/proxy configuration
  nginx_command
  mkdir -p "$directory"
  chgrp "$(id -g "$(nginx_user)")" "$directory" && chmod 0710 "$directory"
  # Over TCP a host can be silent, which a unix socket cannot: so it rests after two failures, and connections that
  # nothing is sent over are looked after.
  configuration=$(nginx_render "$ROOT/nginx/nginx.conf" "$directory" "$BANK_PORT" | sed \
    -e "s#^\( *\)server unix:.*/api01.sock .*#\1include $directory/apis.conf;#" -e '/^ *server unix:.*\/api02.sock /d' \
    -e 's/^\( *\)proxy_connect_timeout .*/&\n\1proxy_socket_keepalive on;/')
  [[ $(grep -cE "^ *(include $directory/apis.conf|proxy_socket_keepalive on);" <<<"$configuration") == 2 ]] ||
    die 'nginx.conf could not be rendered: its lines are not those expected'
  printf '%s\n' "$configuration" >"$directory/nginx.conf"
  cluster_write_list
  host_start proxy "$WORK/proxy.log" "${NGINX_RUN[@]}" -p "$directory" -c "$directory/nginx.conf"
  cluster_await proxy cluster_asks "$BANK_URL/health"
}

# cluster_list NUMBER…: nginx sends requests to these from now on; what others have begun, they finish.
cluster_list() {
  local before deadline=$((SECONDS + CLUSTER_BOUND_S))
  LISTED=("$@")
  cluster_write_list
  before=$(ip netns pids "$HOSTS-proxy")
  kill -HUP "${HOST_PID[proxy]}"
  # A worker that was not there before has the new list.
  until ip netns pids "$HOSTS-proxy" | grep -qvxF "$before"; do
    ((SECONDS < deadline)) || die "nginx does not take its new list: $(tail -n 1 "$WORK/proxy.log")"
    sleep 0.02
  done
}

cluster_write_list() {
  local number
  for number in "${LISTED[@]}"; do
    echo "server $(api_address "$number"):$BANK_PORT max_conns=512 max_fails=2 fail_timeout=5s;"
  done >"$WORK/sockets/proxy/apis.conf"
}

# cluster_close: whatever happened. What is in the database is not needed any more.
cluster_close() {
  hosts_close
  [[ -z ${CGROUP_VERSION:-} ]] || cgroup_remove || true
  rm -rf -- "$WORK"
}
