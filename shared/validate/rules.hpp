// The tables of rules, one per area. all_areas() lists them in the order of the report.
#pragma once

#include <span>

#include "shared/validate/rule.hpp"

namespace arouter::validate {

std::span<const Rule> http_rules();
std::span<const Rule> sse_rules();
std::span<const Rule> chat_rules();
std::span<const Rule> stream_rules();
std::span<const Rule> usage_rules();
std::span<const Rule> auth_rules();
std::span<const Rule> error_rules();
std::span<const Rule> models_rules();
std::span<const Rule> metadata_rules();

}  // namespace arouter::validate
