// The parts of a configuration file, each read by one function.
#pragma once

#include "shared/config.hpp"
#include "shared/config/table_reader.hpp"

namespace arouter {

/// [server] and [auth], which only make sense together: beyond loopback needs keys.
void read_server(TableReader& root, Config& config);
void read_ledger(TableReader& root, Config& config);
void read_logging(TableReader& root, Config& config);
void read_limits(TableReader& root, Config& config);
void read_routing(TableReader& root, Config& config);
AliasConfig read_alias(TableReader table);

ProviderConfig read_provider(TableReader table);
/// `provider.allow_insecure` must be read before.
void read_credentials(TableReader& table, ProviderConfig& provider);
void read_client_cert(TableReader& table, ClientCertificate& certificate);
DataPolicy read_data_policy(TableReader table);
/// `inherited`: the provider's timeouts, from which the model's differ where it states its own.
ModelConfig read_model(TableReader table, const Timeouts& inherited);
SharedModelConfig read_shared_model(TableReader table);

PriceTable read_pricing(TableReader table);
Timeouts read_timeouts(TableReader table, Timeouts timeouts);
void read_quantization(TableReader& table, std::string& quantization);
/// Printable ASCII that needs no escaping in JSON or in a path: the names of models travel in both.
bool is_model_name(std::string_view name) noexcept;
/// "" and a fault when `key` is absent or can be no model's name.
std::string read_model_name(TableReader& table, std::string_view key);
/// A list of words, each among `known`.
void read_known_words(TableReader& table, std::string_view key, std::vector<std::string>& words,
                      const std::vector<std::string_view>& known);

/// A list of names of models with '*' for any characters.
void read_patterns(TableReader& table, std::string_view key, std::vector<ModelPattern>& patterns);

/// Faults that only the whole shows: names that stand twice or dangle.
std::vector<ConfigFault> check_links(const Config& config);

}  // namespace arouter
