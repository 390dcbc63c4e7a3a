#include "cli/client.hpp"

#include <httplib.h>

#include <chrono>
#include <memory>

#include "cli/interrupt.hpp"
#include "shared/origin.hpp"

namespace arouter {

namespace {

using namespace std::chrono_literals;

constexpr auto kConnectTimeout = 5s;
constexpr auto kWriteTimeout = 30s;
constexpr auto kQuickTimeout = 30s;    // of a read, for answers that need no model
constexpr auto kAnswerTimeout = 600s;  // a large model may think that long before its first byte
constexpr std::size_t kMostBody = 32 * 1024 * 1024;
constexpr std::size_t kMostErrorBody = 64 * 1024;

std::unique_ptr<httplib::ClientImpl> open(const Origin& origin, const Reach& reach) {
  std::unique_ptr<httplib::ClientImpl> connection;
  if (origin.tls) {
    auto secure = std::make_unique<httplib::SSLClient>(origin.host, origin.port, reach.cert_file,
                                                       reach.key_file);
    if (!reach.ca_file.empty()) secure->set_ca_cert_path(reach.ca_file.c_str());
    connection = std::move(secure);
  } else {
    connection = std::make_unique<httplib::ClientImpl>(origin.host, origin.port);
  }
  if (!reach.proxy_host.empty()) connection->set_proxy(reach.proxy_host, reach.proxy_port);
  return connection;
}

AnswerHead head_of(const httplib::Response& response) {
  AnswerHead head;
  head.status = response.status;
  head.content_type = response.get_header_value("Content-Type");
  head.provider = response.get_header_value("X-ARouter-Provider");
  head.model = response.get_header_value("X-ARouter-Model");
  head.generation_id = response.get_header_value("X-Generation-Id");
  head.request_id = response.get_header_value("X-Request-Id");
  return head;
}

bool is_good(int status) {
  return status >= 200 && status <= 299;
}

Error transport_error(httplib::Error error, const std::string& base_url, bool answered) {
  const std::string server = "the server at " + base_url;
  switch (error) {
    case httplib::Error::Connection:
    case httplib::Error::BindIPAddress:
      return upstream_error(ErrorKind::upstream_unreachable, "cannot reach " + server);
    case httplib::Error::ConnectionTimeout:
      return upstream_error(ErrorKind::upstream_unreachable, server + " does not answer");
    case httplib::Error::SSLConnection:
    case httplib::Error::SSLLoadingCerts:
      return upstream_error(ErrorKind::upstream_unreachable, "no TLS connection with " + server);
    case httplib::Error::SSLServerVerification:
      return upstream_error(ErrorKind::upstream_unreachable,
                            "the certificate of " + server + " cannot be trusted");
    default:
      break;
  }
  if (answered) return upstream_error(ErrorKind::upstream_truncated, server + " cut its answer");
  return upstream_error(ErrorKind::upstream_unreachable, server + " gave no answer");
}

}  // namespace

struct Client::Exchange {
  std::string method;
  std::string path;
  std::string body;
  std::chrono::seconds read_timeout;
  const Piece* piece = nullptr;

  AnswerHead head;
  std::string error_body;
  bool had_enough = false;

  bool take(std::string_view bytes) {
    if (Interrupt::happened()) return false;
    if (is_good(head.status)) {
      had_enough = !(*piece)(bytes);
      return !had_enough;
    }
    error_body += bytes.substr(0, kMostErrorBody - error_body.size());
    return error_body.size() < kMostErrorBody;
  }
};

Client Client::with_field(std::string name, Secret value) const {
  Client client = *this;
  client.fields_.emplace_back(std::move(name), std::move(value));
  return client;
}

Client Client::with_reach(Reach reach) const {
  Client client = *this;
  client.reach_ = std::move(reach);
  return client;
}

Result<std::string> Client::call(std::string_view method, std::string_view path,
                                 std::string body) const {
  std::string answer;
  const Piece keep = [&answer](std::string_view bytes) {
    answer += bytes;
    return answer.size() <= kMostBody;
  };
  Exchange exchange{
      std::string(method), std::string(path), std::move(body), kQuickTimeout, &keep, {}, {}};
  const Result<AnswerHead> head = send(exchange);
  if (!head) return head.error();
  if (answer.size() > kMostBody) {
    return upstream_error(ErrorKind::upstream_malformed, "the answer is larger than 32 MiB");
  }
  return answer;
}

Result<AnswerHead> Client::post(std::string_view path, std::string body, const Piece& piece) const {
  Exchange exchange{"POST", std::string(path), std::move(body), kAnswerTimeout, &piece, {}, {}};
  return send(exchange);
}

httplib::Request Client::request_of(Exchange& exchange, const std::string& base_path) const {
  httplib::Request request;
  request.method = exchange.method;
  request.path = base_path + exchange.path;
  request.body = std::move(exchange.body);
  request.set_header("User-Agent", "arouter/" AROUTER_VERSION);
  request.set_header("Accept-Encoding", "identity");
  if (!request.body.empty()) request.set_header("Content-Type", "application/json");
  if (!key_.empty()) request.set_header("Authorization", "Bearer " + std::string(key_.reveal()));
  for (const auto& [name, value] : fields_) {
    request.set_header(name.c_str(), std::string(value.reveal()));
  }
  request.response_handler = [&exchange](const httplib::Response& response) {
    exchange.head = head_of(response);
    return !Interrupt::happened();
  };
  request.content_receiver = [&exchange](const char* data, std::size_t size, std::uint64_t,
                                         std::uint64_t) {
    return exchange.take({data, size});
  };
  return request;
}

Result<AnswerHead> Client::send(Exchange& exchange) const {
  const Result<Origin> origin = decode_base_url(base_url_);
  if (!origin) return origin.error();
  const std::unique_ptr<httplib::ClientImpl> connection = open(*origin, reach_);
  InterruptibleSocket socket;  // outlives the connection's use of it
  connection->set_socket_options([&socket](socket_t made) { socket.hold(made); });
  connection->set_connection_timeout(kConnectTimeout);
  connection->set_write_timeout(kWriteTimeout);
  connection->set_read_timeout(exchange.read_timeout);

  httplib::Request request = request_of(exchange, origin->base_path);
  httplib::Response response;
  httplib::Error failure = httplib::Error::Success;
  const bool sent = connection->send(request, response, failure);
  const int status = exchange.head.status;
  if (status != 0 && !is_good(status)) return answer_error(exchange.head, exchange.error_body);
  if (!sent && !exchange.had_enough) return transport_error(failure, base_url_, status != 0);
  return exchange.head;
}

}  // namespace arouter
