# shellcheck shell=bash
# shellcheck disable=SC2016 # what stands in single quotes is for the scripts that are written
# Completion scripts, generated from the rows of every --help (scripts/lib/manual.sh).

# value_kind VALUE: what completes the value of a flag: nothing, text, directory, file, or choice with the choices.
value_kind() {
  local value=${1//[<>]/}
  case $value in
    '') echo ;;
    *'|'*) echo "choice ${value//|/ }" ;;
    *[Dd][Ii][Rr]*) echo directory ;;
    *FILE* | *file* | *database* | *socket | *path*) echo file ;;
    *) echo text ;;
  esac
}

# Sets ROWS: of every verb and of the server (as Rinha.Server) the rows, with the program's part before them; a verb
# itself is a row of rinha.
completion_read() {
  ROWS=$(completion_rows | tr '\t' '\037')
}

# A separator that read does not join, as it does tabs.
readonly FIELD=$'\x1f'

completion_rows() {
  local verb
  for verb in $(verbs); do
    printf 'rinha\tword\t%s\t\t%s\n' "$verb" "$(summary_of "$verb")"
    { help_of "$verb" | rows_of && printf 'flag\t--help\t\tprints the flags\n'; } |
      awk -F '\t' -v of="$verb" '$1 != "argument" && !seen[$2]++ { print of "\t" $0 }'
  done
  # What completes an argument that is a list of its own.
  verbs | sed 's/.*/help\tword\t&\t\tits manual/'
  server_rows
  for verb in $(server_rows | awk -F '\t' '$2 == "word" { print $3 }'); do
    server_rows "$verb"
  done
}

# server_rows [COMMAND]
server_rows() {
  "$SERVER" "$@" --help | rows_of | awk -v of="Rinha.Server${1:+/$1}" '{ print of "\t" $0 }' | grep -v $'\targument\t'
}

# escape CHARACTERS TEXT: a backslash before each of these, as sed takes them between brackets.
escape() {
  # shellcheck disable=SC2001 # a substitution of bash has no such back reference
  sed "s/[$1\\\\]/\\\\&/g" <<<"$2"
}

# brief TEXT: the first sentence or so.
brief() {
  local text=${1%%;*}
  text=${text%%. *}
  echo "${text%.}"
}

completion_bash() {
  local owner kind names value rest name
  echo '# bash completion for ./rinha and Rinha.Server, made by: ./rinha completion bash'
  echo '# Use it with: source <(./rinha completion bash)'
  printf '_rinha_rows() {\n  case $1 in\n'
  # A row is NAME=KIND; a kind may have choices, parted by commas.
  while IFS=$FIELD read -r owner rest; do
    printf "    %s) echo '%s' ;;\n" "$owner" "$rest"
  done < <(while IFS=$FIELD read -r owner kind names value _; do
    [[ $kind == word ]] || kind=$(value_kind "$value")
    for name in $names; do
      printf '%s\037%s=%s\n' "$owner" "$name" "${kind// /,}"
    done
  done <<<"$ROWS" | awk -F '\037' '{ rows[$1] = rows[$1] (rows[$1] == "" ? "" : " ") $2 }
    END { for (owner in rows) print owner "\037" rows[owner] }' | sort)
  printf '  esac\n}\n'
  cat <<'TEXT'

_rinha_complete() {
  local owner=$1 current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} row words=''
  COMPREPLY=()
  for row in $(_rinha_rows "$owner"); do
    if [[ ${row%%=*} == "$previous" && $previous == -* ]]; then
      case ${row#*=} in
        '') ;;
        directory | file)
          mapfile -t COMPREPLY < <(compgen -A "${row#*=}" -- "$current")
          compopt -o filenames 2>/dev/null
          return
          ;;
        choice,*)
          row=${row#*choice,}
          mapfile -t COMPREPLY < <(compgen -W "${row//,/ }" -- "$current")
          return
          ;;
        *) return ;;
      esac
    fi
    words+=" ${row%%=*}"
  done
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

_rinha() {
  ((COMP_CWORD == 1)) && _rinha_complete rinha || _rinha_complete "${COMP_WORDS[1]}"
}

_rinha_server() {
  local owner=Rinha.Server
  ((COMP_CWORD == 1)) || [[ -z $(_rinha_rows "$owner/${COMP_WORDS[1]}") ]] || owner+=/${COMP_WORDS[1]}
  _rinha_complete "$owner"
}

complete -F _rinha rinha
complete -F _rinha_server Rinha.Server
TEXT
}

completion_zsh() {
  local owner kind names value text last='' action name
  echo '#compdef rinha Rinha.Server'
  echo '# zsh completion for ./rinha and Rinha.Server, made by: ./rinha completion zsh'
  echo '# Use it with: source <(./rinha completion zsh), or as a file _rinha in a directory of $fpath'
  printf '_rinha_verbs() {\n  local -a verbs=(\n'
  while IFS=$FIELD read -r owner kind names value text; do
    [[ $owner != rinha ]] || printf "    '%s:%s'\n" "$names" "$(zsh_text "$text")"
  done <<<"$ROWS"
  printf '  )\n  _describe verb verbs\n}\n\n_rinha_flags() {\n  case $1 in\n'
  while IFS=$FIELD read -r owner kind names value text; do
    [[ $owner != rinha ]] || continue
    if [[ $owner != "$last" ]]; then
      [[ -z $last ]] || printf ' ;;\n'
      printf '    %s) _arguments' "$owner"
      [[ $(words_of_owner "$owner") == '' ]] ||
        printf " '*:argument:(%s)'" "$(words_of_owner "$owner")"
      last=$owner
    fi
    [[ $kind == flag ]] || continue
    action=$(zsh_action "$value")
    for name in $names; do
      printf " \\\\\n      '%s[%s]%s'" "$name" "$(zsh_text "$(brief "$text")")" "$action"
    done
  done < <(sort -s -t "$FIELD" -k 1,1 <<<"$ROWS")
  printf ' ;;\n  esac\n}\n'
  cat <<'TEXT'

_rinha() {
  if [[ $service == Rinha.Server ]]; then
    case $words[2] in
      [a-z]*) _rinha_flags Rinha.Server/$words[2] ;;
      *) _rinha_flags Rinha.Server ;;
    esac
  elif ((CURRENT == 2)); then
    _rinha_verbs
  else
    local verb=$words[2]
    shift words
    ((CURRENT--))
    _rinha_flags $verb
  fi
}

if [[ $funcstack[1] == _rinha ]]; then
  _rinha "$@"
else
  compdef _rinha rinha Rinha.Server
fi
TEXT
}

# What stands in single quotes and in _arguments' own marks.
zsh_text() {
  local text=${1//\'/’}
  escape ']:[' "$text"
}

zsh_action() {
  local kind
  kind=$(value_kind "$1")
  case $kind in
    '') ;;
    directory) echo ':directory:_files -/' ;;
    file) echo ':file:_files' ;;
    choice*) echo ":value:(${kind#choice })" ;;
    *) echo ':value:' ;;
  esac
}

words_of_owner() {
  awk -F '\037' -v owner="$1" '$1 == owner && $2 == "word" { printf "%s%s", gap, $3; gap = " " }' <<<"$ROWS"
}

completion_fish() {
  local owner kind names value text when name command
  echo '# fish completion for ./rinha and Rinha.Server, made by: ./rinha completion fish'
  echo '# Use it with: ./rinha completion fish | source'
  echo 'complete -c rinha -f'
  echo 'complete -c Rinha.Server -f'
  while IFS=$FIELD read -r owner kind names value text; do
    command=rinha when="-n '__fish_seen_subcommand_from $owner'"
    [[ $owner != rinha ]] || when="-n __fish_use_subcommand"
    [[ $owner != Rinha.Server* ]] || command=Rinha.Server when="-n '__fish_seen_subcommand_from ${owner#*/}'"
    [[ $owner != Rinha.Server ]] || when='-n __fish_use_subcommand'
    printf 'complete -c %s %s' "$command" "$when"
    for name in $names; do
      case $kind:$name in
        word:*) printf ' -a %s' "$name" ;;
        *:--*) printf ' -l %s' "${name#--}" ;;
        *) printf " -s '%s'" "${name#-}" ;;
      esac
    done
    printf "%s -d '%s'\n" "$(fish_value "$value")" "$(escape "'" "$(brief "$text")")"
  done <<<"$ROWS"
}

fish_value() {
  local kind
  kind=$(value_kind "$1")
  case $kind in
    '') ;;
    directory) echo " -x -a '(__fish_complete_directories)'" ;;
    file) echo ' -r -F' ;;
    choice*) echo " -x -a '${kind#choice }'" ;;
    *) echo ' -x' ;;
  esac
}
