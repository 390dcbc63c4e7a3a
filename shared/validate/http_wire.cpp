#include "shared/validate/http_wire.hpp"

#include <algorithm>
#include <charconv>

namespace arouter::validate {

namespace {

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_token(std::string_view name) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != std::string_view::npos;
  });
}

template <class Number>
bool read_number(std::string_view digits, int base, Number& value) {
  const auto [end, failure] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  return failure == std::errc() && end == digits.data() + digits.size() && !digits.empty();
}

}  // namespace

const std::string* WireResponse::find(std::string_view name) const {
  for (const HeaderLine& field : fields) {
    if (same_name(field.name, name)) return &field.value;
  }
  return nullptr;
}

bool WireResponse::announces_close() const {
  const std::string* connection = find("connection");
  if (connection != nullptr && list_holds(*connection, "close")) return true;
  return minor_version == 0 && (connection == nullptr || !list_holds(*connection, "keep-alive"));
}

void ResponseReader::note(WireFault::Part part, std::size_t offset, std::string what) {
  if (response_.faults.size() < 16) response_.faults.push_back({part, offset, std::move(what)});
}

void ResponseReader::feed(std::string_view bytes) {
  buffer_.append(bytes);
  while (!done() && step()) {
  }
  if (done()) {
    response_.excess.append(buffer_, at_);
    at_ = buffer_.size();
  }
  // Consumed bytes are dropped in large steps: one memmove per 64 KiB, not one per chunk.
  if (at_ >= 65'536 || at_ == buffer_.size()) {
    dropped_ += at_;
    buffer_.erase(0, at_);
    at_ = 0;
  }
}

void ResponseReader::end_of_input() {
  if (state_ == State::close) {
    response_.complete = true;
    state_ = State::done;
  }
}

bool ResponseReader::step() {
  switch (state_) {
    case State::head:
      return step_head();
    case State::length:
      if (take_body(left_)) {
        response_.complete = true;
        state_ = State::done;
      }
      return done();
    case State::close:
      left_ = buffer_.size() - at_;
      take_body(left_);
      return false;
    case State::chunk_size:
      return step_chunk_size();
    case State::chunk:
      if (!take_body(left_)) return false;
      state_ = State::chunk_end;
      return true;
    case State::chunk_end:
      return step_chunk_end();
    case State::trailer:
      return step_trailer();
    case State::done:
      return false;
  }
  return false;
}

bool ResponseReader::take_line(std::string_view& line, WireFault::Part part) {
  const std::size_t lf = buffer_.find('\n', at_);
  if (lf == std::string::npos) return false;
  std::size_t end = lf;
  if (end > at_ && buffer_[end - 1] == '\r') {
    --end;
  } else {
    note(part, dropped_ + lf, "a line ends in LF without CR");
  }
  line = std::string_view(buffer_).substr(at_, end - at_);
  at_ = lf + 1;
  return true;
}

bool ResponseReader::step_head() {
  // The blank line that ends a head, however its lines end.
  const std::size_t strict = buffer_.find("\r\n\r\n", at_);
  const std::size_t bare = buffer_.find("\n\n", at_);
  const std::size_t mixed = buffer_.find("\n\r\n", at_);
  const std::size_t end = std::min({strict == std::string::npos ? strict : strict + 4,
                                    bare == std::string::npos ? bare : bare + 2,
                                    mixed == std::string::npos ? mixed : mixed + 3});
  if (end == std::string::npos) return false;
  decode_head(std::string_view(buffer_).substr(at_, end - at_));
  at_ = end;
  if (response_.status >= 100 && response_.status < 200) {
    response_ = WireResponse();
    return true;
  }
  choose_framing();
  return true;
}

void ResponseReader::decode_head(std::string_view head) {
  std::size_t offset = dropped_ + at_;
  bool first = true;
  while (!head.empty()) {
    const std::size_t lf = head.find('\n');
    std::string_view line = head.substr(0, lf);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    } else {
      note(WireFault::Part::head, offset, "a line of the head ends in LF without CR");
    }
    if (first) {
      const bool known = line.starts_with("HTTP/1.0 ") || line.starts_with("HTTP/1.1 ");
      response_.minor_version = line.starts_with("HTTP/1.0 ") ? 0 : 1;
      if (!known || !read_number(line.substr(9, 3), 10, response_.status)) {
        note(WireFault::Part::head, offset, "this is no HTTP/1.x status line");
      }
      first = false;
    } else if (!line.empty()) {
      decode_field(line, offset);
    }
    offset += lf + 1;
    head.remove_prefix(lf + 1);
  }
}

void ResponseReader::decode_field(std::string_view line, std::size_t offset) {
  if (line.front() == ' ' || line.front() == '\t') {
    note(WireFault::Part::head, offset, "a header field is folded over two lines");
    if (!response_.fields.empty()) response_.fields.back().value.append(" ").append(trim(line));
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return note(WireFault::Part::head, offset, "a line of the head has no colon");
  }
  std::string_view name = line.substr(0, colon);
  if (!is_token(name)) {
    note(WireFault::Part::head, offset, "a header field's name holds a blank or a forbidden byte");
  }
  response_.fields.push_back({std::string(trim(name)), std::string(trim(line.substr(colon + 1)))});
}

void ResponseReader::choose_framing() {
  const std::string* coding = response_.find("transfer-encoding");
  const std::string* length = response_.find("content-length");
  const bool bodiless = request_was_head_ || response_.status == 204 || response_.status == 304;
  if (bodiless) {
    response_.framing = BodyFraming::none;
    response_.complete = true;
    state_ = State::done;
    return;
  }
  if (coding != nullptr && length != nullptr) {
    note(WireFault::Part::body, 0, "both Transfer-Encoding and Content-Length are present");
  }
  if (coding != nullptr && list_holds(*coding, "chunked")) {
    response_.framing = BodyFraming::chunked;
    state_ = State::chunk_size;
    return;
  }
  if (length == nullptr) {
    state_ = State::close;
    return;
  }
  response_.framing = BodyFraming::length;
  state_ = State::length;
  if (!read_number(std::string_view(*length), 10, left_)) {
    note(WireFault::Part::body, 0, "Content-Length is no number");
    response_.framing = BodyFraming::until_close;
    state_ = State::close;
  }
}

bool ResponseReader::take_body(std::size_t most) {
  const std::size_t length = std::min(most, buffer_.size() - at_);
  response_.body.append(buffer_, at_, length);
  at_ += length;
  left_ -= length;
  return left_ == 0;
}

bool ResponseReader::step_chunk_size() {
  const std::size_t offset = dropped_ + at_;
  std::string_view line;
  if (!take_line(line, WireFault::Part::body)) return false;
  const std::string_view digits = trim(line.substr(0, line.find(';')));
  if (!read_number(digits, 16, left_)) {
    // Where the next chunk begins cannot be known any more: the rest is taken as it is.
    note(WireFault::Part::body, offset, "a chunk size is no hexadecimal number");
    at_ = offset - dropped_;
    state_ = State::close;
    return true;
  }
  state_ = left_ == 0 ? State::trailer : State::chunk;
  return true;
}

bool ResponseReader::step_chunk_end() {
  if (buffer_.size() - at_ < 2) return false;
  if (std::string_view(buffer_).substr(at_, 2) == "\r\n") {
    at_ += 2;
  } else {
    note(WireFault::Part::body, dropped_ + at_, "CRLF is missing after a chunk's data");
    if (buffer_[at_] == '\n') ++at_;
  }
  state_ = State::chunk_size;
  return true;
}

bool ResponseReader::step_trailer() {
  std::string_view line;
  if (!take_line(line, WireFault::Part::body)) return false;
  if (line.empty()) {
    response_.complete = true;
    state_ = State::done;
  }
  return true;
}

}  // namespace arouter::validate
