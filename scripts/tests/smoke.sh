#!/usr/bin/env bash
# `smoke` by its command lines, with wrk and the load tester for real, and with a test double of bombardier, which
# prints what bombardier would and sends nothing.
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"

CREDIT="'{\"valor\": 10, \"tipo\": \"c\", \"descricao\": \"smoke\"}'"
DEBIT="'{\"valor\": 20, \"tipo\": \"d\", \"descricao\": \"smoke\"}'"

tear_down() {
  [[ ! -d $SCRATCH/data ]] || "$ROOT/rinha" stop --data "$SCRATCH/data"
  [[ ! -e $SCRATCH/wrong.pid ]] || kill "$(<"$SCRATCH/wrong.pid")"
}

# stack [FLAG…]: a fresh one; sets url.
stack() {
  local port
  port=$(free_port)
  "$ROOT/rinha" run --detach --data "$SCRATCH/data" --port "$port" "$@" >/dev/null
  url=http://127.0.0.1:$port
}

# wrong_server DIRECTIVE [SHARE]: an nginx that gives some transactions another answer, and the rest {}; sets url.
wrong_server() {
  local port
  port=$(free_port)
  cat >"$SCRATCH/wrong.conf" <<TEXT
pid $SCRATCH/wrong.pid;
error_log $SCRATCH/wrong.log;
events {}
http {
  access_log off;
  client_body_temp_path $SCRATCH/body;
  proxy_temp_path $SCRATCH/proxy;
  fastcgi_temp_path $SCRATCH/fastcgi;
  uwsgi_temp_path $SCRATCH/uwsgi;
  scgi_temp_path $SCRATCH/scgi;
  split_clients \$request_id \$unlucky { ${2:-2%} yes; * no; }
  server {
    listen 127.0.0.1:$port;
    location / { return 200 '{}'; }
    location ~ /transacoes$ {
      if (\$unlucky = yes) { $1; }
      return 200 '{}';
    }
  }
}
TEXT
  nginx -p "$SCRATCH" -c "$SCRATCH/wrong.conf"
  url=http://127.0.0.1:$port
}

smoke() {
  "$ROOT/rinha" smoke --url "$url" -d 1 "$@"
}

# query EXPRESSION: something about the result that must be so.
query() {
  needs jq
  jq -e "$1" "$SCRATCH/result.json" >/dev/null || fail "not so: $1: $(<"$SCRATCH/result.json")"
}

# double NAME: an executable that is taken for bombardier.
double() {
  mkdir -p "$SCRATCH/bin"
  cat >"$SCRATCH/bin/$1" <<'TEXT'
#!/bin/sh
# A test double of bombardier.
[ "$1" != --version ] || { echo 'bombardier version v1.2.5 linux/amd64' >&2; exit 0; }
cat "$(dirname "$0")/report"
TEXT
  chmod +x "$SCRATCH/bin/$1"
}

# report COUNTS [MORE]: what the double prints, in the form of bombardier's JSON template; COUNTS from req1xx to others.
report() {
  local -a n
  read -ra n <<<"$1"
  printf '%s' '{"spec":{"numberOfConnections":14,"testType":"timed","testDurationSeconds":2,"method":"POST",' \
    '"url":"http://127.0.0.1:1/","headers":[{"key":"Content-Type","value":"application/json"}],' \
    '"body":"{\"valor\": 10, \"tipo\": \"c\"}","stream":false,"timeoutSeconds":10,"client":"fasthttp"},' \
    '"result":{"bytesRead":1000,"bytesWritten":1000,"timeTakenSeconds":2.5,' \
    "\"req1xx\":${n[0]},\"req2xx\":${n[1]},\"req3xx\":${n[2]},\"req4xx\":${n[3]},\"req5xx\":${n[4]}," \
    "\"others\":${n[5]}${2:-},\"latency\":{\"mean\":900.5,\"stddev\":10.25,\"max\":20500," \
    '"percentiles":{"50":800,"75":900,"90":1500,"95":1700,"99":2750}},"rps":{"mean":400.5,"stddev":3.1,"max":9000.5,' \
    '"percentiles":{"50":400.000000,"75":401.000000,"90":402.000000,"95":403.000000,"99":404.000000}}}}' \
    >"$SCRATCH/bin/report"
}

# bombard FLAG…: smoke with the double.
bombard() {
  BOMBARDIER=$SCRATCH/bin/double smoke --json "$SCRATCH/result.json" "$@"
}

# lines EXPECTED COMMAND…: the standard output, exactly.
lines() {
  local expected=$1 output
  shift
  output=$("$@") || fail "$*: exit status $?"
  [[ $output == "$expected" ]] || fail "$*: $output"
}

test_dry_run_prints_the_command_lines_of_wrk() {
  local start="wrk -t 1 -c 14 -d 10s --timeout 10s --latency -s $ROOT/scripts/wrk/smoke.lua"
  start+=' http://127.0.0.1:9999/clientes/1'
  lines "$start/transacoes -- POST $CREDIT"$'\n'"$start/transacoes -- POST $DEBIT"$'\n'"$start/extrato -- GET" \
    "$ROOT/rinha" smoke --with wrk --dry-run
}

test_dry_run_prints_the_command_lines_of_the_load_tester() {
  lines "$LOADTEST load 'http://[::1]:80' -c 3 -d 7s --mix 0:0:1 -r 500 --quiet -o json" \
    "$ROOT/rinha" smoke --with rinha --dry-run --url 'http://[::1]:80/' -c 3 -d 7s --rate 500 --only statements
}

test_dry_run_prints_the_command_lines_of_bombardier() {
  local start='/opt/bombardier -c 14 -d 10s -t 10s -l' url=http://127.0.0.1:9999/clientes/1
  local json="-H 'Content-Type: application/json'"
  lines "$start -m POST $json -b $CREDIT -o json -p result $url/transacoes
$start -m POST $json -b $DEBIT -o json -p result $url/transacoes
$start -m GET -o json -p result $url/extrato" env BOMBARDIER=/opt/bombardier "$ROOT/rinha" smoke --dry-run
  lines "$start -m GET -r 20 -o json -p result $url/extrato" \
    env BOMBARDIER=/opt/bombardier "$ROOT/rinha" smoke --dry-run --only statements --rate 20
}

test_nonsense_is_refused() {
  expect_exit 2 'not bombardier, wrk or rinha' "$ROOT/rinha" smoke --with ab
  expect_exit 2 'not credits, debits or statements' "$ROOT/rinha" smoke --only 'credits debits'
  expect_exit 2 'wrk has no --rate' "$ROOT/rinha" smoke --with wrk --rate 5
  expect_exit 2 'not a count' "$ROOT/rinha" smoke -d 1m
  expect_exit 2 'not http://HOST:PORT' "$ROOT/rinha" smoke --url http://127.0.0.1:9999/clientes
}

test_a_server_that_does_not_answer_is_one_line() {
  local nowhere
  nowhere=http://127.0.0.1:$(free_port)
  expect_exit 1 "rinha: $nowhere does not answer" "$ROOT/rinha" smoke --with wrk --url "$nowhere"
}

debits_are_refused() {
  smoke --with wrk --only debits --json "$SCRATCH/result.json" >/dev/null
  jq -e '.runs[0].statuses["422"] > 0' "$SCRATCH/result.json" >/dev/null
}

test_wrk_counts_each_status_and_refused_debits_are_right() {
  needs wrk
  stack
  smoke --with wrk --json "$SCRATCH/result.json"
  query '.ok and .tool == "wrk" and .seconds == 1 and .connections == 14 and .rate == null'
  query '[.runs[].name] == ["credits", "debits", "statements"]'
  query 'all(.runs[]; .ok and .errors == 0 and .requestsPerSecond > 0 and .p50Ms > 0)'
  query 'all(.runs[]; .p50Ms <= .p90Ms and .p90Ms <= .p99Ms and .p99Ms <= .maxMs)'
  query '(.runs[0].statuses | keys) == ["200"] and (.runs[2].statuses | keys) == ["200"]'
  # Every transaction there is was counted, and each that was counted is there; those under way at the end may be more.
  needs sqlite3
  local kept counted
  kept=$(sqlite3 "$SCRATCH/data/rinha.db" 'SELECT count(*) FROM transacoes')
  counted=$(jq '.runs[0].statuses["200"] + .runs[1].statuses["200"]' "$SCRATCH/result.json")
  ((kept >= counted && kept <= counted + 28)) || fail "$counted counted, $kept kept"
  # What the limit and the credits before are for can be had; then the rest is refused, and that is right.
  eventually 60 debits_are_refused
  query '.ok'
}

test_the_load_tester_does_the_same_runs() {
  stack
  smoke --with rinha --rate 300 --json "$SCRATCH/result.json"
  query '.ok and .rate == 300 and ([.runs[].name] == ["credits", "debits", "statements"])'
  query 'all(.runs[]; .requestsPerSecond > 0 and .errors == 0 and .maxMs >= .p99Ms)'
  query '(.runs[0].statuses | keys) == ["200"]'
}

test_wrong_answers_fail_with_wrk() {
  needs wrk
  wrong_server 'return 500'
  expect_exit 1 'answers of 500' smoke --with wrk --only debits
  expect_exit 1 'smoke: 2 of 3 runs went wrong' smoke --with wrk --json "$SCRATCH/result.json"
  query '(.ok | not) and ([.runs[].ok] == [false, false, true]) and .runs[0].statuses["500"] > 0'
}

test_a_refusal_is_right_for_debits_alone() {
  needs wrk
  wrong_server 'return 422'
  expect_exit 0 ' 422=' smoke --with wrk --only debits
  expect_exit 1 'answers of 422' smoke --with wrk --only credits
}

test_closed_connections_fail_with_wrk() {
  needs wrk
  wrong_server 'return 444'
  expect_exit 1 'requests without a usable answer' smoke --with wrk --only credits
}

test_wrong_answers_and_wrong_bodies_fail_with_the_load_tester() {
  wrong_server 'return 500'
  expect_exit 1 'answers of 500' smoke --with rinha --only credits
  # What is not a statement is a wrong answer, whatever its status.
  expect_exit 1 'requests without a usable answer' smoke --with rinha --only statements
}

test_bombardiers_figures_are_read() {
  double double
  report '0 5000 0 0 0 0'
  stack --floor
  bombard -c 5
  query '.ok and .connections == 5 and .version == "bombardier version v1.2.5 linux/amd64 ('"$SCRATCH"'/bin/double)"'
  query '.runs[0] | [.requestsPerSecond, .p50Ms, .p90Ms, .p99Ms, .maxMs] == [2000, 0.8, 1.5, 2.75, 20.5]'
  query '.runs[0] | .statuses == {"2xx": 5000} and .statusBefore == 200 and .statusAfter == 200'
}

test_other_classes_and_errors_fail_with_bombardier() {
  double double
  stack --floor
  report '0 5000 0 0 1 0'
  expect_exit 1 'answers of 5xx' bombard --only credits
  report '0 5000 3 0 0 0'
  expect_exit 1 '3 answers of 3xx' bombard --only statements
  report '0 5000 0 2 0 0'
  expect_exit 1 '2 answers of 4xx' bombard --only credits
  report '0 5000 0 0 0 7' ',"errors":[{"description":"say \"count\":99","count":4},{"description":"timeout","count":3}]'
  expect_exit 1 '7 requests without a usable answer' bombard --only debits
  report '0 0 0 0 0 0'
  expect_exit 1 'not one answer' bombard --only debits
  echo 'unknown long flag' >"$SCRATCH/bin/report"
  expect_exit 1 'credits: bombardier failed (exit status 0): unknown long flag' bombard
}

test_bombardiers_4xx_are_refusals_only_when_the_debit_is_refused() {
  double double
  report '0 5000 0 200 0 0'
  stack
  expect_exit 1 'no refusals: the same debit after the run was answered 200' bombard --only debits
  # Down to the limit, as two debits of curl were accepted before.
  curl --silent --fail --noproxy '*' -H 'Content-Type: application/json' \
    -d '{"valor": 99960, "tipo": "d", "descricao": "all"}' "$url/clientes/1/transacoes"
  expect_exit 0 'taken for 422' bombard --only debits
  query '.ok and .runs[0].statuses == {"2xx": 5000, "4xx": 200} and .runs[0].statusAfter == 422'
}

test_curl_sees_what_bombardier_does_not() {
  double double
  report '0 5000 0 0 0 0'
  # All of them: 204 is of the right class, and still no answer of a bank.
  wrong_server 'return 204' 100%
  expect_exit 1 'the same request before the run was answered 204' bombard --only credits
}

# without_bombardier COMMAND…: with a game on the PATH instead, and an engine that does not run.
without_bombardier() {
  mkdir -p "$SCRATCH/path"
  # A test double of the game: it draws, and says nothing about a version.
  printf '#!/bin/sh\nyes drawing | head -n 100000\n' >"$SCRATCH/path/bombardier"
  [[ -e $SCRATCH/path/docker ]] || printf '#!/bin/sh\nexit 1\n' >"$SCRATCH/path/docker"
  chmod +x "$SCRATCH/path/bombardier" "$SCRATCH/path/docker"
  (
    unset BOMBARDIER
    PATH=$SCRATCH/path:$PATH
    "$@"
  )
}

test_another_program_of_that_name_is_not_started() {
  stack --floor
  expect_exit 1 "$SCRATCH/path/bombardier is another program" without_bombardier smoke
  expect_exit 1 'bombardier is not here: get it from' without_bombardier smoke
  expect_exit 0 'bombardier -c 14' without_bombardier smoke --dry-run
  expect_exit 1 'is not the HTTP load tester' env "BOMBARDIER=$SCRATCH/path/bombardier" "$ROOT/rinha" smoke --url "$url"
}

test_the_image_is_used_where_an_engine_runs() {
  local docker="docker run --rm --network host some/image:1" calls=$SCRATCH/calls
  double inside
  report '0 5000 0 0 0 0'
  mkdir -p "$SCRATCH/path"
  # A test double of the engine: it has no image, can pull it, and runs the double of bombardier.
  cat >"$SCRATCH/path/docker" <<TEXT
#!/bin/sh
echo "docker \$*" >>"$calls"
case \$1 in
  image) exit 1 ;;
  run) shift 5; exec "$SCRATCH/bin/inside" "\$@" ;;
esac
TEXT
  stack --floor
  export BOMBARDIER_IMAGE=some/image:1
  expect_exit 0 "$docker -c 14 -d 1s -t 10s -l -m GET" without_bombardier smoke --dry-run
  ! grep -q 'pull\|run' "$calls" || fail 'a dry run pulled or ran'
  expect_exit 0 "v1.2.5 linux/amd64 ($docker)" without_bombardier smoke
  grep -qx 'docker pull --quiet some/image:1' "$calls" || fail 'not pulled'
  grep -qx "$docker -c 14 -d 1s -t 10s -l -m GET -o json -p result $url/clientes/1/extrato" "$calls" || fail 'not run'
}

run_tests "$@"
