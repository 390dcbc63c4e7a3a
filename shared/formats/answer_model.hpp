// What an answer is said to be of.
#pragma once

#include <string_view>

#include "shared/formats/stream.hpp"

namespace arouter {

/// The model that the provider names, or the one that it was asked for where it names none: clients
/// expect a name.
inline std::string_view answer_model(std::string_view model, const AnswerSpelling& spelling) {
  if (model.empty() && spelling.request != nullptr) return spelling.request->model;
  return model;
}

}  // namespace arouter
