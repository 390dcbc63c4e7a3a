# For scripts with long steps: quiet, yet never silent for long. To be sourced.

# step NAME LOG COMMAND…: runs it, its output going to the end of LOG. Says how long it took, and
# every 30 seconds what it is at. Gives the command's exit code.
step() {
  local name=$1 log=$2 started=$SECONDS told=$SECONDS status=0
  shift 2
  echo "$name …"
  "$@" >>"$log" 2>&1 </dev/null &
  step_running=$!
  while kill -0 "$step_running" 2>/dev/null; do
    if ((SECONDS - told >= 30)); then
      told=$SECONDS
      echo "$name: $((SECONDS - started)) s, $(steps_done "$log")"
    fi
    sleep 0.1
  done
  wait "$step_running" || status=$?
  step_running=
  ((status == 0)) && echo "$name: done in $((SECONDS - started)) s"
  return $status
}
step_running=

# Ninja and CTest count what they do: "[12/345] Building …", " 12/345 Test …".
steps_done() {
  { tail -c 20000 "$1" | grep -oE '^ *\[?[0-9]+/[0-9]+' || echo "0/?"; } | tail -n 1 | tr -d ' ['
}

# Ends what a step is running; for a trap at the script's end.
stop_step() {
  [[ -z $step_running ]] || kill "$step_running" 2>/dev/null || true
}
