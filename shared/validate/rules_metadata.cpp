// The metadata file that a provider hands in with its models.
#include <algorithm>
#include <array>
#include <cctype>

#include "shared/validate/judging.hpp"
#include "shared/validate/rules.hpp"

namespace arouter::validate {

namespace {

/// The models of the file: one object, an array of them, or {"data": […]}.
std::vector<JsonRef> models_of(const JsonRef& root) {
  if (root.is(JsonType::array)) return root.children();
  if (root["data"].is(JsonType::array)) return root["data"].children();
  return {root};
}

Evidence at_value(const Transcript& transcript, const JsonRef& value) {
  return at_text("metadata", transcript.metadata->text(), value);
}

/// Judges every model of the file; the first break of the worst kind counts.
Judgement each_model(const Transcript& transcript,
                     const std::function<Judgement(const JsonRef&)>& judge) {
  if (!transcript.metadata) return skipped("no metadata file was given");
  const JsonRef root = transcript.metadata->root();
  if (!root.is(JsonType::object) && !root.is(JsonType::array)) {
    return inconclusive("see meta.parse");
  }
  Judgement worst;
  for (const JsonRef& model : models_of(root)) keep_worse(worst, judge(model));
  return worst;
}

Judgement parse(const Transcript& transcript) {
  if (!transcript.metadata) return skipped("no metadata file was given");
  const JsonTree& tree = *transcript.metadata;
  if (!tree.faults().empty()) {
    Evidence evidence = at_text("metadata", tree.text(), tree.faults().front().offset);
    return broken("the file is not strict JSON: " + tree.faults().front().what, evidence);
  }
  if (tree.root().is(JsonType::object) || tree.root().is(JsonType::array)) return good();
  return broken("the file holds " + kind_name(tree.root()), at_value(transcript, tree.root()));
}

Judgement id_form(const Transcript& transcript) {
  return each_model(transcript, [&](const JsonRef& model) {
    const JsonRef value = model["id"];
    const std::string id = value.text();
    const Evidence evidence = at_value(transcript, value.present() ? value : model);
    const bool one_slash = std::count(id.begin(), id.end(), '/') == 1;
    const bool clean = std::all_of(id.begin(), id.end(), [](unsigned char c) {
      return std::isalnum(c) != 0 ||
             std::string_view("/-._:").find(static_cast<char>(c)) != std::string_view::npos;
    });
    if (!one_slash || !clean || id.starts_with('/') || id.ends_with('/')) {
      return broken("id is " + kind_name(value) + ", not provider/model", evidence);
    }
    const bool upper =
        std::any_of(id.begin(), id.end(), [](unsigned char c) { return std::isupper(c) != 0; });
    if (!upper) return good();
    return lesser(Severity::should, "id has upper-case letters: " + quoted(id), evidence);
  });
}

Judgement id_matches(const Transcript& transcript) {
  const Exchange* list = transcript.find("models");
  const bool listed = list != nullptr && list->ok() && list->json.root()["data"].size() > 0;
  return each_model(transcript, [&](const JsonRef& model) {
    const std::string id = model["id"].text();
    const std::string bare = id.substr(id.find('/') + 1);
    if (std::count(id.begin(), id.end(), '/') != 1) return good();  // meta.id-form
    const bool tested = bare == transcript.model || id == transcript.model;
    if (tested) return good();  // models.tested-listed
    if (!listed) return inconclusive("the provider lists no models");
    for (const JsonRef& item : list->json.root()["data"].children()) {
      const std::string known = item["id"].text();
      if (known == id || known == bare || known.ends_with("/" + bare)) return good();
    }
    return broken("the provider does not list " + quoted(bare), at_value(transcript, model["id"]));
  });
}

Judgement filled_string(const Transcript& transcript, std::string_view key) {
  return each_model(transcript, [&](const JsonRef& model) {
    const JsonRef value = model[key];
    if (!value.text().empty()) return good();
    return broken(std::string(key) + " is " + kind_name(value),
                  at_value(transcript, value.present() ? value : model));
  });
}

Judgement name(const Transcript& transcript) {
  return filled_string(transcript, "name");
}

Judgement description(const Transcript& transcript) {
  return filled_string(transcript, "description");
}

Judgement context_length(const Transcript& transcript) {
  return each_model(transcript, [&](const JsonRef& model) {
    const JsonRef value = model["context_length"];
    if (value.integer().value_or(0) > 0) return good();
    return broken("context_length is " + kind_name(value),
                  at_value(transcript, value.present() ? value : model));
  });
}

Judgement modalities(const Transcript& transcript) {
  return each_model(transcript, [&](const JsonRef& model) {
    constexpr std::array<std::string_view, 6> known{"text",  "image", "file",
                                                    "audio", "video", "embeddings"};
    Judgement worst;
    for (const char* key : {"input_modalities", "output_modalities"}) {
      const JsonRef value = model["architecture"][key];
      if (!value.is(JsonType::array) || value.size() == 0) {
        return broken(std::string(key) + " is " + kind_name(value),
                      at_value(transcript, value.present() ? value : model));
      }
      for (const JsonRef& word : value.children()) {
        const bool is_known = std::find(known.begin(), known.end(), word.text()) != known.end();
        if (is_known) continue;
        keep_worse(worst, lesser(Severity::should, std::string(key) + " holds " + kind_name(word),
                                 at_value(transcript, word)));
      }
    }
    return worst;
  });
}

Judgement tokenizer(const Transcript& transcript) {
  return each_model(transcript, [&](const JsonRef& model) {
    const JsonRef value = model["architecture"]["tokenizer"];
    if (!value.text().empty()) return good();
    return broken("tokenizer is " + kind_name(value),
                  at_value(transcript, value.present() ? value : model));
  });
}

Judgement instruct_type(const Transcript& transcript) {
  return each_model(transcript, [&](const JsonRef& model) {
    const JsonRef value = model["architecture"]["instruct_type"];
    if (value.absent_or_null() || !value.text().empty()) return good();
    return broken("instruct_type is " + kind_name(value), at_value(transcript, value));
  });
}

/// "0", "0.000002": digits, and perhaps a point with digits after it.
bool is_price(std::string_view text) {
  const std::size_t point = text.find('.');
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  return digits(text.substr(0, point)) &&
         (point == std::string_view::npos || digits(text.substr(point + 1)));
}

/// At least 0.01 USD for one token: the price of a million was meant.
bool is_per_million(std::string_view price) {
  if (price.find_first_not_of("0.") == std::string_view::npos) return false;
  const std::size_t point = price.find('.');
  const std::string_view whole = price.substr(0, point);
  if (whole.find_first_not_of('0') != std::string_view::npos) return true;
  const std::string_view fraction = price.substr(point + 1);
  return fraction.substr(0, 2).find_first_not_of('0') != std::string_view::npos;
}

/// One price, named as `name`.
Judgement judge_price(const Transcript& transcript, const JsonRef& price, const std::string& name) {
  const std::string text = price.text();
  const Evidence evidence = at_value(transcript, price);
  if (!is_price(text)) {
    return broken(name + " is " + kind_name(price) + ", not a decimal string", evidence);
  }
  const bool per_token = price.key() == "prompt" || price.key() == "completion";
  if (!per_token || !is_per_million(text)) return {};
  return lesser(Severity::should,
                name + " is " + text + " USD for one token: is the price of a million meant?",
                evidence);
}

bool is_condition(std::string_view key) {
  return key == "min_prompt_tokens" || key == "utc_start" || key == "utc_end";
}

Judgement pricing_string(const Transcript& transcript) {
  return each_model(transcript, [&](const JsonRef& model) {
    Judgement worst;
    for (const JsonRef& price : model["pricing"].children()) {
      if (price.key() != "overrides" || !price.is(JsonType::array)) {
        keep_worse(worst, judge_price(transcript, price, "pricing." + price.key()));
        continue;
      }
      for (const JsonRef& entry : price.children()) {
        for (const JsonRef& each : entry.children()) {
          if (is_condition(each.key())) continue;
          keep_worse(worst, judge_price(transcript, each, "pricing.overrides." + each.key()));
        }
      }
    }
    return worst;
  });
}

Judgement pricing_keys(const Transcript& transcript) {
  return each_model(transcript, [&](const JsonRef& model) {
    const JsonRef pricing = model["pricing"];
    for (const char* key : {"prompt", "completion"}) {
      if (pricing[key].present()) continue;
      return broken("pricing." + std::string(key) + " is missing",
                    at_value(transcript, pricing.present() ? pricing : model));
    }
    return good();
  });
}

Judgement params_known(const Transcript& transcript) {
  return each_model(transcript, [&](const JsonRef& model) {
    constexpr std::array<std::string_view, 25> known{"tools",
                                                     "tool_choice",
                                                     "parallel_tool_calls",
                                                     "max_tokens",
                                                     "temperature",
                                                     "top_p",
                                                     "top_k",
                                                     "min_p",
                                                     "top_a",
                                                     "reasoning",
                                                     "include_reasoning",
                                                     "reasoning_effort",
                                                     "verbosity",
                                                     "structured_outputs",
                                                     "response_format",
                                                     "stop",
                                                     "seed",
                                                     "frequency_penalty",
                                                     "presence_penalty",
                                                     "repetition_penalty",
                                                     "logit_bias",
                                                     "logprobs",
                                                     "top_logprobs",
                                                     "web_search_options",
                                                     "max_completion_tokens"};
    const JsonRef value = model["supported_parameters"];
    if (!value.is(JsonType::array)) {
      return broken("supported_parameters is " + kind_name(value),
                    at_value(transcript, value.present() ? value : model));
    }
    for (const JsonRef& word : value.children()) {
      if (std::find(known.begin(), known.end(), word.text()) != known.end()) continue;
      return broken("supported_parameters holds " + kind_name(word), at_value(transcript, word));
    }
    return good();
  });
}

constexpr std::string_view kSource = "ARouter, model metadata";

constexpr Rule kRules[] = {
    {"meta.parse", Severity::must, Need::any, "The metadata is strict JSON.", "RFC 8259",
     "the models cannot be listed", "Check the file with a JSON parser.", parse},
    {"meta.id-form", Severity::must, Need::any, "id is provider/model.", kSource,
     "requests cannot be routed", "Write the provider's name, one slash, the model's name.",
     id_form},
    {"meta.id-matches", Severity::must, Need::any, "The provider lists the model.", kSource,
     "a model is offered that is not served", "Use the id of GET /models after the slash.",
     id_matches},
    {"meta.name", Severity::should, Need::any, "The model has a name.", kSource, "menus show an id",
     "Give a display name.", name},
    {"meta.description", Severity::should, Need::any, "The model has a description.", kSource,
     "people cannot choose", "Say in a sentence what the model is for.", description},
    {"meta.context-length", Severity::must, Need::any, "context_length is a positive integer.",
     kSource, "prompts are cut or refused", "State tokens as an integer.", context_length},
    {"meta.modalities", Severity::must, Need::any, "The modalities are listed.", kSource,
     "images are sent to models without eyes",
     "List input_modalities and output_modalities under architecture.", modalities},
    {"meta.tokenizer", Severity::info, Need::any, "The tokenizer is named.", kSource,
     "tokens can only be estimated", "Name it under architecture.", tokenizer},
    {"meta.instruct-type", Severity::info, Need::any, "instruct_type is a word or null.", kSource,
     "raw prompts get the wrong template", "Name the template, or send null.", instruct_type},
    {"meta.pricing-string", Severity::must, Need::any,
     "Prices are decimal strings in USD per token.", kSource, "rounding errors on every bill",
     "Write \"0.000002\", not 2e-6 and not 0.000002.", pricing_string},
    {"meta.pricing-keys", Severity::must, Need::any, "Prompt and completion have prices.", kSource,
     "nothing can be billed", "State pricing.prompt and pricing.completion.", pricing_keys},
    {"meta.params-known", Severity::should, Need::any, "supported_parameters holds known words.",
     kSource, "routing by parameters passes the model over", "Use the words of the API.",
     params_known},
};

}  // namespace

std::span<const Rule> metadata_rules() {
  return kRules;
}

}  // namespace arouter::validate
