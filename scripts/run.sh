#!/usr/bin/env bash
#: two API processes behind a proxy on one port, inside the contest's limits
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/nginx.sh
source "$ROOT/scripts/lib/nginx.sh"
# shellcheck source=scripts/lib/caddy.sh
source "$ROOT/scripts/lib/caddy.sh"
# shellcheck source=scripts/lib/publish.sh
source "$ROOT/scripts/lib/publish.sh"
# shellcheck source=scripts/lib/supervise.sh
source "$ROOT/scripts/lib/supervise.sh"
# shellcheck source=scripts/lib/rolling.sh
source "$ROOT/scripts/lib/rolling.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha run [flags]     Ctrl-C stops everything
  --data DIR    where the database, the logs and the state are (default: data)
  --fresh       delete the stack's ledger first: DIR/rinha.db and its side files, or DIR/postgres
  --port PORT   where the proxy listens (default: 9999)
  --stack NAME  nginx-sqlite (default), nginx-postgres or caddy-postgres: the proxy and the ledger (stacks/README.md)
  --split NAME  how the limits are shared out: split (default) or tuned, a file stacks/STACK/NAME.env
  --limit       nginx limits the requests and connections of each address (docs/open-network.md)
  --tls DIR     https with DIR/tls.crt and DIR/tls.key on --tls-port (default: 9443); http for this machine alone, and
                no POST /reset unless RINHA_ENABLE_RESET=true
  --tcp         the APIs listen on the two ports of 127.0.0.1 after nginx's, not on unix sockets: for comparisons
  --no-limits   without cgroups; otherwise the split says how much CPU and memory each process gets
  --detach      in the background: returns once the stack answers, or with the reason why it does not
  --floor       constant answers from nginx instead of the APIs: the floor that `ceiling` measures against
                (FLOOR_LOAD=refused or =statements: those that such a load gets)
TEXT
}

data=$ROOT/data fresh='' detach='' inherited='' stack=$STACK_DEFAULT split=$SPLIT_DEFAULT
port=9999 backend=server NO_LIMITS='' limit='' TLS_DIR='' tls_port=9443 TCP=''
while (($#)); do
  case $1 in
    --data) take data "$@" && shift ;;
    --port) take port "$@" && shift ;;
    --stack) take stack "$@" && shift ;;
    --split) take split "$@" && shift ;;
    --fresh) fresh=yes ;;
    --limit) limit=yes ;;
    --tls) take TLS_DIR "$@" && shift ;;
    --tls-port) take tls_port "$@" && shift ;;
    --tcp) TCP=yes ;;
    --no-limits) NO_LIMITS=yes ;;
    --detach) detach=yes ;;
    --floor) backend=floor ;;
    # What --detach starts: everything is prepared, and the lock is already held on descriptor 9.
    --inherited) inherited=yes ;;
    --help) usage && exit ;;
    *) unknown_flag "$1" ;;
  esac
  shift
done
check_port "$port"
check_port "$tls_port"
stack_choose "$stack" "$split"
[[ $PROXY == nginx || -z $limit$TLS_DIR ]] || misuse "--limit and --tls are nginx's; $STACK has $PROXY"
[[ -z $TCP ]] || check_port $((port + 2))
[[ -z $TCP || $PROXY$backend == nginxserver ]] || misuse "--tcp is nginx's in front of the APIs, not of the floor"
[[ -z $limit ]] || nginx_limits_on
[[ -z $TLS_DIR ]] || nginx_tls_on "$TLS_DIR" "$tls_port"

limits_load "$SPLIT_FILE"
[[ -n $NO_LIMITS ]] || limits_check
stack_at "$data"

# Everything that can be refused is refused here, before anything is started.
prepare() {
  local reason
  # A refused start makes no directory. A killed supervisor's processes may have the ports until they are ended below.
  [[ -d $RUN ]] || check_ports_free
  reason=$({ mkdir -p "$RUN" "$LOGS" && touch "$RUN/lock"; } 2>&1) ||
    die "$DATA cannot be used as the data directory: ${reason##*: }"
  exec 9>"$RUN/lock"
  flock -n 9 || die "a stack is already running on $DATA (./rinha stop --data $DATA)"
  if state_read; then
    echo "ending what a killed supervisor left behind"
    stack_end
  fi
  stack_at "$data"
  # What was left behind may have been another stack.
  stack_choose "$stack" "$split"
  need curl curl
  need setsid util-linux
  need setpriv util-linux
  [[ $PROXY != caddy ]] || need caddy caddy
  [[ $PROXY == caddy && $backend != floor ]] || need nginx nginx-light nginx
  [[ $backend == floor ]] || publish "$SERVER"
  check_ports_free
  prepare_ledger
}

prepare_ledger() {
  if [[ $LEDGER == sqlite ]]; then
    [[ -z $fresh ]] || rm -f -- "$DATA/rinha.db" "$DATA"/rinha.db-*
  elif [[ $backend != floor ]]; then
    postgres_need
    [[ -z $fresh ]] || rm -rf -- "$CLUSTER"
    postgres_create "$CLUSTER"
  fi
}

check_ports_free() {
  local number inode
  for number in "$port" ${TLS_DIR:+"$tls_port"} ${TCP:+$((port + 1)) $((port + 2))}; do
    inode=$(listener_inode "$number")
    [[ -z $inode ]] || die "port $number is taken$(taken_by "$inode")"
  done
}

# taken_by INODE: by which stack, or else by which process, as far as this user may see it.
taken_by() {
  local pid data name
  pid=$(socket_owner "$1") && process_look "$pid" || return 0
  while IFS= read -r data; do
    stack_at "$data"
    # The processes of a stack lead the sessions of all others.
    ! state_read || [[ " ${PID[*]} " != *" ${FIELDS[3]} "* ]] || { echo " by the stack on $DATA" && return; }
  done < <(stacks_running)
  name=$(cat "/proc/$pid/comm" 2>/dev/null) || return 0
  echo " by $name, pid $pid"
}

detach() {
  local log=$LOGS/supervisor.log child
  local -a flags=(--inherited --data "$DATA" --port "$port" --stack "$STACK" --split "$SPLIT")
  [[ -z $TCP ]] || flags+=(--tcp)
  [[ -z $NO_LIMITS ]] || flags+=(--no-limits)
  [[ $backend != floor ]] || flags+=(--floor)
  [[ -z $limit ]] || flags+=(--limit)
  [[ -z $TLS_DIR ]] || flags+=(--tls "$TLS_DIR" --tls-port "$tls_port")
  setsid bash "$0" "${flags[@]}" </dev/null >"$log" 2>&1 &
  child=$!
  # From here on the lock is the child's alone.
  exec 9>&-
  trap 'kill "$child" 2>/dev/null' INT TERM
  while kill -0 "$child" 2>/dev/null; do
    if state_read && [[ -n $READY ]]; then
      stack_describe
      return
    fi
    sleep 0.1
  done
  # On a full disk the log has no line to show.
  [[ -s $log ]] || die "the stack did not start, and the reason is not in $log; is the disk full?"
  tail -n 1 "$log" >&2
  exit 1
}

[[ -n $inherited ]] || prepare
if [[ -n $detach ]]; then
  detach
else
  PORT=$port BACKEND=$backend
  [[ $BACKEND != floor ]] || stack_without_ledger
  [[ ${NAMES[0]} != db ]] || postgres_need
  supervise
fi
