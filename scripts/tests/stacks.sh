#!/usr/bin/env bash
# The stacks: their limits, in the files and in force; and each of them from its start over the death of its parts and
# a restart to its end.
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/nginx.sh
source "$ROOT/scripts/lib/nginx.sh"
# shellcheck source=scripts/lib/engine.sh
source "$ROOT/scripts/lib/engine.sh"
# shellcheck source=scripts/lib/compose.sh
source "$ROOT/scripts/lib/compose.sh"

tear_down() {
  # A test that failed while it held the supervisor still.
  [[ -z ${SUPERVISOR_PID:-} ]] || kill -CONT "$SUPERVISOR_PID" || true
  [[ ! -d $SCRATCH/data ]] || "$ROOT/rinha" stop --data "$SCRATCH/data"
  [[ ! -d $SCRATCH/cluster ]] || postgres_stop "$SCRATCH/cluster" immediate
}

# each_split FUNCTION: calls it with each split of each stack, which is then the chosen one.
each_split() {
  local stack split
  for stack in $(stack_list); do
    for split in $(split_list "$stack"); do
      stack_choose "$stack" "$split"
      limits_load "$SPLIT_FILE"
      "$1"
    done
  done
}

# bank STACK [FLAG…]: a stack that runs, at $url.
bank() {
  [[ -x $SERVER ]] || skip 'the server is not built'
  ((EUID == 0)) || { command -v caddy >/dev/null && postgres_find; } || skip 'no Caddy or no PostgreSQL'
  # PostgreSQL's user passes through.
  chmod 0711 "$SCRATCH"
  "$ROOT/rinha" run --detach --data "$SCRATCH/data" --port "$(free_port)" --stack "$@"
  stack_at "$SCRATCH/data"
  state_read
  url=http://127.0.0.1:$PORT
}

# request FLAG…: the answer, headers and body.
request() {
  curl --silent --include --noproxy '*' --max-time 30 "$@"
}

get() {
  curl --silent --fail --noproxy '*' --max-time 30 "$url$1"
}

# post BODY [FLAG…]
post() {
  curl --silent --fail --noproxy '*' --max-time 30 -H 'Content-Type: application/json' -d "$1" "${@:2}" \
    "$url/clientes/1/transacoes"
}

# post_again DESCRIPTION: one cent, until it is accepted; its key keeps it one, whatever became of the tries before.
post_again() {
  eventually 60 post "{\"valor\": 1, \"tipo\": \"c\", \"descricao\": \"$1\"}" -H "Idempotency-Key: $1" >/dev/null
}

answers() {
  get /clientes/1/extrato >/dev/null
}

is_up_again() {
  state_read && [[ ${RESTARTS[$1]} == "$2" ]] && process_is_up "$1"
}

# total EXPECTED: what the statement says.
total_is() {
  [[ $(get /clientes/1/extrato) == *"\"total\":$1,"* ]]
}

# The limits in the files.

within_the_contest() {
  limits_check
}

test_every_split_of_every_stack_is_within_the_contest() {
  each_split within_the_contest
}

has_two_splits() {
  [[ $(split_list "$STACK") == 'split tuned' ]] || fail "$STACK has the splits $(split_list "$STACK")"
}

test_every_stack_has_a_default_and_a_tuned_split() {
  [[ $(stack_list) == 'caddy-postgres nginx-postgres nginx-sqlite' ]] || fail "the stacks are $(stack_list)"
  each_split has_two_splits
  [[ $(realpath "$ROOT/stacks/nginx-sqlite/split.env") == "$ROOT/.env" ]] || fail 'the default has two files of limits'
}

# The files that an .env names are those that ./rinha compose uses, and it starts what ./rinha run starts.
names_its_compose_files() {
  local named
  named=$(sed -n 's/^COMPOSE_FILE=//p' "$SPLIT_FILE")
  # Windows separates the files by semicolons unless told otherwise.
  [[ -z $named ]] || grep -qx 'COMPOSE_PATH_SEPARATOR=:' "$SPLIT_FILE" || fail "$SPLIT_FILE leaves the separator open"
  compose_at bridge
  [[ ${named:-compose.yaml:compose.override.yaml} == "${COMPOSE_FILE//"$ROOT/"/}" ]] ||
    fail "$SPLIT_FILE names $named, which is not $COMPOSE_FILE"
}

test_docker_compose_and_rinha_use_the_same_files() {
  each_split names_its_compose_files
}

# limits_in_compose: every service that is started, with its quota and its bytes, as Compose itself reads the files.
limits_in_compose() {
  local name cpus memory
  compose config | awk '
    /^[a-z]/ { inside = $1 == "services:" }
    inside && /^  [a-z0-9]+:$/ { name = $1; sub(/:/, "", name) }
    inside && $1 == "profiles:" { retired[name] = 1 }
    inside && $1 == "cpus:" { gsub(/["'"'"']/, "", $2); cpus[name] = $2 }
    inside && $1 == "memory:" { gsub(/["'"'"']/, "", $2); memory[name] = $2 }
    END { for (name in cpus) if (!(name in retired)) print name, cpus[name], memory[name] }' | sort |
    while read -r name cpus memory; do
      # Version 2 says bytes.
      [[ $memory =~ ^[0-9]+$ ]] || memory=$(memory_bytes "$memory")
      echo "$name $(cpu_quota "$cpus") $memory"
    done
}

compose_has_these_limits() {
  local name
  compose_at bridge
  for name in "${NAMES[@]}"; do
    echo "$name ${CPU_LIMIT[$name]} ${MEMORY_LIMIT[$name]}"
  done | sort | diff - <(limits_in_compose) || fail "$STACK, $SPLIT: not what Compose has"
}

test_compose_has_the_limits_of_run() {
  compose_command || skip 'Compose is not here'
  each_split compose_has_these_limits
}

test_nonsense_is_refused() {
  local verb
  for verb in 'run' 'contest --url http://127.0.0.1:1' 'compose up' 'ceiling'; do
    # shellcheck disable=SC2086 # a verb and its flags
    expect_exit 2 "not a stack: 'sky' (caddy-postgres nginx-postgres nginx-sqlite)" "$ROOT/rinha" $verb --stack sky
    # shellcheck disable=SC2086
    expect_exit 2 "not a split of caddy-postgres: 'sky' (split tuned)" \
      "$ROOT/rinha" $verb --stack caddy-postgres --split sky
  done
  expect_exit 2 "--limit and --tls are nginx's" "$ROOT/rinha" run --stack caddy-postgres --limit
  expect_exit 2 'grown needs SQLite' "$ROOT/rinha" ceiling grown stack --stack nginx-postgres
  expect_exit 1 'add up to 1.60 CPU, above 1.50 (see stacks/nginx-postgres/split.env)' \
    env DB_CPUS=0.70 "$ROOT/rinha" run --stack nginx-postgres
  expect_exit 1 'add up to 551MB' env CADDY_MEMORY=61MB "$ROOT/rinha" run --stack caddy-postgres
  expect_exit 1 'not an amount of memory' env DB_MEMORY=420 "$ROOT/rinha" compose up --stack nginx-postgres
}

# The stacks as they run.

# lives_through STACK: what holds for each of them.
lives_through() {
  local name pid
  bank "$1"
  [[ $(post '{"valor": 700, "tipo": "c", "descricao": "kept"}') == '{"limite":100000,"saldo":700}' ]] || fail 'a post'
  get /clientes/1/extrato | grep -q '"total":700,.*"descricao":"kept"' || fail 'a statement'
  expect_exit 0 "($1, " "$ROOT/rinha" status --data "$SCRATCH/data"

  limits_load "$SPLIT_FILE"
  for name in "${NAMES[@]}"; do
    [[ $CGROUP_VERSION != none ]] || break
    [[ $(cgroup_cpu_limit "$name") == "${CPU_LIMIT[$name]}" ]] || fail "CPU of $name"
    [[ $(cgroup_memory_limit "$name") == "${MEMORY_LIMIT[$name]}" ]] || fail "memory of $name"
    stack_pids "$name" >"$SCRATCH/pids"
    grep -qx "${PID[$name]}" "$SCRATCH/pids" || fail "$name is not among its own processes"
    while read -r pid; do
      grep -qx "$pid" "$CGROUP_CPU/$name/cgroup.procs" "$CGROUP_MEMORY/$name/cgroup.procs" ||
        fail "$pid is of $name and not in its cgroup"
    done <"$SCRATCH/pids"
  done
  # PostgreSQL is several processes; had none but the first been found, the loop would prove nothing.
  [[ $LEDGER != postgres ]] || (($(stack_pids db | wc -l) > 4)) || fail "only $(stack_pids db | wc -l) processes"

  kill -KILL "${PID[api01]}"
  answers || fail 'a request failed although the other API is up'
  eventually 60 is_up_again api01 1
  kill -KILL "${PID[$PROXY]}"
  eventually 60 is_up_again "$PROXY" 1
  eventually 60 answers
  expect_exit 0 'api02 anew' "$ROOT/rinha" restart --data "$SCRATCH/data"
  total_is 700 || fail 'the balance is another one'

  state_read
  stack_pids_of_all >"$SCRATCH/pids"
  "$ROOT/rinha" stop --data "$SCRATCH/data"
  nothing_is_left
  bank "$1" --split tuned
  total_is 700 || fail 'the balance did not outlive the stack'
  post '{"valor": 1, "tipo": "d", "descricao": "again"}' >/dev/null
  total_is 699 || fail 'a debit after the restart'
  "$ROOT/rinha" stop --data "$SCRATCH/data"
  bank "$1" --fresh
  total_is 0 || fail 'it is not fresh'
}

stack_pids_of_all() {
  local name
  for name in "${NAMES[@]}"; do stack_pids "$name"; done
}

nothing_is_left() {
  local pid
  while read -r pid; do
    [[ ! -e /proc/$pid/exe ]] || fail "$pid is still there: $(tr '\0' ' ' <"/proc/$pid/cmdline")"
  done <"$SCRATCH/pids"
  [[ -z $(postgres_pids "$CLUSTER") ]] || fail 'PostgreSQL is still there'
  [[ ! -e $SOCKETS && ! -e $(database_sockets) ]] || fail "$SOCKETS is still there"
  [[ ! -d ${CGROUP_CPU:-/none} && ! -d ${CGROUP_MEMORY:-/none} ]] || fail "$CGROUP_CPU is still there"
}

test_nginx_and_sqlite_live_through_everything() {
  lives_through nginx-sqlite
}

test_nginx_and_postgres_live_through_everything() {
  lives_through nginx-postgres
}

test_caddy_and_postgres_live_through_everything() {
  lives_through caddy-postgres
}

# A backend that is killed takes all connections with it: PostgreSQL starts anew from its log.
test_a_killed_backend_and_a_killed_postgres_lose_nothing() {
  local backend
  bank nginx-postgres
  post '{"valor": 500, "tipo": "c", "descricao": "before"}' >/dev/null
  postgres_need
  backend=$(postgres_ask "$(database_sockets)" '' -At -c "SELECT pid FROM pg_stat_activity WHERE usename = 'rinha' LIMIT 1")
  [[ -n $backend ]] || fail 'no API is connected'
  kill -KILL "$backend"
  eventually 60 total_is 500
  post_again between
  state_read
  [[ ${RESTARTS[db]} == 0 ]] || fail 'more than the backend ended'

  kill -KILL "${PID[db]}"
  eventually 60 is_up_again db 1
  eventually 60 total_is 501
  post_again after
  # Either API may have a connection yet that is broken, and says so once.
  eventually 60 answers
  eventually 60 total_is 502
}

test_a_killed_supervisor_leaves_a_stack_that_stop_can_end() {
  bank caddy-postgres
  stack_pids_of_all >"$SCRATCH/pids"
  kill -KILL "$SUPERVISOR_PID"
  answers || fail 'the stack must outlive its supervisor'
  expect_exit 0 'killed supervisor' "$ROOT/rinha" stop --data "$SCRATCH/data"
  nothing_is_left
}

test_top_shows_every_process() {
  local name
  [[ -x $LOADTEST ]] || skip 'the load tester is not built'
  bank caddy-postgres
  "$ROOT/rinha" top --data "$SCRATCH/data" --count 1 | head -n 1 | tr '\t' '\n' >"$SCRATCH/columns"
  for name in "${NAMES[@]}"; do
    grep -qx "${name}_cpu" "$SCRATCH/columns" || fail "$name is missing"
  done
}

# Caddy as nginx: what it refuses, and what it answers by itself.

status_of() {
  curl --silent --noproxy '*' --max-time 30 -o /dev/null -w '%{http_code}' --path-as-is "$@"
}

test_caddy_refuses_what_nginx_refuses() {
  bank caddy-postgres
  [[ $(status_of "$url/metrics") == 403 ]] || fail 'the metrics are not refused'
  [[ $(status_of "$url/nginx_status") == 404 && $(status_of "$url/x") == 404 ]] || fail 'a page that is not there'
  [[ $(status_of "$url/health") == 200 ]] || fail 'the health'
  [[ $(status_of -X POST -H 'Content-Type: application/json' "$url/reset") == 200 ]] || fail 'POST /reset is not there'
  [[ $(head -c 20000 /dev/zero | status_of -H 'Content-Type: application/json' --data-binary @- \
    "$url/clientes/1/transacoes") == 413 ]] || fail 'a large body'
}

test_caddy_speaks_of_its_own_errors_in_problem_documents() {
  local answer accepted=0
  bank caddy-postgres
  # With the supervisor held still nobody starts the APIs again.
  kill -STOP "$SUPERVISOR_PID"
  session_kill "${PID[api01]}" "${START[api01]}"
  # One may meet the dead one before it is found out: it is refused, and not applied.
  for _ in {1..20}; do
    ! post '{"valor": 1, "tipo": "c", "descricao": "x"}' >/dev/null || accepted=$((accepted + 1))
  done
  ((accepted >= 19)) || fail "$((20 - accepted)) posts failed although one API is up"
  total_is "$accepted" || fail 'a post was not applied, or applied twice'
  session_kill "${PID[api02]}" "${START[api02]}"
  answer=$(request "$url/clientes/1/extrato")
  kill -CONT "$SUPERVISOR_PID"
  [[ $answer == 'HTTP/1.1 50'[23]* ]] || fail "not 502 or 503: $answer"
  [[ $answer == *'Content-Type: application/problem+json'* && $answer == *'Retry-After: 1'* ]] || fail "$answer"
  [[ $answer == *'{"type":"about:blank","title":"'*'","status":50'[23]'}' ]] || fail "another body: $answer"
  answer=$(request "$url/metrics")
  [[ $answer == *'{"type":"about:blank","title":"Forbidden","status":403}' ]] || fail "another body: $answer"
}

# PostgreSQL by itself, as tests use it.

ask_over_tcp() {
  postgres_as psql -X -At -c 'SELECT current_user' "postgres://$1@127.0.0.1:$port/rinha" 2>&1
}

test_postgres_keeps_to_its_socket_and_its_port() {
  local port
  chmod 0711 "$SCRATCH"
  port=$(free_port)
  postgres_start "$SCRATCH/cluster" "$SCRATCH/socket" "$port" "it's secret"
  [[ $(stat -c %a "$SCRATCH/socket" "$SCRATCH/cluster" | tr '\n' ' ') == '700 700 ' ]] || fail 'others may enter'
  [[ $(ask_over_tcp 'rinha:it%27s%20secret') == rinha ]] || fail 'the password does not do'
  [[ $(ask_over_tcp 'rinha:wrong') == *'password authentication failed'* ]] || fail 'another password does'
  [[ $(ask_over_tcp 'postgres:wrong') == *'no pg_hba.conf entry'* ]] || fail 'the superuser may come over TCP'
  [[ $(postgres_ask "$SCRATCH/socket" "$port" -At -c 'SHOW synchronous_commit' -c 'SHOW fsync' \
    -c "SELECT rolsuper FROM pg_roles WHERE rolname = 'rinha'" | tr '\n' ' ') == 'on on f ' ]] || fail 'its settings'

  postgres_ask "$SCRATCH/socket" "$port" -q -c 'SELECT 1 AS one INTO kept'
  postgres_stop "$SCRATCH/cluster" immediate
  [[ -z $(postgres_pids "$SCRATCH/cluster") ]] || fail 'it is still there'
  postgres_start "$SCRATCH/cluster" "$SCRATCH/socket"
  [[ $(postgres_ask "$SCRATCH/socket" '' -At -c 'TABLE kept') == 1 ]] || fail 'the immediate stop has lost a commit'
  [[ $(ask_over_tcp 'rinha:it%27s%20secret') == *'onnection refused'* ]] || fail 'a port is open that nobody asked for'
  postgres_stop "$SCRATCH/cluster"
  [[ -z $(postgres_pids "$SCRATCH/cluster") ]] || fail 'it is still there'
  [[ $(postgres_as pg_controldata "$SCRATCH/cluster") == *'Database cluster state:               shut down'* ]] ||
    fail 'a fast stop was not in order'
}

test_a_place_that_postgres_cannot_reach_is_one_clear_line() {
  ((EUID == 0)) || skip 'only root starts it as another user'
  chmod 0700 "$SCRATCH"
  expect_exit 1 "the user postgres cannot reach $SCRATCH/data/postgres.new" \
    "$ROOT/rinha" run --detach --data "$SCRATCH/data" --port "$(free_port)" --stack nginx-postgres
}

run_tests "$@"
