#!/usr/bin/env bash
# The stack in containers, for real: built, started, looked at, loaded, killed and started again. Needs a container
# engine; CI installs one and fails without, elsewhere these tests are skipped where none runs.
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/engine.sh
source "$ROOT/scripts/lib/engine.sh"
# shellcheck source=scripts/lib/compose.sh
source "$ROOT/scripts/lib/compose.sh"

# A stack of its own beside one that somebody may be running.
export COMPOSE_PROJECT_NAME=rinha-test
port=$(free_port)
STARTED_HERE=''

need_engine() {
  INSTALL=()
  if [[ ${CI:-} == true ]]; then
    INSTALL=(--install-engine)
  elif ! engine_answers; then
    skip 'no container engine answers'
  fi
  # For the JSON reports.
  needs jq
}

# up [FLAG…]: the stack on the port of this test.
up() {
  need_engine
  STARTED_HERE=yes
  "$ROOT/rinha" compose up --port "$port" "${INSTALL[@]}" "$@"
  compose_at bridge
}

tear_down() {
  [[ -z $STARTED_HERE ]] || ! engine_answers || "$ROOT/rinha" compose down --volumes --stack "$STACK"
}

# get PATH; post BODY
get() {
  curl --silent --fail --noproxy '*' --max-time 30 "http://localhost:$port$1"
}

post() {
  curl --silent --fail --noproxy '*' --max-time 30 -H 'content-type: application/json' -d "$1" \
    "${@:2}" "http://localhost:$port/clientes/1/transacoes"
}

is_back() {
  [[ $(inspect "$(containers "$1")" '{{.RestartCount}}') == "$2" && $(service_health "$1") == healthy ]]
}

test_without_an_engine_there_is_one_clear_line() {
  local verb
  for verb in up down status check contest; do
    expect_exit 1 'no container engine answers' env DOCKER_HOST=unix:///nowhere/docker.sock "$ROOT/rinha" compose "$verb"
  done
}

test_what_makes_no_sense_is_refused() {
  expect_exit 2 'up, down, status, check or contest?' "$ROOT/rinha" compose
  expect_exit 2 "one of 'up' and 'down'" "$ROOT/rinha" compose up down
  expect_exit 2 'not a port' "$ROOT/rinha" compose up --port 0
  expect_exit 2 'on the host network the port is 9999' "$ROOT/rinha" compose up --host --port 80
  expect_exit 2 "up knows nothing of '--short'" "$ROOT/rinha" compose up --short
  expect_exit 1 'add up to 1.60 CPU' env API_CPUS=0.5 "$ROOT/rinha" compose up
}

test_it_starts_within_its_limits_and_keeps_its_data() {
  up >"$SCRATCH/out"
  cat "$SCRATCH/out"
  expect_exit 0 ' passed, 0 failed' "$ROOT/rinha" compose check
  expect_exit 0 'api02  healthy' "$ROOT/rinha" compose status
  [[ $(post '{"valor": 7, "tipo": "c", "descricao": "kept"}') == '{"limite":100000,"saldo":7}' ]] || fail 'a credit'
  # This nginx joins repeated headers (from 1.23 on); Debian's, which the other tests have, forwards the first.
  expect_exit 22 '' post '{"valor": 1, "tipo": "c", "descricao": "x"}' -H 'Idempotency-Key: a' -H 'Idempotency-Key: b'
  expect_exit 22 '' post '{"valor": 1, "tipo": "c", "descricao": "x"}' -H 'Idempotency-Key;'

  "$ROOT/rinha" compose down
  expect_exit 3 'not running' "$ROOT/rinha" compose status "${INSTALL[@]}"
  up
  [[ $(get /clientes/1/extrato) == *'"total":7,'*'"descricao":"kept"'* ]] || fail 'the data is gone'

  "$ROOT/rinha" compose down --volumes
  up
  [[ $(get /clientes/1/extrato) == *'"total":0,'*'"ultimas_transacoes":[]'* ]] || fail 'the data is still there'
}

# lives_in_containers STACK: what holds for each of the others.
lives_in_containers() {
  local statement
  stack_choose "$1" "$SPLIT_DEFAULT"
  up --stack "$1" >"$SCRATCH/out"
  cat "$SCRATCH/out"
  expect_exit 0 ' passed, 0 failed' "$ROOT/rinha" compose check --stack "$1"
  "$ROOT/rinha" load "http://localhost:$port" -d 3s --check --quiet || fail 'the ledger is wrong'
  post '{"valor": 7, "tipo": "c", "descricao": "kept"}' || fail 'a credit'
  statement=$(statement)
  [[ $statement == *'"descricao":"kept"'* ]] || fail "a statement: $statement"
  [[ $(docker exec "$(containers db)" psql -U rinha -d rinha -Atc 'SELECT count(*) FROM clientes') == 5 ]] ||
    fail 'an administrator cannot look inside'
  # The container engine starts what has died, from the log; the APIs connect again.
  if ((EUID == 0)); then
    kill -KILL "$(service_pid db)"
    eventually 60 is_back db 1
    eventually 60 says_as_before
  fi

  "$ROOT/rinha" compose down --stack "$1"
  up --stack "$1"
  says_as_before || fail "the data is another one: $(statement)"
  # Not with ./rinha, which would stop an engine of its own as well.
  compose_command
  compose down --volumes
  [[ -z $(containers) ]] || fail 'a container is left'
  [[ -z $(left_of volume) && -z $(left_of network) ]] || fail "left: $(left_of volume) $(left_of network)"
}

# Without the time of the question.
statement() {
  get /clientes/1/extrato | sed 's/"data_extrato":"[^"]*",//'
}

says_as_before() {
  [[ $(statement) == "$statement" ]]
}

# left_of volume|network: what there is of the project.
left_of() {
  docker "$1" ls --quiet --filter "label=com.docker.compose.project=$PROJECT"
}

test_nginx_and_postgres_live_in_containers() {
  lives_in_containers nginx-postgres
}

test_caddy_and_postgres_live_in_containers() {
  lives_in_containers caddy-postgres
}

test_on_the_network_of_the_host_as_well() {
  ! (: <>/dev/tcp/127.0.0.1/9999) 2>/dev/null || skip 'port 9999 is taken'
  port=9999
  up --host
  get /health || fail 'does not answer'
  expect_exit 0 ' passed, 0 failed' "$ROOT/rinha" compose check
  expect_exit 0 'nginx  published ports: none' "$ROOT/rinha" compose check
}

# secret_get PATH: over https, trusting the one certificate.
secret_get() {
  curl --silent --fail --noproxy '*' --max-time 30 --cacert "$SCRATCH/tls.crt" "https://localhost:$port$1"
}

test_with_tls_nothing_else_is_published() {
  need_engine
  needs openssl
  up
  # Not with ./rinha, which would stop an engine of its own as well.
  compose_command
  compose down
  (cd "$SCRATCH" && bash -euc "$(sed -n 's/^\(openssl req .*\)/\1/p' "$ROOT/docs/open-network.md")")
  # The container's user reads the key.
  chmod 755 "$SCRATCH" && chmod 644 "$SCRATCH/tls.key"
  compose_at tls
  export RINHA_TLS_DIR=$SCRATCH RINHA_TLS_PORT=$port
  compose up --detach --no-build
  eventually 60 secret_get /health
  [[ $(secret_get /clientes/1/extrato) == *'"total":0,'* ]] || fail 'a statement'
  expect_exit 22 '' secret_get /metrics
  [[ $(docker port "$(containers nginx)" | sed 's/ .*//' | sort -u) == 9443/tcp ]] || fail 'another port as well'
  [[ $(docker logs "$(containers api01)" 2>&1) != *'POST /reset is enabled'* ]] || fail 'it can be reset'
}

test_check_finds_what_is_wrong() {
  need_engine
  API_CPUS=0.40 NGINX_MEMORY=40MB up
  "$ROOT/rinha" compose check >"$SCRATCH/out" && fail 'a wrong limit was not found'
  cat "$SCRATCH/out"
  grep -qx 'FAILED  api01  CPU limit of the engine, us in 100 ms: 40000 instead of 45000' "$SCRATCH/out"
  grep -qx 'FAILED  api02  CPU limit of the kernel, us in 100 ms: 40000 instead of 45000' "$SCRATCH/out"
  grep -qx 'FAILED  nginx  memory limit of the kernel, bytes: 41943040 instead of 52428800' "$SCRATCH/out"
  [[ $(grep -c '^FAILED' "$SCRATCH/out") == 6 ]] || fail 'something else is wrong as well'
}

test_the_opening_and_a_short_simulation_are_flawless() {
  need_engine
  STARTED_HERE=yes
  "$ROOT/rinha" compose contest --short --port "$port" "${INSTALL[@]}" -- -o json -O "$SCRATCH/report.json"
  jq -e '.contest.payment == 100000 and .summary.failed == 0' "$SCRATCH/report.json" || fail 'not flawless'
}

test_a_killed_api_costs_no_get_and_doubles_no_post_and_comes_back() {
  local database load
  [[ $EUID == 0 ]] || skip 'killing a process of a container and reading its volume takes root'
  up
  database=$(docker volume inspect -f '{{.Mountpoint}}' "${PROJECT}_data")/rinha.db
  "$ROOT/rinha" load "http://localhost:$port" -d 8s --check --database "$database" \
    -o json -O "$SCRATCH/report.json" >"$SCRATCH/out" 2>&1 &
  load=$!
  sleep 3
  kill -KILL "$(service_pid api01)"
  eventually 60 is_back api01 1
  # The POSTs that were in flight on the dead one fail, and that is all that may.
  wait "$load" || true
  tail -n 40 "$SCRATCH/out"

  jq -e 'any(.operations[]; .name == "extrato" and .completed > 200 and .failed == 0)' "$SCRATCH/report.json" ||
    fail 'a GET failed'
  jq -e '.summary.completed > 8000' "$SCRATCH/report.json" || fail 'the load did not go on'
  jq -e '.check.checks | length >= 9 and all(.violations == 0)' "$SCRATCH/report.json" || fail 'the ledger is wrong'
}

run_tests "$@"
