#!/usr/bin/env bash
# Who gets in: which doors the stack has, who may use them, and what is refused behind the one that is open to all.
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/nginx.sh
source "$ROOT/scripts/lib/nginx.sh"

PROCESS=''

tear_down() {
  [[ -z $PROCESS ]] || kill "$PROCESS"
  [[ ! -d $SCRATCH/data ]] || "$ROOT/rinha" stop --data "$SCRATCH/data"
}

# bank: the stack, with the server itself, at $url.
bank() {
  [[ -x $SERVER ]] || skip 'the server is not built'
  "$ROOT/rinha" run --detach --data "$SCRATCH/data" --port "$(free_port)"
  stack_at "$SCRATCH/data"
  state_read
  url=http://127.0.0.1:$PORT
}

# The media type that POST /reset demands.
JSON='Content-Type: application/json'

# status_of FLAG…
status_of() {
  curl --silent --noproxy '*' --max-time 30 -o /dev/null -w '%{http_code}' "$@"
}

# listening NAME: where the processes of this name listen, with TCP or UDP, as the kernel has it.
listening() {
  local pid table
  local -a tables=()
  for table in /proc/net/{tcp,tcp6,udp,udp6}; do
    [[ ! -e $table ]] || tables+=("$table")
  done
  for pid in $(session_pids "${PID[$1]}" "${START[$1]}"); do
    find "/proc/$pid/fd" -type l -printf '%l\n' 2>/dev/null
  done | sort -u | awk '
    FNR == NR { if (sub(/^socket:\[/, "") && sub(/\]$/, "")) mine[$0] = 1; next }
    # 0A: a TCP socket that listens; 07: a UDP socket that receives from anybody.
    ($4 == "0A" || $4 == "07") && $10 in mine { print $2 }' - "${tables[@]}" | sort -u
}

test_only_the_port_of_nginx_is_open() {
  local name door count=0
  bank
  for name in api01 api02; do
    [[ -z $(listening "$name") ]] || fail "$name listens on $(listening "$name")"
    # That the API was looked at at all: it does listen on its socket.
    grep -q " $SOCKETS/$name.sock$" /proc/net/unix || fail "$name has no socket"
  done
  for door in $(listening nginx); do
    [[ $door == *:$(printf %04X "$PORT") ]] || fail "nginx listens on $door"
    count=$((count + 1))
  done
  ((count >= 1)) || fail 'nginx was not seen to listen'
}

test_only_nginx_may_use_the_sockets_and_nobody_else_the_ledger() {
  local name expected=600 directory=700 group user
  bank
  group=$(id -gn)
  if ((EUID == 0)); then
    user=$(nginx_user) expected=660 directory=710
    group=$(id -gn "$user")
  fi
  for name in api01 api02; do
    [[ $(stat -c '%a %U %G' "$SOCKETS/$name.sock") == "$expected $(id -un) $group" ]] ||
      fail "$name: $(stat -c '%a %U %G' "$SOCKETS/$name.sock")"
  done
  [[ $(stat -c '%a %G' "$SOCKETS") == "$directory $group" ]] || fail "the directory: $(stat -c '%a %G' "$SOCKETS")"
  [[ -z $(find "$DATA" -name 'rinha.db*' -perm /077) ]] || fail 'others may read the ledger'
  [[ $(status_of --unix-socket "$SOCKETS/api01.sock" http://x/health) == 200 ]] || fail 'its owner may not use it'
  ((EUID == 0)) || return 0
  # Somebody else: neither root nor in nginx's group. curl's 7 is a connection that was not made.
  expect_exit 7 '' setpriv --reuid=65533 --regid=65533 --clear-groups \
    curl --silent --max-time 30 --unix-socket "$SOCKETS/api01.sock" http://x/health
}

test_what_is_not_for_others_is_refused_from_outside() {
  local path
  bank
  for path in nginx_status metrics '%6detrics' 'x/../nginx_status' '/metrics?format=text'; do
    [[ $(status_of --path-as-is --interface 127.0.0.2 "$url/$path") == 403 ]] || fail "$path is not refused"
  done
  [[ $(status_of "$url/nginx_status") == 200 ]] || fail 'this machine may not see the status page'
}

test_the_ledger_is_not_emptied_by_default() {
  export RINHA_ENABLE_RESET=false
  bank
  [[ $(status_of -X POST -H "$JSON" "$url/reset") == 404 ]] || fail 'POST /reset is there'
  ! grep -q 'POST /reset is enabled' "$LOGS/api01.log" || fail 'the log says otherwise'
}

test_the_server_has_no_reset_unless_it_is_told_to() {
  [[ -x $SERVER ]] || skip 'the server is not built'
  env -u RINHA_ENABLE_RESET "DATABASE_URL=$SCRATCH/rinha.db" "API_SOCKET=$SCRATCH/api.sock" \
    "$SERVER" >"$SCRATCH/log" 2>&1 &
  PROCESS=$!
  eventually 60 grep -q Listening "$SCRATCH/log"
  [[ $(status_of -X POST -H "$JSON" --unix-socket "$SCRATCH/api.sock" http://x/reset) == 404 ]] ||
    fail 'POST /reset is there'
}

test_the_contest_stack_can_be_reset_and_says_so() {
  local name
  unset RINHA_ENABLE_RESET
  bank
  [[ $(status_of -X POST "$url/reset") == 415 ]] || fail 'a page of another site could send this'
  [[ $(status_of -X POST -H "$JSON" "$url/reset") == 200 ]] || fail 'POST /reset is not there'
  for name in api01 api02; do
    grep -q 'POST /reset is enabled: any client can empty the ledger' "$LOGS/$name.log" || fail "$name does not say so"
  done
}

run_tests "$@"
