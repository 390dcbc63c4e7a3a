// The response object and its items, as plain answers and stream events hold them.
#pragma once

#include <string>
#include <string_view>

#include "cli/mock/answer.hpp"
#include "shared/json_writer.hpp"

namespace arouter::mock::responses {

/// Begun: in progress, without output. Ended: completed or incomplete, with all of it.
enum class Stage : std::uint8_t { begun, ended };

void write_response(JsonWriter& out, const Answer& answer, const Stamp& stamp, Stage stage);
/// The item that a block makes; without its text at its beginning.
void write_item(JsonWriter& out, const Answer& answer, const Stamp& stamp, std::size_t block,
                Stage stage);
std::string item_id(const Answer& answer, const Stamp& stamp, std::size_t block);
void write_text_part(JsonWriter& out, std::string_view text);
void write_summary_part(JsonWriter& out, std::string_view text);
bool is_incomplete(const Answer& answer);

}  // namespace arouter::mock::responses
