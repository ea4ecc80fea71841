# shellcheck shell=bash
# The server as one native executable in artifacts/server.

PUBLISH_FORCE=

# publish: builds when a source is newer than the executable, one build at a time.
publish() {
  # Asked before the lock: whoever only runs what another user built needs no right to write here.
  [[ -n $PUBLISH_FORCE ]] || ! is_up_to_date || return 0
  mkdir -p "$ROOT/artifacts"
  exec 8>"$ROOT/artifacts/.lock"
  if ! flock -n 8; then
    echo 'waiting for another build'
    flock 8
  fi
  if [[ -n $PUBLISH_FORCE ]] || ! is_up_to_date; then
    publish_now
  fi
  exec 8>&-
}

is_up_to_date() {
  [[ -x $SERVER ]] || return 1
  [[ -z $(find "$ROOT/Rinha.Server" "$ROOT/schema.sql" "$ROOT/global.json" "$ROOT"/Directory.*.props \
    \( -name bin -o -name obj \) -prune -o -type f -newer "$SERVER" -print -quit) ]]
}

publish_now() {
  local runtime=linux-x64 log=$ROOT/artifacts/build.log
  [[ $(uname -m) != aarch64 ]] || runtime=linux-arm64
  need_dotnet
  need_linker
  echo "building the server for $runtime"
  rm -rf "$ROOT/artifacts/server"
  if ! with_registry_retry "$log" dotnet publish "$ROOT/Rinha.Server" -c Release -r "$runtime" \
    -o "$ROOT/artifacts/server" --nologo -v quiet --disable-build-servers; then
    die "the build failed (see above, and $log)"
  fi
  # Warnings are errors already; those of the AOT compiler are looked for once more, as they mean a wrong program.
  if grep -E 'warning IL[0-9]+' "$log" >&2; then
    rm -rf "$ROOT/artifacts/server"
    die 'the AOT compiler warns (see above)'
  fi
  # An output older than a source that was saved during the build would be built again for ever.
  touch "$SERVER"
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
