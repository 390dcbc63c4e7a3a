// The parts of a configuration file, each read by one function.
#pragma once

#include "shared/config.hpp"
#include "shared/config/table_reader.hpp"

namespace arouter {

/// [server] and [auth], which only make sense together: beyond loopback needs keys.
void read_server(TableReader& root, Config& config);
void read_ledger(TableReader& root, Config& config);
void read_logging(TableReader& root, Config& config);

ProviderConfig read_provider(TableReader table);
/// `inherited`: the provider's timeouts, from which the model's differ where it states its own.
ModelConfig read_model(TableReader table, const Timeouts& inherited);
SharedModelConfig read_shared_model(TableReader table);

Pricing read_pricing(TableReader table);
Timeouts read_timeouts(TableReader table, Timeouts timeouts);
void read_quantization(TableReader& table, std::string& quantization);
/// "" and a fault when `key` is absent or can be no model's name.
std::string read_model_name(TableReader& table, std::string_view key);
/// A list of words, each among `known`.
void read_known_words(TableReader& table, std::string_view key, std::vector<std::string>& words,
                      const std::vector<std::string_view>& known);

/// Faults that only the whole shows: names that stand twice or dangle.
std::vector<ConfigFault> check_links(const Config& config);

}  // namespace arouter
