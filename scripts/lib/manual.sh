# shellcheck shell=bash
# What the verbs say of themselves: their `#: ` line and their --help, read for the manual and for completion.

# Every verb, one a line.
verbs() {
  local script
  for script in "$ROOT"/scripts/*.sh; do
    basename "$script" .sh
  done
}

is_verb() {
  [[ $1 =~ ^[a-z]+(-[a-z]+)?$ && -f $ROOT/scripts/$1.sh ]]
}

# summary_of VERB
summary_of() {
  sed -n 's/^#: //p' "$ROOT/scripts/$1.sh"
}

# help_of VERB: what its --help prints. What it builds for that is none of the text.
help_of() {
  bash "$ROOT/scripts/$1.sh" --help 2>/dev/null
}

# rows_of: of a --help on the standard input the rows of its tables, in columns parted by tabs: flag, word or argument;
# the names, parted by blanks; the name of a flag's value; what it does. Both our own form and System.CommandLine's.
rows_of() {
  awk '
    function emit() {
      if (kind != "") printf "%s\t%s\t%s\t%s\n", kind, names, value, text
      kind = ""
    }
    # A row is indented by two; what is further in goes on with the text of the one before.
    /^  [^ ]/ {
      emit()
      line = substr($0, 3)
      gap = match(line, /   *[^ ]/)
      left = gap ? substr(line, 1, gap - 1) : line
      text = gap ? substr(line, gap) : ""
      sub(/^ +/, "", text)
      names = value = ""
      count = split(left, words, /,? +/)
      for (at = 1; at <= count; at++) {
        if (words[at] ~ /^-/) names = names (names == "" ? "" : " ") words[at]
        else value = value (value == "" ? "" : " ") words[at]
      }
      # System.CommandLine marks what must be given.
      sub(/ *\(REQUIRED\)/, "", value)
      if (left ~ /^-/) kind = "flag"
      else if (left ~ /^[a-z]+( [[<].*)?$/ && text != "") { kind = "word"; names = words[1]; value = "" }
      else if (left ~ /^[A-Z]+$/ && text != "") { kind = "argument"; names = left; value = "" }
      next
    }
    /^    / && kind != "" { sub(/^ +/, ""); text = text (text == "" ? "" : " ") $0; next }
    { emit() }
    END { emit() }
  '
}

# manual_of VERB: the man page.
manual_of() {
  local verb=$1 text
  text=$(help_of "$verb")
  printf 'NAME\n       rinha-%s - %s\n' "$verb" "$(summary_of "$verb")"
  manual_section SYNOPSIS "$(sed -nE 's/^usage: (\.\/rinha .*)$/\1/p' <<<"$text" | sed -E 's/ {2,}[^ ].*$//')"
  manual_section DESCRIPTION "$(description_of "$verb" "$text")"
  manual_section ARGUMENTS "$(table_of "$text" | sed '/^-/,$d')"
  manual_section FLAGS "$(table_of "$text" | sed -n '/^-/,$p')"
  manual_section 'EXIT CODES' "$(exit_codes_of "$verb")"
  manual_section EXAMPLES "$(examples_of "$verb")"
}

# table_of HELP: the rows of its tables as they stand there; System.CommandLine says the rest of a page before them.
table_of() {
  local text=$1
  [[ $text != *$'\nOptions:\n'* ]] || text=$(sed -E '1,/^(Arguments|Options):$/d' <<<"$text")
  grep -v '^[^ ]' <<<"$text" | sed 's/^  //'
}

# manual_section TITLE TEXT: nothing when there is no text.
manual_section() {
  [[ -n $2 ]] || return 0
  printf '\n%s\n' "$1"
  sed -E 's/^(.)/       \1/' <<<"$2"
}

# description_of VERB HELP: the summary as a sentence, what stands behind the usage, and the prose below the flags.
description_of() {
  local summary prose aside
  summary=$(summary_of "$1")
  aside=$(sed -nE 's/^usage: .* {2,}\(?([^ ].*[^)])\)?$/\1/p' <<<"$2")
  prose=$(grep -vE '^(usage: | |$|[A-Z][a-z]+:$)' <<<"$2" || true)
  echo "${summary^}.${aside:+ ${aside^}.}"
  [[ -z $prose ]] || echo "$prose"
}

# exit_codes_of VERB: as its script says; docs/operations/exit-codes.md has them all.
exit_codes_of() {
  echo '0  all well'
  echo '1  something failed, or was found wrong'
  echo '2  wrong usage, or a setting that is'
  ! grep -qE 'exit 3\b' "$ROOT/scripts/$1.sh" || echo '3  no stack runs'
}

# examples_of VERB: the command lines of the README and the documents that are the verb's.
examples_of() {
  sed -n "s/^\(\.\/rinha $1\)\( .*\)\?$/\1\2/p" "$ROOT/README.md" "$ROOT"/docs/*.md | sed -E 's/ {2,}#/   #/' |
    sort -u
}
