#include "tests/unit/shared/validate/mutants.hpp"

namespace arouter::validate {

namespace {

std::function<void(Recording&)> status(const char* probe, const char* line) {
  return [=](Recording& r) { r.answer_with(probe, line, error_body("this will not do")); };
}

std::function<void(Recording&)> served(const char* probe) {
  return
      [=](Recording& r) { r.answer_with(probe, "200 OK", answer_body("x", "one", 20, 1, "stop")); };
}

std::function<void(Recording&)> body(const char* probe, std::string text) {
  return [=](Recording& r) { r.body(probe) = text; };
}

std::function<void(Recording&)> swap_in(const char* probe, std::string from, std::string to) {
  return [=](Recording& r) { r.swap(probe, from, to); };
}

std::vector<Mutant> credential_mutants() {
  const auto fail = Outcome::fail;
  const char* const forbidden = "403 Forbidden";
  return {
      {"auth.missing", fail, served("no-key")},
      {"auth.missing", Outcome::warn, status("no-key", forbidden)},
      {"auth.missing", fail, status("no-key", "500 Internal Server Error")},
      {"auth.wrong", fail, served("wrong-key")},
      {"auth.wrong", fail, status("wrong-key", "400 Bad Request")},
      {"auth.wrong", Outcome::warn, status("wrong-key", forbidden)},
      {"auth.no-echo", fail,
       swap_in("wrong-key", "this will not do",
               "bad key sk-arouter-invalid-0123abcd0123abcd0123abcd0123abcd")},
      {"auth.no-echo", fail,
       [](Recording& r) {
         r.finish = [](Transcript& t) { t.exchanges.front().echoed_key = true; };
       }},
      {"auth.scheme-case", Outcome::info, status("lower-bearer", "401 Unauthorized")},
      {"auth.www-authenticate", Outcome::info,
       [](Recording& r) { r.swap_head("no-key", "WWW-Authenticate: Bearer\r\n", ""); }},
      {"auth.before-validation", Outcome::info, status("no-key-bad-body", "400 Bad Request")},
  };
}

std::vector<Mutant> error_mutants() {
  const auto fail = Outcome::fail;
  const auto warn = Outcome::warn;
  const auto info = Outcome::info;
  const char* const crash = "500 Internal Server Error";
  return {
      {"err.status-4xx", fail, status("no-messages", crash)},
      {"err.status-4xx", fail, served("bad-json")},
      {"err.status-4xx", warn, served("messages-string")},
      {"err.status-400", info, status("no-messages", "422 Unprocessable Entity")},
      {"err.json", fail, body("no-messages", "<html>Bad Request</html>")},
      {"err.json", fail, body("no-messages", "")},
      {"err.shape", warn, body("no-messages", R"({"detail":"messages is missing"})")},
      {"err.shape", warn, body("no-messages", R"({"error":"messages is missing"})")},
      {"err.shape", warn, body("no-messages", "[" + error_body("x") + "]")},
      {"err.message-nonempty", warn, swap_in("no-messages", "this will not do", "")},
      {"err.type", warn, swap_in("no-messages", "\"type\":\"invalid_request_error\",", "")},
      {"err.code-type", warn, swap_in("no-messages", "\"code\":null", "\"code\":7")},
      {"err.code-type", info, swap_in("no-messages", "\"code\":null", "\"code\":400")},
      {"err.param", info, swap_in("no-messages", "\"param\":null,", "")},
      {"err.unknown-model", fail, served("unknown-model")},
      {"err.unknown-model", fail, status("unknown-model", crash)},
      {"err.unknown-model", warn, status("unknown-model", "422 Unprocessable Entity")},
      {"err.unknown-route", warn, served("unknown-route")},
      {"err.method", info, status("get-chat", crash)},
      {"err.no-stacktrace", warn,
       swap_in("no-messages", "this will not do", "Traceback (most recent call last): x")},
      {"err.retry-after", info,
       [](Recording& r) { r.answer("cap").adjust = [](Exchange& e) { e.saw_throttle = true; }; }},
      {"err.stream-request", warn,
       [](Recording& r) {
         r.head("bad-stream") = r.head("stream");
         r.body("bad-stream") = r.body("stream");
       }},
      {"err.fast", info,
       [](Recording& r) {
         r.answer("bad-json").adjust = [](Exchange& e) { e.duration_ms = 11'000; };
       }},
      {"json.schema-bad", fail, status("bad-response-format", crash)},
      {"json.schema-bad", info, served("bad-response-format")},
  };
}

}  // namespace

std::vector<Mutant> refusal_mutants() {
  std::vector<Mutant> all = credential_mutants();
  for (Mutant& mutant : error_mutants()) all.push_back(std::move(mutant));
  return all;
}

std::vector<Mutant> models_mutants() {
  const auto fail = Outcome::fail;
  const auto warn = Outcome::warn;
  return {
      {"models.list", fail, status("models", "404 Not Found")},
      {"models.object-list", fail,
       [](Recording& r) {
         const std::string whole = r.body("models");
         const std::size_t begin = whole.find('[');
         r.body("models") = whole.substr(begin, whole.size() - 1 - begin);
         r.body("models-again") = r.body("models");
       }},
      {"models.object-list", fail, swap_in("models", "\"list\"", "\"models\"")},
      {"models.object-list", warn, swap_in("models", "\"object\":\"list\",", "")},
      {"models.data-array", fail,
       [](Recording& r) {
         r.body("models") = R"({"object":"list","data":null})";
         r.body("models-again") = r.body("models");
       }},
      {"models.data-array", warn,
       [](Recording& r) {
         r.body("models") = R"({"object":"list","data":[]})";
         r.body("models-again") = r.body("models");
       }},
      {"models.item-fields", warn, swap_in("models", ",\"owned_by\":\"acme\"", "")},
      {"models.item-fields", Outcome::info, swap_in("models", "1790000000", "0")},
      {"models.id-unique", fail,
       [](Recording& r) {
         for (const char* probe : {"models", "models-again"}) r.swap(probe, "model-b", "model-a");
       }},
      {"models.id-stable", fail, swap_in("models-again", "model-b", "model-c")},
      {"models.tested-listed", fail,
       [](Recording& r) {
         for (const char* probe : {"models", "models-again"}) r.swap(probe, "model-a", "model-z");
       }},
      {"models.retrieve", warn, status("model", "404 Not Found")},
      {"models.retrieve", warn, swap_in("model", "model-a", "model-b")},
      {"models.auth", Outcome::info, served("models-no-key")},
  };
}

}  // namespace arouter::validate
