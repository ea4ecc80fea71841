#!/usr/bin/env bash
# usage: scripts/bombardier.sh [URL] [--dry-run] [-c CONNECTIONS] [-d SECONDS] [--rate N] [--only RUN] [--json FILE]
# Runs credits, debits and statements at full speed, one after the other, with https://github.com/codesenberg/bombardier
# from BOMBARDIER= (for example `docker run --rm --network host alpine/bombardier:v1.2.5`) or from the PATH. Debian's
# package of that name is a game. `./rinha smoke` calls this.
# Exit status 1 when an answer was not 200 or, for debits, 422. bombardier counts only status classes, so curl sends
# each run's request before and after it; 4xx count as 422 if the debit after the run gets 422.
set -euo pipefail

fail() { echo "rinha: $*" >&2 && exit 1; }

url=http://127.0.0.1:9999 connections=14 seconds=10 rate='' json='' dry_run='' runs=(credits debits statements)
while (($#)); do
  case $1 in
    -c) connections=$2 && shift ;;
    -d) seconds=$2 && shift ;;
    --rate) rate=$2 && shift ;;
    --only) runs=("$2") && shift ;;
    --json) json=$2 && shift ;;
    --dry-run) dry_run=yes ;;
    *) url=${1%/} ;;
  esac
  shift
done
read -ra bombardier <<<"${BOMBARDIER:-bombardier}"

# request RUN: sets what bombardier and curl send. A debit is twice a credit, so about half are refused.
request() {
  target=$url/clientes/1/transacoes body=()
  case $1 in
    credits) body=('{"valor": 10, "tipo": "c", "descricao": "smoke"}') ;;
    debits) body=('{"valor": 20, "tipo": "d", "descricao": "smoke"}') ;;
    *) target=$url/clientes/1/extrato ;;
  esac
  command=("${bombardier[@]}" -c "$connections" -d "${seconds}s" -t 10s -l ${rate:+-r "$rate"})
  ((${#body[@]} == 0)) || command+=(-m POST -H 'Content-Type: application/json' -b "${body[0]}")
  command+=(-o json -p result "$target")
}

# status: the status that curl gets for the request.
status() {
  curl --silent --output /dev/null --noproxy '*' --max-time 10 --write-out '%{http_code}' \
    ${body:+-H 'Content-Type: application/json' --data-binary "${body[0]}"} "$target" || true
}

# number NAME: the first number with this name in the report.
number() {
  local value
  value=$(grep -oE "\"$1\":[0-9.]+" <<<"$report" | head -n 1)
  echo "${value#*:}"
}

is_right() { [[ $2 == 200 || $1 == debits && $2 == 422 ]]; }

wrong=0 lines=()
for run in "${runs[@]}"; do
  request "$run"
  [[ -z $dry_run ]] || { echo "${command[*]@Q}" && continue; }
  before=$(status)
  report=$("${command[@]}" </dev/null) || fail "$run: ${bombardier[0]} failed: $report"
  report='{'${report#*\{}
  after=$(status) ok=true
  others=$(($(number req1xx) + $(number req3xx) + $(number req5xx) + $(number others))) refused=$(number req4xx)
  is_right "$run" "$before" && is_right "$run" "$after" || ok=false
  ((others == 0 && $(number req2xx) + refused > 0)) || ok=false
  ((refused == 0)) || [[ $run == debits && $after == 422 ]] || ok=false
  latencies=$(grep -oE '"latency":.*' <<<"$report" | grep -oE '"(50|99)":[0-9.]+' | head -n 2 | tr '\n' ' ') || true
  awk -v run="$run" -v n="$(($(number req2xx) + refused))" -v s="$(number timeTakenSeconds)" -v refused="$refused" \
    -v others="$others" -v l="$latencies" 'BEGIN { printf "%-10s %9.0f/s, us: %s, 2xx and 4xx: %d (%d refused), others: %d\n",
      run, n / s, l, n, refused, others }'
  [[ $ok == true ]] || { wrong=$((wrong + 1)) && echo "rinha: $run: wrong answers (curl: $before, $after)" >&2; }
  lines+=("{\"name\":\"$run\",\"ok\":$ok,\"statusBefore\":$before,\"statusAfter\":$after,\"report\":$report}")
done
[[ -z $json || -n $dry_run ]] || (IFS=, && printf '{"tool":"bombardier","runs":[%s]}\n' "${lines[*]}" >"$json")
((wrong == 0)) || fail "$wrong of ${#runs[@]} runs failed"
