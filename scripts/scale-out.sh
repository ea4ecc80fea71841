#!/usr/bin/env bash
#: past one machine: API hosts added, removed and cut off in front of PostgreSQL, each host a network namespace
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/nginx.sh
source "$ROOT/scripts/lib/nginx.sh"
# shellcheck source=scripts/lib/publish.sh
source "$ROOT/scripts/lib/publish.sh"
# shellcheck source=scripts/lib/hosts.sh
source "$ROOT/scripts/lib/hosts.sh"
# shellcheck source=scripts/lib/cluster.sh
source "$ROOT/scripts/lib/cluster.sh"
# shellcheck source=scripts/lib/scale.sh
source "$ROOT/scripts/lib/scale.sh"
# shellcheck source=scripts/lib/cuts.sh
source "$ROOT/scripts/lib/cuts.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha scale-out [STAGE…] [flags]     (as root; exit status 1 when anything was found that must not be)
  rates     requests/s, latencies and CPU with 1, 2, 3 and 4 API hosts, in alternation (wrk)
  hosts     API hosts are added, removed and restarted under load: no request fails
  cutapi    one API host is cut off under load, and comes back: what fails, and for how long
  cutdb     PostgreSQL is cut off under load, and comes back: 503 with Retry-After, and nothing is lost or doubled

  --apis N          how many API hosts there are at most (default: 4)
  --api-cpus X      the CPU of each of them (default: 0.10)
  --db-cpus X       the CPU of PostgreSQL's host (default: 0.60)
  --accounts N      how many accounts `rates` asks for (default: 10000)
  -c CONNECTIONS    how many requests of `rates` are in flight at once (default: 64)
  -d SECONDS        the length of one turn of `rates` (default: 6)
  --rounds N        turns of each, in alternation (default: 5)
  --serializable    every transaction with isolation SERIALIZABLE instead of READ COMMITTED
  -r RATE           requests/s of the other stages (default: 400)
  --short           2 API hosts, one short round, short cuts, no read-your-writes rounds; judges counts only
  --json FILE       what was found out, a line of JSON each
All stages in this order are the default. The network of this machine is left alone.
TEXT
}

stages=()
SHORT=''
APIS=4 ACCOUNTS=10000 CONNECTIONS=64 SECONDS_EACH=6 ROUNDS=5 RATE=400 CUT_API_SECONDS=10 CUT_DB_SECONDS=10 STEP_SECONDS=3 PAUSE=1 FIRST_ROUND=0 CHECKS=(--check)
api_cpus=0.10 db_cpus=0.60 json='' DATABASE_OPTIONS=''
while (($#)); do
  case $1 in
    --apis) take APIS "$@" && shift ;;
    --api-cpus) take api_cpus "$@" && shift ;;
    --db-cpus) take db_cpus "$@" && shift ;;
    --accounts) take ACCOUNTS "$@" && shift ;;
    -c) take CONNECTIONS "$@" && shift ;;
    -d) take SECONDS_EACH "$@" && shift ;;
    --rounds) take ROUNDS "$@" && shift ;;
    -r) take RATE "$@" && shift ;;
    --serializable) DATABASE_OPTIONS='?options=-c%20default_transaction_isolation%3Dserializable' ;;
    --short)
      SHORT=yes
      APIS=2 ROUNDS=1 SECONDS_EACH=1 RATE=200 CUT_API_SECONDS=5 CUT_DB_SECONDS=7 STEP_SECONDS=1 PAUSE=0.3 FIRST_ROUND=1
      # Which makes every text another one, as the checks do.
      CHECKS=(--keys)
      ;;
    --json) take json "$@" && shift ;;
    --help) usage && exit ;;
    -*) unknown_flag "$1" ;;
    *) stages+=("$1") ;;
  esac
  shift
done
((${#stages[@]} > 0)) || stages=(rates hosts cutapi cutdb)
for stage in "${stages[@]}"; do
  [[ $stage =~ ^(rates|hosts|cutapi|cutdb)$ ]] || misuse "not rates, hosts, cutapi or cutdb: '$stage'"
done
check_counts "$CONNECTIONS" "$SECONDS_EACH" "$ROUNDS" "$RATE"
[[ $APIS =~ ^[2-8]$ ]] || misuse "not a number of API hosts from 2 to 8: '$APIS'"
[[ $ACCOUNTS =~ ^([5-9]|[1-9][0-9]{1,5})$ ]] || misuse "not a number of accounts from 5 to 999999: '$ACCOUNTS'"
API_QUOTA=$(cpu_quota "$api_cpus") DB_QUOTA=$(cpu_quota "$db_cpus")

((EUID == 0)) || die 'only root can make network namespaces'
need ip iproute2
need nsenter util-linux
hosts_possible || die 'this kernel lets nobody make network namespaces'
need nginx nginx-light nginx
need wrk wrk
need jq jq
need curl curl
postgres_need
publish "$SERVER"
publish "$LOADTEST"

WORK=$ROOT/artifacts/scale-out FIGURES=$WORK/figures
trap cluster_close EXIT
trap 'exit 1' INT TERM
rm -rf -- "$WORK"
mkdir -p "$WORK"
: >"$FIGURES"

cluster_open "$APIS" "$API_QUOTA" "$DB_QUOTA"
cluster_database "$(head -c 18 /dev/urandom | base64 | tr '+/' 'xy')"
LISTED=(1)
cluster_api 1
cluster_proxy
((ACCOUNTS == 5)) ||
  host_run load "$SERVER" accounts add "6..$ACCOUNTS" --limit 100000 --database-url "$DATABASE_URL" >/dev/null
echo "$APIS API hosts of $(cpu_text "$API_QUOTA") CPU, PostgreSQL with $(cpu_text "$DB_QUOTA"), nginx with 0.50;" \
  'the load is outside of all limits'
for stage in "${stages[@]}"; do
  printf '\n%s\n' "$stage"
  "stage_$stage"
done
[[ -z $json ]] || cp "$FIGURES" "$json"
((FOUND == 0)) || die "$FOUND findings (see FOUND above)"
