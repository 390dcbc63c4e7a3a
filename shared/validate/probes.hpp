// The probes: which requests a run makes, as values. Nothing is sent here.
//
// Few exchanges feed many rules: at most 40 requests. Prompts are harmless counting texts with a
// nonce per run, so that no cache answers; answers are capped at 64 tokens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/validate/transcript.hpp"

namespace arouter::validate {

/// A member of the body of "unknown-param" that no server knows: it may drop it.
inline constexpr std::string_view kUnknownField = "x_arouter_probe";

struct Probe {
  enum class Credential : std::uint8_t { key, none, wrong, lower_case };

  std::string name;
  Expect expect = Expect::other;
  std::string method = "POST";
  std::string path = "/chat/completions";  // under the base URL
  std::string body;                        // "" for none
  Credential credential = Credential::key;
  std::int64_t max_tokens = 0;
  bool accept_gzip = false;
  bool hang_up = false;  // close after the second event
};

/// How a chat request is spelled. Reasoning models of OpenAI refuse max_tokens and temperature.
struct Spelling {
  bool max_completion_tokens = false;
  bool temperature = true;
};

struct ProbeSettings {
  std::string model;
  std::string nonce;  // hexadecimal
  Spelling spelling;
};

/// Makes the probes of one run; names are those the rules look for.
class Probes {
 public:
  explicit Probes(ProbeSettings settings) : settings_(std::move(settings)) {}

  Probe models(std::string name) const;
  Probe basic(std::string name) const;
  Probe stream() const;
  std::vector<Probe> answers() const;      // further good requests, plain and streamed
  std::vector<Probe> credentials() const;  // none, wrong, lower-case scheme
  std::vector<Probe> refusals() const;     // bad requests, unknown model and route
  std::vector<Probe> routes() const;       // one model, other methods, a slash too many
  std::vector<Probe> parallel() const;     // four of growing length
  Probe abort() const;
  Probe gzip_stream() const;
  Probe model_encoded() const;  // "/" in the id as %2F

 private:
  ProbeSettings settings_;
};

}  // namespace arouter::validate
