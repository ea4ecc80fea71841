# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the scripts that source this
# The base images and the server's own.

readonly SERVER_IMAGE=rinha-server IMAGE_BYTES_MAX=40000000

# Every base image of the stack with its tag, from the files that name them.
base_images() {
  sed -n 's/^ARG \(SDK\|RUNTIME\)_IMAGE=//p' "$ROOT/Dockerfile.aot"
  tr ':' '\n' <<<"$COMPOSE_FILE" | xargs sed -nE "s/^ *image: (($PROXY|postgres):.*)/\\1/p"
}

runtime_image() {
  sed -n 's/^ARG RUNTIME_IMAGE=//p' "$ROOT/Dockerfile.aot"
}

# images_prepare: every base image is here afterwards, pulled where that is possible. What is used instead is said on
# every run.
images_prepare() {
  local image why recipe=''
  while read -r image; do
    if docker image inspect "$image" >/dev/null 2>&1 && ! standin_is "$image"; then
      continue
    fi
    if why=$(docker pull --quiet "$image" 2>&1 >/dev/null); then
      echo "pulled $image"
    elif recipe=${recipe:-$(standin_recipe)} && standin_is "$image" "$recipe"; then
      echo "STAND-IN for $image, made from Debian's packages, as it cannot be pulled"
    else
      standin_make "$image" "${why##*: }"
    fi
  done < <(base_images)
  standin_forget_tree
}

# images_build: the server's image. A build that changes nothing takes a second.
images_build() {
  local log=$ROOT/artifacts/image.log
  mkdir -p "$ROOT/artifacts"
  echo "building $SERVER_IMAGE with Dockerfile.aot"
  GIT_COMMIT=$(git -C "$ROOT" rev-parse --short=12 HEAD 2>/dev/null || true)
  export GIT_COMMIT
  with_registry_retry "$log" compose build api01 >/dev/null ||
    die "the image could not be built: $(tail -n 3 "$log"); all of it is in $log"
}

# image_bytes IMAGE
image_bytes() {
  docker image inspect -f '{{.Size}}' "$1" 2>/dev/null || echo 0
}
