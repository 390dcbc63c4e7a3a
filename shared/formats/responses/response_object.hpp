// OpenAI Responses, the response object as a whole: the answer itself, and a part of the first two
// and of the last event of a stream.
//
// Source: OpenAI API reference, "The response object" (checked 2026-11-24); the official SDKs'
// types, which want every member that is written here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/chat/reply.hpp"

namespace arouter::responses {

struct ResponseObject {
  std::string id{};
  std::string_view status = "in_progress";
  std::int64_t created = 0;
  std::string model{};
  std::string_view incomplete_reason{};  // "" when there is none
  std::string error_code{}, error_message{};
  std::string output{};  // the items, with commas between them
  std::optional<Usage> usage{};
  std::optional<Cost> cost{};
  std::string service_tier{};
};

/// Ids of this format begin with "resp_": the provider's, else that of our request.
std::string response_id(std::string_view provider_id, std::string_view request_id);

/// How an answer that ends for `finish` is to be called. `refused`: it says so in words.
void set_finish(ResponseObject& response, chat::FinishReason finish, bool refused);

/// The members that repeat the request, defaults where it is silent or null; without brackets,
/// in one line.
std::string echo_of(const chat::Request* request);

void append_response(std::string& out, const ResponseObject& response, std::string_view echo);
/// An event that holds nothing else.
void append_response_event(std::string& out, std::string_view type, const ResponseObject& response,
                           std::string_view echo, std::int64_t sequence_number);

}  // namespace arouter::responses
