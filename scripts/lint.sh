#!/usr/bin/env bash
#: formatting, a build of everything, packages, secrets, shell scripts, the proxies' configuration, the schema and the limits
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/nginx.sh
source "$ROOT/scripts/lib/nginx.sh"
# shellcheck source=scripts/lib/publish.sh
source "$ROOT/scripts/lib/publish.sh"
# shellcheck source=scripts/lib/packages.sh
source "$ROOT/scripts/lib/packages.sh"
# shellcheck source=scripts/lib/engine.sh
source "$ROOT/scripts/lib/engine.sh"
# shellcheck source=scripts/lib/compose.sh
source "$ROOT/scripts/lib/compose.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha lint
A tool that is missing is skipped and named; with CI=true the tools of the distribution are installed instead.
TEXT
}

while (($#)); do
  case $1 in
    --help) usage && exit ;;
    *) unknown_flag "$1" ;;
  esac
  shift
done

passed=0 failed=0 skipped=0
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
cd "$ROOT"

# check NAME FUNCTION: one line for what is well; what the check printed when it is not.
check() {
  local output
  if output=$("$2" 2>&1); then
    passed=$((passed + 1))
    echo "$1: ok"
  else
    failed=$((failed + 1))
    echo "$output"
    echo "$1: FAILED"
  fi
}

# check_with COMMAND [PACKAGE…] -- NAME FUNCTION: the same, when the command is there or can be installed.
check_with() {
  local command=$1
  local -a packages=()
  shift
  while [[ $1 != -- ]]; do packages+=("$1") && shift; done
  [[ ${CI:-} != true || ${#packages[@]} == 0 ]] || need "$command" "${packages[@]}"
  if command -v "$command" >/dev/null; then
    check "$2" "$3"
  else
    skip "$command: not found"
  fi
}

# check_where CONDITION WHY-NOT -- NAME FUNCTION: the same, where the condition, a function, holds.
check_where() {
  if "$1" >/dev/null 2>&1; then
    check "$4" "$5"
  else
    skip "$4: $2"
  fi
}

skip() {
  skipped=$((skipped + 1))
  echo "$1, skipped"
}

format_is_clean() {
  need_dotnet
  mkdir -p artifacts
  with_registry_retry artifacts/restore.log dotnet restore Rinha.slnx --disable-build-servers || return 1
  dotnet format Rinha.slnx --no-restore --verify-no-changes </dev/null
}

# Every project, also those that no test needs; warnings are errors, and the AOT analyzers run.
everything_builds() {
  dotnet build Rinha.slnx -c Release --nologo -v quiet --disable-build-servers </dev/null
}

scripts_are_clean() {
  shellcheck -x rinha .ci/run scripts/*.sh scripts/lib/*.sh scripts/tests/*.sh
}

nginx_accepts_its_configuration() {
  nginx_command
  nginx_render nginx/nginx.conf "$scratch" 9999 >"$scratch/nginx.conf" &&
    "${NGINX[@]}" -t -p "$scratch" -c "$scratch/nginx.conf"
}

caddy_accepts_its_configuration() {
  HOME=$scratch caddy validate --config stacks/caddy-postgres/Caddyfile --adapter caddyfile
}

# The server brings its own SQLite; a command-line tool older than 3.50 may not know what the schema uses.
schema_applies() {
  local answer
  answer=$(sqlite3 -bail "$scratch/schema.db" '.read schema.sql' 'PRAGMA integrity_check' 2>&1) || true
  [[ ${answer##*$'\n'} == ok ]] && return
  echo "$answer"
  [[ $(sqlite3 --version) =~ ^3\.([0-9]+) ]] && ((BASH_REMATCH[1] < 50))
}

limits_add_up() {
  local stack split
  for stack in $(stack_list); do
    for split in $(split_list "$stack"); do
      stack_choose "$stack" "$split"
      limits_load "$SPLIT_FILE" && limits_check || return 1
    done
  done
}

# Every stack on every network; needs no engine.
compose_accepts_its_files() {
  local stack network
  compose_command || return 1
  for stack in $(stack_list); do
    stack_choose "$stack" "$SPLIT_DEFAULT"
    for network in bridge host tls; do
      # TLS is nginx's.
      [[ $PROXY == nginx || $network != tls ]] || continue
      compose_at "$network"
      RINHA_TLS_DIR=$scratch compose config --quiet || return 1
    done
  done
}

# Neither a key among the files, nor a file in an image's build that the Dockerfile does not name.
no_secret_gets_in() {
  local named copied
  ! git ls-files --cached --others --exclude-standard | grep -E '\.(key|pem|pfx|p12|crt)$' || return 1
  ! git grep --untracked -lIE -e '-----BEGIN [A-Z ]*PRIVATE KEY-----' || return 1
  named=$(sed -n '/^\*$/,$ s/^!//p' .dockerignore | sort)
  copied=$(sed -n '/--from/d; s/^COPY //p' Dockerfile.aot | tr ' ' '\n' | sed 's#/.*#/#; /^\.\/$/d' | sort -u)
  [[ $named == "$copied" ]] || { echo ".dockerignore lets in: $named; Dockerfile.aot copies: $copied" && return 1; }
}

workflow_is_clean() {
  actionlint .github/workflows/*.yml
}

dockerfiles_are_clean() {
  hadolint Dockerfile*
}

check limits limits_add_up
check_with shellcheck shellcheck -- 'shell scripts' scripts_are_clean
check_with nginx nginx-light nginx -- nginx.conf nginx_accepts_its_configuration
check_with caddy caddy -- Caddyfile caddy_accepts_its_configuration
check_with sqlite3 sqlite3 -- schema.sql schema_applies
compose_tool=docker-compose
! docker compose version >/dev/null 2>&1 || compose_tool=docker
check_with $compose_tool docker-compose -- 'compose files' compose_accepts_its_files
check_with git git -- secrets no_secret_gets_in
check_with actionlint -- workflow workflow_is_clean
check_with hadolint -- Dockerfile dockerfiles_are_clean
# The lock files before everything else that restores, for that would bring them up to date.
check_where locked_with_this_sdk 'made with another SDK or for another machine' -- \
  'lock files' packages_are_the_locked_ones
check_with dotnet -- 'C# format' format_is_clean
check_with dotnet -- 'C# build' everything_builds
check_where feed_knows_vulnerabilities 'the feed has no data' -- 'vulnerable packages' no_package_is_vulnerable

summary="lint: $passed passed, $failed failed, $skipped skipped"
((failed == 0)) || die "$summary"
echo "$summary"
