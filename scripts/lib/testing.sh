# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the scripts that source this
# The shell tests' frame: a test is a function test_…, run by a bash of its own with a fresh directory $SCRATCH.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
PATH=$PATH:/usr/sbin:/sbin

# run_tests [FILTER]: one line per test, `ok - name` or `not ok - name` with what it printed.
run_tests() {
  local name output status line began
  if [[ ${1:-} == --only ]]; then
    SCRATCH=$(mktemp -d)
    # Other stacks may run on this machine. The proxy's user passes through to the sockets.
    export SOCKETS_PARENT=$SCRATCH
    chmod 0711 "$SCRATCH"
    trap 'tear_down >/dev/null || true; rm -rf -- "$SCRATCH"' EXIT
    "$2"
    return
  fi
  for name in $(compgen -A function test_); do
    [[ $name == *"${1:-}"* || $0 == *"${1:-}"* ]] || continue
    status=0 began=$SECONDS
    output=$(bash "$0" --only "$name" 2>&1) || status=$?
    case $status in
      0) echo "ok - ${name#test_} ($((SECONDS - began)) s)" ;;
      77) echo "skipped - ${name#test_}: ${output##*$'\n'}" ;;
      *)
        echo "not ok - ${name#test_} ($((SECONDS - began)) s)"
        while IFS= read -r line; do echo "  # $line"; done <<<"$output"
        ;;
    esac
  done
}

# A test file that starts something replaces this.
tear_down() {
  :
}

fail() {
  echo "$*"
  exit 1
}

# A test that cannot be run here counts neither way.
skip() {
  echo "$*"
  exit 77
}

# needs TOOL: a tool that is also the name of its package; whoever cannot install it skips the test.
needs() {
  command -v "$1" >/dev/null || ((EUID == 0)) || skip "no $1"
  need "$1" "$1"
}

# expect_exit STATUS TEXT COMMAND…: the exit status, and that stdout and stderr together contain the text.
expect_exit() {
  local expected=$1 text=$2 status=0 output
  shift 2
  output=$("$@" 2>&1) || status=$?
  ((status == expected)) || fail "$*: exit status $status instead of $expected: $output"
  [[ $output == *"$text"* ]] || fail "$*: '$text' is not in: $output"
}

# eventually SECONDS COMMAND…: until it succeeds.
eventually() {
  local deadline=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
  shift
  until "$@"; do
    ((${EPOCHREALTIME/[.,]/} < deadline)) || fail "not in time: $*"
    sleep 0.05
  done
}

# Each of the test files that run at once (TEST_SLOT) has ports of its own, and no test gets one twice. Below the ports
# that the system gives to clients; the three after it are free for a stack that needs them.
free_port() {
  local port
  while :; do
    port=$((20000 + ${TEST_SLOT:-0} * 1000 + RANDOM % 250 * 4))
    ! grep -qsx "$port" "$SCRATCH/ports" || continue
    # A connection that is refused: nobody listens.
    (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port" | tee -a "$SCRATCH/ports"
}
