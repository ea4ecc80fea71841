#!/usr/bin/env bash
# docs/api.md: every command line gives the status that stands behind it, and no operation or field is left out.
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"

PAGE=$ROOT/docs/api.md
DOCUMENT=$ROOT/Rinha.Server/openapi.json

tear_down() {
  [[ ! -d $SCRATCH/data ]] || "$ROOT/rinha" stop --data "$SCRATCH/data"
}

# The page's command lines, each on one line.
command_lines() {
  awk '/^```/ { inside = $0 == "```sh"; next } inside' "$PAGE" | sed -e ':more' -e '/\\$/ { N; s/\\\n */ /; b more' -e '}'
}

# answer_to LINE: the status of a command line, run as it stands but for the port.
answer_to() {
  (
    cd "$SCRATCH"
    # shellcheck disable=SC2317 # called by the line
    curl() {
      command curl --silent --output /dev/null --noproxy '*' --max-time 30 --write-out '%{http_code}' "$@"
    }
    eval "${1//localhost:9999/127.0.0.1:$PORT}"
  )
}

test_every_command_line_gives_its_status() {
  local line expected status count=0
  local -a wrong=()
  "$ROOT/rinha" run --detach --fresh --data "$SCRATCH/data" --port "$(free_port)" >/dev/null
  stack_at "$SCRATCH/data"
  state_read
  while IFS= read -r line; do
    [[ $line =~ ^curl\ .*\ #\ ([0-9]{3})$ ]] || fail "no command line with its status: $line"
    expected=${BASH_REMATCH[1]}
    status=$(answer_to "$line")
    [[ $status == "$expected" ]] || wrong+=("$status instead of $expected: $line")
    count=$((count + 1))
  done < <(command_lines)
  ((count > 30)) || fail "only $count command lines were seen"
  ((${#wrong[@]} == 0)) || fail "$(printf '%s\n' "${wrong[@]}")"
}

test_every_operation_has_a_command_line() {
  needs jq
  local lines method path pattern
  lines=$(command_lines)
  while read -r method path; do
    pattern="http://localhost(:9999)?${path/\{id\}/[0-9]+}([?' ]|\$)"
    case $method in
      head) pattern="--head .*$pattern" ;;
      post) pattern="(-X POST.*$pattern|$pattern.* -d )" ;;
    esac
    grep -qE -e "$pattern" <<<"$lines" || fail "no command line for $method $path"
  done < <(jq -r '.paths | to_entries[] | .key as $path | .value | keys[] | select(. != "parameters") | "\(.) \($path)"' \
    "$DOCUMENT")
}

test_every_field_and_parameter_is_explained() {
  needs jq
  local name
  while read -r name; do
    grep -qF "\`$name\`" "$PAGE" || fail "$name is not explained"
  done < <(jq -r '[.components.schemas | .. | objects | .properties? // {} | keys[]] + [.components.parameters[] |
    select(.in != "path") | .name] | unique[]' "$DOCUMENT")
}

test_every_status_is_in_the_table_of_errors() {
  needs jq
  local status
  while read -r status; do
    grep -qE "^\| ([0-9]{3}, )*${status}[, ]" "$PAGE" || fail "$status is not in the table"
  done < <(jq -r '[.paths[][] | objects | .responses? // {} | keys[]] | unique[] | select(. != "200")' "$DOCUMENT")
}

run_tests "$@"
