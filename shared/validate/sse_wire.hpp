// An event stream as it came over the wire: events with their offsets, and every oddity noted.
//
// Source: WHATWG HTML, "Server-sent events". The daemon's SseScanner wants to know where events
// end; a validator must see what a decoder would silently forgive, lose or join. Recoverable faults
// (a blank before "data:", events separated by one line end only) are noted and repaired here, so
// that each yields its own finding and the rules about content still see the whole stream.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/validate/json_tree.hpp"

namespace arouter::validate {

struct SseEvent {
  enum class Kind : std::uint8_t {
    json,       // the data is meant as JSON: it may be broken
    done,       // the data begins with [DONE]
    keepalive,  // data that stands for nothing: "", "ping", ": keepalive"
    nameless,   // no data line at all: only event:, id: or retry:
  };
  Kind kind = Kind::json;
  std::size_t begin = 0;       // offset of its first line in the body
  std::size_t data_begin = 0;  // offset of the first data line's value
  std::size_t end = 0;         // offset after its last line
  std::string name;            // of "event:"; "" when absent
  std::string data;            // data lines joined with LF
  JsonTree json;               // of data, for Kind::json
};

struct SseStream {
  std::vector<SseEvent> events;  // in order; an unfinished one at the end included
  std::size_t data_lines = 0;
  std::size_t comments = 0;
  std::size_t ids = 0;
  bool bom = false;
  bool endless = false;     // more than 20,000 events: the rest is not read
  bool unfinished = false;  // the last event was not ended by a blank line
  std::size_t lf = 0, crlf = 0, cr = 0;
  // Offsets of the first lines that are at fault; empty when there are none.
  std::vector<std::size_t> bare_json;         // a line of JSON without "data:"
  std::vector<std::size_t> misprefixed;       // blanks before "data:", or another case
  std::vector<std::size_t> joined;            // one line end between two JSON texts
  std::vector<std::size_t> split_by_comment;  // a comment and a blank line inside an event's JSON
  std::size_t without_space = 0;              // "data:x"
};

SseStream read_sse(std::string_view body);

}  // namespace arouter::validate
