# shellcheck shell=bash
# The stages of `scale-out`. Each leaves a line of JSON in FIGURES for every thing it has found out, and prints it; what
# must not be is counted in FOUND.

FOUND=0

# found TEXT: something that must not be.
found() {
  FOUND=$((FOUND + 1))
  echo "FOUND: $*"
}

# found_slow TEXT…: the same, but for `--short`, which a test runs beside other work: there only counts decide.
found_slow() {
  [[ -n $SHORT ]] || found "$@"
}

# keep STAGE NAME=JSON…: a line of figures.
keep() {
  local stage=$1 pair
  local -a given=()
  shift
  for pair in "$@"; do given+=(--argjson "${pair%%=*}" "${pair#*=}"); done
  jq -nc --arg stage "$stage" "${given[@]}" '$ARGS.named' >>"$FIGURES"
}

# reading: what has been used so far: CPU time of PostgreSQL, of all APIs and of nginx in microseconds, the periods in
# which PostgreSQL had used up its quota, how often it has waited for the disk, and the APIs' batches, writes and
# retries.
reading() {
  local number spent=0
  for ((number = 1; number <= APIS; number++)); do spent=$((spent + $(cgroup_cpu_usage_us "api$number"))); done
  echo "$(cgroup_cpu_usage_us db) $spent $(cgroup_cpu_usage_us proxy) $(cgroup_throttled db)" \
    "$(database_ask -qAt -c 'SELECT wal_sync FROM pg_stat_wal')" \
    "$(for ((number = 1; number <= APIS; number++)); do api_metrics "$number"; done | awk '
      $1 == "rinha_ledger_batch_writes_count" { batches += $2 }
      $1 == "rinha_ledger_batch_writes_sum" { writes += $2 }
      $1 == "rinha_ledger_retries_total" { retries += $2 }
      END { print batches + 0, writes + 0, retries + 0 }')"
}

# api_metrics NUMBER
api_metrics() {
  host_run load curl --silent --noproxy '*' --max-time 1 "http://$(api_address "$1"):$BANK_PORT/metrics"
}

# rate_turn COUNT ROUND: wrk against the first so many. Round 0 warms up and is not kept; the short form begins with 1.
rate_turn() {
  local count=$1 round=$2 seconds=$SECONDS_EACH result n duration p50 p99 unexpected errors name index=0
  local -a before after pairs=()
  # shellcheck disable=SC2046 # one word each
  cluster_list $(seq "$count")
  sleep 0.3
  ((round > 0)) || seconds=1
  read -ra before < <(reading)
  result=$(host_run load wrk -t 1 -c "$CONNECTIONS" -d "${seconds}s" --timeout 10s --latency \
    -s "$ROOT/scripts/wrk/load.lua" "$BANK_URL" -- mix "$ACCOUNTS") || die "wrk failed: $result"
  read -ra after < <(reading)
  read -r _ n duration p50 p99 _ _ unexpected errors < <(grep '^result ' <<<"$result")
  ((n > 0)) || die 'not one request was answered'
  ((unexpected + errors == 0)) || found "$unexpected unexpected answers and $errors socket errors with $count hosts"
  ((round > 0)) || return 0
  for name in dbUs apiUs proxyUs dbThrottled syncs batches writes retries; do
    pairs+=("$name=$((after[index] - before[index]))")
    index=$((index + 1))
  done
  keep rates "apis=$count" "round=$round" "requests=$n" "us=$duration" "p50Us=$p50" "p99Us=$p99" "${pairs[@]}"
  printf 'round %d  API hosts %d  %6.0f requests/s  p99 %6.2f ms  PostgreSQL %3.0f %% of its CPU\n' "$round" "$count" \
    "$(per "$n" "$duration" 1000000)" "$(per "$p99" 1000 1)" \
    "$(per "$((after[0] - before[0]))" "$((duration * DB_QUOTA / 1000))" 10000)"
}

# per AMOUNT DIVISOR FACTOR
per() {
  awk -v a="$1" -v d="$2" -v f="$3" 'BEGIN { print a / d * f }'
}

stage_rates() {
  local round count number
  for ((number = 1; number <= APIS; number++)); do cluster_up "$number"; done
  for ((round = FIRST_ROUND; round <= ROUNDS; round++)); do
    for ((count = 1; count <= APIS; count++)); do rate_turn "$count" "$round"; done
  done
  books rates ''
  jq -nr --argjson quota "$DB_QUOTA" '
    def median: sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
    def column(f): map(f) | median;
    def fixed(n): . * pow(10; n) | round / pow(10; n) | tostring;
    ["API hosts", "requests/s", "p50 ms", "p99 ms", "db CPU %", "db us", "API us", "proxy us", "batch", "syncs/s",
      "retries"],
    ([inputs | select(.stage == "rates" and .apis)] | group_by(.apis)[] |
      [(.[0].apis | tostring), (column(.requests / .us * 1e6) | fixed(0)), (column(.p50Us / 1e3) | fixed(2)),
       (column(.p99Us / 1e3) | fixed(2)), (column(.dbUs / .us / $quota * 1e7) | fixed(0)),
       (column(.dbUs / .requests) | fixed(0)), (column(.apiUs / .requests) | fixed(0)),
       (column(.proxyUs / .requests) | fixed(0)), (column(.writes / .batches) | fixed(1)),
       (column(.syncs / .us * 1e6) | fixed(0)), (map(.retries) | add | tostring)])
    | @tsv' "$FIGURES" | awk -F '\t' '{ for (i = 1; i <= NF; i++) printf "%11s", $i; print "" }'
  echo "medians of $ROUNDS rounds of $SECONDS_EACH s, $CONNECTIONS connections, $ACCOUNTS accounts; db CPU: of its limit"
  echo 'us: CPU time per request, all hosts of a kind together; batch: writes that share a commit; syncs: how often'
  echo 'PostgreSQL waits for the disk; retries: batches tried again after a collision, in all rounds'
}

# cluster_up NUMBER: the API, unless it runs.
cluster_up() {
  local pid=${HOST_PID[api$1]:-}
  if [[ -z $pid ]] || ! kill -0 "$pid" 2>/dev/null; then
    cluster_api "$1"
  fi
}

# load_begin NAME SECONDS FLAG…: the load tester on a schedule, in the background; on an empty ledger, so that every row
# is one of this run.
load_begin() {
  local name=$1 seconds=$2
  shift 2
  database_ask -q -c 'TRUNCATE transacoes, chaves' -c 'UPDATE clientes SET saldo = 0, ultima_seq = 0'
  host_run load "$LOADTEST" load "$BANK_URL" "${CHECKS[@]}" -c 64 -r "$RATE" -d "${seconds}s" --quiet -o json "$@" \
    >"$WORK/$name.json" 2>"$WORK/$name.log" &
  LOAD_PID=$! LOAD_BEGAN=${EPOCHREALTIME/[.,]/}
}

# load_end NAME: waits for it, and looks at the books.
load_end() {
  # It ends with 1 when a request failed, which is for the stage to judge.
  wait "$LOAD_PID" || true
  [[ -s $WORK/$1.json ]] || die "the load: $(tail -n 1 "$WORK/$1.log")"
  books "$1" "$WORK/$1.json"
}

# of NAME EXPRESSION: something that the load tester's report says.
of() {
  jq -r "$2" "$WORK/$1.json"
}

# books STAGE REPORT: what is in the database, held against itself and against what was acknowledged. REPORT may be empty.
books() {
  local rows texts keys wrong acknowledged unknown violations
  IFS='|' read -r rows texts keys wrong < <(database_ask -qAt -f - <"$ROOT/scripts/lib/books.sql")
  ((wrong == 0)) || found "$wrong clients whose balance, sequence or limit is not what their history says"
  keep "$1" "rows=$rows" "wrongClients=$wrong"
  if [[ -z $2 ]]; then
    echo "books: $rows rows; balance = sum, balance >= -limit, sequences without a gap: $wrong clients wrong"
    return
  fi
  # Without --check the report says how many posts were answered 200, and how many came to nothing.
  IFS=$'\t' read -r acknowledged unknown violations < <(jq -r 'if .check
    then [.check.acknowledged, .check.unknown, (.check.checks | map(.violations) | add)]
    else [.operations[] | select(.name != "extrato")] | [(map(.statuses["200"] // 0) | add), (map(.failed) | add), 0]
    end | @tsv' "$2")
  ((texts == rows)) || found "$rows rows have $texts different texts: something is there twice"
  ((rows >= acknowledged && rows <= acknowledged + unknown)) ||
    found "$rows rows, but $acknowledged acknowledged and $unknown unknown"
  ((violations == 0)) || found "$(jq -c '.check.checks[] | select(.violations > 0)' "$2")"
  keep "$1" "acknowledged=$acknowledged" "unknown=$unknown" "violations=$violations"
  echo "books: $rows rows, $acknowledged acknowledged, $unknown without an answer, none twice ($keys under a key);" \
    "$wrong clients and $violations checks wrong"
}

# moment: seconds since the load began.
moment() {
  awk -v us=$((${EPOCHREALTIME/[.,]/} - LOAD_BEGAN)) 'BEGIN { printf "%.1f", us / 1e6 }'
}

step() {
  echo "$(moment) s  $*"
}
