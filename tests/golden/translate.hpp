// From one format to another, as the daemon does it, with everything that changes held still.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shared/formats/format.hpp"

namespace arouter::golden {

/// What a format made of something, and what it could not say.
struct Translated {
  std::string text;
  std::string losses;
};

/// Decodes a request's body; what stands in a path elsewhere (Gemini) is filled in.
Result<chat::Request> decode_request(const Format& format, std::string_view body,
                                     chat::Losses& losses);
Result<Translated> translate_request(const Format& from, std::string_view body, const Format& to);
/// An error that a provider reports is told in the other format too.
Translated translate_reply(const Format& from, std::string_view body, const Format& to);

/// Cuts a stream's bytes into blocks, however they arrive.
class Blocks {
 public:
  /// Calls `take(block)` for each block that `piece` completes. Ends the test on bytes that are
  /// too long for an event.
  template <class Take>
  void feed(std::string_view piece, Take take) {
    bytes_ += piece;
    std::size_t taken = 0;
    SseBlock block;
    while (next(std::string_view(bytes_).substr(taken), block)) {
      taken += block.raw.size();
      take(block);
    }
    bytes_.erase(0, taken);
  }

 private:
  bool next(std::string_view bytes, SseBlock& block);

  SseScanner scanner_{1024 * 1024};
  std::string bytes_;  // begins at a block
};

/// Both ends of a translated stream: one decoder, and an encoder of each format.
class StreamReplay {
 public:
  explicit StreamReplay(const Format& from);
  void feed(std::string_view piece);
  void finish();

  /// Every event, one a line: what two replays are compared by.
  const std::string& events() const { return events_; }
  /// By format, in the order of all_formats().
  const std::vector<std::string>& outputs() const { return outputs_; }
  /// What the decoder lost, then what the encoder of that format did.
  std::string losses(std::size_t format) const;
  bool ended() const { return ended_; }  // with the end mark, or an error
  const Usage& usage() const { return usage_; }
  /// The fault that broke it off; "" when none did.
  const std::string& fault() const { return fault_; }

 private:
  void take(const Result<std::span<const chat::Event>>& events);

  Blocks blocks_;
  std::unique_ptr<StreamDecoder> decoder_;
  std::vector<std::unique_ptr<StreamEncoder>> encoders_;
  std::vector<std::string> outputs_;
  std::string events_;
  std::string fault_;
  bool ended_ = false;
  Usage usage_;
};

/// An answer for the client of these tests.
AnswerSpelling fixed_spelling();
/// An event in one line, every field that is set.
std::string describe(const chat::Event& event);

}  // namespace arouter::golden
