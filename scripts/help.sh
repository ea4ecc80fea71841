#!/usr/bin/env bash
#: this list
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

echo 'usage: ./rinha VERB [flags]      (./rinha VERB --help prints the flags of a verb)'
echo
for file in "$ROOT"/scripts/*.sh; do
  printf '  %-10s %s\n' "$(basename "$file" .sh)" "$(sed -n 's/^#: //p' "$file")"
done
