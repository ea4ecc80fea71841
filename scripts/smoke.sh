#!/usr/bin/env bash
#: credits, debits and statements at full speed, one after the other, with bombardier, wrk or the load tester
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/common.sh
source "$ROOT/scripts/lib/common.sh"
# shellcheck source=scripts/lib/need.sh
source "$ROOT/scripts/lib/need.sh"
# shellcheck source=scripts/lib/publish.sh
source "$ROOT/scripts/lib/publish.sh"
# shellcheck source=scripts/lib/smoke.sh
source "$ROOT/scripts/lib/smoke.sh"

usage() {
  cat <<TEXT
usage: ./rinha smoke [flags]     (it adds transactions to the server's ledger)
  --url URL        the server (default: http://127.0.0.1:9999, the one of ./rinha run)
  --with TOOL      bombardier (the default), wrk, or rinha for the load tester of ./rinha load
  -c CONNECTIONS   how many requests are in flight at once (default: 14)
  -d SECONDS       the length of one run (default: 10)
  --rate N         requests per second (default: as many as go; wrk cannot)
  --only RUN       credits, debits or statements
  --json FILE      the results as one JSON object
  --dry-run        print the command lines and do nothing
Exit status 1 when an answer was not 200, or for a debit 422, or when there was none.
bombardier comes from BOMBARDIER=, from the PATH, or as the image BOMBARDIER_IMAGE= ($BOMBARDIER_IMAGE).
bombardier and wrk repeat one request per run, the load tester draws clients and amounts and reads the bodies too.
bombardier counts statuses by class. So curl sends the request of a run once before and once after it, and its status
must be right; a 4xx counts as a 422 only among debits, and only when the debit after the run was refused with 422.
TEXT
}

url=http://127.0.0.1:9999 with=bombardier connections=14 seconds=10 rate='' only='' json='' dry_run=''
while (($#)); do
  case $1 in
    --url) take url "$@" && shift ;;
    --with) take with "$@" && shift ;;
    -c) take connections "$@" && shift ;;
    -d) take seconds "$@" && shift ;;
    --rate) take rate "$@" && shift ;;
    --only) take only "$@" && shift ;;
    --json) take json "$@" && shift ;;
    --dry-run) dry_run=yes ;;
    --help) usage && exit ;;
    *) unknown_flag "$1" ;;
  esac
  shift
done
# With its unit too, as the tools themselves write it.
seconds=${seconds%s} url=${url%/}
check_counts "$connections" "$seconds" ${rate:+"$rate"}
[[ $url =~ ^https?://[A-Za-z0-9._:-]+$ || $url =~ ^https?://\[[0-9A-Fa-f:.]+\](:[0-9]+)?$ ]] ||
  misuse "not http://HOST:PORT: '$url'"
[[ $with =~ ^(bombardier|wrk|rinha)$ ]] || misuse "not bombardier, wrk or rinha: '$with'"
runs=(credits debits statements)
if [[ -n $only ]]; then
  [[ $only =~ ^(credits|debits|statements)$ ]] || misuse "not credits, debits or statements: '$only'"
  runs=("$only")
fi
[[ -z $rate || $with != wrk ]] || misuse 'wrk has no --rate; bombardier and rinha have'

# status_of RUN: what curl gets for the request of this run; 000 when nothing.
status_of() {
  local -a body=()
  request_of "$1"
  [[ -z $BODY ]] || body=(-H 'Content-Type: application/json' --data-binary "$BODY")
  curl --silent --output /dev/null --globoff --noproxy '*' --max-time 10 --write-out '%{http_code}' \
    --request "$METHOD" "${body[@]}" "$TARGET" || true
}

is_right() {
  [[ $2 == 200 || $1 == debits && $2 == 422 ]]
}

# wrong WORDS…: a finding about this run. The run goes on: one look shows all that is wrong.
wrong() {
  echo "rinha: $run: $*" >&2
  is_ok=false
}

# run RUN: one line of the table, and of the JSON.
run() {
  local run=$1 is_ok=true status=0 figures before='' after=''
  command_of "$run"
  [[ $with != bombardier ]] || before=$(status_of "$run")
  "${COMMAND[@]}" </dev/null >"$scratch/output" 2>"$scratch/errors" || status=$?
  [[ $with != bombardier ]] || after=$(status_of "$run")
  figures=$(figures_of "$scratch/output") ||
    die "$run: $with failed (exit status $status): $(cat "$scratch/errors" "$scratch/output" | tail -n 1)"
  show "$figures"
  judge "$figures"
  ((status == 0)) || wrong "$with ended with exit status $status"
  json_runs+=("$(json_of "$figures")")
  [[ $is_ok == true ]] || failed=$((failed + 1))
}

# show FIGURES
show() {
  local -a figure
  read -ra figure <<<"$1"
  local answers=${figure[*]:6}
  ((figure[5] == 0)) || answers+="${answers:+ }errors=${figure[5]}"
  printf '%-11s %11.0f %8.2f %8.2f %8.2f %8.2f  %s\n' "$run" "${figure[@]:0:5}" "$answers"
}

judge() {
  local -a figure
  local word
  read -ra figure <<<"$1"
  ((${#figure[@]} > 6)) || wrong 'not one answer'
  ((figure[5] == 0)) || wrong "${figure[5]} requests without a usable answer"
  for word in "${figure[@]:6}"; do
    judge_status "${word%=*}" "${word#*=}"
  done
  [[ $with == bombardier ]] || return 0
  is_right "$run" "$before" || wrong "the same request before the run was answered $before"
  is_right "$run" "$after" || wrong "the same request after the run was answered $after"
}

# judge_status STATUS COUNT: in a run of debits alone, on one account and with one amount, what follows the first
# refusal is refused too. So when the debit after the run was accepted, none in it can have been refused.
judge_status() {
  case $1 in
    2xx) ;;
    4xx)
      if [[ $run != debits ]]; then
        wrong "$2 answers of 4xx"
      elif [[ $after != 422 ]]; then
        wrong "$2 answers of 4xx, which were no refusals: the same debit after the run was answered $after"
      else
        echo "  4xx taken for 422: the same debit was answered $before before the run and 422 after it"
      fi
      ;;
    *) is_right "$run" "$1" || wrong "$2 answers of $1" ;;
  esac
}

# json_of FIGURES
json_of() {
  local -a figure
  local word statuses=''
  read -ra figure <<<"$1"
  for word in "${figure[@]:6}"; do
    statuses+="${statuses:+,}\"${word%=*}\":${word#*=}"
  done
  printf '{"name":"%s","ok":%s,"requestsPerSecond":%s,"p50Ms":%s,"p90Ms":%s,"p99Ms":%s,"maxMs":%s,"errors":%s,' \
    "$run" "$is_ok" "${figure[@]:0:6}"
  printf '"statuses":{%s},"statusBefore":%s,"statusAfter":%s,"command":"%s"}' "$statuses" \
    "${before:-null}" "${after:-null}" "$(json_escape "$(shell_line "${COMMAND[@]}")")"
}

write_json() {
  local IFS=,
  printf '{"tool":"%s","version":"%s","url":"%s","connections":%s,"seconds":%s,"rate":%s,"ok":%s,"runs":[%s]}\n' \
    "$with" "$(json_escape "$version")" "$url" "$connections" "$seconds" "${rate:-null}" \
    "$( ((failed == 0)) && echo true || echo false)" "${json_runs[*]}" >"$json"
}

if [[ -n $dry_run ]]; then
  [[ $with != bombardier ]] || find_bombardier
  for run in "${runs[@]}"; do
    command_of "$run"
    shell_line "${COMMAND[@]}"
  done
  exit
fi

need curl curl
# Before anything is built, installed or pulled for it. Whether the answer is right is for the runs to say.
[[ $(status_of statements) != 000 ]] || die "$url does not answer (./rinha run starts the stack)"
find_tool
[[ -z $json ]] || { : >"$json"; } 2>/dev/null || die "$json cannot be written"
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
trap 'exit 1' INT TERM
failed=0 json_runs=()

echo "$version, $connections connections, $seconds s each${rate:+, $rate requests/s}: $url"
printf '%-11s %11s %8s %8s %8s %8s  %s\n' run requests/s 'p50 ms' 'p90 ms' 'p99 ms' 'max ms' answers
for name in "${runs[@]}"; do
  run "$name"
done
[[ -z $json ]] || write_json
((failed == 0)) || die "smoke: $failed of ${#runs[@]} runs went wrong"
echo 'smoke: every answer as it should be'
