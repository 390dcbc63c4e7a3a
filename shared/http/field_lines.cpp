#include "shared/http/field_lines.hpp"

#include <algorithm>
#include <limits>

#include "shared/bytes.hpp"

namespace arouter {

bool is_field_value(std::string_view text) noexcept {
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end; ++at) {
    at = bytes::find(
        at, end, [](auto many) { return bytes::below(many, ' ') | bytes::equal_to(many, 0x7f); },
        [](char byte) { return !is_byte(byte, kValueByte) || byte == '\t'; });
    if (at == end) return true;
    if (*at != '\t') return false;
  }
  return true;
}

bool same_letters(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(),
                    [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool next_member(std::string_view& list, bool& more, std::string_view& member) {
  if (!more) return false;
  const std::size_t comma = list.find(',');
  more = comma != std::string_view::npos;
  member = trim_blanks(list.substr(0, comma));
  list = more ? list.substr(comma + 1) : std::string_view();
  return true;
}

bool list_holds(std::string_view value, std::string_view token) noexcept {
  std::string_view member;
  for (bool more = true; next_member(value, more, member);) {
    if (same_name(member, token)) return true;
  }
  return false;
}

const std::string_view* HeaderFields::find(std::string_view name) const noexcept {
  for (const HeaderField& field : all()) {
    if (same_name(field.name, name)) return &field.value;
  }
  return nullptr;
}

std::size_t HeaderFields::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(
      all(), [name](const HeaderField& field) { return same_name(field.name, name); }));
}

bool HeaderFields::add(HeaderField field) noexcept {
  if (count_ == kMaxFields) return false;
  fields_[count_++] = field;
  return true;
}

void HeadCursor::open_line(std::size_t limit, HeadFault too_long) {
  end_ = std::min({bytes_.size(), at_ + limit, head_limit_});
  too_long_ = too_long;
}

std::string_view HeadCursor::take(ByteClass wanted) {
  const char* const begin = bytes_.data() + at_;
  const char* const end = bytes_.data() + end_;
  const char* at = begin;
  while (at != end && is_byte(*at, wanted)) ++at;
  const auto size = static_cast<std::size_t>(at - begin);
  at_ += size;
  return {begin, size};
}

Scan HeadCursor::take_line_end(const char* what) {
  if (at_end()) return out_of_bytes();
  if (bytes_[at_] != '\r') return refuse({.what = what});
  ++at_;
  if (at_end()) return out_of_bytes();
  if (bytes_[at_] != '\n') return refuse({.what = "a CR without its LF"});
  ++at_;
  return Scan::whole;
}

Scan HeadCursor::out_of_bytes() {
  return end_ < bytes_.size() ? refuse(too_long_) : Scan::more;
}

Scan HeadCursor::refuse(HeadFault fault) {
  fault_ = fault;
  return Scan::refused;
}

// Asked for every field of every head: the length alone rules out nearly all names.
void FramingFields::note(const HeaderField& field) {
  switch (field.name.size()) {
    case 4:
      if (same_name(field.name, "host") && hosts++ == 0) host = field.value;
      break;
    case 6:
      if (same_name(field.name, "expect")) {
        const bool known = same_name(field.value, "100-continue");
        (known ? expects_continue : expects_other) = true;
      }
      break;
    case 10:
      if (same_name(field.name, "connection")) {
        close = close || list_holds(field.value, "close");
        keep_alive = keep_alive || list_holds(field.value, "keep-alive");
      }
      break;
    case 14:
      if (same_name(field.name, "content-length") && lengths++ == 0) length = field.value;
      break;
    case 17:
      if (same_name(field.name, "transfer-encoding") && codings++ == 0) coding = field.value;
      break;
    default:
      break;
  }
}

namespace {

HeadFault check_coding(std::string_view list) {
  bool known = true, well_formed = true, chunked_before = false;
  std::string_view member;
  for (bool more = true; next_member(list, more, member);) {
    const bool chunked = same_name(member, "chunked");
    well_formed = well_formed && !member.empty() && all_bytes(member, kTokenByte) &&
                  !chunked_before;  // chunked is applied once, and last
    known = known && chunked;
    chunked_before = chunked_before || chunked;
  }
  if (!well_formed) return bad_framing("Transfer-Encoding is malformed");
  if (known) return {};
  return {ErrorKind::not_implemented, "not_implemented",
          "only the transfer coding 'chunked' is spoken here"};
}

HeadFault decode_length(std::string_view digits, std::uint64_t& length) {
  constexpr std::size_t kMostDigits = 19;  // all 19-digit numbers fit 64 bits
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (digits.empty() || !all_bytes(digits, kDigitByte)) {
    return bad_framing("Content-Length is not a number");
  }
  if (digits.size() > kMostDigits) return bad_framing("Content-Length is too large");
  length = 0;
  for (const char digit : digits) length = length * 10 + static_cast<std::uint64_t>(digit - '0');
  return length > kMost ? bad_framing("Content-Length is too large") : HeadFault{};
}

}  // namespace

HeadFault FramingFields::decide(int minor_version, BodyFraming& framing,
                                std::uint64_t& length_out) const {
  if (codings > 0 && lengths > 0) {
    return bad_framing("Content-Length and Transfer-Encoding exclude each other");
  }
  if (codings > 1) return bad_framing("Transfer-Encoding is there twice");
  if (lengths > 1) return bad_framing("Content-Length is there twice");
  if (codings == 1) {
    if (minor_version == 0) return bad_framing("HTTP/1.0 has no Transfer-Encoding");
    framing = BodyFraming::chunked;
    return check_coding(coding);
  }
  if (lengths == 1) {
    framing = BodyFraming::length;
    return decode_length(length, length_out);
  }
  return {};
}

namespace {

Scan read_field(HeadCursor& cursor, HeaderField& field) {
  field.name = cursor.take(kTokenByte);
  if (cursor.at_end()) return cursor.out_of_bytes();
  if (cursor.peek() != ':') {
    return cursor.refuse({.what = field.name.empty()
                                      ? "a header line begins with white space or a bad byte"
                                      : "a header name is followed by something other than ':'"});
  }
  if (field.name.empty()) return cursor.refuse({.what = "a header without a name"});
  cursor.skip();
  field.value = trim_blanks(cursor.take(kValueByte));
  return cursor.take_line_end("a control character in a header value");
}

}  // namespace

Scan read_fields(HeadCursor& cursor, const HeadLimits& limits, HeaderFields& fields,
                 FramingFields& framing) {
  const HeadFault too_large{ErrorKind::headers_too_large, "", "the header fields are too large"};
  for (;;) {
    cursor.open_line(limits.field, too_large);
    if (cursor.at_end()) return cursor.out_of_bytes();
    if (cursor.peek() == '\r') return cursor.take_line_end("");
    HeaderField field;
    if (const Scan read = read_field(cursor, field); read != Scan::whole) return read;
    if (!fields.add(field)) {
      return cursor.refuse({ErrorKind::headers_too_large, "", "more than 100 header fields"});
    }
    framing.note(field);
  }
}

}  // namespace arouter
