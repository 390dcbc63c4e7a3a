#include "shared/http/chunked.hpp"

#include <algorithm>

#include "shared/http/byte_class.hpp"
#include "shared/http/head.hpp"

namespace arouter {

namespace {

constexpr int kMostSizeDigits = 16;
constexpr std::size_t kMostExtension = 256;
constexpr std::size_t kMostExtensions = 4 * 1024;
constexpr std::size_t kMostTrailers = 4 * 1024;
constexpr std::uint64_t kFreeWire = 16 * 1024;  // below this any ratio of wire to body is fine
constexpr std::uint64_t kMostRatio = 16;

constexpr char kTrailerTooLarge[] = "the trailer is too large";

bool is_forbidden_trailer(std::string_view name) {
  return same_name(name, "content-length") || same_name(name, "transfer-encoding") ||
         same_name(name, "host") || same_name(name, "authorization");
}

}  // namespace

Result<std::size_t> ChunkedDecoder::feed(std::string_view bytes, std::string& body) {
  std::size_t at = 0;
  while (at < bytes.size() && state_ != State::done) {
    if (state_ == State::data) {
      const std::size_t size =
          static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - at));
      body.append(bytes.data() + at, size);
      at += size;
      wire_ += size;
      body_ += size;
      left_ -= size;
      if (left_ == 0) state_ = State::data_cr;
      continue;
    }
    ++wire_;
    if (wire_ > kFreeWire && wire_ / kMostRatio > body_) {
      return malformed("more framing than body");
    }
    if (const char* fault = step(bytes[at++]); fault != nullptr) return malformed(fault);
  }
  return at;
}

Error ChunkedDecoder::malformed(const char* why) const {
  if (errors_ == ErrorKind::upstream_malformed) {
    return upstream_error(errors_, "the provider's answer is not valid HTTP",
                          std::string("chunked body: ") + why);
  }
  const bool too_large = why == kTrailerTooLarge;
  Error error = client_error(too_large ? ErrorKind::headers_too_large : errors_,
                             std::string("chunked body: ") + why);
  if (!too_large) error.code = "bad_framing";
  return error;
}

const char* ChunkedDecoder::go_on(bool allowed, State next, const char* fault) {
  if (!allowed) return fault;
  state_ = next;
  return nullptr;
}

const char* ChunkedDecoder::step(char byte) {
  switch (state_) {
    case State::size:
      return step_size(byte);
    case State::size_lf:
      return go_on(byte == '\n', left_ == 0 ? State::trailer_start : State::data,
                   "a CR without its LF");
    case State::data_cr:
      return go_on(byte == '\r', State::data_lf, "a chunk is longer than its size");
    case State::data_lf:
      size_digits_ = 0;
      return go_on(byte == '\n', State::size, "a chunk is longer than its size");
    case State::trailer_start:
    case State::trailer_name:
    case State::trailer_value:
      return step_trailer(byte);
    case State::trailer_lf:
      return go_on(byte == '\n', State::trailer_start, "a CR without its LF");
    case State::end_lf:
      return go_on(byte == '\n', State::done, "a CR without its LF");
    case State::data:
    case State::done:
      return nullptr;  // feed() takes these itself
    default:
      return step_extension(byte);
  }
}

const char* ChunkedDecoder::step_size(char byte) {
  if (const int digit = hex_value(byte); digit >= 0) {
    if (size_digits_ == 0) left_ = 0;
    if (++size_digits_ > kMostSizeDigits) return "a chunk size of more than 16 digits";
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    return nullptr;
  }
  if (size_digits_ == 0) return "a chunk without a size";
  extension_ = 0;
  if (byte == ';') return go_on(true, State::extension_start, nullptr);
  return go_on(byte == '\r', State::size_lf, "a chunk size is followed by something else");
}

// White space around ';' and '=' is legal by the letter, sent by nobody, and refused.
const char* ChunkedDecoder::step_extension(char byte) {
  constexpr const char* kMalformed = "a chunk extension is malformed";
  if (byte != '\r' && (++extension_ > kMostExtension || ++extensions_ > kMostExtensions)) {
    return "the chunk extensions are too large";
  }
  switch (state_) {
    case State::extension_start:
      return go_on(is_byte(byte, kTokenByte), State::extension_name, kMalformed);
    case State::extension_name:
      if (is_byte(byte, kTokenByte)) return nullptr;
      if (byte == '=') return go_on(true, State::extension_value_start, nullptr);
      return end_extension(byte);
    case State::extension_value_start:
      if (byte == '"') return go_on(true, State::extension_quoted, nullptr);
      return go_on(is_byte(byte, kTokenByte), State::extension_token, kMalformed);
    case State::extension_token:
      return is_byte(byte, kTokenByte) ? nullptr : end_extension(byte);
    case State::extension_quoted:
      if (byte == '"') return go_on(true, State::extension_end, nullptr);
      if (byte == '\\') return go_on(true, State::extension_escape, nullptr);
      return is_byte(byte, kValueByte) ? nullptr : kMalformed;
    case State::extension_escape:
      return go_on(is_byte(byte, kValueByte), State::extension_quoted, kMalformed);
    default:
      return end_extension(byte);
  }
}

const char* ChunkedDecoder::end_extension(char byte) {
  if (byte == ';') return go_on(true, State::extension_start, nullptr);
  return go_on(byte == '\r', State::size_lf, "a chunk extension is malformed");
}

const char* ChunkedDecoder::step_trailer(char byte) {
  if (++trailers_ > kMostTrailers) return kTrailerTooLarge;
  switch (state_) {
    case State::trailer_start:
      if (byte == '\r') return go_on(true, State::end_lf, nullptr);
      trailer_name_.assign(1, byte);
      return go_on(is_byte(byte, kTokenByte), State::trailer_name, "a trailer line is malformed");
    case State::trailer_name:
      if (is_byte(byte, kTokenByte)) {
        trailer_name_.push_back(byte);
        return nullptr;
      }
      if (is_forbidden_trailer(trailer_name_)) return "a trailer may not name this field";
      return go_on(byte == ':', State::trailer_value, "a trailer line is malformed");
    default:
      if (is_byte(byte, kValueByte)) return nullptr;
      return go_on(byte == '\r', State::trailer_lf, "a trailer line is malformed");
  }
}

}  // namespace arouter
