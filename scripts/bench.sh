#!/usr/bin/env bash
#: the hot path part by part and whole, with the JIT compiler and as Native AOT, against its alternatives
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/common.sh
source "$ROOT/scripts/lib/common.sh"
# shellcheck source=scripts/lib/need.sh
source "$ROOT/scripts/lib/need.sh"
# shellcheck source=scripts/lib/publish.sh
source "$ROOT/scripts/lib/publish.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha bench [FILTER] [flags] [-- BENCHMARKDOTNET-FLAGS]
  FILTER      only benchmarks whose full name contains it: PostBenchmarks, Http.AnswerBenchmarks, SqliteCommand …
  --job JOB   jit, aot or both (default: both, beside each other)
  --check     no measuring: every benchmark asserts its answers and runs once, in a few seconds
Everything takes about ten minutes, some three of them to compile. TMPDIR says on which disk the ledgers are.
TEXT
}

filter='' job=both check=''
while (($#)); do
  case $1 in
    --job) take job "$@" && shift ;;
    --check) check=yes ;;
    --help) usage && exit ;;
    --) shift && break ;;
    -*) unknown_flag "$1" ;;
    *)
      [[ -z $filter ]] || misuse 'one FILTER only'
      filter=$1
      ;;
  esac
  shift
done
[[ $job =~ ^(jit|aot|both)$ ]] || misuse "not a job: '$job' (jit, aot or both)"
[[ -z $check || $# == 0 ]] || misuse '--check does not measure; it has no use for flags of BenchmarkDotNet'

artifacts=$ROOT/artifacts/bench
results=$artifacts/results
table=$artifacts/table.md
program=(dotnet "$ROOT/Rinha.Bench/bin/Release/net10.0/Rinha.Bench.dll")

need_dotnet
mkdir -p "$artifacts"
# BenchmarkDotNet looks for the project from the current directory upwards.
cd "$ROOT"
with_registry_retry "$artifacts/build.log" dotnet build Rinha.Bench -c Release --nologo -v quiet \
  --disable-build-servers || die "the benchmarks do not compile (see above, and $artifacts/build.log)"
[[ -z $check ]] || exec "${program[@]}" check "$filter"

[[ $job == jit ]] || need_linker
rm -rf -- "$results" "$table"
"${program[@]}" "$job" --filter "*$filter*" --artifacts "$artifacts" "$@" </dev/null ||
  die "not every benchmark could be measured (see above, and the log in ${artifacts#"$ROOT/"})"

commit=$(git -C "$ROOT" describe --always --dirty --abbrev=7 2>/dev/null) || commit=unknown
{
  printf '%(%Y-%m-%d)T, commit %s\n' -1 "$commit"
  for part in "$results"/*-side-by-side.md; do
    echo
    cat "$part"
  done
} >"$table"
echo
cat "$table"
echo
echo "this table: ${table#"$ROOT/"}; BenchmarkDotNet's own: ${results#"$ROOT/"}"
