#include "shared/offers/offer_diff.hpp"

#include <algorithm>
#include <optional>

#include "shared/config/toml_text.hpp"

namespace arouter {

namespace {

constexpr std::int64_t kMillion = 1'000'000;
using Words = std::vector<std::string>;

std::string joined(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string encode_words(const Words& words) {
  std::string toml = "[";
  for (const std::string& word : words)
    toml += (toml == "[" ? "" : ", ") + encode_toml_string(word);
  return toml + "]";
}

Words sorted(Words words) {
  std::sort(words.begin(), words.end());
  return words;
}

std::string count_text(std::int64_t count) {
  return count == 0 ? "" : std::to_string(count);
}

/// Tokens are priced by the million for people.
std::string price_text(const std::string& key, Money amount) {
  const bool per_unit = key == "request" || key == "image" || key == "web_search";
  return per_unit ? format_usd(amount) + " each"
                  : format_usd(cost_of(amount, kMillion)) + " per million";
}

/// What the configuration has; nothing when it has none. Optional prices of 0 are none.
std::optional<Money> written_price(const PriceTable& pricing, const std::string& key) {
  if (!pricing.known) return std::nullopt;
  if (key == "prompt") return pricing.prompt;
  if (key == "completion") return pricing.completion;
  const auto unless = [](bool absent, Money amount) {
    return absent ? std::nullopt : std::optional(amount);
  };
  if (key == "input_cache_read") return unless(!pricing.has_cache_read, pricing.input_cache_read);
  if (key == "input_cache_write")
    return unless(!pricing.has_cache_write, pricing.input_cache_write);
  const Money amount = key == "request"              ? pricing.request
                       : key == "image"              ? pricing.image
                       : key == "web_search"         ? pricing.web_search
                       : key == "internal_reasoning" ? pricing.internal_reasoning
                                                     : Money();
  return unless(amount.pico_usd == 0, amount);
}

bool is_cache_price(const std::string& key) {
  return key == "input_cache_read" || key == "input_cache_write";
}

/// The fields in which an offer differs from `written`.
class FieldReader {
 public:
  FieldReader(const ModelConfig& written, const Offer& offer) : written_(written), offer_(offer) {}

  std::vector<FieldDiff> differences() {
    count("context_length", written_.context_length, offer_.context_length);
    count("max_completion_tokens", written_.max_completion_tokens, offer_.max_completion_tokens);
    const Architecture& architecture = written_.architecture;
    words("architecture", "input_modalities", architecture.input_modalities,
          offer_.input_modalities);
    words("architecture", "output_modalities", architecture.output_modalities,
          offer_.output_modalities);
    for (const OfferedPrice& each : offer_.prices) price(each);
    words("", "supported_parameters", written_.supported_parameters, offer_.supported_parameters);
    if (!offer_.expiration_date.empty() && offer_.expiration_date != written_.expiration_date) {
      add("", "expiration_date", encode_toml_string(offer_.expiration_date),
          written_.expiration_date, offer_.expiration_date);
    }
    return std::move(fields_);
  }

 private:
  void add(const char* table, std::string key, std::string toml, std::string old_text,
           std::string new_text) {
    fields_.push_back(
        {{table, std::move(key), std::move(toml)}, std::move(old_text), std::move(new_text)});
  }

  void count(const char* key, std::int64_t written, std::int64_t offered) {
    if (offered == 0 || offered == written) return;
    add("", key, std::to_string(offered), count_text(written), count_text(offered));
  }

  void words(const char* table, const char* key, const Words& written, const Words& offered) {
    if (offered.empty() || sorted(offered) == sorted(written)) return;
    add(table, key, encode_words(offered), joined(written), joined(offered));
  }

  void price(const OfferedPrice& offered) {
    const std::optional<Money> written = written_price(written_.pricing, offered.key);
    const bool is_needed = offered.key == "prompt" || offered.key == "completion";
    // 0 for what was never priced says nothing; of a cache it does: it would cost the prompt's.
    const bool says_nothing =
        offered.amount.pico_usd == 0 && !is_needed && !is_cache_price(offered.key) && !written;
    if (says_nothing || written == offered.amount) return;
    add("pricing", offered.key, "\"" + encode_money(offered.amount) + "\"",
        written ? price_text(offered.key, *written) : "", price_text(offered.key, offered.amount));
    fields_.back().is_price = true;
  }

  const ModelConfig& written_;
  const Offer& offer_;
  std::vector<FieldDiff> fields_;
};

OfferDiff added(const Offer& offer) {
  OfferDiff diff{OfferDiff::Kind::added, offer.id};
  if (!offer.name.empty()) {
    diff.fields.push_back({{"", "name", encode_toml_string(offer.name)}, "", offer.name});
  }
  if (offer.created > 0) {
    const std::string created = std::to_string(offer.created);
    diff.fields.push_back({{"", "created", created}, "", created});
  }
  const ModelConfig nothing;
  for (FieldDiff& field : FieldReader(nothing, offer).differences()) {
    field.old_text.clear();  // a default is nobody's word
    diff.fields.push_back(std::move(field));
  }
  return diff;
}

const Offer* find_offer(const std::vector<Offer>& offers, const std::string& id) {
  const auto found =
      std::find_if(offers.begin(), offers.end(), [&](const Offer& each) { return each.id == id; });
  return found == offers.end() ? nullptr : &*found;
}

}  // namespace

std::vector<OfferDiff> compare_offers(const ProviderConfig& provider,
                                      const std::vector<Offer>& offers) {
  std::vector<OfferDiff> diffs;
  for (const ModelConfig& model : provider.models) {
    const Offer* offer = find_offer(offers, model.id);
    if (offer == nullptr) {
      diffs.push_back({OfferDiff::Kind::unlisted, model.id});
      continue;
    }
    std::vector<FieldDiff> fields = FieldReader(model, *offer).differences();
    if (fields.empty()) continue;
    diffs.push_back({OfferDiff::Kind::changed, model.id, std::move(fields)});
  }
  for (const Offer& offer : offers) {
    const bool is_known =
        std::any_of(provider.models.begin(), provider.models.end(),
                    [&](const ModelConfig& model) { return model.id == offer.id; });
    if (!is_known) diffs.push_back(added(offer));
  }
  return diffs;
}

std::vector<ModelEdit> edits_for(const std::vector<OfferDiff>& diffs, const EditChoice& choice) {
  std::vector<ModelEdit> edits;
  for (const OfferDiff& diff : diffs) {
    if (diff.kind == OfferDiff::Kind::unlisted) {
      if (choice.comment_out_unlisted) edits.push_back({ModelEdit::Kind::comment_out, diff.id});
      continue;
    }
    const bool is_new = diff.kind == OfferDiff::Kind::added;
    ModelEdit edit{is_new ? ModelEdit::Kind::add : ModelEdit::Kind::change, diff.id};
    for (const FieldDiff& field : diff.fields) {
      if (is_new || choice.known_prices || !field.is_price) edit.fields.push_back(field.field);
    }
    if (is_new || !edit.fields.empty()) edits.push_back(std::move(edit));
  }
  return edits;
}

}  // namespace arouter
