-- The chat request that wrk sends; the key comes from the environment.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. (os.getenv("BENCH_KEY") or "none")
local file = assert(io.open(os.getenv("BENCH_BODY"), "rb"))
wrk.body = file:read("*a")
file:close()

-- One line for the script: what went wrong counts as well as what went right.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT requests=%d failed=%d seconds=%.3f p50_us=%d p99_us=%d\n",
    summary.requests,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    summary.duration / 1e6, latency:percentile(50), latency:percentile(99)))
end
