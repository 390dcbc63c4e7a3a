// Credentials: who is let in, and what a refusal gives away.
#include "shared/validate/judging.hpp"
#include "shared/validate/rules.hpp"

namespace arouter::validate {

namespace {

/// The answer of a probe about credentials; nothing when auth is not to be judged.
const Exchange* answered(const Transcript& transcript, const char* probe) {
  const Exchange* exchange = transcript.find(probe);
  const bool usable = exchange != nullptr && exchange->answered() && !exchange->throttled();
  return usable ? exchange : nullptr;
}

Judgement judge_probe(const Transcript& transcript, const char* probe,
                      const std::function<Judgement(const Exchange&)>& judge) {
  if (transcript.no_auth) return skipped("the provider is said to need no key");
  const Exchange* exchange = answered(transcript, probe);
  return exchange == nullptr ? inconclusive("no answer to the probe") : judge(*exchange);
}

std::string status_of(const Exchange& exchange) {
  return "status " + std::to_string(exchange.status());
}

Judgement missing(const Transcript& transcript) {
  return judge_probe(transcript, "no-key", [](const Exchange& exchange) {
    const int status = exchange.status();
    if (status == 401) return good();
    if (status >= 400 && status < 500) {
      return lesser(Severity::should, "a request without a key gets " + status_of(exchange),
                    at(exchange, 0));
    }
    const bool served = status < 400;
    return broken(served ? "a request without a key is served (say --no-auth if that is meant)"
                         : "a request without a key gets " + status_of(exchange),
                  at(exchange, 0));
  });
}

Judgement wrong(const Transcript& transcript) {
  return judge_probe(transcript, "wrong-key", [](const Exchange& exchange) {
    const int status = exchange.status();
    if (status == 401) return good();
    const std::string message = "a request with a wrong key " +
                                (status < 300 ? "is served" : "gets " + status_of(exchange));
    // Google answers 400 by its own convention, and says so.
    const bool google =
        status == 400 && exchange.response.body.find("API_KEY_INVALID") != std::string::npos;
    return status == 403 || google ? lesser(Severity::should, message, at(exchange, 0))
                                   : broken(message, at(exchange, 0));
  });
}

Judgement no_echo(const Transcript& transcript) {
  if (transcript.no_auth) return skipped("the provider is said to need no key");
  for (const Exchange& exchange : transcript.exchanges) {
    if (exchange.echoed_key) return broken("an answer repeats the caller's key", at(exchange));
  }
  const Exchange* probe = answered(transcript, "wrong-key");
  if (probe == nullptr) return inconclusive("no answer to the probe");
  constexpr std::string_view kMark = "sk-arouter-invalid-";
  const std::size_t found = probe->response.body.find(kMark);
  // A masked form ends in dots or stars soon after the prefix; the whole key goes on for 24 digits.
  const bool whole = found != std::string::npos &&
                     probe->response.body.find_first_not_of(
                         "0123456789abcdef", found + kMark.size()) >= found + kMark.size() + 24;
  return whole ? broken("the refusal repeats the whole key", at(*probe, found)) : good();
}

Judgement scheme_case(const Transcript& transcript) {
  return judge_probe(transcript, "lower-bearer", [](const Exchange& exchange) {
    if (exchange.status() != 401 && exchange.status() != 403) return good();
    return broken("\"bearer\" in lower case is refused with " + status_of(exchange),
                  at(exchange, 0));
  });
}

Judgement www_authenticate(const Transcript& transcript) {
  return judge_probe(transcript, "no-key", [](const Exchange& exchange) {
    if (exchange.status() != 401 || exchange.response.find("www-authenticate") != nullptr) {
      return good();
    }
    return broken("a 401 has no WWW-Authenticate header", at(exchange));
  });
}

Judgement before_validation(const Transcript& transcript) {
  return judge_probe(transcript, "no-key-bad-body", [](const Exchange& exchange) {
    if (exchange.status() != 400 && exchange.status() != 422) return good();
    return broken("a bad body without a key gets " + status_of(exchange) + ", not 401",
                  at(exchange, 0));
  });
}

constexpr std::string_view kSource = "OpenAI API reference, authentication";

constexpr Rule kRules[] = {
    {"auth.missing", Severity::must, Need::any, "A request without a key gets 401.", kSource,
     "anybody can spend the provider's money", "Refuse with 401 before anything else.", missing},
    {"auth.wrong", Severity::must, Need::any, "A request with a wrong key gets 401.", kSource,
     "routers cannot tell a dead key from a dead server: ogx-ai/ogx#2990", "Answer 401.", wrong},
    {"auth.no-echo", Severity::must, Need::any, "Answers do not repeat the key.", kSource,
     "keys end up in logs: continuedev/continue#10250", "Show at most the last four characters.",
     no_echo},
    {"auth.scheme-case", Severity::info, Need::any, "The scheme may be written in lower case.",
     "RFC 9110 section 11.1", "clients that write \"bearer\"", "Compare the scheme without case.",
     scheme_case},
    {"auth.www-authenticate", Severity::info, Need::any, "A 401 has WWW-Authenticate.",
     "RFC 9110 section 15.5.2", "generic HTTP clients", "Send WWW-Authenticate: Bearer.",
     www_authenticate},
    {"auth.before-validation", Severity::info, Need::any, "The key is checked before the body.",
     kSource, "strangers can probe the validator", "Check the key first.", before_validation},
};

}  // namespace

std::span<const Rule> auth_rules() {
  return kRules;
}

}  // namespace arouter::validate
