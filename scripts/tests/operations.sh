#!/usr/bin/env bash
# What is watched: the metrics as Prometheus' own checker sees them, its configuration and its alerts, and the way to
# both APIs through the private port.
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/nginx.sh
source "$ROOT/scripts/lib/nginx.sh"
# shellcheck source=scripts/lib/promtool.sh
source "$ROOT/scripts/lib/promtool.sh"

OPERATIONS=$ROOT/docs/operations
PROCESSES=()

tear_down() {
  local process
  for process in "${PROCESSES[@]}"; do kill "$process" || true; done
  for process in "${PROCESSES[@]}"; do wait "$process" || true; done
}

need_promtool() {
  promtool_find >"$SCRATCH/why" || skip "$(<"$SCRATCH/why")"
}

# api NAME: a server on the ledger in $SCRATCH, with its socket at $SCRATCH/NAME.sock.
api() {
  [[ -x $SERVER ]] || skip 'the server is not built'
  env DATABASE_URL="$SCRATCH/rinha.db" API_SOCKET="$SCRATCH/$1.sock" API_SOCKET_MODE=666 "$SERVER" >"$SCRATCH/$1.log" 2>&1 &
  PROCESSES+=($!)
  eventually 60 answers --unix-socket "$SCRATCH/$1.sock" http://localhost/health
}

answers() {
  curl --silent --fail --noproxy '*' --max-time 30 --output /dev/null "$@"
}

test_promtool_finds_nothing_wrong_with_the_metrics() {
  local metrics
  need_promtool
  api api01
  curl --silent --fail --unix-socket "$SCRATCH/api01.sock" -H 'Content-Type: application/json' \
    -d '{"valor": 1, "tipo": "c", "descricao": "x"}' http://localhost/clientes/1/transacoes
  metrics=$(curl --silent --fail --unix-socket "$SCRATCH/api01.sock" http://localhost/metrics)
  [[ $metrics == *'rinha_ledger_transactions_total{result="committed"} 1'* ]] || fail "not counted: $metrics"
  expect_exit 0 '' "$PROMTOOL" check metrics <<<"$metrics"
}

test_promtool_would_find_something_wrong() {
  need_promtool
  ! "$PROMTOOL" check metrics <<<'# TYPE x counter
x{label="value} 1' || fail 'a broken line was not found'
}

test_promtool_accepts_the_configuration_and_the_alerts() {
  need_promtool
  expect_exit 0 'SUCCESS' "$PROMTOOL" check config "$OPERATIONS/prometheus.yml"
  expect_exit 0 "$(grep -c 'alert: ' "$OPERATIONS/alerts.yml") rules found" "$PROMTOOL" check rules "$OPERATIONS/alerts.yml"
}

# Series as a sick bank has them, and which alerts they must raise and which not.
test_the_alerts_are_raised_by_what_they_are_about() {
  need_promtool
  sed "s#RULES_FILE#$OPERATIONS/alerts.yml#" "$ROOT/scripts/tests/alerts-test.yml" >"$SCRATCH/alerts-test.yml"
  expect_exit 0 'SUCCESS' "$PROMTOOL" test rules "$SCRATCH/alerts-test.yml"
}

# The way Prometheus takes in the sample configuration: a path per API on a private port.
test_nginx_has_a_private_port_with_a_path_for_each_api() {
  local port public name
  api api01
  api api02
  chmod 711 "$SCRATCH"
  port=$(free_port) public=$(free_port)
  NGINX_EDITS+=(-e 's/^\( *\)#metrics: /\1/' -e "s/127.0.0.1:9998/127.0.0.1:$port/")
  nginx_render "$ROOT/nginx/nginx.conf" "$SCRATCH" "$public" >"$SCRATCH/nginx.conf"
  nginx_command
  "${NGINX_RUN[@]}" -p "$SCRATCH" -c "$SCRATCH/nginx.conf" 2>"$SCRATCH/nginx.log" &
  PROCESSES+=($!)
  eventually 60 answers "http://127.0.0.1:$public/health"

  for name in api01 api02; do
    # Each its own: the process that answers is the one that was asked.
    curl --silent --fail --noproxy '*' "http://127.0.0.1:$port/$name/metrics" >"$SCRATCH/$name.metrics"
    grep -q '^process_start_time_seconds ' "$SCRATCH/$name.metrics" || fail "no metrics of $name"
  done
  [[ $(value_of api01 process_start_time_seconds) != "$(value_of api02 process_start_time_seconds)" ]] ||
    fail 'both paths lead to the same API'
  [[ $(status_of "http://127.0.0.1:$port/health") == 404 ]] || fail 'more than the metrics is there'
  [[ $(status_of "http://127.0.0.1:$public/metrics") == 403 ]] || fail 'the metrics are public'
  [[ $(status_of "http://127.0.0.1:$public/api01/metrics") == 404 ]] || fail 'the metrics are public'
}

value_of() {
  sed -n "s/^$2 //p" "$SCRATCH/$1.metrics"
}

status_of() {
  curl --silent --noproxy '*' --max-time 30 -o /dev/null -w '%{http_code}' "$@"
}

run_tests "$@"
