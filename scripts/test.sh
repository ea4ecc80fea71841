#!/usr/bin/env bash
#: every test, or those whose class or method contains FILTER; the last line counts them
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/common.sh
source "$ROOT/scripts/lib/common.sh"
# shellcheck source=scripts/lib/need.sh
source "$ROOT/scripts/lib/need.sh"
# shellcheck source=scripts/lib/publish.sh
source "$ROOT/scripts/lib/publish.sh"
# shellcheck source=scripts/lib/postgres.sh
source "$ROOT/scripts/lib/postgres.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha test [FILTER]
  FILTER   only tests whose full name contains it: a class or a method of the C# tests, a function or a file of
           scripts/tests
TEXT
}

filter=''
while (($#)); do
  case $1 in
    --help) usage && exit ;;
    -*) unknown_flag "$1" ;;
    *)
      [[ -z $filter ]] || misuse 'one FILTER only'
      filter=$1
      ;;
  esac
  shift
done

passed=0 failed=0
# Whatever happens on the way, the last line is the count.
database=''
finish() {
  [[ -z $database ]] || { postgres_stop "$database/data" immediate && rm -rf -- "$database"; } || true
  echo "$passed passed, $failed failed"
}
trap finish EXIT

# dotnet_tests PROJECT
dotnet_tests() {
  local log=$ROOT/artifacts/test.log project=$ROOT/$1 status=0
  local -a select=() unignore=()
  [[ -z $filter ]] || select=(--filter-method "*$filter*")
  # global.json, which selects the test runner, is looked for from the current directory upwards.
  cd "$ROOT"
  with_registry_retry "$log" dotnet build "$project" -c Release --nologo -v quiet --disable-build-servers ||
    die 'the tests do not compile (see above)'
  # A shell that runs this in the background ignores Ctrl-C for it and all its children; the tests send some.
  ! env --default-signal=INT true 2>/dev/null || unignore=(env --default-signal=INT)
  "${unignore[@]}" dotnet test --project "$project" -c Release --no-build "${select[@]}" </dev/null 2>&1 | tee "$log" || status=$?
  passed=$((passed + $(count_of succeeded "$log")))
  failed=$((failed + $(count_of failed "$log")))
  # 8 is the runner's word for no test at all, which a filter may mean.
  ((status == 0 || status == 8 || failed > 0)) || die "dotnet test ended with exit status $status"
}

# count_of WORD LOG: from the runner's summary, where a line is `  succeeded: 12`.
count_of() {
  local count
  count=$(sed -nE "s/^ +$1: ([0-9]+).*/\1/p" "$2" | tail -n 1)
  echo "${count:-0}"
}

shell_tests() {
  local log=$ROOT/artifacts/shell-tests.log file
  : >"$log"
  for file in "$ROOT"/scripts/tests/*.sh; do
    bash "$file" "$filter" 2>&1 | tee -a "$log"
  done
  passed=$((passed + $(grep -c '^ok - ' "$log" || true)))
  failed=$((failed + $(grep -c '^not ok - ' "$log" || true)))
}

# The HTML report is looked at in a browser. Not every distribution has one to install; without it those tests are skipped,
# but in CI they fail.
need_browser() {
  if command -v chromium >/dev/null || command -v google-chrome >/dev/null; then
    return
  fi
  if ((EUID == 0)) && command -v apt-get >/dev/null; then
    (need chromium chromium) || echo 'no Chromium to install: the tests that look at the HTML report need one'
  else
    echo 'no Chromium: the tests that look at the HTML report are skipped'
  fi
}

# The tests' PostgreSQL: for many ledgers at a time, and without waiting for a disk that will not lose its power.
start_database() {
  database=$(mktemp -d) && chmod 0755 "$database"
  postgres_need
  postgres_create "$database/data"
  printf '%s\n' 'max_connections = 300' 'fsync = off' >>"$database/data/postgresql.auto.conf"
  postgres_start "$database/data" "$database/sockets"
  export TEST_POSTGRES_URL="postgres://rinha@/rinha?host=$database/sockets"
}

need flock util-linux
need setpriv util-linux
need curl curl
need nginx nginx-light nginx
need_browser
publish "$SERVER"
publish "$LOADTEST"
start_database
dotnet_tests Rinha.Server.Tests
dotnet_tests Rinha.LoadTest.Tests
shell_tests
((passed + failed > 0)) || die "no test matches '$filter'"
((failed == 0))
