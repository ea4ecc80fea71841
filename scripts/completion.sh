#!/usr/bin/env bash
#: a completion script for this command and for Rinha.Server: bash, zsh or fish
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/common.sh
source "$ROOT/scripts/lib/common.sh"
# shellcheck source=scripts/lib/need.sh
source "$ROOT/scripts/lib/need.sh"
# shellcheck source=scripts/lib/publish.sh
source "$ROOT/scripts/lib/publish.sh"
# shellcheck source=scripts/lib/manual.sh
source "$ROOT/scripts/lib/manual.sh"
# shellcheck source=scripts/lib/completion.sh
source "$ROOT/scripts/lib/completion.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha completion bash|zsh|fish
  bash   source <(./rinha completion bash)
  zsh    source <(./rinha completion zsh)
  fish   ./rinha completion fish | source
It is made from the help of every verb, of the load tester and of the server, which are built when they are not there.
TEXT
}

shell=''
while (($#)); do
  case $1 in
    --help) usage && exit ;;
    -*) unknown_flag "$1" ;;
    *)
      [[ -z $shell ]] || misuse 'one shell only'
      shell=$1
      ;;
  esac
  shift
done
[[ $shell =~ ^(bash|zsh|fish)$ ]] || misuse "not bash, zsh or fish: '$shell'"

publish "$SERVER" >&2
publish "$LOADTEST" >&2
completion_read
"completion_$shell"
