#include "shared/validate/sse_wire.hpp"

#include <algorithm>
#include <cctype>

namespace arouter::validate {

namespace {

constexpr std::size_t kMostNoted = 16;
// A probe asks for 64 tokens; a stream a hundred times as long only wants to use up memory.
constexpr std::size_t kMostEvents = 20'000;

void note(std::vector<std::size_t>& offsets, std::size_t offset) {
  if (offsets.size() < kMostNoted) offsets.push_back(offset);
}

/// True for "  data:…", "Data:…", " DATA : …" and their like: meant as data, but not spelled so.
bool is_misprefixed_data(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || line.starts_with("data:")) return false;
  std::string name;
  for (const char c : line.substr(0, colon)) {
    if (c == ' ' || c == '\t') continue;
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return name == "data";
}

bool is_json_text(std::string_view data) {
  return JsonTree::read(std::string(data)).clean();
}

SseEvent::Kind kind_of(std::string_view data, std::size_t data_lines) {
  if (data_lines == 0) return SseEvent::Kind::nameless;
  const std::size_t first = data.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return SseEvent::Kind::keepalive;
  const std::string_view text = data.substr(first);
  std::string lower(text.substr(0, 10));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (text.front() == ':' || lower.starts_with("ping") || lower.starts_with("keepalive") ||
      lower.starts_with("keep-alive") || lower.starts_with("heartbeat")) {
    return SseEvent::Kind::keepalive;
  }
  if (lower.starts_with("[done]") || lower.starts_with("\"[done]\"")) return SseEvent::Kind::done;
  return SseEvent::Kind::json;
}

struct DataLine {
  std::size_t begin;  // offset of the value
  std::string_view value;
};

/// Reads the body line by line and closes an event at each blank one.
class StreamReader {
 public:
  explicit StreamReader(std::string_view body) : body_(body) {}

  SseStream read() {
    if (body_.starts_with("\xEF\xBB\xBF")) {
      stream_.bom = true;
      at_ = 3;
    }
    while (at_ < body_.size() && !stream_.endless) {
      const std::size_t begin = at_;
      const std::string_view line = take_line();
      if (line.empty()) {
        close_event(begin);
      } else {
        take_field(line, begin);
      }
    }
    if (open_) {
      stream_.unfinished = true;
      close_event(body_.size());
    }
    return std::move(stream_);
  }

 private:
  std::string_view take_line() {
    const std::size_t end = body_.find_first_of("\r\n", at_);
    const std::string_view line = body_.substr(at_, end == body_.npos ? end : end - at_);
    if (end == body_.npos) {
      at_ = body_.size();
    } else if (body_.substr(end, 2) == "\r\n") {
      ++stream_.crlf;
      at_ = end + 2;
    } else {
      ++(body_[end] == '\n' ? stream_.lf : stream_.cr);
      at_ = end + 1;
    }
    return line;
  }

  void take_field(std::string_view line, std::size_t begin) {
    if (line.front() == ':') {
      ++stream_.comments;
      return;
    }
    if (line.front() == '{') return note(stream_.bare_json, begin);
    const bool misprefixed = is_misprefixed_data(line);
    if (misprefixed) note(stream_.misprefixed, begin);
    open(begin);
    const std::size_t colon = line.find(':');
    const std::string_view field = misprefixed ? "data" : line.substr(0, colon);
    std::string_view value = colon == line.npos ? std::string_view() : line.substr(colon + 1);
    const bool spaced = value.starts_with(' ');
    if (spaced) value.remove_prefix(1);
    if (field == "data") {
      ++stream_.data_lines;
      if (!spaced && !value.empty()) ++stream_.without_space;
      const std::size_t end = begin + line.size();
      data_.push_back({end - value.size(), value});
    } else if (field == "event") {
      event_.name = std::string(value);
    } else if (field == "id") {
      ++stream_.ids;
    }
  }

  void open(std::size_t begin) {
    if (open_) return;
    open_ = true;
    event_ = SseEvent();
    event_.begin = begin;
    data_.clear();
  }

  void close_event(std::size_t end) {
    if (!open_) return;  // a bare blank line, or one after a comment: a legal keep-alive
    open_ = false;
    event_.end = end;
    if (data_.size() > 1 && are_separate_events()) {
      for (std::size_t i = 0; i < data_.size() && !stream_.endless; ++i) {
        if (i > 0) note(stream_.joined, data_[i].begin);
        SseEvent piece = event_;
        finish(std::move(piece), std::vector<DataLine>{data_[i]});
      }
      return;
    }
    finish(std::move(event_), data_);
  }

  /// Several data lines that do not make one JSON text, but each of which is one (or [DONE]).
  bool are_separate_events() const {
    std::string joined;
    for (const DataLine& line : data_) {
      const bool whole = is_json_text(line.value) || line.value.starts_with("[DONE]");
      if (!whole) return false;
      joined.append(joined.empty() ? "" : "\n").append(line.value);
    }
    return !is_json_text(joined);
  }

  void finish(SseEvent event, const std::vector<DataLine>& lines) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i > 0) event.data += '\n';
      event.data += lines[i].value;
    }
    event.data_begin = lines.empty() ? event.begin : lines.front().begin;
    event.kind = kind_of(event.data, lines.size());
    cut_event_ = false;
    if (event.kind == SseEvent::Kind::json) {
      event.json = JsonTree::read(event.data);
      cut_event_ = event.json.cut();
    }
    stream_.events.push_back(std::move(event));
    stream_.endless = stream_.events.size() >= kMostEvents;
    watch_for_split();
  }

  /// An event whose JSON is cut, directly followed by a comment: the comment and its blank line
  /// were written into the middle of the event.
  void watch_for_split() {
    const SseEvent& event = stream_.events.back();
    if (!cut_event_) return;
    std::size_t next = event.end;
    while (next < body_.size() && (body_[next] == '\r' || body_[next] == '\n')) ++next;
    const bool comment_next = next < body_.size() && body_[next] == ':';
    const std::size_t last = body_.substr(0, event.end).find_last_not_of("\r\n");
    const std::size_t line = last == body_.npos ? 0 : body_.find_last_of("\r\n", last) + 1;
    if (comment_next || body_[line] == ':') note(stream_.split_by_comment, event.data_begin);
  }

  std::string_view body_;
  std::size_t at_ = 0;
  SseStream stream_;
  bool open_ = false;
  bool cut_event_ = false;
  SseEvent event_;
  std::vector<DataLine> data_;
};

}  // namespace

SseStream read_sse(std::string_view body) {
  return StreamReader(body).read();
}

}  // namespace arouter::validate
