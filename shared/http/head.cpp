#include "shared/http/head.hpp"

#include <algorithm>

#include "shared/http/byte_class.hpp"
#include "shared/http/field_lines.hpp"

namespace arouter {

namespace {

constexpr std::size_t kMostMethodBytes = 32;

Error request_error(const HeadFault& fault) {
  Error error = client_error(fault.kind, fault.what);
  error.code = fault.code;
  return error;
}

// A client need not know which header its provider got wrong; the operator does.
Error response_error(const HeadFault& fault) {
  return upstream_error(ErrorKind::upstream_malformed, "the provider's answer is not valid HTTP",
                        fault.what);
}

/// "HTTP/", one digit, '.', one digit: byte by byte, so that a wrong one is refused at once.
Scan read_version(HeadCursor& cursor, int& major, int& minor) {
  for (const char expected : std::string_view("HTTP/d.d")) {
    if (cursor.at_end()) return cursor.out_of_bytes();
    const char byte = cursor.peek();
    const bool digit = expected == 'd';
    if (digit ? !is_byte(byte, kDigitByte) : byte != expected) {
      return cursor.refuse({.what = "the HTTP version is malformed"});
    }
    if (digit) {
      major = minor;
      minor = byte - '0';
    }
    cursor.skip();
  }
  if (major == 1 && minor <= 1) return Scan::whole;
  return cursor.refuse({ErrorKind::version_not_supported, "", "only HTTP/1.1 and 1.0 are spoken"});
}

Scan read_method(HeadCursor& cursor, std::string_view& method) {
  method = cursor.take(kTokenByte);
  if (method.size() > kMostMethodBytes) return cursor.refuse({.what = "the method is too long"});
  if (cursor.at_end()) return cursor.out_of_bytes();
  if (cursor.peek() != ' ' || method.empty()) {
    return cursor.refuse({.what = "the request line does not begin with a method"});
  }
  for (const char byte : method) {
    if (byte >= 'a' && byte <= 'z') return cursor.refuse({.what = "methods are upper case"});
  }
  if (method == "PRI") {  // the preface of HTTP/2
    return cursor.refuse({ErrorKind::version_not_supported, "", "HTTP/2 is not spoken here"});
  }
  if (method == "CONNECT" || method == "TRACE") {
    return cursor.refuse({ErrorKind::method_not_allowed, "", "this method is not allowed"});
  }
  cursor.skip();
  return Scan::whole;
}

Scan read_target(HeadCursor& cursor, RequestHead& head) {
  head.target = cursor.take(kTargetByte);
  if (cursor.at_end()) return cursor.out_of_bytes();
  if (cursor.peek() != ' ') {
    return cursor.refuse({.what = "the request line is not 'METHOD /path HTTP/1.1'"});
  }
  const bool asterisk = head.target == "*" && head.method == "OPTIONS";
  if (!head.target.starts_with('/') && !asterisk) {
    return cursor.refuse({.what = "the request target must begin with '/'"});
  }
  const std::size_t mark = head.target.find('?');
  head.path = head.target.substr(0, mark);
  head.query = mark == std::string_view::npos ? std::string_view() : head.target.substr(mark + 1);
  cursor.skip();
  return Scan::whole;
}

Scan read_request_line(HeadCursor& cursor, const HeadLimits& limits, RequestHead& head) {
  // The blank line that some clients leave behind their last body (RFC 9112 section 2.2).
  cursor.open_line(limits.request_line, {.what = "the request line is too long"});
  if (cursor.at_end()) return cursor.out_of_bytes();
  if (cursor.peek() == '\r') {
    if (const Scan blank = cursor.take_line_end(""); blank != Scan::whole) return blank;
  }
  cursor.open_line(limits.request_line,
                   {ErrorKind::uri_too_long, "", "the request line is too long"});
  if (const Scan read = read_method(cursor, head.method); read != Scan::whole) return read;
  if (const Scan read = read_target(cursor, head); read != Scan::whole) return read;
  int major = 0;
  if (const Scan read = read_version(cursor, major, head.minor_version); read != Scan::whole) {
    return read;
  }
  return cursor.take_line_end("bytes behind the HTTP version");
}

bool valid_port(std::string_view port) {
  if (port.empty() || port.size() > 5 || !all_bytes(port, kDigitByte)) return false;
  int number = 0;
  for (const char digit : port) number = number * 10 + (digit - '0');
  return number > 0 && number < 65'536;
}

bool valid_host(std::string_view host) {
  std::size_t name_end = 0;
  if (host.starts_with('[')) {
    const std::size_t bracket = host.find(']');
    if (bracket == std::string_view::npos || bracket == 1) return false;
    for (const char byte : host.substr(1, bracket - 1)) {
      if (hex_value(byte) < 0 && byte != ':' && byte != '.') return false;
    }
    name_end = bracket + 1;
  } else {
    name_end = std::min(host.find(':'), host.size());
    if (name_end == 0 || !all_bytes(host.substr(0, name_end), kHostByte)) return false;
  }
  const std::string_view rest = host.substr(name_end);
  return rest.empty() || (rest.front() == ':' && valid_port(rest.substr(1)));
}

HeadFault check_host(const FramingFields& known, int minor_version) {
  const auto bad_host = [](const char* what) {
    return HeadFault{ErrorKind::bad_request, "bad_host", what};
  };
  if (known.hosts > 1) return bad_host("Host is there twice");
  if (known.hosts == 0) return minor_version == 0 ? HeadFault{} : bad_host("Host is missing");
  return valid_host(known.host) ? HeadFault{} : bad_host("Host is malformed");
}

bool has_body(const RequestHead& head) {
  return head.framing == BodyFraming::chunked ||
         (head.framing == BodyFraming::length && head.content_length > 0);
}

HeadFault check_request(const FramingFields& known, RequestHead& head) {
  head.framing = BodyFraming::none;
  head.content_length = 0;
  if (const HeadFault fault = known.decide(head.minor_version, head.framing, head.content_length);
      fault.what != nullptr) {
    return fault;
  }
  if (const HeadFault fault = check_host(known, head.minor_version); fault.what != nullptr) {
    return fault;
  }
  head.host = known.host;
  if (has_body(head) && (head.method == "GET" || head.method == "HEAD" || head.method == "DELETE" ||
                         head.method == "OPTIONS")) {
    return bad_framing("this method takes no body");
  }
  if (known.expects_other) {
    return {ErrorKind::expectation_failed, "", "only 'Expect: 100-continue' is understood"};
  }
  head.expects_continue = known.expects_continue && head.minor_version == 1 && has_body(head);
  head.keep_alive = !known.close && (head.minor_version == 1 || known.keep_alive);
  return {};
}

Scan read_status_line(HeadCursor& cursor, const HeadLimits& limits, ResponseHead& head) {
  cursor.open_line(limits.request_line, {.what = "the status line is too long"});
  int major = 0;
  if (const Scan read = read_version(cursor, major, head.minor_version); read != Scan::whole) {
    return read;
  }
  head.status = 0;
  for (const char expected : std::string_view(" ddd")) {
    if (cursor.at_end()) return cursor.out_of_bytes();
    const char byte = cursor.peek();
    if (expected == ' ' ? byte != ' ' : !is_byte(byte, kDigitByte)) {
      return cursor.refuse({.what = "the status line is malformed"});
    }
    if (expected == 'd') head.status = head.status * 10 + (byte - '0');
    cursor.skip();
  }
  if (head.status < 100 || head.status > 599) {
    return cursor.refuse({.what = "the status is not between 100 and 599"});
  }
  if (cursor.at_end()) return cursor.out_of_bytes();
  if (cursor.peek() == ' ') cursor.take(kValueByte);  // the reason; some servers leave out both
  return cursor.take_line_end("the status line is malformed");
}

HeadFault check_response(const FramingFields& known, bool request_was_head, ResponseHead& head) {
  if (head.status == 101) return {.what = "101 to a request that asked for no upgrade"};
  head.framing = BodyFraming::until_close;
  head.content_length = 0;
  if (const HeadFault fault = known.decide(head.minor_version, head.framing, head.content_length);
      fault.what != nullptr) {
    return fault;
  }
  if (request_was_head || head.status < 200 || head.status == 204 || head.status == 304) {
    head.framing = BodyFraming::none;
  }
  head.keep_alive = !known.close && (head.minor_version == 1 || known.keep_alive) &&
                    head.framing != BodyFraming::until_close;
  return {};
}

}  // namespace

Result<bool> decode_request_head(std::string_view bytes, const HeadLimits& limits,
                                 RequestHead& head) {
  HeadCursor cursor(bytes, limits.head);
  FramingFields known;
  head.fields.clear();
  Scan read = read_request_line(cursor, limits, head);
  if (read == Scan::whole) read = read_fields(cursor, limits, head.fields, known);
  if (read == Scan::refused) return request_error(cursor.fault());
  if (read == Scan::more) return false;

  if (const HeadFault fault = check_request(known, head); fault.what != nullptr) {
    return request_error(fault);
  }
  head.size = cursor.position();
  return true;
}

Result<bool> decode_response_head(std::string_view bytes, const HeadLimits& limits,
                                  bool request_was_head, ResponseHead& head) {
  HeadCursor cursor(bytes, limits.head);
  FramingFields known;
  head.fields.clear();
  Scan read = read_status_line(cursor, limits, head);
  if (read == Scan::whole) read = read_fields(cursor, limits, head.fields, known);
  if (read == Scan::refused) return response_error(cursor.fault());
  if (read == Scan::more) return false;

  if (const HeadFault fault = check_response(known, request_was_head, head);
      fault.what != nullptr) {
    return response_error(fault);
  }
  head.size = cursor.position();
  return true;
}

}  // namespace arouter
