#include "tests/integration/raw_client.hpp"

#include <sys/socket.h>

#include <algorithm>

namespace arouter::test {

std::string RawResponse::field(std::string_view name) const {
  ResponseHead parsed;
  if (!decode_response_head(head, HeadLimits{}, false, parsed)) return "";
  const std::string_view* value = parsed.fields.find(name);
  return value == nullptr ? "" : std::string(*value);
}

bool RawClient::send_pieces(const std::vector<std::string>& pieces) {
  return std::all_of(pieces.begin(), pieces.end(),
                     [this](const std::string& piece) { return send(piece); });
}

void RawClient::half_close() {
  ::shutdown(socket_.get(), SHUT_WR);
}

void RawClient::reset() {
  reset_at_close(socket_);
  socket_.close();
}

bool RawClient::read_more() {
  if (ended_ != ReadEnd::data) return false;
  ended_ = read_some(socket_.get(), in_, std::chrono::steady_clock::now() + kPatience);
  return ended_ == ReadEnd::data;
}

const RawResponse& RawClient::read_head(bool to_head) {
  response_ = {};
  decoder_ = std::make_unique<ChunkedDecoder>(ErrorKind::upstream_malformed);
  auto head = std::make_unique<ResponseHead>();
  for (;;) {
    const Result<bool> whole = decode_response_head(in_, HeadLimits{}, to_head, *head);
    if (!whole) {
      response_.status = -1;
      response_.head = in_;
      return response_;
    }
    if (*whole) break;
    if (!read_more()) return response_;
  }
  response_.status = head->status;
  response_.head = in_.substr(0, head->size);
  response_.framing = head->framing;
  left_ = head->content_length;
  in_.erase(0, head->size);
  take_body();
  return response_;
}

void RawClient::take_body() {
  switch (response_.framing) {
    case BodyFraming::none:
      response_.complete = true;
      break;
    case BodyFraming::length: {
      const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, in_.size()));
      response_.body.append(in_, 0, size);
      in_.erase(0, size);
      left_ -= size;
      response_.complete = left_ == 0;
      break;
    }
    case BodyFraming::chunked: {
      const Result<std::size_t> used = decoder_->feed(in_, response_.body);
      in_.erase(0, used ? *used : in_.size());
      response_.complete = decoder_->done();
      break;
    }
    case BodyFraming::until_close:
      response_.body += in_;
      in_.clear();
      response_.complete = ended_ == ReadEnd::fin;
      break;
  }
}

bool RawClient::read_body_until(std::string_view text) {
  while (response_.body.find(text) == std::string::npos) {
    if (response_.complete || !read_more()) return false;
    take_body();
  }
  return true;
}

const RawResponse& RawClient::read_rest() {
  while (response_.status > 0 && !response_.complete) {
    const bool more = read_more();
    take_body();
    if (!more) break;
  }
  return response_;
}

RawResponse RawClient::read_response(bool to_head) {
  read_head(to_head);
  return read_rest();
}

ReadEnd RawClient::read_ending() {
  while (read_more()) {
  }
  return ended_;
}

namespace {

std::string common_fields(std::uint16_t port, std::string_view key, std::string_view fields) {
  std::string text = "Host: 127.0.0.1:" + std::to_string(port) + "\r\n";
  if (!key.empty()) text += "Authorization: Bearer " + std::string(key) + "\r\n";
  return text + std::string(fields);
}

}  // namespace

std::string post(std::uint16_t port, std::string_view path, std::string_view key,
                 std::string_view body, std::string_view fields) {
  return "POST " + std::string(path) + " HTTP/1.1\r\n" + common_fields(port, key, fields) +
         "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

std::string get(std::uint16_t port, std::string_view path, std::string_view key,
                std::string_view fields) {
  return "GET " + std::string(path) + " HTTP/1.1\r\n" + common_fields(port, key, fields) + "\r\n";
}

RawResponse call(std::uint16_t port, std::string_view request) {
  RawClient client(port);
  client.send(request);
  return client.read_response();
}

}  // namespace arouter::test
