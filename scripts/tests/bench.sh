#!/usr/bin/env bash
# The benchmarks: that their answers are right, and that a measured run says what it found.
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"

RINHA_BENCH=$ROOT/Rinha.Bench/bin/Release/net10.0/Rinha.Bench.dll

test_every_benchmark_answers_right_and_runs_once() {
  local output file class
  output=$("$ROOT/rinha" bench --check) || fail "$output"
  for file in "$ROOT"/Rinha.Bench/*/*Benchmarks.cs; do
    class=$(basename "$file" .cs)
    grep -q "^ok - $class\." <<<"$output" || fail "$class did not run: $output"
  done
  [[ $output == *' 0 wrong'* ]] || fail "$output"
}

test_a_benchmark_that_cannot_keep_its_word_fails_the_check() {
  expect_exit 0 '2 right, 0 wrong' "$ROOT/rinha" bench --check Http.AnswerBenchmarks
  # Without a directory for its ledger no setup can assert anything.
  expect_exit 1 'not ok - StatementReadBenchmarks.RawStatement' \
    env TMPDIR="$SCRATCH/missing" dotnet "$RINHA_BENCH" check StatementRead
}

test_a_measured_run_leaves_a_table_with_its_date_and_commit() {
  local table=$ROOT/artifacts/bench/table.md
  expect_exit 0 'artifacts/bench/table.md' \
    "$ROOT/rinha" bench Http.AnswerBenchmarks --job jit -- --iterationCount 2 --warmupCount 1
  grep -qE '^[0-9]{4}-[0-9]{2}-[0-9]{2}, commit [^ ]+$' "$table" || fail "$(cat "$table")"
  grep -qE '^\| Generated \| [0-9.]+ .?s \| .* \| 1\.00 \| 0 B \|$' "$table" || fail "$(cat "$table")"
  grep -qE '^\| HandWritten \| [0-9.]+ .?s \|' "$table" || fail "$(cat "$table")"
}

test_a_filter_that_matches_nothing_is_an_error() {
  expect_exit 1 'NoSuchBenchmark' "$ROOT/rinha" bench --check NoSuchBenchmark
  expect_exit 1 'NoSuchBenchmark' "$ROOT/rinha" bench NoSuchBenchmark --job jit
}

test_a_wrong_job_is_refused() {
  expect_exit 2 "not a job: 'fast'" "$ROOT/rinha" bench --job fast
  expect_exit 2 '--job needs a value' "$ROOT/rinha" bench --job
  expect_exit 2 'no use for flags' "$ROOT/rinha" bench --check -- --iterationCount 1
}

run_tests "$@"
