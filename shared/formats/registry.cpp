#include "shared/formats/registry.hpp"

#include <array>

#include "shared/formats/anthropic/format.hpp"
#include "shared/formats/gemini/format.hpp"
#include "shared/formats/openai/format.hpp"
#include "shared/formats/responses/format.hpp"

namespace arouter {

std::span<const Format* const> all_formats() {
  static const std::array<const Format*, 4> formats{&openai::format(), &anthropic::format(),
                                                    &gemini::format(), &responses::format()};
  return formats;
}

const Format* find_format(std::string_view name) {
  for (const Format* format : all_formats()) {
    if (format->name() == name) return format;
  }
  return nullptr;
}

}  // namespace arouter
