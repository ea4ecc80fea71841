#!/usr/bin/env bash
# Completion and the manual: made from the verbs' own words, so that nothing of them is missing.
set -euo pipefail
# shellcheck source=scripts/lib/testing.sh
source "$(dirname "$0")/../lib/testing.sh"
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/manual.sh
source "$ROOT/scripts/lib/manual.sh"

# completed WORD…: what bash would offer for the last word, a line each.
completed() {
  local function
  [[ -e $SCRATCH/completion ]] || "$ROOT/rinha" completion bash >"$SCRATCH/completion"
  # shellcheck source=/dev/null
  source "$SCRATCH/completion"
  function=$(complete -p "$(basename "$1")" | sed -nE 's/.* -F ([^ ]+) .*/\1/p')
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
  "$function"
  ((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
}

# completes EXPECTED WORD…: exactly these, parted by blanks.
completes() {
  local expected=$1 got
  shift
  got=$(completed "$@" | sort | tr '\n' ' ')
  [[ ${got% } == "$expected" ]] || fail "'$*' is completed with '${got% }' instead of '$expected'"
}

test_bash_completes_verbs() {
  completes chaos ./rinha ch
  completes 'status stop' ./rinha st
  completes '' ./rinha nonsense
  completes "$(verbs | sort | tr '\n' ' ' | sed 's/ $//')" ./rinha ''
}

test_bash_completes_the_flags_of_a_verb() {
  completes '--seed --short --soak-minutes' ./rinha chaos --s
  completes '--data' ./rinha top --d
  completes '--fail-on-regression --find-max --fps' ./rinha load --f
  completes '' ./rinha chaos --nonsense
  completes '' ./rinha nonsense --
}

test_bash_completes_words_and_values() {
  completes 'check contest' ./rinha compose c
  completes 'floor full' ./rinha ceiling f
  completes 'bash' ./rinha completion b
  completes 'chaos' ./rinha help ch
  completes '' ./rinha chaos --seed ''
  mkdir "$SCRATCH/directory"
  touch "$SCRATCH/dir-file"
  completes "$SCRATCH/directory" ./rinha run --data "$SCRATCH/dir"
  completes "$SCRATCH/dir-file $SCRATCH/directory" ./rinha smoke --json "$SCRATCH/dir"
  completes 'html' ./rinha load -o h
}

test_bash_completes_the_server() {
  completes '--api-host --api-port --api-socket --api-socket-mode' /somewhere/Rinha.Server --api
  completes '' Rinha.Server nonsense
}

test_no_flag_of_a_verb_is_missing() {
  local verb name
  for verb in $(verbs); do
    for name in $(help_of "$verb" | grep -oE '^  (-[a-zA-Z], )?--[a-z-]+' | grep -oE -e '--[a-z-]+'); do
      completed ./rinha "$verb" "$name" | grep -xF -e "$name" >/dev/null || fail "$verb $name is not completed"
    done
  done
}

test_every_setting_of_the_server_is_completed() {
  local count
  count=$("$SERVER" --help | grep -cE '^ +--')
  (($(completed Rinha.Server -- | wc -l) >= count)) || fail "not all $count flags of the server"
}

test_zsh_and_fish_can_read_theirs() {
  local shell found=''
  for shell in zsh fish; do
    "$ROOT/rinha" completion "$shell" >"$SCRATCH/$shell" 2>"$SCRATCH/errors"
    [[ ! -s $SCRATCH/errors ]] || fail "$(<"$SCRATCH/errors")"
    grep -q -e 'soak-minutes' "$SCRATCH/$shell" || fail "a flag is missing for $shell"
    grep -q -e 'api-socket-mode' "$SCRATCH/$shell" || fail "a flag of the server is missing for $shell"
    if command -v "$shell" >/dev/null; then
      "$shell" -n "$SCRATCH/$shell" || fail "$shell cannot read it"
      found+=" $shell"
    fi
  done
  [[ -n $found ]] || skip 'neither zsh nor fish is here'
}

test_other_shells_are_refused() {
  expect_exit 2 "not bash, zsh or fish: 'csh'" "$ROOT/rinha" completion csh
  expect_exit 2 "not bash, zsh or fish: ''" "$ROOT/rinha" completion
}

test_every_verb_has_a_manual() {
  local verb page
  for verb in $(verbs); do
    page=$("$ROOT/rinha" help "$verb")
    [[ $page == "NAME"$'\n'"       rinha-$verb - "* ]] || fail "$verb has no name: $page"
    [[ $page == *$'\nSYNOPSIS\n'"       ./rinha $verb"* ]] || fail "$verb has no synopsis: $page"
    [[ $page == *$'\nDESCRIPTION\n       '* && $page == *$'\nEXIT CODES\n'* ]] || fail "$verb is not described: $page"
  done
  page=$("$ROOT/rinha" help status)
  [[ $page == *$'\n       3  '* ]] || fail "exit code 3 is missing: $page"
  [[ $page == *$'\nFLAGS\n       --data DIR '* ]] || fail "the flags are missing: $page"
  page=$("$ROOT/rinha" help compose)
  [[ $page == *$'\nARGUMENTS\n       up '* && $page == *$'\nEXAMPLES\n       ./rinha compose '* ]] || fail "$page"
  expect_exit 2 "unknown verb 'fly'" "$ROOT/rinha" help fly
  expect_exit 2 'one VERB only' "$ROOT/rinha" help run stop
}

test_every_exit_code_is_documented() {
  local code
  while read -r code; do
    grep -qE "^\| $code \|" "$ROOT/docs/operations/exit-codes.md" || fail "exit code $code is not documented"
  done < <(grep -hoE '\bexit [0-9]+' "$ROOT/rinha" "$ROOT"/scripts/*.sh "$ROOT/scripts/lib/"*.sh |
    sed 's/exit //' | sort -un)
}

run_tests "$@"
