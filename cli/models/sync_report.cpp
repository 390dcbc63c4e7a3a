#include "cli/models/sync_report.hpp"

#include <algorithm>

#include "shared/text.hpp"

namespace arouter {

namespace {

using Kind = OfferDiff::Kind;

std::string name_of(const ModelField& field) {
  return field.table.empty() ? field.key : field.table + "." + field.key;
}

/// "+ model-b  context_length 128000, prompt $2.00 per million"
std::string line_of_added(const OfferDiff& diff) {
  std::string text = "+ " + diff.id;
  bool is_first = true;
  bool has_price = false;
  for (const FieldDiff& field : diff.fields) {
    has_price |= field.is_price;
    // Of one line: what decides whether one wants the model.
    const bool is_shown = field.is_price || field.field.key == "context_length";
    if (!is_shown) continue;
    text += (is_first ? "  " : ", ") + field.field.key + " " + field.new_text;
    is_first = false;
  }
  if (!has_price) text += is_first ? "  without a price" : ", without a price";
  return text;
}

bool has_price_change(const OfferDiff& diff) {
  return diff.kind == Kind::changed &&
         std::any_of(diff.fields.begin(), diff.fields.end(),
                     [](const FieldDiff& field) { return field.is_price; });
}

void add_changed(std::vector<StyledLine>& lines, const OfferDiff& diff) {
  lines.push_back({"~ " + diff.id});
  for (const FieldDiff& field : diff.fields) {
    std::string text = field.is_price ? "    PRICE " : "    ";
    text += name_of(field.field) + ": " + (field.old_text.empty() ? "none" : field.old_text) +
            " -> " + field.new_text;
    lines.push_back({std::move(text), field.is_price ? Style::red : Style::plain});
  }
}

}  // namespace

std::vector<StyledLine> report_diffs(const std::vector<OfferDiff>& diffs) {
  std::vector<StyledLine> lines;
  for (const OfferDiff& diff : diffs) {
    if (diff.kind == Kind::changed) {
      add_changed(lines, diff);
    } else if (diff.kind == Kind::added) {
      lines.push_back({line_of_added(diff)});
    } else {
      lines.push_back({"- " + diff.id + "  no longer listed", Style::dim});
    }
  }
  for (StyledLine& line : lines) line.text = strip_terminal_controls(line.text);
  return lines;
}

std::size_t count_price_changes(const std::vector<OfferDiff>& diffs) {
  return static_cast<std::size_t>(std::count_if(diffs.begin(), diffs.end(), has_price_change));
}

std::string summary_of(const std::vector<OfferDiff>& diffs) {
  const auto count = [&](Kind kind) {
    return std::to_string(std::count_if(diffs.begin(), diffs.end(),
                                        [&](const OfferDiff& each) { return each.kind == kind; }));
  };
  return count(Kind::added) + " new, " + count(Kind::changed) + " changed, " +
         count(Kind::unlisted) + " no longer listed";
}

}  // namespace arouter
