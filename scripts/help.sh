#!/usr/bin/env bash
#: this list, or the manual of one verb
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/common.sh
source "$ROOT/scripts/lib/common.sh"
# shellcheck source=scripts/lib/manual.sh
source "$ROOT/scripts/lib/manual.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha help [VERB]
  VERB   its manual instead of the list of all verbs
TEXT
}

verb=''
while (($#)); do
  case $1 in
    --help) usage && exit ;;
    -*) unknown_flag "$1" ;;
    *)
      [[ -z $verb ]] || misuse 'one VERB only'
      verb=$1
      ;;
  esac
  shift
done

if [[ -n $verb ]]; then
  is_verb "$verb" || misuse "unknown verb '$verb'; ./rinha help lists them"
  manual_of "$verb"
  exit
fi

echo 'usage: ./rinha VERB [flags]      (./rinha VERB --help prints the flags of a verb, ./rinha help VERB its manual)'
echo
for verb in $(verbs); do
  printf '  %-10s %s\n' "$verb" "$(summary_of "$verb")"
done
