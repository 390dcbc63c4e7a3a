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
