# shellcheck shell=bash
# The server and the load tester, each as one native executable in a directory of artifacts/.

PUBLISH_FORCE=

# publish EXECUTABLE: builds $SERVER or $LOADTEST when a source is newer than it, one build at a time.
publish() {
  # Asked before the lock: whoever only runs what another user built needs no right to write here.
  [[ -n $PUBLISH_FORCE ]] || ! is_up_to_date "$1" || return 0
  mkdir -p "$ROOT/artifacts"
  exec 8>"$ROOT/artifacts/.lock"
  if ! flock -n 8; then
    echo 'waiting for another build'
    flock 8
  fi
  if [[ -n $PUBLISH_FORCE ]] || ! is_up_to_date "$1"; then
    publish_now "$1"
  fi
  exec 8>&-
}

is_up_to_date() {
  [[ -x $1 ]] || return 1
  [[ -z $(find "$ROOT/$(basename "$1")" "$ROOT"/schema*.sql "$ROOT/global.json" "$ROOT"/Directory.*.props \
    \( -name bin -o -name obj \) -prune -o -type f -newer "$1" -print -quit) ]]
}

publish_now() {
  local executable=$1 runtime=linux-x64 project directory log=$ROOT/artifacts/build.log
  project=$(basename "$executable") directory=$(dirname "$executable")
  [[ $(uname -m) != aarch64 ]] || runtime=linux-arm64
  need_dotnet
  need_linker
  echo "building $project for $runtime"
  # Built beside and moved into place: a stack that runs must be able to start the old one again meanwhile.
  rm -rf "$directory.new"
  # A source saved during the build must make the next one necessary.
  touch "$ROOT/artifacts/.begun"
  if ! with_registry_retry "$log" dotnet publish "$ROOT/$project" -c Release -r "$runtime" \
    -o "$directory.new" --nologo -v quiet --disable-build-servers; then
    die "the build failed (see above, and $log)"
  fi
  # Warnings are errors already; those of the AOT compiler are looked for once more, as they mean a wrong program.
  if grep -E 'warning IL[0-9]+' "$log" >&2; then
    die 'the AOT compiler warns (see above)'
  fi
  touch -r "$ROOT/artifacts/.begun" "$directory.new/$project"
  rm -rf "$directory"
  mv "$directory.new" "$directory"
}

# with_registry_retry LOG COMMAND…: a package registry may answer 404 for something it has a minute later.
with_registry_retry() {
  local log=$1 attempt
  shift
  for attempt in 1 2 3; do
    # The build lock is not for the build servers that dotnet may start.
    "$@" 8>&- 9>&- </dev/null 2>&1 | tee "$log" && return
    ((attempt < 3)) && grep -qE 'NU1101|NU1102|NU1103|NU1301|not indicate success: 404' "$log" || return 1
    echo "the package registry did not answer as expected; attempt $((attempt + 1)) of 3 in 20 s"
    sleep 20
  done
}
