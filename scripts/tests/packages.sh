#!/usr/bin/env bash
# What lint says of packages that something is known against, with a `dotnet` that knows what it is told to.
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/packages.sh
source "$ROOT/scripts/lib/packages.sh"

# dotnet_says PROJECT TEXT: what `dotnet list PROJECT package` prints below the names of its sources.
dotnet_says() {
  printf '%s\n' '' 'The following sources were used:' '   https://feed.example/index.json' '' "$2" >"$SCRATCH/$1"
  # shellcheck disable=SC2016 # for the script that is written
  printf '#!/bin/sh\ncat "%s/$2"\n' "$SCRATCH" >"$SCRATCH/dotnet"
  chmod +x "$SCRATCH/dotnet"
  PATH=$SCRATCH:$PATH
}

finding='Project Any has the following vulnerable packages
   [net10.0]:
   Top-level Package      Requested   Resolved   Severity   Advisory URL
   > Newtonsoft.Json      12.0.3      12.0.3     High       https://advisories.example/1'
nothing='The given project Any has no vulnerable packages given the current sources.'

test_a_finding_is_shown_without_the_feeds_address() {
  local output
  dotnet_says Rinha.slnx "$finding"
  ! output=$(no_package_is_vulnerable) || fail 'a vulnerable package passed'
  [[ $output == *'> Newtonsoft.Json'*'advisories.example/1'* ]] || fail "not shown: $output"
  [[ $output != *feed.example* ]] || fail "the feed is named: $output"
}

test_no_finding_passes() {
  dotnet_says Rinha.slnx "$nothing"
  no_package_is_vulnerable || fail 'found something'
}

test_a_feed_without_data_is_told_from_one_with() {
  dotnet_says canary.csproj "$nothing"
  ! feed_knows_vulnerabilities || fail 'trusted a feed that knows nothing of the known one'
  dotnet_says canary.csproj "$finding"
  feed_knows_vulnerabilities || fail 'the known one was not seen'
}

test_a_dotnet_that_fails_is_not_a_pass() {
  printf '#!/bin/sh\necho broken\nexit 1\n' >"$SCRATCH/dotnet"
  chmod +x "$SCRATCH/dotnet"
  PATH=$SCRATCH:$PATH
  expect_exit 1 broken no_package_is_vulnerable
}

run_tests "$@"
