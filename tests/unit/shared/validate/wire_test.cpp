// The readers of raw bytes: HTTP responses, event streams, and the masking of keys in them.
#include <doctest/doctest.h>

#include "shared/validate/http_wire.hpp"
#include "shared/validate/sse_wire.hpp"
#include "shared/validate/transcript.hpp"

namespace arouter::validate {

namespace {

WireResponse read_all(std::string_view bytes, bool closed = false, bool head = false) {
  ResponseReader reader(head);
  reader.feed(bytes);
  if (closed) reader.end_of_input();
  return reader.take();
}

Exchange answered(std::string body, std::string_view secret) {
  Exchange exchange;
  exchange.expect = Expect::answer;
  exchange.wire = "HTTP/1.1 401 Unauthorized\r\nX-You-Sent: " + std::string(secret) +
                  "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  read_answer(exchange, secret);
  return exchange;
}

constexpr std::string_view kKey = "sk-live/0123456789+abcdef";

}  // namespace

TEST_SUITE("validate wire") {
  TEST_CASE("an answer is the same wherever the network cuts it") {
    const std::string bytes =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "4\r\nabcd\r\n3;x=1\r\nefg\r\n0\r\nT: 1\r\n\r\nrest";
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      CAPTURE(cut);
      ResponseReader reader(false);
      reader.feed(std::string_view(bytes).substr(0, cut));
      reader.feed(std::string_view(bytes).substr(cut));
      CHECK(reader.done());
      CHECK(reader.response().status == 200);
      CHECK(reader.response().body == "abcdefg");
      CHECK(reader.response().excess == "rest");
      CHECK(reader.response().faults.empty());
    }
  }

  TEST_CASE("a body is complete only as its framing announced") {
    CHECK(!read_all("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", true).complete);
    CHECK(read_all("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", true).complete);
    CHECK(!read_all("HTTP/1.1 200 OK\r\n\r\nab").complete);
    CHECK(read_all("HTTP/1.1 200 OK\r\n\r\nab", true).complete);
    CHECK(!read_all("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", true)
               .complete);
    CHECK(read_all("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n").complete);
    CHECK(read_all("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", false, true).complete);
  }

  TEST_CASE("breaks of the framing are noted and survived") {
    const auto faults = [](std::string_view bytes) { return read_all(bytes, true).faults.size(); };
    CHECK(faults("HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n") == 1);
    CHECK(faults("HTTP/1.1 200 OK\r\nA : 1\r\nContent-Length: 0\r\n\r\n") == 1);
    CHECK(faults("HTTP/1.1 200 OK\r\nA: 1\r\n 2\r\nContent-Length: 0\r\n\r\n") == 1);
    CHECK(faults("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n") == 1);
    CHECK(faults("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n") == 1);
    CHECK(faults("ICY 200 OK\r\nContent-Length: 0\r\n\r\n") == 1);
  }

  TEST_CASE("events keep their bytes' places, whatever ends their lines") {
    for (const char* end : {"\n", "\r\n", "\r"}) {
      std::string body = ": hi\n\ndata: {\"a\":1}\n\nevent: x\ndata: two\n\ndata: [DONE]\n\n";
      for (std::size_t at = body.find('\n'); at != body.npos; at = body.find('\n', at)) {
        body.replace(at, 1, end);
        at += std::string_view(end).size();
      }
      const SseStream stream = read_sse(body);
      REQUIRE(stream.events.size() == 3);
      CHECK(stream.comments == 1);
      CHECK(body.substr(stream.events[0].data_begin, 5) == "{\"a\":");
      CHECK(stream.events[1].name == "x");
      CHECK(stream.events[2].kind == SseEvent::Kind::done);
      CHECK(!stream.unfinished);
    }
  }

  TEST_CASE("an unfinished event is kept and known") {
    const SseStream stream = read_sse("data: {\"a\":1}\n\ndata: [DONE]\n");
    CHECK(stream.unfinished);
    CHECK(stream.events.size() == 2);
  }

  TEST_CASE("a key is masked in every spelling, and nothing moves") {
    for (const std::string& spelled :
         {std::string(kKey), std::string("sk-live\\/0123456789+abcdef"),
          std::string("sk-live\\u002f0123456789\\u002Babcdef"),
          std::string("sk-live%2F0123456789%2babcdef")}) {
      CAPTURE(spelled);
      std::string text = "{\"message\":\"bad key " + spelled + "\"}";
      const std::size_t size = text.size();
      CHECK(mask_secret(text, kKey));
      CHECK(text == "{\"message\":\"bad key " + std::string(spelled.size(), '*') + "\"}");
      CHECK(text.size() == size);
    }
  }

  TEST_CASE("a key is masked inside base64, wherever it begins there") {
    // "Bearer sk-live/0123456789+abcdef", "xBearer …" and "xyBearer …".
    for (const char* encoded : {"QmVhcmVyIHNrLWxpdmUvMDEyMzQ1Njc4OSthYmNkZWY=",
                                "eEJlYXJlciBzay1saXZlLzAxMjM0NTY3ODkrYWJjZGVm",
                                "eHlCZWFyZXIgc2stbGl2ZS8wMTIzNDU2Nzg5K2FiY2RlZg=="}) {
      std::string text = encoded;
      CHECK(mask_secret(text, kKey));
      CHECK(text.find("************") != std::string::npos);
    }
  }

  TEST_CASE("an echoed key is masked in head, body and wire, and remembered") {
    const Exchange exchange = answered("{\"k\":\"" + std::string(kKey) + "\"}", kKey);
    CHECK(exchange.echoed_key);
    CHECK(exchange.failure == Failure::none);
    for (const std::string& text : {exchange.wire, exchange.response.body, exchange.json.text(),
                                    *exchange.response.find("x-you-sent")}) {
      CHECK(text.find("0123456789") == std::string::npos);
    }
    CHECK(!answered("{}", "").echoed_key);
  }

  TEST_CASE("a key that chunk sizes cut in two is not left in the raw bytes") {
    Exchange exchange;
    const std::string key(kKey);
    exchange.wire = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n" +
                    key.substr(0, 8) + "\r\n11\r\n" + key.substr(8) + "\r\n0\r\n\r\n";
    read_answer(exchange, key);
    CHECK(exchange.echoed_key);
    CHECK(exchange.wire.empty());
    CHECK(exchange.response.body == std::string(key.size(), '*'));
  }

  TEST_CASE("short placeholders are no secrets") {
    std::string text = "{\"finish_reason\":\"stop\"}";
    CHECK(!mask_secret(text, "stop"));
    CHECK(text == "{\"finish_reason\":\"stop\"}");
  }
}

}  // namespace arouter::validate
