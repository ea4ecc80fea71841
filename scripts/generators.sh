#!/usr/bin/env bash
#: the load tester beside wrk and hey on a constant answer: rate, CPU per request, latencies
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/publish.sh
source "$ROOT/scripts/lib/publish.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha generators [flags]
  -c CONNECTIONS   connections open at once (default: 14)
  -d SECONDS       the length of one turn (default: 5)
  --rounds N       turns of each, in alternation (default: 5)
  --no-limits      the constant answers without CPU limits: then the generator is the slower side
Rows: `statement` asks for the same statement again and again, `mix` for 22 debits, 11 credits and 1 statement.
TEXT
}

connections=14 seconds=5 rounds=5
limits=()
while (($#)); do
  case $1 in
    -c) take connections "$@" && shift ;;
    -d) take seconds "$@" && shift ;;
    --rounds) take rounds "$@" && shift ;;
    --no-limits) limits=(--no-limits) ;;
    --help) usage && exit ;;
    *) unknown_flag "$1" ;;
  esac
  shift
done
check_counts "$connections" "$seconds" "$rounds"

need wrk wrk
need hey hey
publish "$LOADTEST"
data=$ROOT/artifacts/generators
figures=$data/figures
url=http://127.0.0.1:19997
trap '"$ROOT/rinha" stop --data "$data" >/dev/null; rm -rf -- "$data"' EXIT
trap 'exit 1' INT TERM
"$ROOT/rinha" run --detach --floor --data "$data" --port 19997 "${limits[@]}"

# turn NAME COMMAND…: runs a generator; adds `NAME requests cpu-seconds p50-us p99-us` to the figures.
turn() {
  local name=$1 output cpu TIMEFORMAT='%U %S'
  shift
  { time "$@" >"$data/output" 2>&1; } 2>"$data/time" || die "$name failed: $(tail -n 1 "$data/output")"
  output=$(figures_of "$name" <"$data/output")
  cpu=$(awk '{ print $1 + $2 }' "$data/time")
  [[ $round == 0 ]] || printf '%s %s %s\n' "$name" "$cpu" "$output" >>"$figures"
}

# figures_of NAME: `requests p50-us p99-us` from what the generator printed.
figures_of() {
  case $1 in
    wrk*) awk '
      function us(t) { return t ~ /us$/ ? t + 0 : t ~ /ms$/ ? t * 1e3 : t * 1e6 }
      $1 == "50%" { p50 = us($2) } $1 == "99%" { p99 = us($2) } / requests in / { n = $1 } END { print n, p50, p99 }' ;;
    hey*) awk '/50% in/ { p50 = $3 * 1e6 } /99% in/ { p99 = $3 * 1e6 } /responses$/ { n += $2 } END { print n, p50, p99 }' ;;
    *) awk -F '[:,]' '
      function first(name, value) { if (!(name in seen) && $1 ~ "\"" name "\"") { seen[name] = value + 0 } }
      { first("completed", $2); first("failed", $2) }
      /"latency"/ { inside = 1 }
      inside { first("p50", $2 * 1e6); first("p99", $2 * 1e6) }
      END { if (seen["failed"]) exit 1; print seen["completed"], seen["p50"], seen["p99"] }' ;;
  esac
}

for ((round = 0; round <= rounds; round++)); do
  turn 'wrk statement' wrk -t 1 -c "$connections" -d "${seconds}s" --latency "$url/clientes/1/extrato"
  turn 'rinha statement' "$LOADTEST" load "$url" -c "$connections" -d "${seconds}s" --mix 0:0:1 --quiet -o json
  turn 'hey statement' hey -c "$connections" -z "${seconds}s" "$url/clientes/1/extrato"
  turn 'rinha mix' "$LOADTEST" load "$url" -c "$connections" -d "${seconds}s" --quiet -o json
  turn 'wrk mix, made beforehand, not judged' \
    wrk -t 1 -c "$connections" -d "${seconds}s" --latency -s "$ROOT/scripts/wrk/load.lua" "$url"
  turn 'wrk mix, made and judged in Lua' \
    wrk -t 1 -c "$connections" -d "${seconds}s" --latency -s "$ROOT/scripts/wrk/same.lua" "$url"
done

awk -v seconds="$seconds" '
  function median(list, n,    i, j, t, parts) {
    split(list, parts, " ")
    for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (parts[j] + 0 < parts[i] + 0) {
      t = parts[i]; parts[i] = parts[j]; parts[j] = t
    }
    return n % 2 ? parts[(n + 1) / 2] : (parts[n / 2] + parts[n / 2 + 1]) / 2
  }
  {
    name = $1
    for (i = 2; i <= NF - 4; i++) name = name " " $i
    if (!(name in n)) order[++names] = name
    n[name]++
    rate[name] = rate[name] " " $(NF - 2) / seconds
    cpu[name] = cpu[name] " " $(NF - 3) * 1e6 / $(NF - 2)
    p50[name] = p50[name] " " $(NF - 1)
    p99[name] = p99[name] " " $NF
  }
  END {
    printf "%-38s %10s %8s %8s %8s\n", "generator", "requests/s", "CPU us", "p50 us", "p99 us"
    for (i = 1; i <= names; i++) {
      name = order[i]
      printf "%-38s %10.0f %8.2f %8.0f %8.0f\n", name, median(rate[name], n[name]), median(cpu[name], n[name]),
        median(p50[name], n[name]), median(p99[name], n[name])
    }
  }' "$figures"
echo "medians of $rounds rounds of $seconds s at $connections connections"
