#include <charconv>
#include <optional>

#include "shared/chat/shorten.hpp"
#include "shared/formats/anthropic/content.hpp"
#include "shared/formats/anthropic/request.hpp"
#include "shared/formats/anthropic/schema.hpp"
#include "shared/formats/anthropic/thinking.hpp"
#include "shared/formats/anthropic/turns.hpp"
#include "shared/formats/format.hpp"

namespace arouter::anthropic {

namespace {

using Choice = chat::ToolChoice::Kind;
using OutputKind = chat::Output::Kind;

constexpr std::size_t kMostUser = 256;

/// The number that a lexeme spells; nothing for "".
std::optional<double> number_of(const std::string& lexeme) {
  double number = 0;
  const auto [end, fault] = std::from_chars(lexeme.data(), lexeme.data() + lexeme.size(), number);
  if (lexeme.empty() || fault != std::errc() || end != lexeme.data() + lexeme.size()) {
    return std::nullopt;
  }
  return number;
}

bool differs(const std::string& lexeme, double usual) {
  return !lexeme.empty() && number_of(lexeme) != usual;
}

/// An address or a telephone number, which are answered with 400.
bool names_person(std::string_view user) {
  if (user.find('@') != std::string_view::npos) return true;
  return user.size() >= 7 && user.find_first_not_of("+0123456789 ()-.") == std::string_view::npos;
}

/// Fields that other formats have and this one has not, unless they ask for what it does anyway.
void note_losses(const chat::Request& request, chat::Losses& losses) {
  if (request.n.value_or(1) != 1) losses.add("n");
  if (request.seed) losses.add("seed");
  if (request.logprobs.value_or(false)) losses.add("logprobs");
  if (request.top_logprobs.value_or(0) > 0) losses.add("top_logprobs");
  if (!request.logit_bias.empty() && request.logit_bias != "{}") losses.add("logit_bias");
  if (differs(request.frequency_penalty, 0)) losses.add("frequency_penalty");
  if (differs(request.presence_penalty, 0)) losses.add("presence_penalty");
  if (differs(request.repetition_penalty, 1)) losses.add("repetition_penalty");
  if (differs(request.min_p, 0)) losses.add("min_p");
  if (request.store.value_or(false)) losses.add("store");
  if (!request.metadata.empty() && request.metadata != "{}") losses.add("metadata");
  if (!request.verbosity.empty() && request.verbosity != "medium") losses.add("verbosity");
  if (!request.user.empty() && !request.safety_identifier.empty()) losses.add("safety_identifier");
}

/// Writes one body. Holds what several of its fields depend on.
class RequestWriter {
 public:
  RequestWriter(const chat::Request& request, CallKind call, std::int64_t most_tokens,
                chat::Losses& losses)
      : request_(request),
        is_count_(call == CallKind::count_tokens),
        losses_(losses),
        traits_(traits_of(request.model)),
        conversation_(plan_turns(request, losses)),
        plan_(plan_thinking(request, traits_, most_tokens, is_hindered(), losses)),
        output_fits_(budget_.take_output(request.output.schema)) {}

  std::string write() {
    writer_.begin_object().string("model", request_.model);
    if (!is_count_) writer_.number("max_tokens", plan_.max_tokens);
    write_system();
    write_turns(writer_.key("messages"), conversation_, losses_);
    write_tools();
    write_thinking_plan();
    write_output_config();
    if (!is_count_) write_answer_fields();
    writer_.end_object();
    return std::move(out_);
  }

 private:
  bool forces_tool() const {
    const Choice kind = request_.tool_choice.kind;
    return !request_.tools.empty() && (kind == Choice::required || kind == Choice::named);
  }

  bool is_hindered() const {
    return forces_tool() || (!traits_.adaptive_thinking && conversation_.continues_unthought());
  }

  bool schema_is_sent() const {
    return request_.output.kind == OutputKind::json_schema && traits_.takes_schema &&
           !request_.output.schema.empty() && output_fits_;
  }

  /// What to say to the model where the shape of its answer cannot be demanded; "" when it can.
  std::string shape_in_words() {
    const chat::Output& output = request_.output;
    if (output.kind == OutputKind::unset || output.kind == OutputKind::text || schema_is_sent()) {
      return "";
    }
    losses_.add("response_format");
    std::string words =
        "Answer with one JSON object and nothing else: no words around it and no "
        "code fence.";
    if (!output.schema.empty()) words += " It must match this JSON schema: " + output.schema;
    return words;
  }

  void write_system() {
    const std::string shape = shape_in_words();
    const std::vector<const chat::Text*>& texts = conversation_.system;
    const std::size_t count = texts.size() + (shape.empty() ? 0 : 1);
    if (count == 0) return;
    if (count == 1 && (texts.empty() || texts[0]->cache_control.empty())) {
      writer_.string("system", texts.empty() ? shape : texts[0]->text);
      return;
    }
    writer_.begin_array("system");
    for (const chat::Text* text : texts) write_text(writer_, text->text, text->cache_control);
    if (!shape.empty()) write_text(writer_, shape);
    writer_.end_array();
  }

  void write_tool(const chat::Tool& tool) {
    const bool strict =
        tool.strict.value_or(false) && traits_.takes_schema && budget_.take_tool(tool.parameters);
    if (tool.strict.value_or(false) && !strict) losses_.add("tools.strict");
    writer_.begin_object().string("name", tool.name);
    writer_.string_if("description", tool.description);
    const std::string schema = tool_schema(tool.parameters);
    writer_.raw("input_schema", strict ? strict_schema(schema) : schema);
    if (strict) writer_.boolean("strict", true);
    writer_.raw_if("cache_control", tool.cache_control).end_object();
  }

  void write_tools() {
    if (request_.tools.empty()) {
      write_called_tools();
      return;
    }
    writer_.begin_array("tools");
    for (const chat::Tool& tool : request_.tools) write_tool(tool);
    writer_.end_array();
    write_tool_choice();
  }

  /// A conversation with calls in it is refused without tools: those that were called, not to be
  /// called again.
  void write_called_tools() {
    const Choice kind = request_.tool_choice.kind;
    if (kind == Choice::required || kind == Choice::named) losses_.add("tool_choice");
    const std::vector<std::string> names = conversation_.called_tools();
    if (names.empty()) return;
    writer_.begin_array("tools");
    for (const std::string& name : names) write_tool({.name = name});
    writer_.end_array();
    writer_.begin_object("tool_choice").string("type", "none").end_object();
  }

  void write_tool_choice() {
    const chat::ToolChoice& choice = request_.tool_choice;
    const bool is_serial = choice.parallel && !*choice.parallel;
    if (choice.kind == Choice::unset && !is_serial) return;
    writer_.begin_object("tool_choice");
    switch (choice.kind) {
      case Choice::none:
        writer_.string("type", "none").end_object();
        return;
      case Choice::required:
        writer_.string("type", "any");
        break;
      case Choice::named:
        writer_.string("type", "tool").string("name", choice.name);
        break;
      case Choice::automatic:
      case Choice::unset:
        writer_.string("type", "auto");
        break;
    }
    if (choice.parallel) writer_.boolean("disable_parallel_tool_use", is_serial);
    writer_.end_object();
  }

  void write_thinking_plan() {
    using Kind = ThinkingPlan::Kind;
    if (plan_.kind == Kind::unsaid) return;
    writer_.begin_object("thinking");
    if (plan_.kind == Kind::disabled) writer_.string("type", "disabled");
    if (plan_.kind == Kind::adaptive) writer_.string("type", "adaptive");
    if (plan_.kind == Kind::budget) {
      writer_.string("type", "enabled").number("budget_tokens", plan_.budget);
    }
    writer_.string_if("display", plan_.display).end_object();
  }

  void write_output_config() {
    if (plan_.effort.empty() && !schema_is_sent()) return;
    writer_.begin_object("output_config").string_if("effort", plan_.effort);
    if (schema_is_sent()) {
      writer_.begin_object("format").string("type", "json_schema");
      writer_.raw("schema", strict_schema(request_.output.schema)).end_object();
      if (!request_.output.description.empty()) {
        losses_.add("response_format.json_schema.description");
      }
    }
    writer_.end_object();
  }

  /// What a count has no use for, and refuses.
  void write_answer_fields() {
    note_losses(request_, losses_);
    write_sampling();
    write_stop();
    write_user();
    write_service_tier();
    if (request_.stream) writer_.boolean("stream", true);
  }

  void write_user() {
    const std::string& user = request_.user.empty() ? request_.safety_identifier : request_.user;
    if (user.empty()) return;
    const bool is_refused = user.size() > kMostUser || names_person(user);
    if (is_refused) losses_.add(request_.user.empty() ? "safety_identifier" : "user");
    writer_.begin_object("metadata");
    writer_.string("user_id", is_refused ? chat::fingerprint(user) : user).end_object();
  }

  /// A value that is the API's default is never worth a refusal.
  void write_sampling() {
    const bool takes = traits_.takes_sampling && !plan_.thinks();
    const bool has_temperature = differs(request_.temperature, 1);
    if (has_temperature && takes) {
      const bool too_warm = number_of(request_.temperature).value_or(0) > 1;
      if (too_warm) losses_.add("temperature");
      writer_.raw("temperature", too_warm ? "1" : request_.temperature);
    } else if (has_temperature) {
      losses_.add("temperature");
    }
    if (differs(request_.top_p, 1)) {
      if (takes && !(has_temperature && traits_.one_sampler)) {
        writer_.raw("top_p", request_.top_p);
      } else {
        losses_.add("top_p");
      }
    }
    if (!request_.top_k || *request_.top_k == 0) return;
    if (takes) {
      writer_.number("top_k", *request_.top_k);
    } else {
      losses_.add("top_k");
    }
  }

  void write_stop() {
    bool any = false;
    for (const std::string& text : request_.stop) {
      if (is_blank(text)) {
        losses_.add("stop");  // refused when there is nothing but blanks
        continue;
      }
      if (!any) writer_.begin_array("stop_sequences");
      any = true;
      writer_.string(text);
    }
    if (any) writer_.end_array();
  }

  void write_service_tier() {
    const std::string& tier = request_.service_tier;
    if (tier.empty()) return;
    if (tier == "auto") {
      writer_.string("service_tier", "auto");
    } else if (tier == "default") {
      writer_.string("service_tier", "standard_only");
    } else {
      losses_.add("service_tier");
    }
  }

  const chat::Request& request_;
  const bool is_count_;
  chat::Losses& losses_;
  const ModelTraits traits_;
  const Conversation conversation_;
  const ThinkingPlan plan_;
  StrictBudget budget_;
  const bool output_fits_;  // into the budget
  std::string out_;
  JsonWriter writer_{out_};
};

}  // namespace

std::string encode_request(const chat::Request& request, std::int64_t most_tokens,
                           chat::Losses& losses) {
  return RequestWriter(request, CallKind::chat, most_tokens, losses).write();
}

std::string encode_count_request(const chat::Request& request, chat::Losses& losses) {
  return RequestWriter(request, CallKind::count_tokens, 0, losses).write();
}

}  // namespace arouter::anthropic
