// Looking into answers: the error object of the OpenAI format.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tests/integration/raw_client.hpp"

namespace arouter::test {

/// The "error" object of an answer, null when it holds none.
inline nlohmann::json error_of(const RawResponse& response) {
  const nlohmann::json body = nlohmann::json::parse(response.body, nullptr, false);
  return body.is_object() && body.contains("error") ? body["error"] : nlohmann::json();
}

/// error.code, or what stood there instead.
inline std::string error_code_of(const RawResponse& response) {
  const nlohmann::json error = error_of(response);
  if (error.is_object() && error.contains("code") && error["code"].is_string()) {
    return error["code"];
  }
  return "no code in: " + response.head + response.body;
}

/// error.source, or what stood there instead.
inline std::string error_source_of(const RawResponse& response) {
  const nlohmann::json error = error_of(response);
  return error.is_object() ? error.value("source", "no source") : "no error";
}

}  // namespace arouter::test
