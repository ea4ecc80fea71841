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

# How many files of shell tests run at once: they mostly wait.
SHELL_JOBS=3

passed=0 failed=0
database=''
parts=()
# Whatever happens on the way, the last line is the count.
finish() {
  local part
  for part in "${parts[@]}"; do kill -TERM -- "-$part" 2>/dev/null || true; done
  [[ -z $database ]] || { postgres_stop "$database/data" immediate && rm -rf -- "$database"; } || true
  echo "$passed passed, $failed failed"
}
trap finish EXIT

# begin NAME COMMAND…: in a process group beside the others; what it says is in artifacts/test-NAME.log.
begin() {
  local log=$ROOT/artifacts/test-$1.log
  shift
  set -m
  "$@" </dev/null >"$log" 2>&1 &
  set +m
  parts+=($!)
}

# end NAME OK NOT-OK: waits for the oldest that has not ended, shows what it said and counts what these patterns match in it.
end() {
  local log=$ROOT/artifacts/test-$1.log status=0 bad
  wait "${parts[0]}" || status=$?
  parts=("${parts[@]:1}")
  cat "$log"
  bad=$(count_of "$3" "$log")
  passed=$((passed + $(count_of "$2" "$log")))
  failed=$((failed + bad))
  ((status == 0 || bad > 0)) || die "the tests of $1 ended with exit status $status"
}

# count_of PATTERN LOG: of the runner's summary, where a line is `  succeeded: 12`, or of the lines that match.
count_of() {
  if [[ $1 == ' '* ]]; then
    sed -nE "s/^$1: ([0-9]+).*/\1/p" "$2" | tail -n 1 | grep . || echo 0
  else
    grep -c "$1" "$2" || true
  fi
}

build_tests() {
  local project
  # global.json, which selects the test runner, is looked for from the current directory upwards.
  cd "$ROOT"
  # The benchmarks are checked by a shell test.
  for project in Rinha.Server.Tests Rinha.LoadTest.Tests Rinha.Bench; do
    with_registry_retry "$ROOT/artifacts/test-build.log" dotnet build "$project" -c Release --nologo -v quiet \
      --disable-build-servers || die 'the tests do not compile (see above)'
  done
}

# Some tests send Ctrl-C, which is ignored in all children of a shell that runs this in the background.
heeding_interrupts() {
  if env --default-signal=INT true 2>/dev/null; then
    env --default-signal=INT "$@"
  else
    "$@"
  fi
}

# dotnet_tests PROJECT
dotnet_tests() {
  local status=0
  local -a select=()
  [[ -z $filter ]] || select=(--filter-method "*$filter*")
  heeding_interrupts dotnet test --project "$ROOT/$1" -c Release --no-build "${select[@]}" || status=$?
  # 8 is the runner's word for no test at all, which a filter may mean.
  ((status == 8)) || return "$status"
}

# The files that take longest come first.
shell_tests() {
  local -a files
  local first logs=$ROOT/artifacts/shell-tests file
  rm -rf -- "$logs" && mkdir -p "$logs"
  for first in stacks scale-out smoke lifecycle ceiling bench; do files+=("$ROOT/scripts/tests/$first.sh"); done
  for file in "$ROOT"/scripts/tests/*.sh; do
    [[ " ${files[*]} " == *" $file "* ]] || files+=("$file")
  done
  # shellcheck disable=SC2016 # for the shell that xargs starts
  printf '%s\0' "${files[@]}" | heeding_interrupts xargs -0 -n 1 -P "$SHELL_JOBS" --process-slot-var=TEST_SLOT \
    bash -c 'bash "$2" "$1" >"$0/$(basename "$2" .sh).log" 2>&1' "$logs" "$filter"
  cat "$logs"/*.log
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
build_tests
start_database
begin server dotnet_tests Rinha.Server.Tests
begin loadtest dotnet_tests Rinha.LoadTest.Tests
begin shell shell_tests
end server ' +succeeded' ' +failed'
end loadtest ' +succeeded' ' +failed'
end shell '^ok - ' '^not ok - '
((passed + failed > 0)) || die "no test matches '$filter'"
((failed == 0))
