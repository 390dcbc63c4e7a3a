// Configurations that several tests read.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "shared/config.hpp"

namespace doctest {
template <>
struct StringMaker<std::vector<std::string>> {
  static String convert(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += "\n  " + line;
    return text.c_str();
  }
};
}  // namespace doctest

namespace arouter {

inline std::vector<std::string> lines_of(const std::vector<ConfigFault>& faults) {
  std::vector<std::string> lines;
  for (const ConfigFault& fault : faults) lines.push_back(to_string(fault));
  return lines;
}

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
[[provider]]
name = "acme"
format = "anthropic"
base_url = "http://api.acme.example/v1"
keys = [{ env = "ACME_KEY" }, { file = "~/k", weight = 2 },
        { credential = "acme" }, { value = "sk-inline" }]
allow_insecure = true
ca_file = "ca.pem"
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
[[model]]
id = "meta-llama/llama-4-maverick"
name = "Llama 4 Maverick"
[[model.endpoints]]
provider = "acme"
model = "llama-4-mav"
pricing = { prompt = "0.0000002", completion = "0.0000006" }
quantization = "fp8"
)";

inline constexpr std::string_view kTenFaults = R"([server]
listen = [ "127.0.0.1", "[::1]:18080" ]
workers = 900
hedaer_ms = 1000

[auth]
mode = "opne"

[[provider]]
name = "acme"
format = "openai"
base_url = "https://api.acme.example/v1?key=x"
keys = [{ env = "sk-1" }]

[[provider.model]]
id = "model-a"
pricing = { prompt =   0.000002, completion = "0.000006" }

[[provider]]
name = "acme"
base_url = 7

[[model]]
id = "shared/model"
endpoints = [{ provider =  "acmee", model = "model-a" }]
)";

}  // namespace arouter
