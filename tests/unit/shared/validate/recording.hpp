// A perfect provider on paper: the answers to every probe, to be spoiled one byte at a time.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "shared/validate/probes.hpp"
#include "shared/validate/transcript.hpp"

namespace arouter::validate {

struct RecordedAnswer {
  Probe probe;
  std::string head;  // status line and fields, CRLF each; framing is added
  std::string body;
  std::string raw;  // when not empty: all bytes of the answer, instead of head and body
  std::vector<Arrival> arrivals;
  std::function<void(Exchange&)> adjust;  // before the bytes are read
};

class Recording {
 public:
  Recording();

  RecordedAnswer& answer(std::string_view probe);
  std::string& body(std::string_view probe) { return answer(probe).body; }
  std::string& head(std::string_view probe) { return answer(probe).head; }
  /// Replaces the only (or the first) occurrence of `from` in the body; the test fails without one.
  void swap(std::string_view probe, std::string_view from, std::string_view to);
  void swap_all(std::string_view probe, std::string_view from, std::string_view to);
  void swap_head(std::string_view probe, std::string_view from, std::string_view to);
  /// Answers with a status and a JSON body.
  void answer_with(std::string_view probe, std::string_view status, std::string body);

  Transcript transcript() const;

  std::string metadata;                     // the file's text
  std::function<void(Transcript&)> finish;  // the last word

 private:
  void add(const Probe& probe, std::string head, std::string body);
  void add_good(const Probe& probe);
  void add_refusal(const Probe& probe);

  std::vector<RecordedAnswer> answers_;
};

inline constexpr std::int64_t kNow = 1'795'000'000;

std::string answer_body(std::string_view id, std::string_view text, int prompt, int completion,
                        std::string_view finish);
std::string chunk_event(std::string_view id, std::string_view delta, std::string_view finish);
std::string usage_event(std::string_view id, int prompt, int completion);
std::string stream_body(std::string_view id, const std::vector<std::string>& pieces,
                        std::string_view finish);
std::string error_body(std::string_view message);

}  // namespace arouter::validate
