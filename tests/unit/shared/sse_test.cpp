#include "shared/sse.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace arouter {

namespace {

struct Seen {
  std::string name, data;
  bool has_data = false;
  bool operator==(const Seen&) const = default;
};

struct Read {
  std::vector<Seen> blocks;
  std::string raw;   // of all blocks
  std::string left;  // bytes of no block
  bool failed = false;
  bool operator==(const Read&) const = default;
};

/// A relay in small: appends each piece to a fresh buffer, so that no view survives by luck.
Read read_pieces(const std::vector<std::string>& pieces, std::size_t limit = 1024) {
  SseScanner scanner(limit);
  Read read;
  for (const std::string& piece : pieces) {
    read.left = std::string(read.left) + piece;
    read.left.shrink_to_fit();
    for (;;) {
      SseBlock block;
      const Result<bool> found = scanner.next(read.left, block);
      if (found.has_error()) {
        read.failed = true;
        return read;
      }
      if (!*found) break;
      read.blocks.push_back({std::string(block.name), std::string(block.data), block.has_data});
      read.raw += block.raw;
      read.left = read.left.substr(block.raw.size());
    }
  }
  return read;
}

std::vector<std::string> single_bytes(const std::string& text) {
  std::vector<std::string> pieces;
  for (const char c : text) pieces.emplace_back(1, c);
  return pieces;
}

/// The blocks of `text`, which must be the same however it is cut; no byte may be lost.
std::vector<Seen> blocks_of(const std::string& text) {
  const Read whole = read_pieces({text});
  CHECK(whole.raw + whole.left == text);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    for (std::size_t second = cut; second <= text.size(); ++second) {
      const Read parts =
          read_pieces({text.substr(0, cut), text.substr(cut, second - cut), text.substr(second)});
      CAPTURE(cut);
      CAPTURE(second);
      CHECK(parts.blocks == whole.blocks);
      CHECK(parts.raw + parts.left == text);
    }
  }
  CHECK(read_pieces(single_bytes(text)).blocks == whole.blocks);
  return whole.blocks;
}

Seen event(std::string data, std::string name = "") {
  return {std::move(name), std::move(data), true};
}

const Seen kNoData{};

}  // namespace

TEST_SUITE("sse") {
  TEST_CASE("events are the same wherever the network cuts and however lines end") {
    for (const std::string end : {"\n", "\r", "\r\n"}) {
      CAPTURE(end);
      const std::string text = "event: ping" + end + "data: {}" + end + end + "data:[DONE]" + end +
                               end + ": note" + end + end + end + "data: x" + end + "data: y" +
                               end + end;
      CHECK(blocks_of(text) == std::vector<Seen>{event("{}", "ping"), event("[DONE]"), kNoData,
                                                 kNoData, event("x\ny")});
    }
  }

  TEST_CASE("line ends may be mixed inside one event") {
    CHECK(blocks_of("event: a\rdata: 1\r\ndata: 2\n\r\ndata: 3\r\r\ndata: 4\n\ndata: 5\r\n\r") ==
          std::vector<Seen>{event("1\n2", "a"), event("3"), event("4"), event("5")});
    CHECK(blocks_of("data: a\n\r\n\r\n") == std::vector<Seen>{event("a"), kNoData});
    CHECK(blocks_of("\r\r\n\n\r") == std::vector<Seen>(4, kNoData));
  }

  TEST_CASE("a byte order mark opens the stream and is part of no field") {
    const std::string mark = "\xEF\xBB\xBF";
    CHECK(blocks_of(mark + "data: a\n\ndata: b\n\n") == std::vector<Seen>{event("a"), event("b")});
    CHECK(blocks_of(mark + "\ndata: a\n\n") == std::vector<Seen>{kNoData, event("a")});
    CHECK(blocks_of(mark) == std::vector<Seen>{});
    // Only once, and only at the start.
    CHECK(blocks_of(mark + mark + "data: a\n\n") == std::vector<Seen>{kNoData});
    CHECK(blocks_of("data: a\n\n" + mark + "data: b\n\n") ==
          std::vector<Seen>{event("a"), kNoData});
    CHECK(blocks_of("\xEF\xBB"
                    "data: a\n\n") == std::vector<Seen>{kNoData});
  }

  TEST_CASE("a value loses one leading space and nothing else") {
    CHECK(blocks_of("data:a\n\n") == std::vector<Seen>{event("a")});
    CHECK(blocks_of("data:  a \n\n") == std::vector<Seen>{event(" a ")});
    CHECK(blocks_of("data:\ta\n\n") == std::vector<Seen>{event("\ta")});
    CHECK(blocks_of("data: a: b\nevent:x: y\n\n") == std::vector<Seen>{event("a: b", "x: y")});
  }

  TEST_CASE("empty data is data") {
    CHECK(blocks_of("data\n\n") == std::vector<Seen>{event("")});
    CHECK(blocks_of("data:\n\n") == std::vector<Seen>{event("")});
    CHECK(blocks_of("data: \n\n") == std::vector<Seen>{event("")});
    CHECK(blocks_of("data\ndata\n\n") == std::vector<Seen>{event("\n")});
    CHECK(blocks_of("data:\ndata: b\ndata:\n\n") == std::vector<Seen>{event("\nb\n")});
  }

  TEST_CASE("fields that only resemble ours are ignored") {
    CHECK(blocks_of("Data: a\ndata : b\n data: c\ndatas: d\nevents: e\nid: 7\nretry: 1\n\n") ==
          std::vector<Seen>{kNoData});
    CHECK(blocks_of(":\n: data: a\n\n") == std::vector<Seen>{kNoData});
  }

  TEST_CASE("the last event field names the event, also without data") {
    CHECK(blocks_of("event: a\nevent: b\ndata: 1\n\n") == std::vector<Seen>{event("1", "b")});
    CHECK(blocks_of("event: a\nevent\ndata: 1\n\n") == std::vector<Seen>{event("1")});
    CHECK(blocks_of("event: a\n\ndata: 1\n\n") == std::vector<Seen>{{"a", "", false}, event("1")});
  }

  TEST_CASE("a block without its empty line is left over") {
    const Read read = read_pieces({"data: a\n\ndata: b\n"});
    CHECK(read.blocks == std::vector<Seen>{event("a")});
    CHECK(read.left == "data: b\n");
    CHECK(blocks_of("data: b").empty());
    CHECK(blocks_of("").empty());
  }

  TEST_CASE("an LF cut from its CR goes to the next block or is left alone") {
    const Read read = read_pieces({"data: a\r\n\r", "\n"});
    CHECK(read.blocks == std::vector<Seen>{event("a")});
    CHECK(read.left == "\n");
  }

  TEST_CASE("single-line data refers into the raw bytes") {
    const std::string text = "data: a\n\n";
    SseScanner scanner(64);
    SseBlock block;
    REQUIRE(*scanner.next(text, block));
    CHECK(block.data.data() == text.data() + 6);
    CHECK(block.raw.data() == text.data());
  }

  TEST_CASE("a block may reach the limit and not pass it, however it is cut") {
    for (const std::string end : {"\n", "\r", "\r\n"}) {
      const std::string block = "data: " + std::string(20, 'x') + end + end;
      const std::size_t counted = block.size() - (end.size() - 1);  // less the LF of the last CRLF
      const std::string two = block + block;
      for (std::size_t cut = 0; cut <= two.size(); ++cut) {
        CAPTURE(end);
        CAPTURE(cut);
        const Read fits = read_pieces({two.substr(0, cut), two.substr(cut)}, counted);
        CHECK(!fits.failed);
        CHECK(fits.blocks.size() == 2);
        CHECK(read_pieces({two.substr(0, cut), two.substr(cut)}, counted - 1).failed);
      }
    }
  }

  TEST_CASE("a line that never ends is refused once it passes the limit") {
    SseScanner scanner(1000);
    SseBlock block;
    std::string buffer = "data: ";
    Result<bool> found = false;
    while (buffer.size() < 2000 && found.has_value()) {
      buffer += std::string(10, 'x');
      found = scanner.next(buffer, block);
    }
    CHECK(buffer.size() < 1020);
    REQUIRE(found.has_error());
    CHECK(found.error().kind == ErrorKind::upstream_malformed);
    CHECK(found.error().source == ErrorSource::upstream);
    CHECK(scanner.next(buffer, block).has_error());  // spent
  }

  TEST_CASE("comments alone cannot grow a block beyond the limit") {
    std::string flood;
    while (flood.size() < 3000) flood += ": keep-alive\n";
    CHECK(read_pieces({flood}).failed);
    CHECK(read_pieces(single_bytes(flood)).failed);
  }
}

}  // namespace arouter
