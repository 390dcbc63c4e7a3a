#include "cli/models/model_list.hpp"

#include <algorithm>
#include <array>

#include "shared/http/byte_class.hpp"
#include "shared/json_scan.hpp"
#include "shared/text.hpp"

namespace arouter {

namespace {

constexpr std::int64_t kMillion = 1'000'000;

std::string lower(std::string_view text) {
  std::string low(text);
  for (char& c : low) c = ascii_lower(c);
  return low;
}

std::vector<std::string> strings_of(std::string_view text, const JsonValue& array) {
  std::vector<std::string> strings;
  if (array.type != JsonType::array) return strings;
  for_each_element(text, array, [&](const JsonValue& element) {
    if (auto value = decode_string(text, element)) strings.push_back(std::move(*value));
  });
  return strings;
}

/// A price per token as the list has it ("0.000002"), for a million of them.
std::optional<Money> price_of(std::string_view text, const JsonValue& value) {
  const auto digits = decode_string(text, value);
  if (!digits) return std::nullopt;
  const Result<Money> price = decode_money(*digits);
  if (!price) return std::nullopt;
  return cost_of(*price, kMillion);
}

/// Members of a member that should be an object; absent ones when it is none.
template <std::size_t N>
void members_of(std::string_view text, const JsonValue& value, std::array<JsonMember, N>& wanted) {
  if (value.type == JsonType::object) find_members(text, value, wanted);
}

ListedModel decode_model(std::string_view text, const JsonValue& object) {
  std::array<JsonMember, 8> top{{{"id"},
                                 {"name"},
                                 {"description"},
                                 {"context_length"},
                                 {"architecture"},
                                 {"pricing"},
                                 {"supported_parameters"},
                                 {"top_provider"}}};
  members_of(text, object, top);
  std::array<JsonMember, 2> modalities{{{"input_modalities"}, {"output_modalities"}}};
  members_of(text, top[4].value, modalities);
  std::array<JsonMember, 2> prices{{{"prompt"}, {"completion"}}};
  members_of(text, top[5].value, prices);
  std::array<JsonMember, 1> limits{{{"max_completion_tokens"}}};
  members_of(text, top[7].value, limits);

  ListedModel model;
  model.raw = object.in(text);
  model.id = decode_string(text, top[0].value).value_or("");
  model.name = decode_string(text, top[1].value).value_or("");
  model.description = decode_string(text, top[2].value).value_or("");
  model.context_length = decode_count(text, top[3].value).value_or(0);
  model.max_completion_tokens = decode_count(text, limits[0].value).value_or(0);
  model.input_modalities = strings_of(text, modalities[0].value);
  model.output_modalities = strings_of(text, modalities[1].value);
  model.supported_parameters = strings_of(text, top[6].value);
  model.prompt = price_of(text, prices[0].value);
  model.completion = price_of(text, prices[1].value);
  return model;
}

bool holds(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string joined(const std::vector<std::string>& names, std::string_view between) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += between;
    text += name;
  }
  return text;
}

std::string modalities_of(const ListedModel& model) {
  if (model.input_modalities.empty() && model.output_modalities.empty()) return "";
  return joined(model.input_modalities, "+") + "->" + joined(model.output_modalities, "+");
}

std::string price_cell(const std::optional<Money>& price, bool for_people) {
  if (!price) return for_people ? "-" : "";
  return for_people ? format_usd(*price) : encode_money(*price);
}

std::string or_dash(const std::string& text, bool for_people) {
  return text.empty() && for_people ? "-" : text;
}

}  // namespace

std::string_view ListedModel::provider() const {
  const std::size_t slash = id.find('/');
  return slash == std::string::npos ? std::string_view() : std::string_view(id).substr(0, slash);
}

Result<std::vector<ListedModel>> decode_models(std::string_view body) {
  std::array<JsonMember, 1> top{{{"data"}}};
  const Result<void> scanned = scan_object(body, top);
  if (!scanned || top[0].value.type != JsonType::array) {
    return upstream_error(ErrorKind::upstream_malformed,
                          "the server's answer is no list of models; is the base URL right?");
  }
  std::vector<ListedModel> models;
  for_each_element(body, top[0].value, [&](const JsonValue& element) {
    ListedModel model = decode_model(body, element);
    if (!model.id.empty()) models.push_back(std::move(model));
  });
  return models;
}

bool passes(const ListedModel& model, const ModelFilter& filter) {
  if (!filter.text.empty()) {
    const std::string text = lower(filter.text);
    if (lower(model.id).find(text) == std::string::npos &&
        lower(model.name).find(text) == std::string::npos) {
      return false;
    }
  }
  if (!filter.provider.empty() && lower(model.provider()) != lower(filter.provider)) return false;
  if (!filter.modality.empty() && !holds(model.input_modalities, filter.modality) &&
      !holds(model.output_modalities, filter.modality)) {
    return false;
  }
  if (!filter.max_price) return true;
  return model.prompt && model.completion && *model.prompt <= *filter.max_price &&
         *model.completion <= *filter.max_price;
}

const ListedModel* find_listed(const std::vector<ListedModel>& models, std::string_view name) {
  const ListedModel* found = nullptr;
  for (const ListedModel& model : models) {
    if (model.id == name) return &model;
    if (!model.id.ends_with("/" + std::string(name))) continue;
    if (found != nullptr) return nullptr;
    found = &model;
  }
  return found;
}

std::string nearest_model(const std::vector<ListedModel>& models, std::string_view name) {
  std::vector<std::string_view> ids;
  ids.reserve(models.size());
  for (const ListedModel& model : models) ids.push_back(model.id);
  std::string nearest = nearest_name(name, ids);
  if (!nearest.empty() || name.find('/') != std::string_view::npos) return nearest;
  // A name without its provider: compare with what stands behind the "/".
  std::vector<std::string_view> names;
  names.reserve(ids.size());
  for (std::string_view id : ids) names.push_back(id.substr(id.find('/') + 1));
  const std::string near = nearest_name(name, names);
  const auto at = std::find(names.begin(), names.end(), near);
  return near.empty() || at == names.end()
             ? ""
             : std::string(ids[static_cast<std::size_t>(at - names.begin())]);
}

Table model_table(const std::vector<ListedModel>& models, bool for_people) {
  Table table;
  table.columns = {{"MODEL"},
                   {"CONTEXT", true, true},
                   {"IN $/M", true, true},
                   {"OUT $/M", true, true},
                   {"MODALITIES", false, true}};
  for (const ListedModel& model : models) {
    const std::string context =
        model.context_length == 0 ? "" : std::to_string(model.context_length);
    table.rows.push_back(
        {model.id, or_dash(context, for_people), price_cell(model.prompt, for_people),
         price_cell(model.completion, for_people), or_dash(modalities_of(model), for_people)});
  }
  return table;
}

std::string describe_model(const ListedModel& model) {
  std::string text = model.id + "\n";
  const auto line = [&text](std::string title, const std::string& value) {
    if (value.empty()) return;
    title.resize(12, ' ');
    text += "  " + title + value + "\n";
  };
  line("name", model.name);
  if (model.context_length > 0) line("context", std::to_string(model.context_length) + " tokens");
  if (model.max_completion_tokens > 0) {
    line("answer", "at most " + std::to_string(model.max_completion_tokens) + " tokens");
  }
  if (model.prompt && model.completion) {
    line("price", format_usd(*model.prompt) + " in, " + format_usd(*model.completion) +
                      " out, per million tokens");
  }
  line("modalities", modalities_of(model));
  line("parameters", joined(model.supported_parameters, ", "));
  line("about", model.description);
  return text;
}

std::string models_as_json(const std::vector<ListedModel>& models) {
  std::string text = "[";
  for (const ListedModel& model : models) {
    if (text.size() > 1) text += ",\n";
    text += model.raw;
  }
  return text + "]\n";
}

}  // namespace arouter
