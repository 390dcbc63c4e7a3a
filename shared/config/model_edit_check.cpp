#include "shared/config/model_edit_check.hpp"

#include <algorithm>

#include "shared/config/toml_text.hpp"

namespace arouter {

namespace {

TomlValue& member_of(TomlValue& table, const std::string& key) {
  // By their keys' names, as the parser keeps them.
  const auto at = std::lower_bound(
      table.members.begin(), table.members.end(), key,
      [](const TomlMember& member, const std::string& name) { return member.key < name; });
  if (at != table.members.end() && at->key == key) return at->value;
  return table.members.insert(at, {key, {}, {}})->value;
}

bool set_field(TomlValue& model, const ModelField& field) {
  FaultList faults("");
  TomlValue value = decode_toml("v = " + field.toml, faults);
  if (!faults.empty() || value.members.size() != 1) return false;
  TomlValue& table = field.table.empty() ? model : member_of(model, field.table);
  member_of(table, field.key) = std::move(value.members.front().value);
  return true;
}

TomlValue named_model(const std::string& id) {
  TomlValue model, name;
  name.type = TomlType::string;
  name.text = id;
  model.members.push_back({"id", {}, name});
  return model;
}

/// False when a field is no TOML.
bool apply(TomlValue& provider, const ModelEdit& edit) {
  TomlValue& models = member_of(provider, "model");
  models.type = TomlType::array;
  auto at = std::find_if(models.items.begin(), models.items.end(),
                         [&](TomlValue& each) { return member_of(each, "id").text == edit.id; });
  if (edit.kind == ModelEdit::Kind::comment_out) {
    if (at == models.items.end()) return false;
    models.items.erase(at);
    if (!models.items.empty()) return true;
    std::erase_if(provider.members, [](const TomlMember& each) { return each.key == "model"; });
    return true;
  }
  if (edit.kind == ModelEdit::Kind::add)
    at = models.items.insert(models.items.end(), named_model(edit.id));
  return std::all_of(edit.fields.begin(), edit.fields.end(),
                     [&](const ModelField& field) { return set_field(*at, field); });
}

bool are_same(const TomlValue& a, const TomlValue& b);

bool are_same_members(const TomlMember& a, const TomlMember& b) {
  return a.key == b.key && are_same(a.value, b.value);
}

/// Floats and dates have no value in the tree; no configuration that loads has one.
bool are_same(const TomlValue& a, const TomlValue& b) {
  return a.type == b.type && a.text == b.text && a.integer == b.integer &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), are_same) &&
         std::equal(a.members.begin(), a.members.end(), b.members.begin(), b.members.end(),
                    are_same_members);
}

}  // namespace

Result<void> check_model_edits(TomlValue before, std::size_t provider,
                               const std::vector<ModelEdit>& edits, std::string_view edited) {
  TomlValue& wanted = member_of(before, "provider").items.at(provider);
  // What is new stands behind everything else, whatever the order of the edits.
  for (const bool added : {false, true}) {
    for (const ModelEdit& edit : edits) {
      if ((edit.kind == ModelEdit::Kind::add) != added) continue;
      if (!apply(wanted, edit)) return internal_error("model edit: a value of " + edit.id);
    }
  }
  FaultList faults("");
  const TomlValue after = decode_toml(edited, faults);
  if (!faults.empty()) {
    return internal_error("model edit: no TOML any more: " + faults.take().front().message);
  }
  if (!are_same(before, after)) return internal_error("model edit: the text says something else");
  return {};
}

}  // namespace arouter
