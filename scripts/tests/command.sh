#!/usr/bin/env bash
# The command itself: help, and what it refuses.
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"

test_unknown_verb_is_refused() {
  expect_exit 2 "unknown verb 'fly'" "$ROOT/rinha" fly
  expect_exit 2 'unknown verb' "$ROOT/rinha" ../rinha
}

test_no_verb_prints_the_help_and_is_an_error() {
  expect_exit 2 'usage: ./rinha' "$ROOT/rinha"
}

test_every_verb_is_in_the_help_with_a_description() {
  local help script verb
  help=$("$ROOT/rinha" --help)
  for script in "$ROOT"/scripts/*.sh; do
    verb=$(basename "$script" .sh)
    grep -qE "^  $verb +[a-z0-9-]" <<<"$help" || fail "$verb is not described"
  done
}

test_every_verb_has_its_own_help_and_refuses_unknown_flags() {
  local script verb
  for script in "$ROOT"/scripts/*.sh; do
    verb=$(basename "$script" .sh)
    expect_exit 0 "usage: ./rinha $verb" "$ROOT/rinha" "$verb" --help
    # `load` leaves its flags to the load tester, which has words of its own.
    expect_exit 2 "'--no-such'" "$ROOT/rinha" "$verb" --no-such
  done
}

test_a_flag_without_its_value_is_refused() {
  expect_exit 2 '--port needs a value' "$ROOT/rinha" run --port
  expect_exit 2 'not a port' "$ROOT/rinha" run --port 65536
}

test_it_works_through_a_symlink_from_elsewhere() {
  ln -s "$ROOT/rinha" "$SCRATCH/bank"
  cd "$SCRATCH"
  expect_exit 0 'usage: ./rinha run' ./bank run --help
}

run_tests "$@"
