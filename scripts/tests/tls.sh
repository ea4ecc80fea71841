#!/usr/bin/env bash
# TLS: with a certificate of its own the bank answers over https, and over nothing weaker.
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"

tear_down() {
  [[ ! -d $SCRATCH/data ]] || "$ROOT/rinha" stop --data "$SCRATCH/data"
}

# The command of docs/open-network.md.
certificate() {
  needs openssl
  mkdir "$SCRATCH/tls"
  (cd "$SCRATCH/tls" && bash -euc "$(sed -n 's/^\(openssl req .*\)/\1/p' "$ROOT/docs/open-network.md")" 2>/dev/null)
}

bank_with_tls() {
  [[ -x $SERVER ]] || skip 'the server is not built'
  certificate
  tls_port=$(free_port)
  "$ROOT/rinha" run --detach --data "$SCRATCH/data" --port "$(free_port)" --tls "$SCRATCH/tls" --tls-port "$tls_port"
  stack_at "$SCRATCH/data"
  state_read
}

# request PATH FLAG…: over https, where only that certificate is trusted.
request() {
  curl --silent --include --noproxy '*' --max-time 30 --cacert "$SCRATCH/tls/tls.crt" \
    "https://localhost:$tls_port$1" "${@:2}"
}

# handshake FLAG…: the client itself would do anything.
handshake() {
  openssl s_client -connect "127.0.0.1:$tls_port" -cipher 'ALL:@SECLEVEL=0' "$@" </dev/null 2>&1 || true
}

test_it_answers_over_tls_and_over_nothing_weaker() {
  local answer
  bank_with_tls
  answer=$(request /clientes/1/transacoes -H 'content-type: application/json' \
    -d '{"valor": 7, "tipo": "c", "descricao": "tls"}')
  [[ $answer == 'HTTP/1.1 200 '*'{"limite":100000,"saldo":7}' ]] || fail "a credit: $answer"
  answer=$(request /clientes/1/extrato)
  [[ $answer == 'HTTP/1.1 200 '*'"total":7,'*'"descricao":"tls"'* ]] || fail "a statement: $answer"
  answer=$(request /reset -X POST -H 'Content-Type: application/json')
  [[ $answer == 'HTTP/1.1 404 '* ]] || fail "POST /reset is there: $answer"

  answer=$(curl --silent --include --noproxy '*' --max-time 30 "http://127.0.0.1:$tls_port/clientes/1/extrato")
  [[ $answer == 'HTTP/1.1 400 '*application/problem+json*'this port speaks HTTPS only'* ]] || fail "plain: $answer"

  [[ $(handshake -tls1_3) == *'New, TLSv1.3,'* ]] || fail "TLS 1.3: $(handshake -tls1_3)"
  [[ $(handshake -tls1_2) == *'New, TLSv1.2,'* ]] || fail "TLS 1.2: $(handshake -tls1_2)"
  answer=$(handshake -tls1_1)
  [[ $answer == *'alert protocol version'* && $answer == *'New, (NONE)'* ]] || fail "TLS 1.1: $answer"
}

test_without_tls_only_this_machine_is_served() {
  bank_with_tls
  curl --silent --fail --noproxy '*' --max-time 30 -o /dev/null "http://127.0.0.1:$PORT/health" ||
    fail 'not even this one'
  # The machine's other addresses, of which 127.0.0.2 is one. curl's 7 is a connection that was not made.
  expect_exit 7 '' curl --silent --noproxy '*' --max-time 30 "http://127.0.0.2:$PORT/health"
}

test_a_missing_certificate_is_one_clear_line() {
  expect_exit 1 "$SCRATCH/tls.crt cannot be read" "$ROOT/rinha" run --data "$SCRATCH/data" --tls "$SCRATCH"
}

# What compose.tls.yaml makes of the configuration inside the container.
test_the_container_switches_on_what_it_is_told_to() {
  local script
  script=$(sed -n "s/^ *\(sed .*\) >.*/\1/p" "$ROOT/compose.tls.yaml")
  script=${script//\$\$/\$}
  script=${script//\/etc\/nginx\/nginx.conf/$ROOT/nginx/nginx.conf}
  NGINX_BLOCKS=tls bash -euc "$script" >"$SCRATCH/tls.conf"
  grep -q '^ *listen 9443 ssl' "$SCRATCH/tls.conf" || fail 'tls is not on'
  grep -q '^ *#limit: limit_conn ' "$SCRATCH/tls.conf" || fail 'limit is on'
  NGINX_BLOCKS='tls|limit' bash -euc "$script" >"$SCRATCH/both.conf"
  ! grep '#tls: \|#limit: ' "$SCRATCH/both.conf" | grep -v "^# \|^ *# " || fail 'something is off'
}

run_tests "$@"
