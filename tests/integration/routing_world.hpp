// One model that four providers serve, and whom a request asks. All providers are one script
// player: who was asked is told by the name of the model that it was asked for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/integration/world.hpp"

namespace arouter::test {

// maker/m is offered by acme as "a8" (fp8) and "a4" (int4), by beta as "b" (bf16), by gamma as "g"
// and by delta as "d", whose price is not known. For a million tokens of prompt and completion:
//   a4 0.5 and 1, a8 1 and 2, g 2 and 4, b 3 and 6 USD.
// acme keeps nothing (zdr), beta does not collect, gamma does not say, delta collects. acme takes
// temperature and max_tokens, beta tools, seed and reasoning, the others do not say. beta has the
// longest context; acme's answers have at most 1000 tokens.
// maker/n is offered as "n-a" by acme (1 and 1) and "n-b" by beta (2 and 2); maker/free as "f-a" by
// acme for nothing and "f-b" by beta. "smart" and "claude-*" are aliases of maker/n.
struct RoutingWorld : World {
  /// `routing`: more lines of [routing]; `server`: of [server]; `tail`: whatever follows.
  explicit RoutingWorld(const std::string& routing = {}, const std::string& server = {},
                        const std::string& tail = {});

  /// The models that the provider was asked for since the last call, in their order: "a4 b".
  std::string asked();

 private:
  std::size_t told_ = 0;
};

/// A chat of `members`, with maker/m for its model unless they begin with another one.
std::string routed_chat(std::string_view members);
/// Whom a daemon of its own asks while every provider fails: "a4 a8".
std::string asked_in_vain(const std::string& body, const std::string& routing = {});

}  // namespace arouter::test
