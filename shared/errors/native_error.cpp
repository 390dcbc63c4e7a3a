#include "shared/errors/native_error.hpp"

#include <algorithm>

#include "shared/errors/wait.hpp"
#include "shared/json_doc.hpp"
#include "shared/text.hpp"

namespace arouter {

namespace {

constexpr int kMostInside = 2;          // errors that hold an error that holds an error
constexpr int kDeepestText = 5;         // objects and lists around a message
constexpr std::size_t kMostWords = 32;  // of one error
constexpr std::size_t kMostParts = 4;   // of a list of faults
constexpr std::size_t kLongestLine = 200;

NativeError read(std::string_view body, int depth);

/// "model_not_found", "429": of a text or a number.
std::string scalar(const JsonItem& item) {
  return item.is_string() ? item.text() : std::string(item.number());
}

int status_of(const JsonItem& item) {
  const std::string text = scalar(item);
  if (text.size() != 3 || text < "400" || text > "599") return 0;
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? std::stoi(text) : 0;
}

/// FastAPI: ["body","messages",0,"content"]
std::string path_of(const JsonItem& loc) {
  std::string path;
  for (const JsonItem part : loc) {
    const std::string step = scalar(part);
    if (step.empty() || (path.empty() && step == "body")) continue;
    path += (path.empty() ? "" : ".") + step;
  }
  return path;
}

std::string text_of(const JsonItem& item, int depth);

std::string text_of_list(const JsonItem& list, int depth) {
  std::string text;
  std::size_t count = 0;
  for (const JsonItem part : list) {
    if (++count > kMostParts) break;
    std::string said = text_of(part, depth);
    if (said.empty()) continue;
    const std::string where = path_of(part["loc"]);
    text += (text.empty() ? "" : "; ") + (where.empty() ? "" : where + ": ") + said;
  }
  return text;
}

/// A text, or the text in an object or list that stands where one belongs.
std::string text_of(const JsonItem& item, int depth) {
  if (item.is_string()) return item.text();
  if (depth >= kDeepestText) return {};
  if (item.is_array()) return text_of_list(item, depth + 1);
  if (!item.is_object()) return {};
  for (const char* key : {"message", "msg", "detail", "error", "errors", "title", "status_msg"}) {
    std::string text = text_of(item[key], depth + 1);
    if (!text.empty()) return text;
  }
  return {};
}

void add_word(NativeError& native, std::string word) {
  if (!word.empty() && native.words.size() < kMostWords) native.words.push_back(std::move(word));
}

/// google.rpc: ErrorInfo, RetryInfo, QuotaFailure.
void take_details(NativeError& native, const JsonItem& details) {
  if (!details.is_array()) return;
  for (const JsonItem detail : details) {
    add_word(native, detail["reason"].text());
    const std::string delay = detail["retryDelay"].text();
    if (!delay.empty()) native.wait_ms = decode_span_ms(delay).value_or(native.wait_ms);
    if (!detail["violations"].is_array()) continue;
    for (const JsonItem violation : detail["violations"]) {
      native.is_daily =
          native.is_daily || violation["quotaId"].text().find("PerDay") != std::string::npos;
    }
  }
}

/// The error of somebody behind the provider: its text is added, its words count too.
void take_inner(NativeError& native, NativeError inner) {
  for (std::string& word : inner.words) add_word(native, std::move(word));
  if (native.status == 0) native.status = inner.status;
  if (native.wait_ms == 0) native.wait_ms = inner.wait_ms;
  if (inner.message.empty() || native.message.find(inner.message) != std::string::npos) return;
  native.message += (native.message.empty() ? "" : ": ") + inner.message;
}

/// OpenRouter.
void take_metadata(NativeError& native, const JsonItem& metadata, int depth) {
  if (!metadata.is_object()) return;
  add_word(native, metadata["error_type"].text());
  if (metadata["flagged_input"].is_set()) add_word(native, "moderation");
  const JsonItem raw = metadata["raw"];
  if (!raw.is_set() || depth >= kMostInside) return;
  const std::string inner = raw.is_string() ? raw.text() : std::string(raw.raw());
  take_inner(native, read(inner, depth + 1));
}

/// Some hand on another's error body as the text of their message.
void unwrap_message(NativeError& native, int depth) {
  if (depth >= kMostInside) return;
  const std::size_t begin = native.message.find_first_not_of(" \r\n\t");
  if (begin == std::string::npos || native.message[begin] != '{') return;
  NativeError inner = read(native.message, depth + 1);
  if (inner.message.empty()) return;
  native.message.clear();
  take_inner(native, std::move(inner));
}

void take_object(NativeError& native, const JsonItem& error, int depth) {
  native.is_readable = true;
  if (native.message.empty()) native.message = text_of(error, 0);
  if (native.code.empty()) native.code = scalar(error["code"]);
  if (native.code.empty()) native.code = error["__type"].text();  // AWS
  for (const char* key : {"type", "error_type"}) {
    std::string type = error[key].text();
    // What says that it is an error is not what it is called.
    if (type == "error" || type.starts_with("response.")) continue;
    if (native.type.empty()) native.type = type;
    add_word(native, std::move(type));
  }
  add_word(native, error["status"].text());  // Google
  add_word(native, error["code"].text());
  add_word(native, error["__type"].text());
  add_word(native, error["innererror"]["code"].text());  // Azure
  if (native.param.empty()) native.param = error["param"].text();
  if (native.request_id.empty()) native.request_id = error["request_id"].text();
  for (const char* key : {"code", "status", "raw_status_code", "statusCode"}) {
    if (native.status == 0) native.status = status_of(error[key]);
  }
  take_details(native, error["details"]);
  take_metadata(native, error["metadata"], depth);
}

/// Where the error lies in an object.
void take_root(NativeError& native, const JsonItem& root, int depth) {
  const JsonItem of_response = root["response"]["error"];
  const JsonItem error = root["error"].is_set() ? root["error"] : of_response;
  if (error.is_object()) take_object(native, error, depth);
  if (error.is_string()) native.message = error.text();
  if (root["errors"].is_array() && !root["errors"].empty() && native.message.empty()) {
    const JsonItem first = *root["errors"].begin();
    if (first.is_object()) take_object(native, first, depth);
    if (first.is_string()) native.message = first.text();
  }
  // The rest of what it says may stand around the error; an answer's own status and type do not
  // matter.
  if (!of_response.is_set() && !root["output"].is_array()) take_object(native, root, depth);
  native.is_readable = true;
  unwrap_message(native, depth);
}

/// "404 page not found": one line that is neither markup nor broken JSON.
void take_line(NativeError& native, std::string_view body) {
  const std::size_t end = body.find_last_not_of(" \r\n\t");
  if (end == std::string_view::npos) return;
  const std::string_view line = body.substr(0, end + 1);
  if (line.size() > kLongestLine || std::string_view("<{[\"").find(line[0]) != line.npos) return;
  const bool is_plain = std::all_of(line.begin(), line.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
  });
  if (!is_plain || !is_valid_utf8(line)) return;
  native.message = line;
  native.is_readable = true;
}

NativeError read(std::string_view body, int depth) {
  NativeError native;
  const Result<JsonDoc> doc = JsonDoc::read(body);
  if (!doc) {
    take_line(native, body);
    return native;
  }
  JsonItem root = doc->root();
  if (root.is_array() && !root.empty()) root = *root.begin();
  if (root.is_string()) {
    native.message = root.text();
    native.is_readable = !native.message.empty();
  } else if (root.is_object()) {
    take_root(native, root, depth);
  }
  return native;
}

}  // namespace

NativeError read_native_error(std::string_view body) {
  return read(body, 0);
}

}  // namespace arouter
