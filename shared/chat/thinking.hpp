// Between words and tokens: how much a model may think.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace arouter::chat {

struct Reasoning;

/// Tokens for an effort: minimal 1,024, low 2,048, medium 8,192, high 16,384, xhigh 32,768; nothing
/// for "" and "none". `most` caps it where the answer's length is bounded.
std::optional<std::int64_t> budget_of(const Reasoning& reasoning,
                                      std::optional<std::int64_t> most = std::nullopt);
/// The word for a budget, the nearest one that is not less, and "minimal" only below 1,024; "" when
/// nothing was said, "none" when thinking is switched off.
std::string effort_of(const Reasoning& reasoning);

}  // namespace arouter::chat
