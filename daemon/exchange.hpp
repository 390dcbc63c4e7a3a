// One request and its answer, as handed from stage to stage.
//
// Each group of fields is filled by the stage named above it and only read by later ones.
// Threads: an exchange lives and dies on the loop that accepted it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/drain.hpp"
#include "daemon/edge/client.hpp"
#include "daemon/edge/routes.hpp"
#include "daemon/ledger/ledger.hpp"
#include "daemon/limits/caller.hpp"
#include "daemon/translation.hpp"
#include "daemon/upstream/provider_state.hpp"
#include "shared/http/head.hpp"
#include "shared/routing/plan.hpp"

namespace arouter::daemon {

struct Exchange {
  Exchange(Client& from, const RequestHead& request_head) : client(from), head(request_head) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// The configuration that the exchange began with.
  const Config& config() const { return runtime->catalog->config; }
  bool is_translated() const { return upstream_format != format; }
  bool is_listed() const { return endpoint != nullptr && !proxied_endpoint; }
  /// What the call is upstream: one embedding is a list of one in every other format.
  CallKind upstream_call() const;

  // edge
  Client& client;
  const RequestHead& head;
  RouteMatch route;
  const Format* format = nullptr;  // the caller's: of its request, its answer and its errors
  std::string request_id;          // "gen-…": names the request in answers, ledger and log
  std::int64_t row_id = 0;
  TimePoint started = Clock::now();
  std::int64_t started_us = 0;  // Unix microseconds
  std::uint16_t port = 0;       // that the client connected to
  std::string unread;           // bytes behind the head that are already here
  std::string body;
  bool body_read = false;
  std::size_t body_charge = 0;  // bytes counted against the allowance of all bodies
  bool keep_alive = true;       // the connection may serve another request
  bool aborted = false;         // the drain's patience is over
  std::function<void()> cancel_upstream;
  Drain drain;

  // authenticate
  Caller caller;
  std::vector<routing::CallerKey> caller_keys;

  // peek
  Peek request;
  routing::Preferences preferences;  // what the request says of how it is to be routed
  bool shows_usage = true;           // a stream's usage goes to the client
  bool wants_array = false;          // Gemini: the stream is to be one JSON array

  // route
  std::shared_ptr<const Runtime> runtime;
  std::string_view model;  // the catalogue's id, of the candidate tried last
  routing::Plan plan;
  std::uint64_t seed = 0;  // draws endpoints and keys: of the conversation, or random
  std::string explained;   // the plan, for a client that asked for it

  // admit
  bool admitted = false;  // room in the ledger is held: settle must book

  // proxy
  const Provider* proxied = nullptr;         // who is called in its own words
  bool is_known = true;                      // a call that we can read and account for
  std::optional<Endpoint> proxied_endpoint;  // for a model that the catalogue does not list
  std::string passed_fields;                 // of the provider's answer, each with its CRLF

  // translate
  Translation translation;

  // attempt
  KeyTurn turn;  // the credential that is used; given back at its end
  const routing::CallerKey* caller_key = nullptr;  // that is used instead; then there is no turn
  const Endpoint* endpoint = nullptr;              // tried last
  const Format* upstream_format = nullptr;         // it was spoken to in
  chat::Losses losses;  // what this attempt and its answer could not carry
  std::uint16_t attempt = 0;
  std::int64_t attempt_began_us = 0;  // since the exchange began
  bool request_sent = false;          // whole, by this attempt
  std::uint16_t upstream_status = 0;  // of this attempt's answer; 0: none came
  ProviderLease lease;
  std::shared_ptr<const Secret> token;  // to be shown, where one is fetched
  std::string_view credential;          // that was sent; no one but the provider may see it

  // relay
  bool answer_started = false;  // the client was sent a byte of an answer
  std::uint16_t status = 0;     // sent to the client
  std::string tail;             // the answer's last bytes, sent once the row is booked
  bool close_after_tail = false;
  std::string upstream_id, finish_reason;
  Usage usage;
  Cost cost;
  std::size_t content_bytes = 0;  // of the answer, for an estimate
  std::int64_t first_byte_us = -1;

  // settle
  bool settled = false;
};

/// Microseconds since the exchange began.
std::int64_t elapsed_us(const Exchange& exchange);
/// Notes what was used, and its cost. Of running totals the last one counts.
void set_usage(Exchange& exchange, const Usage& usage);

}  // namespace arouter::daemon
