// What a faulty provider plays, what the client is told, and what the ledger keeps of it.
#pragma once

#include <string>
#include <vector>

#include "tests/integration/world.hpp"

namespace arouter::test {

struct Fault {
  std::string name;
  Script script;
  std::string told;  // status and code, as in "502 upstream_truncated"
};

/// Plays each fault against one request on a connection of its own. The client must be told as
/// the table says, by a complete answer in the name of `source`; the ledger must hold one row per
/// request that says the same, with no tokens and no cost; and the daemon must live.
void check_faults(World& world, const std::string& request, const std::vector<Fault>& faults,
                  const std::string& source = "acme");

}  // namespace arouter::test
