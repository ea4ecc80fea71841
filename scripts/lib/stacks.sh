# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the scripts that source this
# Which stacks there are: a directory PROXY-LEDGER of stacks/ each, with a file of limits for each split.

readonly STACK_DEFAULT=nginx-sqlite SPLIT_DEFAULT=split

# stack_choose STACK SPLIT: sets STACK, SPLIT and SPLIT_FILE, PROXY (nginx or caddy), LEDGER (sqlite or postgres) and
# NAMES: its processes, in the order in which they start.
stack_choose() {
  [[ $1 =~ ^[a-z]+-[a-z]+$ && -d $ROOT/stacks/$1 ]] || misuse "not a stack: '$1' ($(stack_list))"
  [[ $2 =~ ^[a-z]+$ && -f $ROOT/stacks/$1/$2.env ]] || misuse "not a split of $1: '$2' ($(split_list "$1"))"
  STACK=$1 SPLIT=$2 SPLIT_FILE=$ROOT/stacks/$1/$2.env PROXY=${1%-*} LEDGER=${1#*-}
  NAMES=(api01 api02 "$PROXY")
  [[ $LEDGER != postgres ]] || NAMES=(db "${NAMES[@]}")
}

# The floor answers by itself: no ledger runs.
stack_without_ledger() {
  NAMES=(api01 api02 "$PROXY")
}

# Every stack, parted by blanks; every split of one.
stack_list() {
  (cd "$ROOT/stacks" && printf '%s ' *-*/ | sed 's#/##g; s/ $//')
}

split_list() {
  (cd "$ROOT/stacks/$1" && printf '%s ' *.env | sed 's/\.env//g; s/ $//')
}

stack_choose "$STACK_DEFAULT" "$SPLIT_DEFAULT"
