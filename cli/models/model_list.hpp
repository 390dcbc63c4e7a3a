// The answer of GET /v1/models: read, filtered, shown. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/table.hpp"
#include "shared/error.hpp"
#include "shared/money.hpp"

namespace arouter {

/// One entry; what the server does not say is empty, 0 or nothing.
struct ListedModel {
  std::string raw;  // the object's own bytes
  std::string id, name, description;
  std::int64_t context_length = 0;
  std::int64_t max_completion_tokens = 0;
  std::vector<std::string> input_modalities, output_modalities, supported_parameters;
  std::optional<Money> prompt, completion;  // per million tokens

  /// What stands before the "/" of the id.
  std::string_view provider() const;
};

/// Errors: upstream_malformed when `body` is no list of models.
Result<std::vector<ListedModel>> decode_models(std::string_view body);

struct ModelFilter {
  std::string text;                // in id or name, case ignored
  std::string provider;            // case ignored
  std::string modality;            // taken or given
  std::optional<Money> max_price;  // per million tokens, of input and of output
};
/// A model whose price is unknown does not pass a price limit.
bool passes(const ListedModel& model, const ModelFilter& filter);

/// Id, exact; else the one model whose name after the "/" it is. Null when there is none.
const ListedModel* find_listed(const std::vector<ListedModel>& models, std::string_view name);
/// The id nearest to `name`, "" when none is near.
std::string nearest_model(const std::vector<ListedModel>& models, std::string_view name);

/// `for_people`: prices as "$2.00", "-" for what is unknown; else bare numbers and empty cells.
Table model_table(const std::vector<ListedModel>& models, bool for_people);
/// Everything known of one model, a line each.
std::string describe_model(const ListedModel& model);
/// A JSON array of the objects as the server sent them.
std::string models_as_json(const std::vector<ListedModel>& models);

}  // namespace arouter
