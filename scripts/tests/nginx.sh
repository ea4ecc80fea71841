#!/usr/bin/env bash
# nginx's part: its configuration is rendered whole or not at all, and what it answers by itself is a problem document.
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/nginx.sh
source "$ROOT/scripts/lib/nginx.sh"

tear_down() {
  [[ ! -d $SCRATCH/data ]] || "$ROOT/rinha" stop --data "$SCRATCH/data"
}

test_rendering_replaces_paths_and_port() {
  nginx_render "$ROOT/nginx/nginx.conf" "$SCRATCH" 9876 >"$SCRATCH/nginx.conf"
  ! grep -q '/run/rinha\|9999' "$SCRATCH/nginx.conf" || fail 'something of the template is left'
  grep -q 'listen 9876' "$SCRATCH/nginx.conf" || fail 'the port is missing'
  grep -q "unix:$SCRATCH/api02.sock" "$SCRATCH/nginx.conf" || fail 'a socket is missing'
  nginx_command
  "${NGINX[@]}" -t -p "$SCRATCH" -c "$SCRATCH/nginx.conf"
}

test_a_template_that_drifted_is_refused() {
  sed 's/listen 9999/listen 8080/' "$ROOT/nginx/nginx.conf" >"$SCRATCH/template"
  ! (nginx_render "$SCRATCH/template" "$SCRATCH" 9876) >/dev/null || fail 'rendered without its port'
}

# request FLAG…: the answer of a running floor, headers and body.
request() {
  curl --silent --include --noproxy '*' --max-time 30 "$@"
}

test_own_errors_are_problem_documents() {
  local url answer
  "$ROOT/rinha" run --floor --detach --data "$SCRATCH/data" --port "$(free_port)"
  stack_at "$SCRATCH/data"
  state_read
  url=http://127.0.0.1:$PORT

  answer=$(head -c 20000 /dev/zero | request --data-binary @- "$url/clientes/1/transacoes")
  expect_problem 413 'Content Too Large' "$answer"
  answer=$(request "$url/$(head -c 6000 /dev/zero | tr '\0' a)")
  expect_problem 414 'URI Too Long' "$answer"
  answer=$(request -H "X-Large: $(head -c 6000 /dev/zero | tr '\0' a)" "$url/")
  expect_problem 400 'Bad Request' "$answer"

  # With the supervisor held still nobody starts the APIs again.
  kill -STOP "$SUPERVISOR_PID"
  session_kill "${PID[api01]}" "${START[api01]}"
  session_kill "${PID[api02]}" "${START[api02]}"
  answer=$(request "$url/")
  kill -CONT "$SUPERVISOR_PID"
  expect_problem 502 'Bad Gateway' "$answer"
  [[ $answer == *'Retry-After: 1'* ]] || fail "no Retry-After: $answer"
}

expect_problem() {
  [[ $3 == "HTTP/1.1 $1 "* ]] || fail "not a $1: $3"
  [[ $3 == *'Content-Type: application/problem+json'* ]] || fail "not a problem document: $3"
  [[ $3 == *"{\"type\":\"about:blank\",\"title\":\"$2\",\"status\":$1}" ]] || fail "another body: $3"
}

test_old_clients_and_the_status_page_work() {
  local url
  "$ROOT/rinha" run --floor --detach --data "$SCRATCH/data" --port "$(free_port)"
  stack_at "$SCRATCH/data"
  state_read
  url=http://127.0.0.1:$PORT
  [[ $(request --http1.0 "$url/") == *'"saldo"'* ]] || fail 'HTTP/1.0'
  [[ $(request "$url/nginx_status") == *'Active connections'* ]] || fail 'the status page'
}

# floor [FLAG…]: a stack of constant answers at $url.
floor() {
  "$ROOT/rinha" run --floor --detach --data "$SCRATCH/data" --port "$(free_port)" "$@"
  stack_at "$SCRATCH/data"
  state_read
  url=http://127.0.0.1:$PORT
}

# How often which status came of 1,000 requests, FLAG… for curl.
statuses() {
  curl --silent --noproxy '*' --max-time 60 "$@" -o /dev/null -w '%{http_code}\n' "$url/?[1-1000]" | sort | uniq -c
}

# Headers and half a body, on COUNT connections that stay open.
hold_requests() {
  local count=$1 connection
  while ((count-- > 0)); do
    exec {connection}<>"/dev/tcp/127.0.0.1/$PORT"
    printf 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf' >&"$connection"
  done
}

test_no_address_is_limited_by_default() {
  floor
  [[ $(statuses) =~ ^\ *1000\ 200$ ]] || fail 'not every request was answered'
}

test_with_limits_a_burst_is_told_to_wait_and_others_are_served() {
  local counts
  floor --limit
  # Many at once: also on a busy machine they come faster than they are let in.
  counts=$(statuses --parallel --parallel-max 40)
  # The burst at least; more when the machine is so slow that a second passes.
  [[ $counts =~ ([0-9]+)\ 200 ]] || fail "nobody was served: $counts"
  ((BASH_REMATCH[1] >= 200)) || fail "not the whole burst was served: $counts"
  [[ $counts == *' 429'* ]] || fail "nobody was refused: $counts"
  [[ $(request --interface 127.0.0.2 "$url/") == 'HTTP/1.1 200 '* ]] || fail 'another address was refused'
  eventually 60 is_served_again
}

is_served_again() {
  [[ $(request "$url/") == 'HTTP/1.1 200 '* ]]
}

test_with_limits_an_address_that_holds_requests_is_told_to_wait() {
  local answer
  floor --limit
  hold_requests 50
  eventually 60 is_refused
  answer=$(request "$url/")
  expect_problem 429 'Too Many Requests' "$answer"
  [[ $answer == *'Retry-After: 1'* ]] || fail "no Retry-After: $answer"
  [[ $(request --interface 127.0.0.2 "$url/") == 'HTTP/1.1 200 '* ]] || fail 'another address was refused'
  [[ ! -s $LOGS/nginx.log ]] || fail "a refusal was logged: $(<"$LOGS/nginx.log")"
}

is_refused() {
  [[ $(request "$url/") == 'HTTP/1.1 429 '* ]]
}

run_tests "$@"
