// Which call of which format a request is.
//
// GET /v1/models is one path with three shapes: the headers tell which one is wanted.
#pragma once

#include <cstdint>
#include <string_view>

#include "shared/http/head.hpp"

namespace arouter::mock {

/// Whose keys, errors and lists.
enum class Dialect : std::uint8_t { openai, anthropic, gemini };

enum class Action : std::uint8_t {
  unknown,
  chat,
  responses,
  messages,
  generate,
  count,
  embed,
  embed_batch,
  models,
  model
};

struct Route {
  Action action = Action::unknown;
  Dialect dialect = Dialect::openai;
  std::string_view model{};   // as the path has it, percent-encoded
  std::string_view query{};   // without '?'
  bool stream = false;        // the path asks for a stream
  bool event_stream = false;  // as server-sent events; else as an array

  bool is_model_call() const { return action != Action::models && action != Action::model; }
};

Route find_route(const RequestHead& head);
/// The value of a query's parameter, undecoded; "" when absent.
std::string_view query_value(std::string_view query, std::string_view name);
/// What an unknown route's answer says there is.
std::string_view known_routes(Dialect dialect);

}  // namespace arouter::mock
