// A configuration with every key that a provider may have at once.
#pragma once

#include <string_view>

namespace arouter {

inline constexpr std::string_view kEveryKey = R"([server]
listen = ["127.0.0.1:0", "[::1]:18081"]
workers = 3
header_ms = 1000
body_ms = 2000
idle_ms = 3000
drain_ms = 4000
max_connections = 77
max_body_bytes = 2_000_000
allowed_hosts = ["router.lan:18080"]
allowed_origins = ["https://app.example"]
[auth]
mode = "open"
[ledger]
durability = "power"
[logging]
level = "debug"
[routing]
fallback_model = "acme/model-a"
auto_models = ["acme/*", "meta-llama/llama-4-maverick"]
max_attempts = 5
retry_ambiguous = false
data_collection = "deny"
zdr = true
affinity = false
[[alias]]
name = "claude-haiku-*"
model = "acme/model-a"
[[provider]]
name = "acme"
display_name = "Acme Inc."
format = "anthropic"
base_url = "http://api.acme.example/v1"
keys = [{ env = "ACME_KEY" }, { file = "~/k", weight = 2 },
        { credential = "acme", name = "third", models = ["model-*"] },
        { value = "sk-inline", limits = { concurrency = 4, requests_per_minute = 60 } }]
byok = true
allow_insecure = true
ca_file = "ca.pem"
client_cert = { cert_file = "own.pem", key_file = "own.key" }
proxy = "http://proxy.example:3128"
on_client_gone = "drain"
health_check = { path = "/health", interval_s = 10 }
breaker = { failures = 2, open_ms = 100, max_open_ms = 1000 }
data_policy = { collects = false, zdr = true, retention_days = 30 }
limits = { concurrency = 64 }
timeouts = { connect_ms = 1500, tls_ms = 1, first_byte_ms = 2, progress_ms = 3, total_ms = 4 }
[[provider.model]]
id = "model-a"
name = "Model A"
description = "A model."
created = 1795000000
context_length = 128000
max_completion_tokens = 8192
quantization = "fp8"
expiration_date = "2027-01-31"
supported_parameters = ["tools", "temperature"]
timeouts = { total_ms = 60000 }
data_policy = { zdr = false }
[provider.model.architecture]
input_modalities = ["text", "image"]
output_modalities = ["text"]
tokenizer = "cl100k_base"
instruct_type = "chatml"
[provider.model.pricing]
prompt = "0.000002"
completion = "0.000006"
request = "0.001"
input_cache_read = "0.000001"
internal_reasoning = "0.000007"
image = "0.002"
web_search = "0.01"
[[provider.model.pricing.overrides]]
min_prompt_tokens = 200000
prompt = "0.000004"
[[provider.model.pricing.overrides]]
utc_start = "1630"
utc_end = "0030"
completion = "0.000003"
[[model]]
id = "meta-llama/llama-4-maverick"
name = "Llama 4 Maverick"
[[model.endpoints]]
provider = "acme"
model = "llama-4-mav"
pricing = { prompt = "0.0000002", completion = "0.0000006" }
quantization = "fp8"
context_length = 64000
max_completion_tokens = 4096
supported_parameters = ["tools"]
data_policy = { collects = true }
tag = "turbo"
)";

}  // namespace arouter
