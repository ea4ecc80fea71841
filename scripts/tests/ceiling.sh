#!/usr/bin/env bash
# `ceiling`, short: that what it compares runs, that its figures are there, and that it holds the ratio it was given.
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/measure.sh
source "$ROOT/scripts/lib/measure.sh"

# The server that a test has started.
server=''
tear_down() {
  if [[ -n $server ]]; then
    kill "$server"
    wait "$server" || true
    server=''
  fi
}

# ceiling FLAG…: one round; its figures go to $SCRATCH/figures.json.
ceiling() {
  [[ -x $SERVER ]] || skip 'the server is not built'
  needs wrk
  needs jq
  "$ROOT/rinha" ceiling -d 1 --rounds 1 --json "$SCRATCH/figures.json" "$@"
}

# query EXPRESSION: something about the figures that must be so.
query() {
  jq -e "$1" "$SCRATCH/figures.json" >/dev/null || fail "not so: $1: $(<"$SCRATCH/figures.json")"
}

every_answer_was_right() {
  query '[.[.first, .second].rounds[] | .unexpectedAnswers + .socketErrors] == [0, 0]'
}

test_the_stack_is_compared_with_its_floor() {
  local output column
  output=$(ceiling -d 2 --min-ratio 0.001) || fail "$output"
  for column in requests/s 'p99.9 ms' 'api01 us' throttled 'proxy switches' 'socket errors' WAL; do
    [[ $output == *"$column"* ]] || fail "no $column in: $output"
  done
  grep -qE '^stack / floor: [0-9.]+ in requests/s, [0-9.]+ in p99 \(mix, 14 connections\)$' <<<"$output" ||
    fail "no ratio in: $output"
  [[ $(awk 'length > 120' <<<"$output") == '' ]] || fail "too wide: $output"

  every_answer_was_right
  query '.ratio > 0 and .p99Ratio > 0 and .first == "stack" and .second == "floor" and .load == "mix"'
  query '[.stack, .floor | .median | .requestsPerSecond, .p999Ms, .proxyCpuUs, .apiVoluntarySwitches] | all(. > 0)'
  query '.stack.median | .p50Ms <= .p99Ms and .p99Ms <= .p999Ms and .p999Ms <= .maxMs'
  query '.stack.median | .apiCpuUs - .api01CpuUs - .api02CpuUs | fabs < 0.1'
  query '.stack.median.walMiB > 0 and (.floor.median | has("walMiB") | not)'
}

test_refused_debits_statements_and_new_connections_are_loads_too() {
  local load
  for load in refused statements connections; do
    ceiling --load "$load"
    every_answer_was_right
    query ".load == \"$load\""
  done
}

test_a_ratio_that_is_not_reached_is_one_line() {
  local status=0
  ceiling full stack --min-ratio 999 >"$SCRATCH/out" 2>"$SCRATCH/error" || status=$?
  ((status != 77)) || skip "$(tail -n 1 "$SCRATCH/out")"
  ((status == 1)) || fail "exit status $status: $(cat "$SCRATCH/out" "$SCRATCH/error")"
  grep -qxE 'rinha: full / stack is [0-9.]+ in requests/s, less than 999' "$SCRATCH/error" || fail "$(<"$SCRATCH/error")"
  (($(wc -l <"$SCRATCH/error") == 1)) || fail "$(<"$SCRATCH/error")"
  every_answer_was_right
}

test_a_file_that_has_grown_is_compared() {
  needs sqlite3
  ceiling grown stack --transactions 10000
  every_answer_was_right
}

test_a_million_accounts_are_compared_with_one() {
  local output
  output=$(ceiling million one) || fail "$output"
  every_answer_was_right
  query '.first == "million" and .second == "one"'
}

test_a_file_that_has_grown_is_a_consistent_ledger() {
  [[ -x $SERVER ]] || skip 'the server is not built'
  needs sqlite3
  grow "$SCRATCH/grown.db" 10003
  "$SERVER" verify "$SCRATCH/grown.db" || fail 'the server finds it wrong'
  sqlite3 "$SCRATCH/grown.db" 'PRAGMA integrity_check' 'PRAGMA foreign_key_check' 'SELECT count(*) FROM transacoes' '
    SELECT * FROM clientes AS c WHERE (saldo, ultima_seq, ultima_seq) IS NOT (
      SELECT sum(iif(tipo = '"'c'"', valor, -valor)), count(*), max(seq) FROM transacoes WHERE cliente_id = c.id)' '
    SELECT * FROM (SELECT seq, row_number() OVER (PARTITION BY cliente_id ORDER BY id) AS place FROM transacoes)
    WHERE seq <> place' |
    diff <(printf '%s\n' ok 10003) - || fail 'its balances are not the sums of its transactions'
}

test_the_statements_of_a_file_that_has_grown_are_its_newest_transactions() {
  [[ -x $SERVER ]] || skip 'the server is not built'
  needs sqlite3
  needs jq
  local transactions id
  # With 3 of them two clients have none; with 33 a client has fewer than ten.
  for transactions in 3 33 10003; do
    grow "$SCRATCH/$transactions.db" "$transactions"
    DATABASE_URL=$SCRATCH/$transactions.db API_SOCKET=$SCRATCH/api.sock "$SERVER" &
    server=$!
    eventually 60 curl -sSf --unix-socket "$SCRATCH/api.sock" http://localhost/health
    for id in 1 2 3 4 5; do
      curl -sS --unix-socket "$SCRATCH/api.sock" "http://localhost/clientes/$id/extrato" |
        jq -c '.ultimas_transacoes[] | [.valor, .tipo, .descricao]' |
        diff <(sqlite3 "$SCRATCH/$transactions.db" "
          SELECT json_array(valor, tipo, descricao) FROM transacoes WHERE cliente_id = $id ORDER BY seq DESC LIMIT 10") - ||
        fail "client $id of $transactions transactions has another statement"
    done
    tear_down
  done
}

test_nonsense_is_refused_before_anything_starts() {
  expect_exit 2 "not stack, floor, tuned, full, grown, one, million or a stack's name: 'sky'" "$ROOT/rinha" ceiling sky floor
  expect_exit 2 'two different kinds are compared, not: stack' "$ROOT/rinha" ceiling stack
  expect_exit 2 'two different kinds' "$ROOT/rinha" ceiling floor floor
  expect_exit 2 "not mix, connections, refused or statements: 'heavy'" "$ROOT/rinha" ceiling --load heavy
  expect_exit 2 "not a number of transactions: '1e7'" "$ROOT/rinha" ceiling grown stack --transactions 1e7
  expect_exit 2 "not a ratio: 'most'" "$ROOT/rinha" ceiling --min-ratio most
  [[ ! -e $ROOT/artifacts/ceiling ]] || fail 'something was started'
}

run_tests "$@"
