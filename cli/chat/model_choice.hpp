// Which model is asked, and what to say of one that nobody offers.
#pragma once

#include <string>

#include "cli/client.hpp"

namespace arouter {

struct ModelChoice {
  std::string id;
  std::string note{};  // why this one, when nobody named it
};

/// `named` (-m), else $AROUTER_MODEL, else the first that the server lists. Errors: those of the
/// list; bad_request when the server has no model.
Result<ModelChoice> choose_model(const Client& client, const std::string& named);

/// `error` with the id nearest to `model` in its message, when it says that there is no such model.
Error with_suggestion(Error error, const Client& client, const std::string& model);

}  // namespace arouter
